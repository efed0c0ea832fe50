"""What can be set and what can go wrong, as pages to read: in a terminal, and in the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

from mockserver.damage.table import ALL, Damage
from mockserver.faults import TARGETS, Target, causable
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Provider
from mockserver.settings import Setting

WIDTH = 100
DAMAGED = {"http.": "Damage to an answer", "connection.": "Damage to a connection"}
STRUCK: Mapping[Target, str] = {
    "call": "a call",
    "result": "the download of a result",
    "outcome": "the outcome of a task",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing on a page: its name, its default, what is possible, and what it means; `parts` are things of
    its own. Without a default, `possible` says what it strikes."""

    name: str
    possible: str
    meaning: str
    default: str = ""
    parts: Sequence[Item] = ()


Chapter = tuple[str, Sequence[Item]]
"""Things, under a title."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of things, in chapters."""

    title: str
    about: str
    chapters: Sequence[Chapter]

    def text(self) -> str:
        """For a terminal, at most 100 columns wide."""
        return "\n\n".join(
            [fill(self.about, WIDTH), *(_section(name, items) for name, items in self.chapters)]
        )

    def markdown(self, command: str) -> str:
        """For the documentation; `command` is what makes it."""
        made = f"<!-- made by `{command}` -->"
        chapters = [
            f"## {name}\n\n| name | default | possible | meaning |\n|---|---|---|---|\n"
            + "\n".join(_rows(items))
            for name, items in self.chapters
        ]
        return "\n\n".join([f"# {self.title}", made, self.about, *chapters]) + "\n"


def settings_page(providers: Iterable[str] = ()) -> Page:
    """What a sandbox can be set to, at some providers or at all."""
    wanted = set(providers)
    chapters = [
        (f"{one.name}: {one.title}", [_setting(setting) for setting in one.settings])
        for one in PROVIDERS
        if not wanted or one.name in wanted
    ]
    about = (
        "Settings of a sandbox, by provider: sandbox.set('picwish', polls=3) in Python, "
        '{"settings": {"picwish": {"polls": 3}}} over HTTP. A setting with choices is a quirk: the documents '
        "allow each of these readings. Choices are strings, also where they look like numbers."
    )
    return Page(title="Settings", about=about, chapters=chapters)


def faults_page(providers: Iterable[str] = ()) -> Page:
    """What can go wrong with an answer or its connection; of some providers also what each can be made to
    answer."""
    wanted = set(providers)
    chapters: list[Chapter] = [
        (title, [_damage(one) for one in ALL if one.id.startswith(prefix)])
        for prefix, title in DAMAGED.items()
    ]
    chapters += [_caused(one) for one in PROVIDERS if one.name in wanted]
    about = (
        "sandbox.fail('ailab', 'http.delay', seconds=2) makes an answer of a provider go wrong; so does "
        "every error and failure of its catalogue by id, as in sandbox.fail('picwish', 'state.-8'). "
        "`operation`, `nth`, `times` (None: until switched off), `probability` and `seed` say which answers. "
        "What happens at `request` happens before anything is done or charged. Several faults can strike one "
        "answer, in the order of adding; a connection that ends is the last. Callbacks are not "
        "damaged."
    )
    return Page(title="Faults", about=about, chapters=chapters)


def _setting(setting: Setting) -> Item:
    return Item(
        name=setting.name,
        default=_written(setting.default),
        possible=setting.possible,
        meaning=setting.meaning,
    )


def _damage(damage: Damage) -> Item:
    parts = [
        Item(name=one.name, default=_written(one.default), possible=one.possible, meaning=one.meaning)
        for one in damage.options
    ]
    return Item(name=damage.id, possible=damage.applies_to, meaning=damage.meaning, parts=parts)


def _caused(provider: Provider) -> Chapter:
    """The errors and failures of a provider, under how many there are and at which operations."""
    found = causable(provider.name)
    items = [
        Item(
            name=one.id.partition(".")[2],
            possible=STRUCK[TARGETS.get(one.kind, "call")],
            meaning=one.summary,
        )
        for one in found
    ]
    operations = ", ".join(provider.operations)
    return f"{provider.name}: its {len(found)} errors and failures; its operations are {operations}", items


def _written(default: object) -> str:
    return ", ".join(map(repr, default)) if isinstance(default, list | tuple) else repr(default)


def _section(name: str, items: Sequence[Item]) -> str:
    return "\n".join([name, "", *(line for item in items for line in _lines(item, "  "))])


def _lines(item: Item, indent: str) -> Iterator[str]:
    takes = f"{item.default}; {item.possible}" if item.default else f"strikes {item.possible}"
    yield fill(f"{item.name}: {takes}", WIDTH, initial_indent=indent, subsequent_indent=indent + "    ")
    yield fill(item.meaning, WIDTH, initial_indent=indent + "    ", subsequent_indent=indent + "    ")
    for part in item.parts:
        yield from _lines(part, indent + "    ")


def _rows(items: Sequence[Item], mark: str = "") -> Iterator[str]:
    for item in items:
        cells = (f"{mark}`{item.name}`", _cell(item.default), _cell(item.possible), _cell(item.meaning))
        yield f"| {' | '.join(cells)} |"
        yield from _rows(item.parts, "— ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
