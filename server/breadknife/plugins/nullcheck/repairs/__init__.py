"""What writes the edits that deal with a null: a folder for each language."""
