"""Clients with hard-coded hosts: a forward proxy and TLS for the providers' own names."""

from mockserver.intercept.guard import Refused
from mockserver.intercept.interception import Interception

__all__ = ["Interception", "Refused"]
