"""Control calls: minting, looking at, changing, emptying and dropping sandboxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.clock import Due
from mockserver.control import views
from mockserver.control.bodies import LIST, MAX_FILES, OBJECT, TEXT, check, checked, decoded, required
from mockserver.control.call import Answer, Asked, Call
from mockserver.control.errors import Refused, refusal
from mockserver.knowledge import MOST, MOST_BYTES, MOST_IN_ALL, Knowledge
from mockserver.sandbox import DEFAULT, Sandbox, SandboxDropped
from mockserver.state.memory import MemoryState

PATH = "/_mock/sandboxes"
FORMS = {"settings": OBJECT, "known_urls": OBJECT, "known_texts": LIST}
EXAMPLE: Mapping[str, Any] = {
    "settings": {"picwish": {"qps": None, "polls": 3}},
    "known_urls": {"https://images.example.com/a.jpg": "<the file in base64>"},
    "known_texts": [
        {
            "image": "<the file in base64>",
            "texts": ["a line", {"text": "another", "x": 10, "y": 20, "width": 200, "height": 30}],
        }
    ],
}

KNOWN_URL = (
    "a URL that begins with http:// or https://",
    f"the content of a file of at most {MOST_BYTES} bytes; in all, {MOST} URLs and {MOST_IN_ALL} bytes",
)
KNOWN_TEXT = ("a string", "an object with text, x, y, width and height, which are numbers of pixels")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What a sandbox is to be like: read from a body and found to be possible."""

    settings: Mapping[str, Mapping[str, Any]]
    urls: Mapping[str, bytes]
    texts: list[tuple[bytes, list[Any]]]

    def tell(self, sandbox: Sandbox) -> None:
        """Let a sandbox know the URLs and texts."""
        for url, content in self.urls.items():
            sandbox.know_url(url, content)
        for image, texts in self.texts:
            sandbox.know_text(image, *texts)


def wishes(body: Mapping[str, Any], sandbox: Sandbox) -> Wishes:
    """What a body wishes of a sandbox. Raises Refused when anything of it cannot be."""
    checked(body, FORMS)
    settings = body.get("settings", {})
    for provider, changes in settings.items():
        check(changes, OBJECT, at=f"settings.{provider:.100}")
    _rehearse_settings(sandbox, settings)
    urls = body.get("known_urls", {})
    found = Wishes(
        settings=settings,
        urls={url: decoded(content, at=f"known_urls.{url:.100}") for url, content in urls.items()},
        texts=[_text(number, known) for number, known in enumerate(body.get("known_texts", []))],
    )
    _rehearse_knowledge(sandbox, found)
    return found


def _text(number: int, known: Any) -> tuple[bytes, list[Any]]:
    at = f"known_texts.{number}"
    check(known, OBJECT, at=at)
    checked(known, {"image": TEXT, "texts": LIST}, within=at)
    required(known, "image", "texts")
    return decoded(known["image"], at=f"{at}.image"), known["texts"]


def _rehearse_settings(sandbox: Sandbox, settings: Mapping[str, Any]) -> None:
    for provider, changes in settings.items():
        try:
            now = {provider: sandbox.settings(provider)} if provider in _names(sandbox) else {}
            sandbox.configured(now, {provider: changes})
        except SandboxDropped as dropped:
            raise refusal(dropped) from dropped
        except LookupError as error:
            raise Refused(
                422, str(error), kind="provider", at=f"settings.{provider:.100}", possible=_names(sandbox)
            ) from error
        except ValueError as error:
            raise refusal(error, within="settings") from error


def _rehearse_knowledge(sandbox: Sandbox, found: Wishes) -> None:
    """Tell it all to nobody first, so that a sandbox is told all or nothing."""
    rehearsal = Knowledge(MemoryState(), "rehearsal")
    for url in sandbox.known_urls():
        rehearsal.know_url(url, b"")
    for url, content in found.urls.items():
        try:
            rehearsal.know_url(url, content)
        except ValueError as error:
            raise refusal(error, within=f"known_urls.{url:.100}", possible=KNOWN_URL) from error
    for number, (image, texts) in enumerate(found.texts):
        try:
            rehearsal.know_text(image, texts)
        except ValueError as error:
            raise refusal(error, within=f"known_texts.{number}.texts", possible=KNOWN_TEXT) from error


