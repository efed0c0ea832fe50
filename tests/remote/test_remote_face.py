"""What Python can do with a sandbox, in process and over HTTP: the same words, results and errors."""

import hashlib
import inspect
from typing import Any, TypeAlias

import httpx
import pytest

from mockserver import (
    MockServer,
    RemoteSandbox,
    RemoteServer,
    RunningSandbox,
    fixtures,
)
from mockserver.catalogue import providers

Server: TypeAlias = MockServer | RemoteServer
Face: TypeAlias = RunningSandbox | RemoteSandbox

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
URL = "https://images.example.com/a.jpg"


def extract(sandbox: Face, key: str | None = None) -> Any:
    access = sandbox.ailab
    headers = {"ailabapi-api-key": key or access.api_key}
    url = f"{access.url}/api/cutout/portrait/avatar-extraction"
    return httpx.post(url, headers=headers, files={"image": PORTRAIT}).json()


class TestSandbox:
    def test_it_knows_where_each_provider_is_and_its_keys(self, either: Server, face: Face) -> None:
        for provider in providers():
            access = getattr(face, provider)
            assert access == face.access(provider)
            assert access.url == either.url
            assert {name: getattr(access, name) for name in face.credentials(provider)} == face.credentials(
                provider
            )
        assert face.tencent_bda.endpoint == either.url.removeprefix("http://")

    def test_its_keys_work(self, face: Face) -> None:
        assert extract(face)["error_code"] == 0

    def test_no_provider_has_another_name(self, face: Face) -> None:
        with pytest.raises(AttributeError, match=r"a sandbox has no 'alab'\. Did you mean ailab"):
            _ = face.alab
        with pytest.raises(LookupError, match="there are ailab, picwish"):
            face.access("alab")

    def test_settings_can_be_given_at_its_birth(self, either: Server) -> None:
        sandbox = either.sandbox(ailab={"balance": 3}, picwish={"qps": None})
        assert sandbox.settings("ailab")["balance"] == 3
        assert sandbox.settings("picwish")["qps"] is None

    def test_settings_can_be_changed_one_or_several(self, face: Face) -> None:
        face.set("ailab", balance=2, locked=True)
        face.configure({"ailab": {"locked": False}, "picwish": {"seconds": 0.25}})
        assert face.settings("ailab")["balance"] == 2
        assert face.settings("ailab")["locked"] is False
        assert face.settings("picwish")["seconds"] == 0.25

    def test_a_reset_makes_it_new_and_keeps_its_keys(self, face: Face) -> None:
        extract(face)
        face.set("ailab", balance=0)
        face.clock.travel(days=2)
        face.reset()
        assert len(face.journal) == 0
        assert extract(face)["error_code"] == 0

    def test_a_dropped_one_is_gone(self, either: Server, face: Face) -> None:
        assert face.alive
        face.drop()
        face.drop()
        either.drop(face.id)
        assert not face.alive
        with pytest.raises(LookupError, match=f"sandbox {face.id} was dropped"):
            face.set("ailab", balance=1)

    def test_default_is_always_there_and_cannot_be_dropped(self, either: Server) -> None:
        assert either.default.id == "default"
        assert either.default.ailab.api_key == "mock-ailab-key-of-the-default-sandbox"
        with pytest.raises(ValueError, match="reset it instead"):
            either.default.drop()
        with pytest.raises(ValueError, match="reset it instead"):
            either.drop("default")

    def test_it_was_born_when_it_was_minted(self, face: Face) -> None:
        assert face.born == pytest.approx(face.clock.now(), abs=5)


class TestClock:
    def test_it_travels_and_stands_still(self, face: Face) -> None:
        frozen = face.clock.freeze()
        assert face.clock.frozen
        assert face.clock.travel(1, minutes=1, hours=1, days=1) == pytest.approx(frozen + 90_061)
        assert face.clock.now() == pytest.approx(frozen + 90_061)
        assert face.clock.unfreeze() >= frozen + 90_061
        assert not face.clock.frozen

    def test_the_wall_clock_goes_wrong_by_the_skew(self, face: Face) -> None:
        honest = face.clock.wall()
        face.clock.skew = -400
        assert face.clock.skew == -400
        assert face.clock.wall() == pytest.approx(honest - 400, abs=10)

    def test_it_goes_to_what_is_due_next(self, face: Face) -> None:
        extract(face)
        ahead = face.due()
        assert face.clock.next() == ahead[0]
        assert face.clock.now() >= ahead[0].at
        assert face.due()[0] == ahead[1]

    def test_nothing_is_left_after_a_year(self, face: Face) -> None:
        face.clock.travel(days=365)
        assert (face.due(), face.clock.next()) == ([], None)


class TestFaults:
    def test_one_strikes_and_is_counted(self, face: Face) -> None:
        fault = face.fail("ailab", "error.ERROR_USER_LOCKED", nth=2, seed=7)
        assert [extract(face)["error_code"] == 0 for _ in range(3)] == [True, False, True]
        [rule] = face.faults.list("ailab")
        assert (rule.fault, rule.seen, rule.struck) == (fault, 3, 1)
        assert face.journal[1].fault == fault.effect

    def test_they_are_listed_and_switched_off(self, face: Face) -> None:
        one = face.fail("ailab", "http.delay", operation="avatar-extraction", times=None, seconds=0.5)
        other = face.fail("picwish", "state.-8")
        assert [rule.fault for rule in face.faults.list()] == [one, other]
        assert face.faults.list("picwish")[0].fault == other
        assert face.faults.remove(one.id)
        assert not face.faults.remove(one.id)
        face.faults.clear("ailab")
        assert [rule.fault for rule in face.faults.list()] == [other]
        face.faults.clear()
        assert list(face.faults.list()) == []


class TestJournal:
    def test_it_is_a_sequence_of_exchanges(self, face: Face) -> None:
        with pytest.raises(IndexError, match="no exchange yet"):
            _ = face.journal.last
        link = extract(face)["data"]["elements"][0]["image_url"]
        httpx.get(link)
        assert len(face.journal) == 2
        assert [exchange.operation for exchange in face.journal] == ["avatar-extraction", "result"]
        first, last = face.journal[0], face.journal[-1]
        assert face.journal.last == last == face.journal[1]
        assert list(face.journal[:1]) == [first]
        assert first.files[0].width is not None
        assert first.sandbox == face.id
        assert face.journal.dropped == 0
        for index in (2, -3):
            with pytest.raises(IndexError):
                _ = face.journal[index]

    def test_a_remote_one_holds_what_the_one_in_process_holds(
        self, server: MockServer, remote: RemoteServer
    ) -> None:
        sandbox = remote.sandbox()
        extract(sandbox)
        found = server.app.engine.registry.get(sandbox.id)
        assert found is not None
        assert list(sandbox.journal) == list(found.journal)

    def test_strangers_have_one_of_their_own(self, either: Server, face: Face) -> None:
        extract(face, key="nobody's")
        assert either.strangers.last.status == 401
        assert len(face.journal) == 0

    def test_it_can_be_emptied(self, face: Face) -> None:
        extract(face)
        face.journal.clear()
        assert (len(face.journal), list(face.journal)) == (0, [])

    def test_it_can_be_had_as_an_http_archive(self, face: Face) -> None:
        extract(face)
        assert len(face.journal.har()["log"]["entries"]) == 1


class TestKnowledge:
    def test_a_known_url_is_not_fetched(self, face: Face) -> None:
        face.know_url(URL, PORTRAIT)
        assert face.known_urls() == {URL: len(PORTRAIT)}
        answer = httpx.post(
            f"{face.picwish.url}/api/tasks/visual/segmentation",
            headers={"X-API-KEY": face.picwish.api_key},
            files={"sync": (None, "1"), "image_url": (None, URL)},
        )
        assert answer.json()["data"]["state"] == 1

    def test_a_known_text_is_kept(self, server: MockServer, face: Face) -> None:
        placed = {"text": "there", "x": 1, "y": 2, "width": 30.5, "height": 4}
        face.know_text(b"image", "here", placed)
        found = server.app.engine.registry.get(face.id)
        assert found is not None
        assert found.known_text(hashlib.sha256(b"image").hexdigest()) == [{"text": "here"}, placed]


def test_callbacks_are_told(server: MockServer, face: Face) -> None:
    face.clock.freeze()
    files: Any = {"image_file": PORTRAIT, "callback_url": (None, "http://127.0.0.1:9/closed")}
    url = f"{face.picwish.url}/api/tasks/visual/segmentation"
    httpx.post(url, headers={"X-API-KEY": face.picwish.api_key}, files=files)
    assert [(one.provider, one.attempts, one.standing) for one in face.callbacks] == [
        ("picwish", 0, "pending")
    ]
    face.clock.travel(hours=1)
    assert len(face.callbacks) == 1
    assert face.callbacks[0].attempts >= 1
    assert "127.0.0.1:9" in face.callbacks[0].url


FACE = (
    "id ailab picwish processimage tencent_bda access credentials settings set configure fail faults "
    "know_url known_urls know_text clock due journal callbacks reset drop alive born"
)


@pytest.mark.parametrize("name", FACE.split())
def test_the_face_is_whole(face: Face, name: str) -> None:
    assert getattr(face, name) is not None


@pytest.mark.parametrize(("here", "there"), [(RunningSandbox, RemoteSandbox), (MockServer, RemoteServer)])
def test_what_both_have_takes_the_same_arguments(here: type, there: type) -> None:
    public = [name for name in vars(there) if not name.startswith("_")]
    shared = [name for name in public if callable(getattr(here, name, None))]
    assert len(shared) >= 2
    for name in shared:
        taken, given = (inspect.signature(getattr(one, name)).parameters for one in (here, there))
        assert taken == given, name
