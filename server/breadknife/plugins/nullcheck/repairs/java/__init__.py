"""What is written where a value may be null in Java."""
