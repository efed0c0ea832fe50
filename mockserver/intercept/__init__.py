"""Clients with hard-coded hosts: a forward proxy and TLS for the providers' own names."""
