"""Bytes to the proxy and back, as no decent client would send them."""

import socket
import ssl
from urllib.parse import urlsplit

from mockserver.intercept import Interception

AILAB = "www.ailabapi.com"
UNKNOWN = "example.com"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


def get(path: str, host: str) -> bytes:
    """A request after which the connection ends."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()


def status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def connected(interception: Interception) -> socket.socket:
    """A connection to the proxy."""
    proxy = urlsplit(interception.proxy_url)
    assert proxy.hostname is not None
    return socket.create_connection((proxy.hostname, proxy.port), timeout=10)


def received(connection: socket.socket) -> bytes:
    """All that comes until the other side ends."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        pass
    return b"".join(parts)


def answer(interception: Interception, request: bytes) -> bytes:
    """All that the proxy says to some bytes after which nothing follows."""
    with connected(interception) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return received(connection)


def tunnel(interception: Interception, host: str = AILAB, *, port: int = 443) -> socket.socket:
    """A connection through which the proxy has led to a host."""
    connection = connected(interception)
    connection.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    assert connection.recv(len(ESTABLISHED), socket.MSG_WAITALL) == ESTABLISHED
    return connection


def secure(interception: Interception, trust: ssl.SSLContext, host: str = AILAB) -> ssl.SSLSocket:
    """The same, with TLS spoken to that host."""
    return trust.wrap_socket(tunnel(interception, host), server_hostname=host)
