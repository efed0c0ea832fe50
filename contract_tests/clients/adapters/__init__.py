"""The reference clients as clients under test: also the examples of how that is written."""
