"""Pages that are written from the code, so that no document can promise what the code does not do."""
