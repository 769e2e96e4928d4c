"""What other checkers print, read as findings. The forms are data: a row for each, tested on the tools' real output."""
