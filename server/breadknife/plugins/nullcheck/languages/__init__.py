"""How each language is lowered to the intermediate language of `core`."""
