"""One isolated tenant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from mockserver import settings
from mockserver.account import Account
from mockserver.assets import Assets
from mockserver.callbacks import Callbacks
from mockserver.clock import Clock, Due
from mockserver.faults import Fault, Faults
from mockserver.journal import Journal
from mockserver.knowledge import Knowledge
from mockserver.settings import Setting
from mockserver.state.interface import State

REGISTRY = "registry"
SANDBOXES = "sandboxes"
DEFAULT = "default"


class Tenancy(Protocol):
    """What a sandbox needs to know of a provider."""

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> Sequence[Setting]: ...
    @property
    def keys(self) -> Sequence[str]:
        """The names of the credentials that find a sandbox."""
        ...

    @property
    def operations(self) -> Sequence[str]:
        """The names of what a fault can be for."""
        ...

    def mint(self, sandbox_id: str) -> Mapping[str, str]:
        """Fresh credentials, visibly fake; fixed ones for the sandbox `default`."""
        ...

    def due(self, sandbox: Sandbox) -> Iterable[Due]:
        """What is ahead in a sandbox, besides the end of result files and callbacks."""
        ...


class SandboxDropped(LookupError):
    """The sandbox is not there any more."""

    def __init__(self, sandbox_id: str) -> None:
        super().__init__(f"sandbox {sandbox_id} was dropped")


class Sandbox:
    """One tenant: credentials, clock, accounts, settings, faults, journal and result files of its own.

    It holds nothing itself but says where in the state everything is, so making one costs next to nothing.
    """

    def __init__(
        self,
        state: State,
        sandbox_id: str,
        tenancies: Sequence[Tenancy],
        *,
        real: Callable[[], float] = time.time,
        moved: Callable[[str, bool], None] = lambda sandbox_id, settle: None,
        drop: Callable[[], None] = lambda: None,
    ) -> None:
        self.id = sandbox_id
        self.state = state
        self.tenancies = tenancies
        self.real = real
        self.moved = moved
        self.drop = drop
        """Forget this sandbox; its credentials are unknown from then on. Raises ValueError for `default`."""
        self.clock = Clock(state, sandbox_id, real=real, moved=moved, ahead=self.due)
        self.journal = Journal(state, sandbox_id)
        self.assets = Assets(state, sandbox_id, self.clock)
        self.faults = Faults(state, sandbox_id)
        self.callbacks = Callbacks(state, sandbox_id)
        self._known = Knowledge(state, sandbox_id)

    def account(self, provider: str) -> Account:
        """Uses left and the QPS window at a provider."""
        return Account(self.state, self.id, provider, self.clock)

    def credentials(self, provider: str) -> Mapping[str, str]:
        """The credentials at a provider, by their names there."""
        credentials: Mapping[str, str] = self._record()["credentials"][provider]
        return credentials

    def settings(self, provider: str) -> Mapping[str, Any]:
        """What this sandbox is set to at a provider."""
        values: Mapping[str, Any] = self._record()["settings"][provider]
        return values

    @property
    def alive(self) -> bool:
        """Whether it has not been dropped."""
        return self.state.read(REGISTRY, SANDBOXES, self.id) is not None

    @property
    def born(self) -> float:
        """When it was minted or last reset, in sandbox time: what an account's terms are counted from."""
        born: float = self._record()["born"]
        return born

    def set(self, provider: str, **changes: Any) -> None:
        """Change settings at a provider. Raises SettingError, whose text lists what is possible."""
        self.configure({provider: changes})

    def configure(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change settings at several providers, all or none. Raises SettingError, and LookupError for a
        provider that does not exist."""

        def change(record: dict[str, Any] | None) -> tuple[dict[str, Any], None]:
            if record is None:
                raise SandboxDropped(self.id)
            return {**record, "settings": self.configured(record["settings"], changes)}, None

        self.state.update(REGISTRY, SANDBOXES, self.id, change)

    def configured(
        self, values: Mapping[str, Any], changes: Mapping[str, Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Settings by provider with changes made, which are set nowhere. Raises as `configure` does."""
        made = dict(values)
        for provider, wanted in changes.items():
            tenancy = self._tenancy(provider)
            made[provider] = settings.changed(provider, tenancy.settings, values[provider], wanted)
        return made

    def fail(
        self,
        provider: str,
        effect: str,
        *,
        operation: str | None = None,
        nth: int = 1,
        times: int | None = 1,
        probability: float = 1.0,
        seed: int = 0,
        **options: Any,
    ) -> Fault:
        """Make exchanges with a provider go wrong, from the `nth` matching one on, `times` times (None: until
        switched off): by a behaviour of its catalogue, such as `error.FailedOperation.RpcFail`, or by a
        damage with its options, such as `http.delay` with `seconds`. Of one operation, or of any; callbacks,
        where the mock server is the client, always go well.

        Raises UnknownBehaviour, which names near ones, and FaultError, which says what is possible."""
        __tracebackhide__ = True
        try:
            fault = Fault.of(
                provider,
                effect,
                operations=self._tenancy(provider).operations,
                operation=operation,
                options=options,
                nth=nth,
                times=times,
                probability=probability,
                seed=seed,
            )
        except (LookupError, ValueError) as error:
            raise error.with_traceback(None) from None  # the mistake is where this was called
        return self.faults.add(fault)

    def due(self) -> list[Due]:
        """What lies ahead in this sandbox's time: tasks that go on, links, tokens and caches that end,
        callbacks; the soonest first."""
        now = self.clock.now()
        ahead = [*self.assets.due(), *self.callbacks.due()]
        for tenancy in self.tenancies:
            ahead += tenancy.due(self)
        return sorted((one for one in ahead if one.at > now), key=lambda one: one.at)

    def know_url(self, url: str, content: bytes) -> None:
        """Let `url` stand for these bytes, whatever it would really answer: nothing is fetched for it.

        Raises ValueError for more than 20 MB, or more than 1000 URLs."""
        self._known.know_url(url, content)

    def known_url(self, url: str) -> bytes | None:
        """The bytes that a URL stands for in this sandbox, or None."""
        return self._known.url(url)

    def known_urls(self) -> Mapping[str, int]:
        """The URLs that this sandbox was told of, and the size in bytes of what each stands for."""
        return self._known.urls()

    def know_text(self, image: bytes, *texts: str | Mapping[str, Any]) -> None:
        """Say what is written in an image file, for a provider that reads text.

        A text is a string, for the lines that were found in reading order, or a mapping with `text` and where
        it stands: `x`, `y`, `width`, `height` in pixels. Raises ValueError for anything else."""
        self._known.know_text(image, texts)

    def known_text(self, sha256: str) -> Sequence[Mapping[str, Any]]:
        """What `know_text` was told of the image file of a SHA-256 in hex, as mappings; mostly nothing."""
        return self._known.texts(sha256)

    def reset(self) -> None:
        """As it was minted: journal, faults, result files, tasks, callbacks, counts, what it was told to know
        and clock back to new, settings to those that it was minted with. Credentials stay."""
        self.state.drop(self.id)
        born = self.clock.now()

        def change(record: dict[str, Any] | None) -> tuple[dict[str, Any] | None, None]:
            return (record and {**record, "settings": record["minted"], "born": born}), None

        self.state.update(REGISTRY, SANDBOXES, self.id, change)
        self.moved(self.id, False)

    def _tenancy(self, provider: str) -> Tenancy:
        for tenancy in self.tenancies:
            if tenancy.name == provider:
                return tenancy
        names = ", ".join(tenancy.name for tenancy in self.tenancies)
        raise LookupError(f"there is no provider {provider!r:.100}; there are {names}")

    def _record(self) -> Mapping[str, Any]:
        record: Mapping[str, Any] | None = self.state.read(REGISTRY, SANDBOXES, self.id)
        if record is None:
            raise SandboxDropped(self.id)
        return record


def defaults_of(tenancies: Sequence[Tenancy]) -> dict[str, dict[str, Any]]:
    """The settings of a new sandbox, by provider."""
    return {tenancy.name: settings.defaults(tenancy.settings) for tenancy in tenancies}
