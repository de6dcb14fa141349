"""The Channable-compatible API: the returns of a project whose shop fetches them by itself.

Every path, body and error is as the contract channable-api.md says; what that leaves open is in docs/compatible-api.md.
"""
