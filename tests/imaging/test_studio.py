import asyncio
import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from mockserver.fixtures.portraits import portrait
from mockserver.fixtures.stamps import stamp
from mockserver.imaging import headers, matting, studio
from mockserver.imaging.encode import png
from mockserver.imaging.headers import Facts, Format, ImageError, NotAnImage
from mockserver.imaging.studio import Studio
from mockserver.imaging.subject import Subject
from mockserver.state.memory import MemoryState
from mockserver.state.spool import Spool

PORTRAIT = png(portrait(4, width=160, height=200).rgb)
TIMEOUT = 10.0


class Work:
    """A piece of work that counts how often it was done, and can be held up."""

    def __init__(self, answer: Any = None, *, held: bool = False) -> None:
        self.answer = {"blobs": []} if answer is None else answer
        self.times = 0
        self.begun = threading.Event()
        self.go = threading.Event()
        if not held:
            self.go.set()

    def __call__(self) -> Any:
        self.times += 1
        self.begun.set()
        assert self.go.wait(TIMEOUT)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Counted:
    """A function that counts its calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.calls = 0

    def __call__(self, *arguments: Any) -> Any:
        self.calls += 1
        return self.function(*arguments)


@pytest.fixture
def state() -> Iterator[MemoryState]:
    state = MemoryState(Spool(1 << 20))
    yield state
    state.close()


@pytest.fixture
def one(state: MemoryState) -> Iterator[Studio]:
    one = Studio(state, workers=4)
    yield one
    one.close()


def done(one: Studio, work: Work, key: str = "key") -> Any:
    return asyncio.run(one.once(key, work))


class TestOnce:
    def test_work_is_done_once_for_a_key_and_remembered(self, one: Studio) -> None:
        work = Work({"blobs": [], "answer": 42})
        assert done(one, work) == done(one, work) == {"blobs": [], "answer": 42}
        assert work.times == 1

    def test_it_runs_off_the_event_loop_so_that_others_go_on_meanwhile(self, one: Studio) -> None:
        work = Work(held=True)

        async def release() -> None:
            work.go.set()

        async def both() -> None:
            await asyncio.gather(one.once("key", work), release())

        asyncio.run(both())
        assert work.times == 1

    def test_concurrent_callers_share_the_work(self, one: Studio) -> None:
        work = Work({"blobs": [], "answer": 42}, held=True)

        async def release() -> None:
            work.go.set()

        async def all_of_them() -> list[Any]:
            answers = await asyncio.gather(*(one.once("key", work) for _ in range(20)), release())
            return answers[:-1]

        assert asyncio.run(all_of_them()) == [{"blobs": [], "answer": 42}] * 20
        assert work.times == 1

    def test_callers_in_two_event_loops_share_the_work(self, one: Studio) -> None:
        work = Work({"blobs": [], "answer": 42}, held=True)
        with ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(done, one, work) for _ in range(4)]
            assert work.begun.wait(TIMEOUT)
            work.go.set()
            assert [future.result(TIMEOUT) for future in waiting] == [{"blobs": [], "answer": 42}] * 4
        assert work.times == 1

    def test_who_looks_while_the_work_ends_does_not_do_it_again(self) -> None:
        work = Work()

        class EndsJustNow(MemoryState):
            """Between a first look, which finds nothing, and what follows, somebody else does the work."""

            looked = False

            def read(self, space: str, table: str, key: str) -> Any:
                found = super().read(space, table, key)
                if not self.looked:
                    self.looked = True
                    with ThreadPoolExecutor(1) as pool:
                        pool.submit(done, studio_of_both, work).result(TIMEOUT)
                return found

        studio_of_both = Studio(EndsJustNow(), workers=1)
        done(studio_of_both, work)
        studio_of_both.close()
        assert work.times == 1

    def test_an_error_reaches_every_caller_and_is_not_remembered(self, one: Studio) -> None:
        work = Work(ImageError("broken"), held=True)

        async def release() -> None:
            work.go.set()

        async def both() -> list[Any]:
            callers = [one.once("key", work) for _ in range(2)]
            return list(await asyncio.gather(*callers, release(), return_exceptions=True))

        assert [str(error) for error in asyncio.run(both())] == ["broken", "broken", "None"]
        assert work.times == 1
        assert done(one, Work({"blobs": [], "answer": 42}))["answer"] == 42

    def test_a_result_whose_blob_went_is_made_again(self, one: Studio, state: MemoryState) -> None:
        state.keep("blob", b"x")
        work = Work({"blobs": ["blob"]})
        done(one, work)
        assert one.known("key") is not None
        state.keep("large", bytes(1 << 20))
        assert one.known("key") is None
        state.keep("blob", b"x")
        done(one, work)
        assert work.times == 1, "the blob is here again"
        state.keep("larger", bytes(1 << 20))
        done(one, work)
        assert work.times == 2

    def test_a_caller_that_goes_away_leaves_the_work_to_the_others(self, state: MemoryState) -> None:
        busy = Studio(state, workers=1)
        first, work = Work(held=True), Work({"blobs": [], "answer": 42})

        async def leave_and_stay() -> Any:
            queue = [busy.once("first", first), busy.once("key", work), busy.once("key", work)]
            _, leaving, staying = tasks = [asyncio.ensure_future(one) for one in queue]
            await asyncio.to_thread(first.begun.wait, TIMEOUT)
            leaving.cancel()
            await asyncio.wait([leaving])
            first.go.set()
            await asyncio.wait(tasks)
            return staying.result()

        assert asyncio.run(leave_and_stay())["answer"] == 42
        busy.close()

    def test_results_are_bounded(self, one: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(studio, "REMEMBERED", 2)
        for key in ("a", "b", "c"):
            done(one, Work(), key)
        assert [one.known(key) is not None for key in ("a", "b", "c")] == [False, True, True]


class TestLookAt:
    def test_it_knows_a_file_by_its_header_and_digests(self, one: Studio) -> None:
        seen = one.look_at(PORTRAIT)
        assert seen.facts == Facts(format=Format.PNG, width=160, height=200)
        assert seen.sha256 == hashlib.sha256(PORTRAIT).hexdigest()
        assert seen.digest != one.look_at(PORTRAIT + b"x").digest

    def test_a_repeated_file_is_not_looked_at_again(
        self, one: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        probe = Counted(headers.probe)
        monkeypatch.setattr(headers, "probe", probe)
        assert one.look_at(PORTRAIT) is one.look_at(bytes(bytearray(PORTRAIT)))
        assert probe.calls == 1

    def test_an_error_is_remembered_too(self, one: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        probe = Counted(headers.probe)
        monkeypatch.setattr(headers, "probe", probe)
        for _ in range(2):
            seen = one.look_at(b"no image")
            assert seen.facts is None
            assert isinstance(seen.error, NotAnImage)
        assert probe.calls == 1

    def test_what_it_remembers_is_bounded(self, one: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(studio, "REMEMBERED", 2)
        first = one.look_at(b"1")
        one.look_at(b"2")
        assert one.look_at(b"1") is first
        one.look_at(b"3")
        assert one.look_at(b"1") is not first

    def test_many_threads_may_look(self, one: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(studio, "REMEMBERED", 3)
        with ThreadPoolExecutor(16) as pool:
            seen = list(pool.map(lambda number: one.look_at(b"%d" % (number % 7)), range(2000)))
        assert {one.sha256 for one in seen} == {hashlib.sha256(b"%d" % n).hexdigest() for n in range(7)}


class TestCutout:
    @pytest.fixture
    def matte(self, monkeypatch: pytest.MonkeyPatch) -> Counted:
        matte = Counted(matting.matte)
        monkeypatch.setattr(matting, "matte", matte)
        return matte

    def test_a_picture_is_matted_once(self, one: Studio, matte: Counted) -> None:
        first, again = one.cutout("digest", PORTRAIT), one.cutout("digest", PORTRAIT)
        assert matte.calls == 1
        assert np.array_equal(first.rgba, again.rgba)
        assert first.people == again.people
        assert len(first.people) == 1
        assert first.rgba.shape == (200, 160, 4)

    def test_another_studio_on_the_same_state_remembers_it_too(
        self, one: Studio, state: MemoryState, matte: Counted
    ) -> None:
        one.cutout("digest", PORTRAIT)
        other = Studio(state)
        other.cutout("digest", PORTRAIT)
        other.close()
        assert matte.calls == 1

    def test_nobody_can_change_what_is_remembered(self, one: Studio) -> None:
        for _ in range(2):
            with pytest.raises(ValueError, match="read-only"):
                one.cutout("digest", PORTRAIT).rgba[0, 0] = 0

    def test_a_picture_whose_pixels_went_is_matted_again(
        self, one: Studio, state: MemoryState, matte: Counted
    ) -> None:
        one.cutout("digest", PORTRAIT)
        state.keep("large", bytes(1 << 20))
        one.cutout("digest", PORTRAIT)
        assert matte.calls == 2

    def test_a_picture_that_cannot_be_decoded_raises_each_time(self, one: Studio) -> None:
        for _ in range(2):
            with pytest.raises(ImageError):
                one.cutout("digest", PORTRAIT[:1000])

    def test_a_picture_that_the_store_has_no_room_for_is_still_cut_out(self, matte: Counted) -> None:
        state = MemoryState(Spool(1000))
        one = Studio(state)
        assert len(one.cutout("digest", PORTRAIT).people) == 1
        one.close()
        state.close()


class TestSubject:
    @pytest.fixture
    def matte(self, monkeypatch: pytest.MonkeyPatch) -> Counted:
        matte = Counted(matting.matte)
        monkeypatch.setattr(matting, "matte", matte)
        return matte

    @pytest.mark.parametrize("subject", [Subject.PERSON, Subject.AUTO, Subject.OBJECT])
    def test_people_come_from_the_matte_that_is_remembered(
        self, one: Studio, matte: Counted, subject: Subject
    ) -> None:
        known = one.cutout("digest", PORTRAIT)
        found = one.subject("digest", PORTRAIT, subject)
        assert found is not None
        assert np.array_equal(found, known.rgba)
        assert matte.calls == 1

    def test_ink_needs_no_matte(self, one: Studio, matte: Counted) -> None:
        sheet = stamp(3, width=200, height=160, seal="carved")
        found = one.subject("digest", png(sheet.rgb), Subject.STAMP)
        assert found is not None
        assert ((found[..., 3] > 127) == (sheet.alpha > 127)).mean() > 0.97
        assert matte.calls == 0

    @pytest.mark.parametrize("subject", list(Subject))
    def test_nothing_is_in_the_picture_of_a_wall(self, one: Studio, subject: Subject) -> None:
        wall = png(portrait(4, width=160, height=200, people=0).rgb)
        assert one.subject("digest", wall, subject) is None

    def test_a_picture_that_cannot_be_decoded_raises(self, one: Studio) -> None:
        with pytest.raises(ImageError):
            one.subject("digest", PORTRAIT[:1000], Subject.OBJECT)


class TestClose:
    def test_closing_waits_for_nothing(self, state: MemoryState) -> None:
        one = Studio(state, workers=1)
        work = Work(held=True)

        async def begin_and_close() -> None:
            asyncio.ensure_future(one.once("key", work))  # noqa: RUF006
            await asyncio.to_thread(work.begun.wait, TIMEOUT)
            one.close()

        asyncio.run(begin_and_close())
        assert not work.go.is_set()
        work.go.set()

    def test_work_that_ends_after_the_store_was_closed_leaves_no_file_open(self) -> None:
        state = MemoryState()
        one = Studio(state, workers=1)
        state.close()
        one.cutout("digest", PORTRAIT)
        one.close()
        assert not state.kept("rgba digest")


def test_a_remembered_error_does_not_hold_on_to_the_file() -> None:
    error = Studio(MemoryState()).look_at(b"junk " * 1000).error
    assert error is not None
    assert (error.__traceback__, error.__context__, error.__cause__) == (None, None, None)
