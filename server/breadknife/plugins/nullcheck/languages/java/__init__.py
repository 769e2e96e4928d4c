"""Java: its grammar, lowered."""
