"""Damage to answers and connections: what can be done, what it takes, and how it is delivered."""
