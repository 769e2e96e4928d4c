"""What an edit does to the findings: of its function, of the rest of the file, and of callers."""
