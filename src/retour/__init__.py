"""Retour: a self-hosted returns hub."""

__version__ = "0.1.0"
