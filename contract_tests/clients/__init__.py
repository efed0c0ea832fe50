"""Reference clients: small, readable, correct."""
