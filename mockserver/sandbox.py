"""One isolated tenant, and the registry that finds it by credential."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from mockserver import assets, catalogue, settings
from mockserver.account import Account
from mockserver.assets import Assets
from mockserver.callbacks import Callbacks
from mockserver.catalogue import Kind
from mockserver.clock import Clock
from mockserver.faults import Fault, Faults, Target
from mockserver.journal import Journal
from mockserver.settings import Setting
from mockserver.state.interface import State

REGISTRY = "registry"
SANDBOXES = "sandboxes"
URLS = "urls"
PLACED = {"text", "x", "y", "width", "height"}
TEXTS = "texts"
STRANGERS = "strangers"
DEFAULT = "default"
REMEMBERED = 1024
TARGETS: Mapping[Kind, Target] = {Kind.LIFETIME: "result", Kind.FAILURE: "outcome"}
"""What a fault strikes, by the kind of behaviour that it causes; a call, if nothing else."""


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

    def mint(self, sandbox_id: str) -> Mapping[str, str]:
        """Fresh credentials, visibly fake; fixed ones for the sandbox `default`."""
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
    ) -> None:
        self.id = sandbox_id
        self.state = state
        self.tenancies = tenancies
        self.real = real
        self.moved = moved
        self.clock = Clock(state, sandbox_id, real=real, moved=moved)
        self.journal = Journal(state, sandbox_id)
        self.assets = Assets(state, sandbox_id, self.clock)
        self.faults = Faults(state, sandbox_id)
        self.callbacks = Callbacks(state, sandbox_id)

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
        tenancy = self._tenancy(provider)

        def change(record: dict[str, Any] | None) -> tuple[dict[str, Any], None]:
            if record is None:
                raise SandboxDropped(self.id)
            values = settings.changed(provider, tenancy.settings, record["settings"][provider], changes)
            return {**record, "settings": {**record["settings"], provider: values}}, None

        self.state.update(REGISTRY, SANDBOXES, self.id, change)

    def fail(
        self,
        provider: str,
        behaviour: str,
        *,
        nth: int = 1,
        times: int | None = 1,
        probability: float = 1.0,
        seed: int = 0,
    ) -> Fault:
        """Make a behaviour of the catalogue happen, such as `error.FailedOperation.RpcFail`, from the
        `nth` matching exchange on, `times` times. Raises UnknownBehaviour, which names near ones."""
        self._tenancy(provider)
        known = catalogue.load(provider)[behaviour]
        if known.error is None and known.kind is not Kind.FAILURE:
            raise ValueError(f"{known.id} is neither an error nor a failure, so no fault can cause it")
        fault = Fault(
            provider=provider,
            behaviour=known.id,
            target=TARGETS.get(known.kind, "call"),
            nth=nth,
            times=times,
            probability=probability,
            seed=seed,
        )
        return self.faults.add(fault)

    def know_url(self, url: str, content: bytes) -> None:
        """Let `url` stand for these bytes, whatever it would really answer: nothing is fetched for it."""
        self.state.write(self.id, URLS, url, bytes(content))

    def known_url(self, url: str) -> bytes | None:
        """The bytes that a URL stands for in this sandbox, or None."""
        content: bytes | None = self.state.read(self.id, URLS, url)
        return content

    def know_text(self, image: bytes, *texts: str | Mapping[str, Any]) -> None:
        """Say what is written in an image file, for a provider that reads text.

        A text is a string, for the lines that were found in reading order, or a mapping with `text` and where
        it stands: `x`, `y`, `width`, `height` in pixels. Raises ValueError for anything else."""
        if not isinstance(image, bytes | bytearray | memoryview):
            raise ValueError(f"the image is given as the bytes of its file, not as {type(image).__name__}")
        lines = [{"text": text} if isinstance(text, str) else dict(text) for text in texts]
        for line in lines:
            if not (isinstance(line.get("text"), str) and line.keys() in ({"text"}, PLACED)):
                raise ValueError(f"a text is a string or has text, x, y, width and height; this is {line!r}")
            if not all(_is_finite(line[name]) for name in line.keys() - {"text"}):
                raise ValueError(f"x, y, width and height are numbers of pixels; this is {line!r}")
        self.state.write(self.id, TEXTS, hashlib.sha256(image).hexdigest(), lines)

    def known_text(self, sha256: str) -> Sequence[Mapping[str, Any]]:
        """What `know_text` was told of the image file of a SHA-256 in hex, as mappings; mostly nothing."""
        return self.state.read(self.id, TEXTS, sha256) or ()

    def reset(self) -> None:
        """Journal, faults, result files, tasks, callbacks, counts, what it was told to know, and clock back
        to new; settings to their defaults. Credentials stay."""
        self.state.drop(self.id)
        fresh = {"settings": _defaults(self.tenancies), "born": self.clock.now()}

        def change(record: dict[str, Any] | None) -> tuple[dict[str, Any] | None, None]:
            return (record and {**record, **fresh}), None

        self.state.update(REGISTRY, SANDBOXES, self.id, change)
        self.moved(self.id, False)

    def _tenancy(self, provider: str) -> Tenancy:
        for tenancy in self.tenancies:
            if tenancy.name == provider:
                return tenancy
        names = ", ".join(tenancy.name for tenancy in self.tenancies)
        raise LookupError(f"there is no provider {provider!r}; there are {names}")

    def _record(self) -> Mapping[str, Any]:
        record: Mapping[str, Any] | None = self.state.read(REGISTRY, SANDBOXES, self.id)
        if record is None:
            raise SandboxDropped(self.id)
        return record


class Registry:
    """All sandboxes of a server. There is always one called `default`, with fixed credentials."""

    def __init__(
        self,
        state: State,
        tenancies: Sequence[Tenancy],
        *,
        real: Callable[[], float] = time.time,
        moved: Callable[[str, bool], None] = lambda sandbox_id, settle: None,
    ) -> None:
        self.state = state
        self._tenancies = tenancies
        self._real = real
        self._moved = moved
        # A sandbox holds no state of its own, so the same object can serve many requests.
        self._at = lru_cache(maxsize=REMEMBERED)(self._view)
        self.strangers = Journal(state, STRANGERS)
        """The journal of the requests that belong to no sandbox."""
        if state.read(REGISTRY, SANDBOXES, DEFAULT) is None:
            self._enter(DEFAULT)

    @property
    def default(self) -> Sandbox:
        """The sandbox with the fixed, printed credentials."""
        return self._at(DEFAULT)

    def mint(self, **provider_settings: Mapping[str, Any]) -> Sandbox:
        """A fresh sandbox, with settings per provider. Raises SettingError and LookupError."""
        sandbox = self._at(self._fresh_id())
        self._enter(sandbox.id)
        try:
            for provider, changes in provider_settings.items():
                sandbox.set(provider, **changes)
        except Exception:
            self.drop(sandbox.id)
            raise
        return sandbox

    def get(self, sandbox_id: str) -> Sandbox | None:
        """The sandbox of an id, or None."""
        known = self.state.read(REGISTRY, SANDBOXES, sandbox_id) is not None
        return self._at(sandbox_id) if known else None

    def find(self, provider: str, key: str) -> Sandbox | None:
        """The sandbox that a credential belongs to, or None."""
        sandbox_id = self.state.read(REGISTRY, provider, key)
        return None if sandbox_id is None else self._at(sandbox_id)

    def of_asset(self, asset_name: str) -> Sandbox | None:
        """The sandbox that a result file's name carries, or None."""
        return self.get(assets.sandbox_of(asset_name))

    def drop(self, sandbox_id: str) -> None:
        """Forget a sandbox and everything in it; its credentials are unknown from then on.

        Raises ValueError for the sandbox `default`, which is always there."""
        if sandbox_id == DEFAULT:
            raise ValueError("the sandbox 'default' cannot be dropped; reset it instead")
        record = self.state.read(REGISTRY, SANDBOXES, sandbox_id)
        if record is None:
            return
        for tenancy in self._tenancies:
            for key in tenancy.keys:
                self.state.remove(REGISTRY, tenancy.name, record["credentials"][tenancy.name][key])
        self.state.remove(REGISTRY, SANDBOXES, sandbox_id)
        self.state.drop(sandbox_id, forever=True)
        self._moved(sandbox_id, False)

    def _fresh_id(self) -> str:
        while True:
            sandbox_id = secrets.token_hex(4)
            if sandbox_id != assets.DEFAULT_CARRIED and self.get(sandbox_id) is None:
                return sandbox_id

    def _view(self, sandbox_id: str) -> Sandbox:
        return Sandbox(self.state, sandbox_id, self._tenancies, real=self._real, moved=self._moved)

    def _enter(self, sandbox_id: str) -> None:
        credentials = {tenancy.name: dict(tenancy.mint(sandbox_id)) for tenancy in self._tenancies}
        record = {
            "credentials": credentials,
            "settings": _defaults(self._tenancies),
            "born": self._at(sandbox_id).clock.now(),
        }
        self.state.write(REGISTRY, SANDBOXES, sandbox_id, record)
        for tenancy in self._tenancies:
            for key in tenancy.keys:
                self.state.write(REGISTRY, tenancy.name, credentials[tenancy.name][key], sandbox_id)


def _defaults(tenancies: Sequence[Tenancy]) -> dict[str, dict[str, Any]]:
    return {tenancy.name: settings.defaults(tenancy.settings) for tenancy in tenancies}


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < math.inf
