"""Python: its grammar, lowered."""
