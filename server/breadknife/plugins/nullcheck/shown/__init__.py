"""Which findings are shown, and how: their confidence, their cause, and what silences them."""
