"""A throw-away certificate authority, and a certificate for each host. Its private key is on no disk."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import trustme

ISSUER = "mockserver: throw-away, trust it in tests only"
PROTOCOLS = ("http/1.1",)
BEFORE, AFTER = timedelta(days=30), timedelta(days=300)
"""How long certificates are valid: for clients that live a little in the past or future, but not so long that
some, such as Apple's, would refuse them."""
REMEMBERED = 256
"""Hosts whose certificates are kept."""


class Certificates:
    """What clients have to trust, and what the server then shows them. Keys are on the curve P-256."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name=ISSUER)
        self.context = lru_cache(maxsize=REMEMBERED)(self._context)

    @property
    def pem(self) -> bytes:
        """The authority's own certificate."""
        return self._authority.cert_pem.bytes()

    def trust_store(self, password: str) -> bytes:
        """The same as a trust store of Java, PKCS #12, which wants a password though there is no secret."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

        certificate = pkcs12.PKCS12Certificate(x509.load_pem_x509_certificate(self.pem), b"mockserver")
        encryption = BestAvailableEncryption(password.encode())
        return pkcs12.serialize_java_truststore([certificate], encryption)

    def _context(self, host: str) -> ssl.SSLContext:
        """What the server does TLS with as a host. Raises ValueError for what is no name of a host, OSError
        where only a file can hold a key for OpenSSL and there is no room for one."""
        now = datetime.now(UTC).replace(tzinfo=None)
        leaf = self._authority.issue_cert(
            host, organization_name=ISSUER, not_before=now - BEFORE, not_after=now + AFTER
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _configure(context, leaf)
        context.set_alpn_protocols(PROTOCOLS)
        return context


def _configure(context: ssl.SSLContext, leaf: trustme.LeafCert) -> None:
    """Let a context show a certificate. OpenSSL reads files alone; on Linux they can be in memory."""
    if not hasattr(os, "memfd_create"):
        leaf.configure_cert(context)
        return
    with os.fdopen(os.memfd_create("mockserver-leaf"), "wb") as file:
        file.write(leaf.private_key_and_cert_chain_pem.bytes())
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
