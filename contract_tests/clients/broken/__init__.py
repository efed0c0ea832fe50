"""Clients with one realistic mistake each, and the cases and rules that notice it: the proof of the kit."""
