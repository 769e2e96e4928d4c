"""What the texts were in the commit that they are compared with."""