def _names(sandbox: Sandbox) -> list[str]:
    return [tenancy.name for tenancy in sandbox.tenancies]


def mint(asked: Asked) -> Answer:
    """A fresh sandbox."""
    registry = asked.engine.registry
    wished = wishes(asked.body, registry.default)
    sandbox = registry.mint(**wished.settings)
    wished.tell(sandbox)
    location = {"Location": f"{PATH}/{sandbox.id}"}
    return Answer(status=201, content=views.of_sandbox(sandbox, asked.origin), headers=location)


def every(asked: Asked) -> Any:
    """All sandboxes that live, by their ids."""
    registry = asked.engine.registry
    found = []
    for sandbox_id in registry.ids():
        # Not asked of the registry, which would take it for a use.
        sandbox = Sandbox(asked.engine.state, sandbox_id, ())
        if sandbox.alive:
            found.append(
                {
                    "id": sandbox_id,
                    "created": sandbox.born,
                    "last_used": registry.last_used(sandbox_id),
                    "exchanges": len(sandbox.journal),
                }
            )
    return {"sandboxes": found, "most": registry.most, "idle": registry.idle}


def look(asked: Asked) -> Any:
    """One sandbox."""
    return views.of_sandbox(asked.sandbox, asked.origin)


def change(asked: Asked) -> Any:
    """One sandbox with settings changed, and more that it knows."""
    sandbox = asked.sandbox
    wished = wishes(asked.body, sandbox)
    sandbox.configure(wished.settings)
    wished.tell(sandbox)
    return views.of_sandbox(sandbox, asked.origin)


def reset(asked: Asked) -> Any:
    """One sandbox, as new."""
    checked(asked.body, {})
    asked.sandbox.reset()
    return views.of_sandbox(asked.sandbox, asked.origin)


def drop(asked: Asked) -> Answer:
    """Nothing: the sandbox is gone."""
    sandbox = asked.sandbox
    try:
        asked.engine.registry.drop(sandbox.id)
    except ValueError as error:
        raise Refused(409, str(error), kind="value", at="id") from error
    return Answer(status=200, content={"dropped": sandbox.id})


def due(asked: Asked) -> Any:
    """What lies ahead in a sandbox."""
    now = asked.sandbox.clock.now()
    ahead: list[Due] = asked.sandbox.due()
    return {"due": [views.of_due(one, now) for one in ahead]}


def callbacks(asked: Asked) -> Any:
    """The callbacks of a sandbox, in the order in which they were promised."""
    return {"callbacks": [views.of_callback(one) for one in asked.sandbox.callbacks]}


ONE = f"{PATH}/{{id}}"
CALLS = (
    Call(
        method="POST",
        path=PATH,
        does="Mint a sandbox: its id, and URL and credentials at each provider. The body is optional.",
        handler=mint,
        body=EXAMPLE,
        max_body=MAX_FILES,
    ),
    Call(method="GET", path=PATH, does="The sandboxes that live.", handler=every),
    Call(
        method="GET",
        path=ONE,
        does=f"Look at one; '{DEFAULT}' is always there, with the printed credentials.",
        handler=look,
    ),
    Call(
        method="PATCH",
        path=ONE,
        does="Change settings, and tell what URLs stand for and pictures say; all or nothing.",
        handler=change,
        body=EXAMPLE,
        max_body=MAX_FILES,
    ),
    Call(method="DELETE", path=ONE, does="Drop it; its credentials are unknown from then on.", handler=drop),
    Call(
        method="POST",
        path=f"{ONE}/reset",
        does="Journal, faults, files, tasks, settings and clock back to new; credentials stay.",
        handler=reset,
    ),
    Call(
        method="GET", path=f"{ONE}/due", does="What lies ahead in its time, the soonest first.", handler=due
    ),
    Call(
        method="GET",
        path=f"{ONE}/callbacks",
        does="What became of each callback, and when the next attempt is made.",
        handler=callbacks,
    ),
)
