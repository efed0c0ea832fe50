"""Image work off the event loop, each piece once.

The same bytes with the same options always give the same result, so results are remembered by digest:
the facts of a header here, cut-outs and finished results in the state, which bounds them.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xxhash import xxh3_128_hexdigest

from mockserver.state.interface import Record, State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mockserver.imaging.headers import Facts, ImageError
    from mockserver.imaging.portrait import Person
    from mockserver.imaging.subject import Subject

SPACE = "imaging"
REMEMBERED = 4096
"""Facts, cut-outs and results that are remembered, of each kind; the oldest go first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A file at first sight: `digest` names it in the studio, `sha256` to the world, both hex.

    It has either `facts` or the `error` that its header is."""

    digest: str
    sha256: str
    facts: Facts | None
    error: ImageError | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutout:
    """A matted picture, uint8 (H, W, 4), and the people in it, left to right."""

    rgba: NDArray[np.uint8]
    people: tuple[Person, ...]


class Studio:
    """Decodes, mattes and encodes in a few threads of its own, so that other requests go on meanwhile.

    numpy and Pillow are imported by the first picture, not by the start of the server.
    """

    def __init__(self, state: State, *, workers: int | None = None) -> None:
        self._state = state
        self._pool = ThreadPoolExecutor(
            workers or os.cpu_count() or 1, thread_name_prefix="mockserver-studio"
        )
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._making: dict[str, Future[Record]] = {}
        self._lock = threading.Lock()

    def look_at(self, data: bytes) -> Seen:
        """Identity and header of a file, remembered; a repeated file is recognised at memory speed."""
        digest = xxh3_128_hexdigest(data)
        seen = self._seen.get(digest)
        if seen is None:
            seen = self._seen[digest] = _look_at(digest, data)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return seen

    async def once(self, key: str, make: Callable[[], Record]) -> Record:
        """What `make` answers, in a worker thread, at most once for a key. An error is not remembered.

        The record names the digests of its blobs under "blobs"; it is made again when one of them went."""
        known = self.known(key)
        if known is not None:
            return known
        with self._lock:
            future = self._making.get(key)
            if future is None:
                known = self.known(key)  # whoever made it may have ended just now
                if known is not None:
                    return known
                future = self._making[key] = self._pool.submit(partial(self._make, key, make))
        # A client that goes away must not take the work from another one that waits for it.
        return await asyncio.shield(asyncio.wrap_future(future))

    def known(self, key: str) -> Record:
        """What `once` answered for a key before, or None."""
        record = self._state.read(SPACE, "results", key)
        if record is None or not all(self._state.kept(digest) for digest in record["blobs"]):
            return None
        return record

    def cutout(self, digest: str, data: bytes) -> Cutout:
        """Decode and matte a file, or remember having done so. For use in a worker thread.

        Raises ImageError for a file that cannot be decoded."""
        import numpy as np

        from mockserver.imaging.portrait import Person

        record = self._state.read(SPACE, "cutouts", digest)
        pixels = self._state.blob(f"rgba {digest}") if record else None
        if pixels is None:
            return self._matte(digest, data)
        rgba = np.frombuffer(pixels, np.uint8).reshape(record["height"], record["width"], 4)
        return Cutout(rgba=rgba, people=tuple(Person.from_json(person) for person in record["people"]))

    def subject(self, digest: str, data: bytes, subject: Subject) -> NDArray[np.uint8] | None:
        """Cut a subject out of a file, (H, W, 4) uint8; None when there is none. For use in a worker thread.

        People come from the remembered cut-out. Raises ImageError for a file that cannot be decoded."""
        from mockserver.imaging.decode import decode
        from mockserver.imaging.subject import find

        found = find(decode(data), subject, cutout=lambda: self.cutout(digest, data))
        return None if found is None else found.rgba

    def close(self) -> None:
        """Let the threads end as soon as their present work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _make(self, key: str, make: Callable[[], Record]) -> Record:
        try:
            record = make()
            self._state.write(SPACE, "results", key, record, limit=REMEMBERED)
            return record
        finally:
            with self._lock:
                self._making.pop(key, None)

    def _matte(self, digest: str, data: bytes) -> Cutout:
        from mockserver.imaging.decode import decode
        from mockserver.imaging.matting import matte
        from mockserver.imaging.portrait import find_people

        rgba = matte(decode(data))
        rgba.flags.writeable = False
        people = find_people(rgba)
        with contextlib.suppress(OSError, ValueError):  # no room to remember it in
            self._state.keep(f"rgba {digest}", rgba.reshape(-1).data)
        record = {
            "height": rgba.shape[0],
            "width": rgba.shape[1],
            "people": [person.to_json() for person in people],
        }
        self._state.write(SPACE, "cutouts", digest, record, limit=REMEMBERED)
        return Cutout(rgba=rgba, people=people)


def _look_at(digest: str, data: bytes) -> Seen:
    from mockserver.imaging.headers import ImageError, probe

    sha256 = hashlib.sha256(data).hexdigest()
    try:
        return Seen(digest=digest, sha256=sha256, facts=probe(data), error=None)
    except ImageError as error:
        # Remembered without its traceback, which would hold on to the whole file.
        alone = type(error)(*error.args)
        return Seen(digest=digest, sha256=sha256, facts=None, error=alone)
