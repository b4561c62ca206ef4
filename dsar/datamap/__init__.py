"""The data map: types, loader, checks.  Plain values, no database."""
