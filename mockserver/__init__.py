"""A stand-in for paid image-cutout APIs, faithful down to the signature, the link and the error text."""

from mockserver.catalogue import UnknownBehaviour
from mockserver.remote import RemoteSandbox, RemoteServer, connect
from mockserver.running import RunningSandbox
from mockserver.server import MockServer, ServerError
from mockserver.settings import SettingError

__all__ = [
    "MockServer",
    "RemoteSandbox",
    "RemoteServer",
    "RunningSandbox",
    "ServerError",
    "SettingError",
    "UnknownBehaviour",
    "connect",
]
