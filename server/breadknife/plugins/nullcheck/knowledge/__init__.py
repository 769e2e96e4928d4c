"""What is known of each language's library, as data."""
