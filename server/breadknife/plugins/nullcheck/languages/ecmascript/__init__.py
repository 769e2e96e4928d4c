"""TypeScript, TSX, JavaScript and JSX, lowered to the core's intermediate language."""
