"""Simulated counterparties: one stateful web app for each platform, spoken to over real HTTP."""
