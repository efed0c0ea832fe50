"""Cases that every provider has, made from its catalogue, its settings and the damages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract_tests.adapters.base import Problem, Unimplemented
from contract_tests.client.case import Case, Level
from contract_tests.client.exploring import Explorer
from contract_tests.client.pictures import numbered
from contract_tests.client.story import Ask, Whole
from contract_tests.client.world import Failed, World
from mockserver import catalogue
from mockserver.catalogue import Behaviour, Kind
from mockserver.faults import RESULT
from mockserver.providers import PROVIDERS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Check = Callable[[World], None]
Code = Callable[[Behaviour], str]
Retryable = Callable[[Behaviour], bool | None]
"""Whether an error passes; None where the documents do not tell."""
PATIENCE = 1.0
"""Seconds that clients are told to wait where nothing comes, since a test waits with them."""
SLACK = 4.0
"""Seconds that a client may take besides those: for trying again, and on a busy machine."""
STORIES, ODD_ANSWERS, INPUTS = 60, 120, 40
"""Examples of each kind that one grading plays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """How the shared cases speak to clients of a provider."""

    provider: str
    prefix: str
    """What the ids of its cases begin with, such as PIC."""
    operation: str
    """The call of the adapter that does it all, `cut_out`."""
    image: str
    """The sample that is sent."""
    arguments: Mapping[str, Any]
    """What else the call takes at its plainest."""
    call: str
    """The provider's operation behind it, as the journal calls it."""
    answers: Mapping[str, str]
    """The schemas of answers to read, by the operation that gives them."""
    whole: Whole
    asks: Callable[[], SearchStrategy[Ask]]
    settings: Mapping[str, Any]
    """What the sandbox is set to, so that nothing takes long."""
    downloads: bool = True
    """Whether results are behind links."""
    inputs: Callable[[], SearchStrategy[Ask]] | None = None
    """Requests with pictures, files and options around the limits, if there are such."""
    leave_out: frozenset[str] = frozenset()
    """Behaviours that no right client meets, whatever it is asked for."""

    def ask(self, world: World, number: int = 0) -> tuple[str, dict[str, Any]]:
        """The plainest request; those with other numbers are of the same picture in another file."""
        return self.operation, {"image": numbered(self.image, number), **self.arguments}

    def case(self, family: str, number: int, **about: Any) -> Case:
        """A case of a family, such as PIC-STATE-05."""
        settings = {**self.settings, **about.pop("settings", {})}
        case_id = f"{self.prefix}-{family}-{number:02d}"
        return Case(id=case_id, provider=self.provider, settings=settings, **about)


def errors(play: Play) -> Iterator[Case]:
    """Each documented error of the call: the client raises an error of its own."""
    for number, behaviour in enumerate(_errors(play), 1):
        yield play.case(
            "ERROR",
            number,
            level=Level.MUST,
            title=f"Take {_short(behaviour)} for the error that it is",
            about=f"{behaviour.summary} The client raises an error of its own, and answers nothing.",
            source=behaviour.provenance.sources[0],
            check=_refused(play, behaviour),
        )


def codes(play: Play, code: Code, retryable: Retryable | None = None) -> Iterator[Case]:
    """What a client says of errors: which code it saw, and whether trying again may help."""
    yield play.case(
        "CODE",
        1,
        level=Level.SHOULD,
        title="Say which error it was",
        about="Of each documented error the client says the code, so that its caller can act on it.",
        source="assumed",
        check=_codes(play, code),
    )
    if retryable is not None:
        yield play.case(
            "CODE",
            2,
            level=Level.SHOULD,
            title="Say what may be tried again",
            about="Of each documented error the client says whether it may pass, as far as that is known.",
            source="assumed",
            check=_retryable(play, retryable),
        )


def wire(play: Play) -> Iterator[Case]:
    """Damage to answers and connections, of the call and of the download of its result."""
    targets = [play.call, *([RESULT] if play.downloads else [])]
    for number, (target, (effect, options, title)) in enumerate(
        ((target, damage) for target in targets for damage in BROKEN), 1
    ):
        if target == RESULT and effect == "http.malformed_json":
            continue
        yield play.case(
            "WIRE",
            number,
            level=Level.MUST,
            title=f"{title}, {'of a result' if target == RESULT else 'of the call'}",
            about="The client raises an error of its own; it neither dies, nor hangs, nor answers a result.",
            source="HTTP",
            timeout=PATIENCE,
            check=_damaged(play, target, effect, options),
        )


def quirks(play: Play) -> Iterator[Case]:
    """The plainest request under each reading of the documents."""
    [known] = [one for one in PROVIDERS if one.name == play.provider]
    readings = [(one, choice) for one in known.settings if one.kind == "choice" for choice in one.choices]
    for number, (setting, choice) in enumerate(readings, 1):
        if setting.name == "end":
            continue
        yield play.case(
            "QUIRK",
            number,
            level=Level.MUST,
            title=f"Get on with {setting.name}={choice}",
            about=f"{setting.meaning} Under this reading, too, a plain request succeeds.",
            source="assumed",
            settings={setting.name: choice},
            check=lambda world: _plain(play, world),
        )


