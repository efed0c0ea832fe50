"""A server in another process, by its control API: the same sandboxes, over HTTP."""

from mockserver.remote.sandbox import RemoteSandbox
from mockserver.remote.server import RemoteServer, connect

__all__ = ["RemoteSandbox", "RemoteServer", "connect"]
