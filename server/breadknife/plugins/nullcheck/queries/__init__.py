"""What the analyses have found out, and what they have read for it."""