def worlds(play: Play) -> Iterator[Case]:
    """What Hypothesis makes up."""
    yield play.case(
        "WORLD",
        1,
        level=Level.MUST,
        title="Survive answers with odd values",
        about="One value of an answer is null, missing, extreme, or of another type; the client answers a "
        "result, or raises an error of its own.",
        source="assumed",
        judged=False,
        check=lambda world: _odd_answers(play, world),
    )
    yield play.case(
        "WORLD",
        2,
        level=Level.MUST,
        title="Survive whatever happens",
        about="Errors, damage, readings, jumps of the clock; the client answers what it got, or an error.",
        source="assumed",
        check=lambda world: _stories(play, world),
    )
    if play.inputs is not None:
        yield play.case(
            "WORLD",
            3,
            level=Level.MUST,
            title="Survive whatever is asked for",
            about="Pictures and options within the limits, at them, and beyond, as in any other world.",
            source="assumed",
            judged=False,
            check=lambda world: _inputs(play, world),
        )


BROKEN: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("connection.reset", {"at": "before"}, "Notice a reset in place of the answer"),
    ("connection.reset", {"at": "within"}, "Notice a reset within the answer"),
    ("connection.close", {"at": "before"}, "Notice a connection that is closed without an answer"),
    ("connection.close", {"at": "within"}, "Notice a connection that is closed within the answer"),
    ("connection.silence", {"at": "before"}, "Give up on silence"),
    ("http.wrong_length", {}, "Notice that bytes are missing"),
    ("http.empty_body", {}, "Notice an empty answer"),
    ("http.malformed_json", {}, "Notice broken JSON"),
    ("http.status", {"status": 502}, "Notice a gateway's page"),
    ("http.status", {"status": 503, "retry_after": 1}, "Notice that the service is away"),
)


def _errors(play: Play) -> list[Behaviour]:
    known = catalogue.load(play.provider)
    return [
        one
        for one in known
        if one.kind is Kind.ERROR and one.error is not None and one.id.partition(".")[2] not in play.leave_out
    ]


def _short(behaviour: Behaviour) -> str:
    return behaviour.id.partition(".")[2].removeprefix("error.")


def _refused(play: Play, behaviour: Behaviour) -> Check:
    def check(world: World) -> None:
        world.sandbox.fail(play.provider, behaviour.id, operation=play.call, times=None)
        operation, arguments = play.ask(world)
        world.refused(operation, **arguments)

    return check


def _codes(play: Play, code: Code) -> Check:
    def check(world: World) -> None:
        told = [(one, problem.code) for one, problem in _problems(play, world) if problem.code is not None]
        for behaviour, said in told:
            text = f"it says {said!r} of {_short(behaviour)}, not {code(behaviour)!r}"
            world.must(said == code(behaviour), text)
        if not told:
            raise Unimplemented("it does not say which code an error has")

    return check


def _retryable(play: Play, retryable: Retryable) -> Check:
    def check(world: World) -> None:
        problems = _problems(play, world)
        told = [(one, problem.retryable) for one, problem in problems if problem.retryable is not None]
        for behaviour, said in told:
            text = f"it says that {_short(behaviour)} {'passes' if said else 'does not pass'}"
            world.should(retryable(behaviour) in (said, None), text)
        if not told:
            raise Unimplemented("it does not say which errors may be tried again")

    return check


def _problems(play: Play, world: World) -> Iterator[tuple[Behaviour, Problem]]:
    """What a client says of each error."""
    for number, behaviour in enumerate(_errors(play), 1):
        fault = world.sandbox.fail(play.provider, behaviour.id, operation=play.call, times=None)
        operation, arguments = play.ask(world, number)
        problem = world.refused(operation, **arguments).problem
        world.sandbox.faults.remove(fault.id)
        if problem is not None:
            yield behaviour, problem


def _damaged(play: Play, target: str, effect: str, options: Mapping[str, Any]) -> Check:
    def check(world: World) -> None:
        world.sandbox.fail(play.provider, effect, operation=target, times=None, **options)
        outcome = world.refused(play.operation, **play.ask(world)[1])
        if effect == "connection.silence":
            tries = max(1, sum(effect in one.faults for one in world.sandbox.journal))
            text = f"told to wait {PATIENCE:g} s for an answer, it took {outcome.seconds:.1f} s for {tries}"
            world.must(outcome.seconds <= tries * PATIENCE + SLACK, text)

    return check


def _plain(play: Play, world: World) -> None:
    operation, arguments = play.ask(world)
    result = world.succeeds(operation, **arguments)
    if wrong := play.whole(arguments, result):
        raise Failed(wrong)


def _odd_answers(play: Play, world: World) -> None:
    from hypothesis import strategies as st

    from contract_tests import strategies

    answers = play.answers.items()
    odd = st.one_of([strategies.answers(play.provider, schema, operation) for operation, schema in answers])
    Explorer(world, play.whole).explore(st.tuples(odd, play.asks()), ODD_ANSWERS)


def _stories(play: Play, world: World) -> None:
    from contract_tests import strategies

    Explorer(world, play.whole).explore(strategies.stories(play.provider, play.asks()), STORIES)


def _inputs(play: Play, world: World) -> None:
    assert play.inputs is not None
    Explorer(world, play.whole).explore(play.inputs().map(lambda ask: (ask,)), INPUTS)


def all_of(*families: Iterable[Case]) -> tuple[Case, ...]:
    """The cases of some families, in order."""
    return tuple(case for family in families for case in family)
