"""The hub's memory: models, migrations, and the only functions that write."""
