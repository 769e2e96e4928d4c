"""The index of a shelf: one SQLite file for each folder, outside of it, and the search over all of them."""
