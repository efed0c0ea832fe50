"""Clients of PicWish to be graded: a good one, and some that are wrong in one way each. None waits."""

import os
import signal
import threading
from typing import Any

from contract_tests.adapters import Cutout, PicwishAdapter, Problem, Unimplemented
from contract_tests.clients.adapters.picwish import Picwish


class Good(Picwish):
    """The reference client."""


class Blind(Picwish):
    """Takes a task that failed for one that has succeeded."""

    def cut_out(self, client: Any, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        try:
            return super().cut_out(client, image, sync=sync, **options)
        except Exception as error:
            if "ended in state" in str(error):
                return Cutout(image=b"")
            raise


class Hasty(Picwish):
    """Dies of a task before it has sent anything."""

    def cut_out(self, client: Any, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        if not sync:
            raise KeyError("task")
        return super().cut_out(client, image, sync=sync, **options)


class Chatty(Good):
    """Prints what it does."""

    def cut_out(self, client: Any, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        print("cutting out")  # noqa: T201
        return super().cut_out(client, image, sync=sync, **options)


class Idle(PicwishAdapter):
    """Can do nothing."""

    def client(self, access: Any, timeout: float) -> None:
        return None

    def cut_out(self, client: Any, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        raise Unimplemented("it is idle")


class Unmade(Idle):
    """Cannot be made."""

    def client(self, access: Any, timeout: float) -> None:
        raise TypeError("no such argument")


class Confused(Idle):
    """Its adapter makes a mistake of its own."""

    def cut_out(self, client: Any, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        raise ValueError("no good")

    def problem(self, error: BaseException) -> Problem:
        raise AttributeError("no code")


class Interrupted(Idle):
    """Somebody presses Ctrl+C while it hangs in its third call, and others hang with it."""

    calls = 0
    lock = threading.Lock()

    def cut_out(self, client: Any, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        with self.lock:
            type(self).calls += 1
            number = self.calls
        if number < 3:
            raise Unimplemented("it is idle")
        if number == 3:
            os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait()
        return Cutout()


class Unfinished(PicwishAdapter):
    """Has none of the methods."""
