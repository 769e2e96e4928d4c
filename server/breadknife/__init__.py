"""breadknife: small local models beside your work, in any editor."""

__version__ = "0.1.0"
