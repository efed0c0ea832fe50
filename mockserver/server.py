"""MockServer: the app on a real socket, in a thread or in the foreground."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import uvicorn

from mockserver import descriptors
from mockserver.app import App
from mockserver.control.guard import check_reach, check_token
from mockserver.http_server import HttpServer
from mockserver.journal import Journal, Observer
from mockserver.outbound import Outbound
from mockserver.protocol import Protocol
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Engine
from mockserver.registry import IDLE, MOST
from mockserver.running import RunningSandbox
from mockserver.state.interface import State

if TYPE_CHECKING:
    from mockserver.contract.coverage import Coverage
    from mockserver.intercept import Interception
    from mockserver.intercept.running import RunningInterception

START_TIMEOUT = 10.0
KEEP_ALIVE = 12
"""Seconds; longer than clients keep an unused connection (httpx 5, Node 4), and nobody's polling interval. A
Node that left a body unread waits for it at its end."""


class ServerError(RuntimeError):
    """The server could not start, or is not running."""


class MockServer:
    """All providers on a socket, a free port of the loopback interface by default.

    As a context manager it runs in a thread of its own: ready when the block begins, stopped when it ends.
    `allow_hosts` are the hosts besides loopback that images may be fetched from and callbacks posted to.
    At most `max_sandboxes` live at the same time besides `default`, and none that was unused for `idle`
    seconds. With a `control_token` the control API asks everybody for it, without one it answers to loopback
    clients only. An `observer` is told of each exchange as it enters a journal, on the server's event loop.
    With `intercept` it answers for the providers' own hosts from the start, see `intercept()`.
    Raises ValueError for an address that others can reach without a token, and for a token that no header can
    carry.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allow_hosts: Iterable[str] = (),
        state: State | None = None,
        control_token: str | None = None,
        max_sandboxes: int = MOST,
        idle: float = IDLE,
        observer: Observer | None = None,
        intercept: bool = False,
    ) -> None:
        check_token(control_token)
        check_reach(host, control_token)
        self._host = host.strip("[]")
        self._wanted_port = port
        self._port = port
        self._outbound = Outbound(allow_hosts)
        self._state = state
        self._control_token = control_token
        self._most = max_sandboxes
        self._idle = idle
        self._observer = observer
        self._wants_interception = intercept
        self._interception: RunningInterception | None = None
        self._intercepting = threading.Lock()
        self._socket: socket.socket | None = None
        self._server: HttpServer | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    @cached_property
    def app(self) -> App:
        """The ASGI application, for use without a socket, too."""
        engine = Engine.of(
            *PROVIDERS,
            state=self._state,
            outbound=self._outbound,
            most=self._most,
            idle=self._idle,
            observer=self._observer,
            interception=lambda: self._interception.as_data() if self._interception else None,
        )
        return App(engine, control_token=self._control_token)

    @property
    def url(self) -> str:
        """Where the server is. Raises ServerError when it is not running, or died."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self._host, self._host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def port(self) -> int:
        """The port that the server listens on. Raises ServerError when it is not running, or died."""
        if self._failure is not None:
            raise ServerError("the server thread died") from self._failure
        if self._socket is None:
            raise ServerError("the server is not running; call start() or use it in a with block")
        return self._port

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that the server runs on. Raises ServerError when it is not running."""
        if self._server is None:
            raise ServerError("the server is not running; call start() or use it in a with block")
        return self._server.loop

    @property
    def default(self) -> RunningSandbox:
        """The sandbox with the fixed credentials."""
        return RunningSandbox(self.app.engine.registry.default, self.url)

    @property
    def strangers(self) -> Journal:
        """The journal of requests that belong to no sandbox."""
        return self.app.engine.registry.strangers

    def sandbox(self, **settings: Mapping[str, Any]) -> RunningSandbox:
        """A fresh tenant, with settings per provider: `server.sandbox(ailab={"balance": 3})`.

        Raises SettingError for a wrong setting, LookupError for a wrong provider."""
        return RunningSandbox(self.app.engine.registry.mint(**settings), self.url)

    def coverage(self) -> Coverage:
        """Which documented behaviours were met in any sandbox since the server started."""
        from mockserver.contract.coverage import Coverage

        return Coverage.of_state(self.app.engine.state)

    def drop(self, sandbox_id: str) -> None:
        """Forget a sandbox, if there is one of this id. Raises ValueError for `default`."""
        self.app.engine.registry.drop(sandbox_id)

    def intercept(self) -> Interception:
        """The proxy for clients whose hosts are hard-coded; it begins when this is first called and ends with
        the server. From any thread but the server's own.

        Raises ServerError when the server is not running, and without the extra `tls`."""
        with self._intercepting:
            if self._interception is None:
                interception, server = self._made_interception(), self._server
                if server is None:
                    raise ServerError("the server has stopped")
                try:
                    server.do(interception.open(server), START_TIMEOUT)
                except (RuntimeError, TimeoutError, OSError) as error:
                    interception.close()
                    raise ServerError(f"the proxy did not start: {error}") from error
                self._interception = interception
            return self._interception

    def _made_interception(self) -> RunningInterception:
        try:
            from mockserver.intercept.running import RunningInterception
        except ModuleNotFoundError as error:
            if error.name and error.name.startswith("mockserver"):
                raise
            raise ServerError(
                f"interception needs {error.name}: pip install 'image-api-mockserver[tls]'"
            ) from error
        return RunningInterception(self.app, self.url)

    def start(self) -> Self:
        """Start in a thread and return when the server answers.

        Raises OSError when the address cannot be had, ServerError for anything else that goes wrong."""
        if self._thread is not None:
            raise ServerError("the server is running already")
        ready = threading.Event()
        self._prepare(ready.set)
        self._thread = threading.Thread(
            target=self._run_in_thread, args=(ready,), name="mockserver", daemon=True
        )
        self._thread.start()
        answered = ready.wait(START_TIMEOUT)
        if self._failure is not None:
            self.stop()
        if not answered:
            self.stop()
            raise ServerError(f"the server did not start within {START_TIMEOUT:.0f} s")
        return self

    def stop(self) -> None:
        """Stop and return when the server has stopped. Raises ServerError when its thread had died."""
        if self._server is not None:
            self._server.stop_from_outside()
        if self._thread is not None:
            self._thread.join()
        self._thread = self._server = None
        self._give_back()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise ServerError("the server thread died") from failure

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Serve in this thread, the main one, until SIGINT or SIGTERM."""
        server = self._prepare(on_ready)

        async def serve() -> None:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                with contextlib.suppress(NotImplementedError):  # Windows
                    loop.add_signal_handler(number, server.stop)
            await server.serve(self._sockets())

        try:
            with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
                runner.run(serve())
        except KeyboardInterrupt:
            pass
        finally:
            self._give_back()

    def __repr__(self) -> str:
        return f"<MockServer at {self.url}>" if self._server is not None else "<MockServer: not running>"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _open_interception(self, server: HttpServer) -> None:
        if self._interception is not None:
            await self._interception.open(server)

    def _prepare(self, on_ready: Callable[[], None]) -> HttpServer:
        descriptors.complete()
        config = uvicorn.Config(
            self.app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=cast("type[Protocol]", partial(Protocol, on_malformed=self.app.malformed)),
            ws="none",
            timeout_keep_alive=KEEP_ALIVE,
        )
        self._socket = _listening(self._host, self._wanted_port)
        self._port = self._socket.getsockname()[1]
        if self._wants_interception:
            try:
                self._interception = self._made_interception()
            except BaseException:
                self._give_back()
                raise
        closed = self.app.engine.courier.close
        self._server = HttpServer(config, on_ready, closed, self._open_interception)
        return self._server

    def _run_in_thread(self, ready: threading.Event) -> None:
        assert self._server is not None
        try:
            with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
                runner.run(self._server.serve(self._sockets()))
        except BaseException as error:
            self._failure = error
        finally:
            ready.set()

    def _sockets(self) -> list[socket.socket]:
        assert self._socket is not None
        return [self._socket]

    def _give_back(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._interception is not None:
            self._interception.close()
            self._interception = None
        if "app" in self.__dict__:
            self.app.engine.close()
            del self.app


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket. The protocol number matters: without it asyncio sets no TCP_NODELAY."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener
