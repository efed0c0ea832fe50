"""The clock of a sandbox by HTTP: all at once or nothing, and what falls due has happened."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from control_world import PORTRAIT, Minted
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer
from mockserver.clock import LAST
from mockserver.control.call import Asked
from mockserver.control.clock import move
from mockserver.control.errors import Refused
from mockserver.control.views import iso

LATER = {"settings": {"picwish": {"seconds": 9}}}
TASKS = "/api/tasks/visual/segmentation"


def clock(sandbox: Minted, **body: Any) -> Any:
    answer = sandbox.ask("POST", "/clock", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def now(sandbox: Minted) -> float:
    found: float = sandbox.ask("GET", "/clock").json()["now"]
    return found


class TestTravel:
    @pytest.mark.parametrize(
        ("travel", "seconds"),
        [
            (90, 90),
            (0.5, 0.5),
            (0, 0),
            ({"hours": 25}, 90_000),
            ({"seconds": 1, "minutes": 1, "hours": 1, "days": 1}, 90_061),
            ({}, 0),
        ],
    )
    def test_it_goes_so_far(self, sandbox: Minted, travel: Any, seconds: float) -> None:
        before = clock(sandbox, freeze=True)["now"]
        assert clock(sandbox, travel=travel)["now"] == pytest.approx(before + seconds)

    def test_it_tells_the_time_in_words_too(self, sandbox: Minted) -> None:
        assert clock(sandbox, freeze=True)["now_iso"].endswith("Z")

    def test_a_link_is_dead_a_day_later(self, sandbox: Minted) -> None:
        path = "/" + sandbox.extract().json()["data"]["elements"][0]["image_url"].split("/", 3)[3]
        assert sandbox.client.get(path).status_code == 200
        clock(sandbox, travel={"hours": 25})
        assert sandbox.client.get(path).status_code == 404


class TestSeveralAtOnce:
    def test_it_freezes_first_and_then_travels(self, sandbox: Minted) -> None:
        frozen = clock(sandbox, freeze=True, travel=0)["now"]
        found = clock(sandbox, travel=60, freeze=True, skew=-5)
        assert (found["now"], found["frozen"], found["skew"]) == (frozen + 60, True, -5)
        assert clock(sandbox, freeze=False)["frozen"] is False

    def test_skew_moves_the_wall_clock_alone(self, sandbox: Minted) -> None:
        before = sandbox.ask("GET", "/clock").json()
        after = clock(sandbox, skew=3600)
        assert after["wall"] - before["wall"] == pytest.approx(3600, abs=10)
        assert after["now"] - before["now"] == pytest.approx(0, abs=10)

    @pytest.mark.parametrize(
        ("body", "at"),
        [
            ({"travel": -1}, "travel"),
            ({"travel": 1e300}, "travel"),
            ({"travel": 10**400}, "travel"),
            ({"travel": {"hours": -1}}, "travel"),
            ({"travel": {"hour": 1}}, "travel.hour"),
            ({"travel": {"hours": "1"}}, "travel.hours"),
            ({"travel": "1"}, "travel"),
            ({"travel": True}, "travel"),
            ({"travel": None}, "travel"),
            ({"skew": 1e11}, "skew"),
            ({"skew": 10**400}, "skew"),
            ({"skew": "1"}, "skew"),
            ({"freeze": 1}, "freeze"),
            ({"next": "yes"}, "next"),
            ({"nxt": True}, "nxt"),
        ],
    )
    def test_nothing_is_done_when_one_thing_cannot_be(
        self, sandbox: Minted, body: dict[str, Any], at: str
    ) -> None:
        frozen = clock(sandbox, freeze=True)
        answer = sandbox.ask("POST", "/clock", {"freeze": False, "skew": 7, "travel": 100, **body})
        assert (answer.status_code, answer.json()["at"]) == (422, at)
        assert answer.json()["possible"]
        assert sandbox.ask("GET", "/clock").json()["now"] == frozen["now"]
        assert sandbox.ask("GET", "/clock").json()["skew"] == 0

    def test_nothing_to_do_is_told_what_there_is(self, sandbox: Minted) -> None:
        answer = sandbox.ask("POST", "/clock", {})
        assert (answer.status_code, answer.json()["possible"]) == (422, ["skew", "freeze", "travel", "next"])


class TestNext:
    def test_it_goes_to_what_is_due_and_says_what(self, sandbox: Minted) -> None:
        sandbox.extract()
        expected = sandbox.ask("GET", "/clock").json()["next"]
        found = clock(sandbox, next=True)
        assert found["reached"]["at"] == expected["at"] <= found["now"]
        assert found["reached"]["what"] == expected["what"]
        assert found["reached"]["what"].endswith("is gone")

    def test_what_is_due_is_listed_the_soonest_first(self, sandbox: Minted) -> None:
        sandbox.extract()
        due = sandbox.ask("GET", "/due").json()["due"]
        assert [one["at"] for one in due] == sorted(one["at"] for one in due)
        assert due[0]["at"] == sandbox.ask("GET", "/clock").json()["next"]["at"]
        assert all(one["in"] > 0 for one in due)

    def test_when_nothing_is_left_it_says_so_and_stays(self, sandbox: Minted) -> None:
        clock(sandbox, freeze=True, travel={"days": 365})
        before = now(sandbox)
        found = clock(sandbox, next=True)
        assert (found["reached"], found["next"], found["now"]) == (None, None, before)


class Receiver(BaseHTTPRequestHandler):
    """Takes callbacks, or refuses them, by the statuses of its server."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append(self.path)  # type: ignore[attr-defined]
        self.server.meanwhile()  # type: ignore[attr-defined]
        self.send_response(self.server.statuses.pop(0))  # type: ignore[attr-defined]
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.received, server.statuses = [], [500, 200]  # type: ignore[attr-defined]
    server.meanwhile = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def promise(sandbox: Minted, receiver: Any) -> None:
    """A task that the receiver will be told the end of."""
    url = f"http://127.0.0.1:{receiver.server_port}/done"
    files: Any = {"image_file": PORTRAIT, "callback_url": (None, url)}
    sandbox.client.post(TASKS, headers={"X-API-KEY": sandbox.key("picwish")}, files=files)


class TestCallbacks:
    def test_what_became_due_has_happened_when_it_answers(self, sandbox: Minted, receiver: Any) -> None:
        sandbox.ask("POST", "/clock", {"freeze": True})
        promise(sandbox, receiver)
        [waiting] = sandbox.ask("GET", "/callbacks").json()["callbacks"]
        assert (waiting["standing"], waiting["attempts"]) == ("pending", 0)
        clock(sandbox, travel=1)
        [refused] = sandbox.ask("GET", "/callbacks").json()["callbacks"]
        assert (refused["standing"], refused["last"]) == ("pending", "HTTP 500")
        assert refused["next_at"] == pytest.approx(now(sandbox) + 10, abs=1)
        clock(sandbox, next=True)
        [taken] = sandbox.ask("GET", "/callbacks").json()["callbacks"]
        assert (taken["standing"], taken["attempts"], taken["next_at"]) == ("delivered", 2, None)
        assert receiver.received == ["/done", "/done"]

    def test_a_receiver_may_control_the_server_while_a_travel_waits_for_it(
        self, server: MockServer, receiver: Any
    ) -> None:
        with httpx.Client(base_url=server.url) as client, httpx.Client(base_url=server.url) as other:
            sandbox = Minted(client=client, content=client.post("/_mock/sandboxes").json())
            receiver.statuses[:] = [200]
            receiver.meanwhile = lambda: other.patch(sandbox.path, json=LATER).raise_for_status()
            clock(sandbox, freeze=True)
            promise(sandbox, receiver)
            clock(sandbox, travel=1)
            [taken] = sandbox.ask("GET", "/callbacks").json()["callbacks"]
            assert taken["standing"] == "delivered"
            assert sandbox.ask("GET").json()["providers"]["picwish"]["settings"]["seconds"] == 9

    def test_a_travel_that_waits_does_not_keep_a_server_from_stopping(self, receiver: Any) -> None:
        release, reached = threading.Event(), threading.Event()

        def hang() -> None:
            reached.set()
            release.wait(10)

        receiver.meanwhile = hang
        with MockServer() as server, httpx.Client(base_url=server.url) as client:
            sandbox = Minted(client=client, content=client.post("/_mock/sandboxes").json())
            clock(sandbox, freeze=True)
            promise(sandbox, receiver)
            travel = threading.Thread(target=suppressed, args=(sandbox,))
            travel.start()
            assert reached.wait(10)
            began = time.perf_counter()
        took = time.perf_counter() - began
        release.set()
        travel.join()
        assert took < 4.5


def suppressed(sandbox: Minted) -> None:
    """Travel with a server that stops meanwhile."""
    with contextlib.suppress(httpx.HTTPError):
        sandbox.ask("POST", "/clock", {"travel": 1})


VALUES = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3) | st.just({"hours": 1})


@given(body=st.dictionaries(st.sampled_from(["travel", "freeze", "skew", "next", "x"]), VALUES))
def test_any_body_moves_the_clock_or_leaves_it_alone(body: dict[str, Any], server: MockServer) -> None:
    sandbox = server.app.engine.registry.mint()
    sandbox.clock.freeze()
    before = (sandbox.clock.now(), sandbox.clock.skew, sandbox.clock.frozen)
    asked = Asked(
        server.app.engine, origin="", path={"id": sandbox.id}, query={}, body=json.dumps(body).encode()
    )
    try:
        assert move(asked)["now"] >= before[0]
    except Refused:
        assert (sandbox.clock.now(), sandbox.clock.skew, sandbox.clock.frozen) == before
    sandbox.drop()


class TestTheEndOfTime:
    @pytest.fixture
    def ending(self, sandbox: Minted) -> Minted:
        """A sandbox with a link that ends after the last moment that a clock goes to."""
        sandbox.extract()
        left = LAST - now(sandbox) - 3600
        clock(sandbox, travel=left)
        sandbox.extract()
        return sandbox

    def test_all_but_going_on_is_possible(self, ending: Minted) -> None:
        end = clock(ending, freeze=True, travel=LAST - now(ending) - 1)["now"]
        assert clock(ending, travel=0, skew=5, freeze=True)["now"] == end
        assert clock(ending, freeze=False)["frozen"] is False
        assert ending.ask("POST", "/clock", {"travel": 3600}).json()["at"] == "travel"

    def test_what_is_next_beyond_it_is_not_gone_to(self, ending: Minted) -> None:
        clock(ending, freeze=True, travel=LAST - now(ending) - 1)
        answer = ending.ask("POST", "/clock", {"next": True, "skew": 5})
        assert (answer.status_code, answer.json()["at"]) == (422, "next")
        assert ending.ask("GET", "/clock").json()["skew"] == 0

    def test_a_moment_beyond_the_calendar_is_its_last(self) -> None:
        assert iso(0.0) == "1970-01-01T00:00:00.000Z"
        assert iso(LAST + 1e9) == "9999-12-31T23:59:59.000Z"
