"""From the pages of a file to chunks: what repeats on each page goes, and sentences stay whole."""
