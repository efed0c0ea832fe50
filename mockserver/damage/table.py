"""All damages: what each does, what it takes, and what it applies to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from random import Random
from typing import Any

from mockserver.damage import effects
from mockserver.damage.answer import Answer, Moment, Trait
from mockserver.damage.options import SHOWN, FaultError, Option, shown

PREFIXES = ("http.", "connection.")
BODY, JSON, IMAGE = frozenset({Trait.BODY}), frozenset({Trait.JSON}), frozenset({Trait.IMAGE})
CONTENT = JSON | IMAGE
NOTHING: frozenset[Trait] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """One way to damage an answer or its connection.

    It applies to answers that have what it `needs`, and leaves them without what it `spoils`, so that no
    later damage looks for that."""

    id: str
    meaning: str
    apply: Callable[[Answer, Mapping[str, Any], Random], tuple[Answer, str]]
    options: tuple[Option, ...] = ()
    needs: frozenset[Trait] = NOTHING
    spoils: frozenset[Trait] = NOTHING

    @property
    def ends(self) -> bool:
        """Whether nothing can be done to the answer after it."""
        return self.id.startswith("connection.")

    @property
    def applies_to(self) -> str:
        """To which answers, for a reader."""
        return " and ".join(f"answers with {trait.value}" for trait in self.needs) or "any answer"

    def as_data(self) -> dict[str, Any]:
        """What there is to know about it, as plain data."""
        options = [
            {
                "name": option.name,
                "default": option.default,
                "possible": option.possible,
                "meaning": option.meaning,
            }
            for option in self.options
        ]
        told = {"meaning": self.meaning, "applies_to": self.applies_to, "options": options}
        return {"id": self.id, "effect": self.id, **told}

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All its options, those that are not given by default. Raises FaultError."""
        known = {option.name: option for option in self.options}
        for name, value in given.items():
            if name not in known:
                have = f"it has {', '.join(known)}" if known else "it has none"
                raise FaultError(
                    f"{self.id} has no option {shown(name)}; {have}", at=name[:SHOWN], possible=tuple(known)
                )
            if not known[name].accepts(value):
                possible = known[name].possible
                text = f"{name} of {self.id} cannot be {shown(value)}; it can be {possible}"
                raise FaultError(text, at=name, possible=known[name].choices or (possible,))
        options = {name: option.default for name, option in known.items()} | dict(given)
        _check_delay(options)
        return options


def _check_delay(options: Mapping[str, Any]) -> None:
    up_to, sigma = options.get("up_to"), options.get("sigma")
    if up_to is not None and sigma is not None:
        text = "a delay is drawn evenly, with up_to, or lognormally, with sigma, but not both"
        raise FaultError(text, at="sigma", possible=("up_to", "sigma"))
    if up_to is not None and up_to < options["seconds"]:
        possible = f"a number from {options['seconds']:g} to {effects.LONGEST:g}"
        text = f"up_to of a delay cannot be {up_to!r}; it can be {possible}"
        raise FaultError(text, at="up_to", possible=(possible,))


def _seconds(meaning: str, default: float | None = None) -> Option:
    name = "seconds" if default is not None else "up_to"
    return Option(name=name, kind="number", default=default, high=effects.LONGEST, meaning=meaning)


def _at(*moments: Moment, default: Moment) -> Option:
    return Option(
        name="at",
        kind="choice",
        default=default.value,
        choices=tuple(moment.value for moment in moments),
        meaning="request: before anything is done; before: the work is done, nothing is answered; "
        "within: after the headers and half of the body; after: after the whole answer.",
    )


SHARE = Option(
    name="share",
    kind="number",
    default=0.5,
    high=1.0,
    meaning="How much of the body comes; at least a byte is missing.",
)
TYPE = Option(
    name="content_type", kind="media_type", default="text/html", meaning="The Content-Type instead."
)

