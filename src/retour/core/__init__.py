"""What a return is and what follows from it. Pure: standard library only, no clock, no database, no network."""
