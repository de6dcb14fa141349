"""`python -m retour.cli`."""

from retour.cli import main

main()
