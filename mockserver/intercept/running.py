"""The interception of a server in this process: its certificates, its files, its proxy."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from mockserver.app import App
from mockserver.http_server import HttpServer
from mockserver.intercept import certifi_front
from mockserver.intercept.certificates import Certificates
from mockserver.intercept.connection import Intercepted
from mockserver.intercept.directory import Directory, write
from mockserver.intercept.environment import Files
from mockserver.intercept.gate import Gate
from mockserver.intercept.guard import Guard, Refused
from mockserver.intercept.interception import Interception
from mockserver.intercept.proxy import Proxy
from mockserver.intercept.target import Target
from mockserver.providers import PROVIDERS

HOST = "127.0.0.1"


class RunningInterception(Interception):
    """An interception for the server of an app at `own_url`; it begins with `open`, on the event loop."""

    def __init__(self, app: App, own_url: str) -> None:
        self._app = app
        self._own_url = own_url
        hosts = [host for provider in PROVIDERS for host in provider.hosts]
        self._guard = Guard(hosts, Target.of(own_url.partition("//")[2]).port)
        self._certificates = Certificates()
        self._directory = Directory()
        self.files = Files.within(self._directory.path)
        write(self.files.authority, self._certificates.pem)
        write(self.files.trust_store, self._certificates.trust_store(self.files.password))
        write(self.files.python / f"{certifi_front.NAME}.py", Path(certifi_front.__file__).read_bytes())

    @property
    def refused(self) -> tuple[Refused, ...]:
        return self._guard.refused

    async def open(self, server: HttpServer) -> None:
        """Begin to listen on a free port, as a part of a server, until that stops."""
        proxy = Proxy(
            guard=self._guard,
            certificates=self._certificates,
            connected=partial(self._connected, server, Gate(self._app, self._guard, self._app.note)),
            connections=server.server_state.connections,
            note=self._app.note,
        )
        listener = await asyncio.get_running_loop().create_server(proxy, HOST, 0, backlog=2048)
        server.servers.append(listener)
        # A client may hand the link to one provider's result to another.
        self._app.engine.outbound.stand_in = self._stand_in
        self.proxy_url = f"http://{HOST}:{listener.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Remove the files."""
        self._app.engine.outbound.stand_in = lambda host: None
        self._directory.remove()

    def _stand_in(self, host: str) -> str | None:
        return self._own_url if self._guard.knows(host) else None

    def _connected(self, server: HttpServer, gate: Gate, tunnel: Target | None) -> Intercepted:
        return Intercepted(
            gate=gate,
            tunnel=tunnel,
            on_malformed=self._app.malformed,
            config=server.config,
            server_state=server.server_state,
            app_state={},
        )
