"""The catalogues to read: as text for a terminal, as JSON, and as the page that the documentation keeps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, groupby
from typing import Any, Literal

from mockserver import catalogue
from mockserver.catalogue import Behaviour, Catalogue, Kind, Trigger
from mockserver.contract.columns import described, paragraph

MEANINGS: Mapping[Kind, str] = {
    Kind.SUCCESS: "successes",
    Kind.OPTION: "options",
    Kind.FORMAT: "formats",
    Kind.AUTHENTICATION: "ways to authenticate",
    Kind.LANGUAGE: "languages",
    Kind.STATE: "states of the work, inside an answer that is a success",
    Kind.FAILURE: "failures of the work, inside an answer that is a success",
    Kind.LIFETIME: "results, and how long they live",
    Kind.ERROR: "errors",
}
ABOUT = (
    "Each behaviour has an id: the coverage counts by it, and `sandbox.fail` takes it to cause an error or a "
    "failure. It says how it is known (documented, observed in answers of the real service, or assumed), and "
    "how to cause it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Some behaviours of one catalogue, in its order."""

    catalogue: Catalogue
    behaviours: Sequence[Behaviour]

    @classmethod
    def of(cls, known: Catalogue, *, kinds: Iterable[Kind] = (), by: Trigger | None = None) -> Selection:
        """Those of some kinds (of none given: of all) and with one cause, or any."""
        wanted = frozenset(kinds) or frozenset(Kind)
        return cls(
            catalogue=known,
            behaviours=[one for one in known if one.kind in wanted and by in (None, one.cause.by)],
        )

    def as_data(self) -> dict[str, Any]:
        """As plain data: the provider, its behaviours, and the sources that they name."""
        one = self.catalogue
        return {
            "title": one.title,
            "operation": asdict(one.operation),
            "hosts": one.hosts,
            "behaviours": [asdict(behaviour) for behaviour in self.behaviours],
            "sources": {name: asdict(one.sources[name]) for name in self.sources},
        }

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources of these behaviours, in the order of the catalogue."""
        named = {name for behaviour in self.behaviours for name in behaviour.provenance.sources}
        return tuple(name for name in self.catalogue.sources if name in named)

    def grouped(self) -> Iterator[tuple[str, list[Behaviour], Trigger]]:
        """What stands together, with a heading: by kind, and by who brings it about."""

        def place(one: Behaviour) -> tuple[int, bool]:
            return order.index(one.kind), one.cause.by is Trigger.FAULT

        order = list(MEANINGS)
        for (kind, forced), some in groupby(sorted(self.behaviours, key=place), key=place):
            by = Trigger.FAULT if forced else Trigger.REQUEST
            yield MEANINGS[order[kind]], list(some), by


def shown(
    providers: Iterable[str] = (),
    *,
    kinds: Iterable[Kind] = (),
    by: Trigger | None = None,
    form: Literal["text", "json", "markdown"] = "text",
) -> str:
    """The behaviours of some providers and of some kinds (of none given: of all), with one cause or any.

    Raises LookupError when there is no such provider."""
    wanted, named = tuple(kinds), sorted(providers) or catalogue.providers()
    selections = [Selection.of(catalogue.load(name), kinds=wanted, by=by) for name in dict.fromkeys(named)]
    if form == "json":
        found = {one.catalogue.provider: one.as_data() for one in selections}
        return json.dumps({"providers": found}, indent=2, ensure_ascii=False) + "\n"
    return markdown(selections) if form == "markdown" else "\n".join(map(text, selections))


def text(selection: Selection) -> str:
    """In columns, at most 100 wide: each behaviour with how it is known, and how to cause it."""
    one = selection.catalogue
    known = ", ".join(f"{len(some)} {name}" for name, some in _by_cause(selection))
    lines = [f"{one.provider} - {one.title}", f"  {known or 'nothing such'}"]
    for heading, some, by in selection.grouped():
        lines += ["", *paragraph(_heading(one.provider, heading, by))]
        lines += described([_columns(each, by) for each in some])
    if selection.sources:
        lines += ["", "Known from:", *described(_sources(selection))]
    return "\n".join(lines) + "\n"


def markdown(selections: Iterable[Selection]) -> str:
    """All of it as one Markdown page."""
    listed = list(selections)
    contents = [f"- [{one.catalogue.title}](#{one.catalogue.provider})" for one in listed]
    blocks = [
        "# What the providers can do",
        "<!-- made by `mockserver catalogue --markdown` from schemas/<provider>/catalogue.json -->",
        ABOUT,
        "\n".join(contents),
        *chain.from_iterable(map(_markdown, listed)),
    ]
    return "\n\n".join(blocks) + "\n"


def _markdown(selection: Selection) -> Iterator[str]:
    one = selection.catalogue
    yield f'<a id="{one.provider}"></a>'
    yield f"## {one.title}"
    for heading, some, by in selection.grouped():
        yield f"### {_heading(one.provider, heading, by).removesuffix(':')}"
        how = ("How to cause it",) if by is Trigger.REQUEST else ()
        head = ("Behaviour", "What", *how, "Known")
        rows = [head, ("---",) * len(head), *(_cells(one.provider, each, by) for each in some)]
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)
    yield f"### Sources of {one.title}"
    yield "\n".join(f"- {_anchor(one.provider, name)}{_linked(one, name)}" for name in selection.sources)


def _cells(provider: str, one: Behaviour, by: Trigger) -> tuple[str, ...]:
    sources = ", ".join(f"[{name}](#{provider}-{name})" for name in one.provenance.sources)
    known = f"{one.provenance.kind.value}: {sources}" if sources else one.provenance.kind.value
    what = f"{one.summary} {_wire(one)}".strip()
    note = f" {_escaped(one.provenance.note)}" if one.provenance.note else ""
    row = (f"`{_short(one)}`", _escaped(what), known + (note and f".{note}"))
    return row if by is Trigger.FAULT else (*row[:2], _escaped(one.cause.how), row[2])


def _wire(one: Behaviour) -> str:
    """The HTTP status, code and text of an error; nothing of anything else."""
    if one.error is None:
        return ""
    code = "" if one.error.code == str(one.error.status) else f", {one.error.code}"
    return f"HTTP {one.error.status}{code}: {one.error.message()}"


def _by_cause(selection: Selection) -> Iterator[tuple[str, Sequence[Behaviour]]]:
    names = {Trigger.REQUEST: "that a request can cause", Trigger.FAULT: "that only a fault can"}
    for by, name in names.items():
        if some := [one for one in selection.behaviours if one.cause.by is by]:
            yield name, some


def _heading(provider: str, heading: str, by: Trigger) -> str:
    said = heading[0].upper() + heading[1:]
    if by is Trigger.REQUEST:
        return f"{said}:"
    return f'{said}, which only a fault can cause, sandbox.fail("{provider}", ID):'


def _columns(one: Behaviour, by: Trigger) -> tuple[str, str, str]:
    said = one.cause.how if by is Trigger.REQUEST else one.summary
    sources = f" [{', '.join(one.provenance.sources)}]" if one.provenance.sources else ""
    return _short(one), one.provenance.kind.value, said + sources


def _sources(selection: Selection) -> Iterator[tuple[str, str]]:
    for name in selection.sources:
        source = selection.catalogue.sources[name]
        yield name, f"{source.title} {source.url or ''}"


def _linked(one: Catalogue, name: str) -> str:
    source = one.sources[name]
    title = _escaped(source.title)
    return f"{name}: [{title}]({source.url})" if source.url else f"{name}: {title}"


def _anchor(provider: str, name: str) -> str:
    return f'<a id="{provider}-{name}"></a>'


def _escaped(said: str) -> str:
    for special in ("\\", "|", "<", "*", "["):
        said = said.replace(special, f"\\{special}")
    return said.replace("\n", " ")


def _short(one: Behaviour) -> str:
    return one.id.partition(".")[2]
