"""What is written where a value may be nil in Go."""
