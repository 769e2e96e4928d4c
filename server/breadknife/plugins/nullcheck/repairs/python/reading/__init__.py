"""What the text of a file says: names, values, and the order in which they are evaluated."""
