"""Go: its grammar, lowered."""
