"""All sandboxes of a server: minting them, finding one by a credential, letting idle ones go."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from mockserver import assets
from mockserver.journal import Journal
from mockserver.sandbox import DEFAULT, REGISTRY, SANDBOXES, Sandbox, Tenancy, defaults_of
from mockserver.state.interface import State

STRANGERS = "strangers"
USED = "used"
DEPARTED = "departed"
MOST = 2000
"""Sandboxes that live at the same time; to make room for another one, the one unused for longest goes."""
IDLE = 24 * 3600.0
"""Real seconds after which a sandbox that nobody used is dropped."""
TOUCHES = 100
"""A use is written down when a hundredth of the idle time has passed since the last one that was."""
REMEMBERED = 1024
REMEMBERED_KEYS = 10_000

logger = logging.getLogger("mockserver")


class Registry:
    """All sandboxes of a server. There is always one called `default`, with fixed credentials.

    At most `most` others live at the same time, and none that was unused for `idle` real seconds."""

    def __init__(
        self,
        state: State,
        tenancies: Sequence[Tenancy],
        *,
        real: Callable[[], float] = time.time,
        moved: Callable[[str, bool], None] = lambda sandbox_id, settle: None,
        most: int = MOST,
        idle: float = IDLE,
    ) -> None:
        if most < 1 or not idle > 0:
            raise ValueError(f"at least 1 sandbox lives, for more than 0 s; not {most}, for {idle:g} s")
        self.state = state
        self.most = most
        self.idle = idle
        self._crowded = False
        self._tenancies = tenancies
        self._real = real
        self._moved = moved
        # A sandbox holds no state of its own, so the same object can serve many requests.
        self._at = lru_cache(maxsize=REMEMBERED)(self._view)
        self.strangers = Journal(state, STRANGERS)
        """The journal of the requests that belong to no sandbox."""
        if state.read(REGISTRY, SANDBOXES, DEFAULT) is None:
            self._enter(DEFAULT, defaults_of(tenancies))

    @property
    def default(self) -> Sandbox:
        """The sandbox with the fixed, printed credentials."""
        return self._at(DEFAULT)

    def mint(self, **provider_settings: Mapping[str, Any]) -> Sandbox:
        """A fresh sandbox, with settings per provider. Raises SettingError and LookupError."""
        sandbox = self._at(self._fresh_id())
        settings = sandbox.configured(defaults_of(self._tenancies), provider_settings)
        self._make_room()
        self._enter(sandbox.id, settings)
        return sandbox

    def ids(self) -> list[str]:
        """The ids of all sandboxes that live, `default` first, then in the order of their minting."""
        self._drop_idle()
        return self.state.keys(REGISTRY, SANDBOXES)

    def get(self, sandbox_id: str) -> Sandbox | None:
        """The sandbox of an id, or None."""
        return self._at(sandbox_id) if self._in_use(sandbox_id) else None

    def find(self, provider: str, key: str) -> Sandbox | None:
        """The sandbox that a credential belongs to, or None."""
        sandbox_id = self.state.read(REGISTRY, provider, key)
        return None if sandbox_id is None or not self._in_use(sandbox_id) else self._at(sandbox_id)

    def of_asset(self, asset_name: str) -> Sandbox | None:
        """The sandbox that a result file's name carries, or None."""
        return self.get(assets.sandbox_of(asset_name))

    def drop(self, sandbox_id: str) -> None:
        """Forget a sandbox and everything in it; its credentials are unknown from then on.

        Raises ValueError for the sandbox `default`, which is always there."""
        self._drop(sandbox_id, "it was dropped")

    def departed(self, key: str) -> str | None:
        """Why a credential, or a sandbox id, that was good once is not any more; None when it never was, or
        that is forgotten."""
        why: str | None = self.state.read(REGISTRY, DEPARTED, key)
        return why

    def last_used(self, sandbox_id: str) -> float | None:
        """About when a sandbox was last used, real unix seconds; None for `default` and for unknown ones."""
        moment: float | None = self.state.read(REGISTRY, USED, sandbox_id)
        return moment

    def _in_use(self, sandbox_id: str) -> bool:
        """Whether a sandbox lives, which it goes on to do, being asked for."""
        used = self.state.read(REGISTRY, USED, sandbox_id)
        if used is None:  # as of `default`, and of whom there is not
            return self.state.read(REGISTRY, SANDBOXES, sandbox_id) is not None
        unused = self._real() - used
        if unused > self.idle:
            self._drop_unused(sandbox_id)
            return False
        if unused > self.idle / TOUCHES:
            self._touch(sandbox_id)
        return True

    def _touch(self, sandbox_id: str) -> None:
        # Removed first, so that the keys of the table are in the order of use.
        self.state.remove(REGISTRY, USED, sandbox_id)
        self.state.write(REGISTRY, USED, sandbox_id, self._real())

    def _make_room(self) -> None:
        living = self._drop_idle()
        for sandbox_id in living[: max(0, len(living) - self.most + 1)]:
            self._drop(sandbox_id, f"at most {self.most} sandboxes live, and it was unused for longest")
            logger.log(
                logging.INFO if self._crowded else logging.WARNING,
                "dropped sandbox %s to make room for another one: at most %d live",
                sandbox_id,
                self.most,
            )
            self._crowded = True

    def _drop_idle(self) -> list[str]:
        """Drop who was unused for too long; answer who is left, the one unused for longest first."""
        used = self.state.keys(REGISTRY, USED)
        for number, sandbox_id in enumerate(used):
            if self._real() - (self.last_used(sandbox_id) or 0.0) <= self.idle:
                return used[number:]
            self._drop_unused(sandbox_id)
        return []

    def _drop_unused(self, sandbox_id: str) -> None:
        self._drop(sandbox_id, f"it was unused for more than {self.idle:g} s, and so was dropped")

    def _drop(self, sandbox_id: str, why: str) -> None:
        if sandbox_id == DEFAULT:
            raise ValueError("the sandbox 'default' cannot be dropped; reset it instead")
        record = self.state.read(REGISTRY, SANDBOXES, sandbox_id)
        if record is None:
            return
        reason = f"this belonged to sandbox {sandbox_id}: {why}"
        self.state.write(REGISTRY, DEPARTED, sandbox_id, reason, limit=REMEMBERED_KEYS)
        for tenancy in self._tenancies:
            for name in tenancy.keys:
                key = record["credentials"][tenancy.name][name]
                self.state.remove(REGISTRY, tenancy.name, key)
                self.state.write(REGISTRY, DEPARTED, key, reason, limit=REMEMBERED_KEYS)
        self.state.remove(REGISTRY, USED, sandbox_id)
        self.state.remove(REGISTRY, SANDBOXES, sandbox_id)
        self.state.drop(sandbox_id, forever=True)
        self._moved(sandbox_id, False)

    def _fresh_id(self) -> str:
        while True:
            sandbox_id = secrets.token_hex(4)
            taken = self.state.read(REGISTRY, SANDBOXES, sandbox_id) is not None
            if sandbox_id != assets.DEFAULT_CARRIED and not taken:
                return sandbox_id

    def _view(self, sandbox_id: str) -> Sandbox:
        return Sandbox(
            self.state,
            sandbox_id,
            self._tenancies,
            real=self._real,
            moved=self._moved,
            drop=lambda: self.drop(sandbox_id),
        )

    def _enter(self, sandbox_id: str, settings: Mapping[str, Any]) -> None:
        credentials = {tenancy.name: dict(tenancy.mint(sandbox_id)) for tenancy in self._tenancies}
        born = self._at(sandbox_id).clock.now()
        record = {"credentials": credentials, "minted": settings, "settings": settings, "born": born}
        self.state.write(REGISTRY, SANDBOXES, sandbox_id, record)
        if sandbox_id != DEFAULT:
            self._touch(sandbox_id)
        for tenancy in self._tenancies:
            for key in tenancy.keys:
                self.state.write(REGISTRY, tenancy.name, credentials[tenancy.name][key], sandbox_id)