ALL = (
    Damage(
        id="http.delay",
        meaning="The answer is late, in real seconds: by `seconds`, or by as many as are drawn.",
        apply=effects.delay,
        options=(
            _seconds("How late; the least with `up_to`, the median with `sigma`.", default=1.0),
            _seconds("Drawn evenly from `seconds` up to this."),
            Option(name="sigma", kind="number", high=10.0, meaning="Drawn lognormally around `seconds`."),
        ),
    ),
    Damage(
        id="http.status",
        meaning="A page of a gateway in front of the provider, in place of the answer.",
        apply=effects.status,
        options=(
            Option(name="status", kind="whole", default=503, low=200, high=599, meaning="The HTTP status."),
            Option(name="body", kind="text", meaning="The page; a short one in HTML if left out."),
            TYPE,
            Option(name="retry_after", kind="whole", high=86_400, meaning="Seconds in a Retry-After header."),
        ),
        spoils=CONTENT,
    ),
    Damage(
        id="http.empty_body",
        meaning="The body is missing: Content-Length is 0.",
        apply=effects.empty_body,
        needs=BODY,
        spoils=BODY | CONTENT,
    ),
    Damage(
        id="http.truncated_body",
        meaning="The body just ends, and Content-Length is right for what comes.",
        apply=effects.truncated_body,
        options=(SHARE,),
        needs=BODY,
        spoils=CONTENT,
    ),
    Damage(
        id="http.wrong_length",
        meaning="Content-Length promises more than comes, then the connection is closed.",
        apply=effects.wrong_length,
        options=(SHARE,),
        needs=BODY,
        spoils=BODY | CONTENT,
    ),
    Damage(
        id="http.malformed_json",
        meaning="A mistake in the JSON text, so that no parser takes it.",
        apply=effects.malformed_json,
        needs=JSON,
        spoils=JSON,
    ),
    Damage(
        id="http.wrong_content_type",
        meaning="The body is as it was, its Content-Type is not.",
        apply=effects.wrong_content_type,
        options=(TYPE,),
        needs=BODY,
        spoils=CONTENT,
    ),
    Damage(
        id="http.slow_drip",
        meaning="The body comes in pieces, with pauses of the same length before each.",
        apply=effects.slow_drip,
        options=(
            _seconds("How long all of it takes.", default=1.0),
            Option(
                name="chunks",
                kind="whole",
                default=10,
                low=1,
                high=10_000,
                meaning="How many pieces; fewer where the pauses would be shorter than 3 ms.",
            ),
        ),
        needs=BODY,
    ),
    Damage(
        id="http.corrupt_image",
        meaning="Bytes inside an image are flipped, so that a decoder notices.",
        apply=effects.corrupt_image,
        needs=IMAGE,
        spoils=IMAGE,
    ),
    Damage(
        id="http.unknown_fields",
        meaning="More fields in every JSON object, of odd names and types; nothing else changes.",
        apply=effects.unknown_fields,
        needs=JSON,
    ),
    Damage(
        id="http.json_value",
        meaning="One value in the JSON is another one, or is left out; nothing else changes.",
        apply=effects.json_value,
        options=(
            Option(
                name="pointer",
                kind="pointer",
                default="",
                meaning="Where it is, as a JSON Pointer, such as '/data/state'; '' is all of the JSON.",
            ),
            Option(
                name="value",
                kind="json",
                meaning="What is there instead, as a JSON text; None leaves it out.",
            ),
        ),
        needs=JSON,
    ),
    Damage(
        id="connection.reset",
        meaning="The connection is reset: a client sees ECONNRESET.",
        apply=effects.reset,
        options=(_at(*Moment, default=Moment.BEFORE),),
    ),
    Damage(
        id="connection.close",
        meaning="The connection is closed without a reset.",
        apply=effects.close,
        options=(_at(*Moment, default=Moment.BEFORE),),
    ),
    Damage(
        id="connection.silence",
        meaning="The connection is held open and nothing comes until the client gives up or the server ends.",
        apply=effects.silence,
        options=(_at(Moment.REQUEST, Moment.BEFORE, default=Moment.BEFORE),),
    ),
)
DAMAGES: Mapping[str, Damage] = {damage.id: damage for damage in ALL}
"""All damages by id."""


def named(effect: str) -> Damage | None:
    """The damage of an id, None when it must be a behaviour. Raises FaultError for what is near an id."""
    if effect in DAMAGES:
        return DAMAGES[effect]
    short = {damage.partition(".")[2]: damage for damage in DAMAGES}
    known = [*DAMAGES, *short] if effect.startswith(PREFIXES) else [*short]
    near = get_close_matches(effect[:SHOWN], known, n=1, cutoff=0.8)
    if not near and not effect.startswith(PREFIXES):
        return None
    hint = f"; did you mean {short.get(near[0], near[0])}? There" if near else "; there"
    text = f"there is no damage {shown(effect)}{hint} are {', '.join(DAMAGES)}"
    raise FaultError(text, at="effect", possible=tuple(DAMAGES))
