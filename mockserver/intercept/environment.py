"""The environment that brings a program behind the proxy, whatever it is written in."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

NO_PROXY = "localhost,.localhost,127.0.0.1,::1"
"""What clients reach directly: this machine, and so the server itself and receivers of callbacks."""
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
AUTHORITIES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)
OPTIONS = ("NODE_OPTIONS", "JAVA_TOOL_OPTIONS")
"""What is added to rather than replaced, beside the PYTHONPATH."""
PRELOAD = Path(__file__).with_name("preload.cjs")
"""Brings Node behind the proxy: before 22.21 it does not look at the environment, and later not always."""
_PLAIN = re.compile(r"[\w@%+=:,./|*-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """What clients read: the certificate authority as PEM and as a trust store of Java, whose password says
    nothing, and a folder for the PYTHONPATH."""

    authority: Path
    trust_store: Path
    python: Path
    password: str

    @classmethod
    def within(cls, folder: Path) -> Self:
        """Those of a folder, there or yet to be written."""
        return cls(
            authority=folder / "ca.pem",
            trust_store=folder / "truststore.p12",
            python=folder / "python",
            password="mockserver",
        )


def variables(proxy_url: str, files: Files, given: Mapping[str, str]) -> dict[str, str]:
    """The variables to set. Options for Node and Java and a PYTHONPATH that are `given` already are kept."""
    lower = {name.lower(): proxy_url for name in PROXIES}
    return {
        **dict.fromkeys(PROXIES, proxy_url),
        **lower,
        "NO_PROXY": NO_PROXY,
        "no_proxy": NO_PROXY,
        **dict.fromkeys(AUTHORITIES, str(files.authority)),
        "NODE_USE_ENV_PROXY": "1",
        "NODE_OPTIONS": _node(given.get("NODE_OPTIONS", "")),
        "JAVA_TOOL_OPTIONS": _joined(" ", given.get("JAVA_TOOL_OPTIONS"), _java(proxy_url, files)),
        "PYTHONPATH": _joined(os.pathsep, str(files.python), given.get("PYTHONPATH")),
    }


def _node(given: str) -> str:
    """The options for Node; another interception around this one has given the same already."""
    preload = f"--require {_for_node(str(PRELOAD))}"
    return given if preload in given else _joined(" ", given, preload)


def exports(found: Mapping[str, str]) -> str:
    """Lines for a POSIX shell that set variables, found with nothing `given`; what it has itself for Node and
    Java and as PYTHONPATH is kept."""
    return "".join(f"export {name}={_extended(name, shlex.quote(value))}\n" for name, value in found.items())


def _extended(name: str, quoted: str) -> str:
    if name in OPTIONS:
        return f'"${{{name}:+${name} }}"{quoted}'
    return f'{quoted}"${{PYTHONPATH:+:$PYTHONPATH}}"' if name == "PYTHONPATH" else quoted


def _java(proxy_url: str, files: Files) -> str:
    proxy = urlsplit(proxy_url)
    properties = {
        "javax.net.ssl.trustStore": files.trust_store,
        "javax.net.ssl.trustStoreType": "PKCS12",
        "javax.net.ssl.trustStorePassword": files.password,
        "https.proxyHost": proxy.hostname,
        "https.proxyPort": proxy.port,
        "http.proxyHost": proxy.hostname,
        "http.proxyPort": proxy.port,
        "http.nonProxyHosts": "localhost|*.localhost|127.*|[::1]",
    }
    return " ".join(_for_java(f"-D{name}={value}") for name, value in properties.items())


def _joined(separator: str, *parts: str | None) -> str:
    return separator.join(part for part in parts if part and part.strip())


def _for_node(argument: str) -> str:
    """An argument as NODE_OPTIONS wants it: in double quotes, within which a backslash escapes."""
    if _PLAIN.fullmatch(argument):
        return argument
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _for_java(argument: str) -> str:
    """An argument as JAVA_TOOL_OPTIONS wants it: in quotes, within which nothing is escaped."""
    if not re.search(r"\s", argument):
        return argument
    return f"'{argument}'" if '"' in argument else f'"{argument}"'
