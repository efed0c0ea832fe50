"""`mockserver verify`: checks a server against the documents."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.options import PROVIDER, control_token
from mockserver.cli.stderr import say

if TYPE_CHECKING:
    from contract_tests.provider.outcome import Outcome
    from contract_tests.provider.pace import Pacer
    from contract_tests.provider.target import Target
    from contract_tests.provider.verification import Verification

DIFFERS, UNUSABLE, INTERRUPTED = 1, 2, 130
UNLIMITED = float("inf")
NOWHERE = "which server? Give its URL, such as: mockserver verify http://127.0.0.1:8765"
MEANING = (
    "nothing: no key is sent, or a wrong one; refused: a right key with what has to be refused, which is "
    "free; charged: with --spend alone"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What is to be asked of the server, with which keys, and how fast."""

    providers: tuple[str, ...]
    keys: tuple[str, ...]
    patterns: tuple[str, ...]
    spend: bool
    yes: bool
    qps: float | None
    control_token: str | None


def pace(text: str) -> float:
    """What `--qps` says; UNLIMITED for none. Raises click.BadParameter."""
    try:
        number = UNLIMITED if text == "none" else float(text)
    except ValueError:
        number = 0.0
    if not number > 0 or (number == UNLIMITED and text != "none"):
        raise click.BadParameter(f"{text!r:.40} is no number above 0, and not none")
    return number


@click.command(short_help="Check a server against the documents.")
@click.argument("url", required=False)
@click.option(
    "--provider",
    "providers",
    type=PROVIDER,
    multiple=True,
    help="Which one is at URL; a documented host says it itself, and a mock has all four.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="NAME=VALUE",
    help="A key of yours: api_key, secret_id, secret_key, app_id, app_secret; or ailab.api_key and so on. "
    "Better in the environment, as MOCKSERVER_AILAB_API_KEY and so on, where others do not see it.",
)
@click.option("--spend", is_flag=True, help="Try successes, too, which your account pays. It asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--case", "patterns", multiple=True, metavar="ID", help="Only these: AIL-REFUSAL-03, 'PIC-LINK-*'."
)
@click.option("--list", "listed", is_flag=True, help="Print the cases and what each takes, and end.")
@click.option(
    "--qps",
    type=pace,
    metavar="N",
    help="Requests per second, at most 2, as is documented; for a mock any number, or none.",
)
@click.option("--strict", is_flag=True, help="Exit code 1 also where the documents leave open what differs.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="As JSON."
)
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="As JUnit XML.",
)
@click.option("--verbose", is_flag=True, help="List the cases that agree, and all that was not tried.")
@control_token
def verify(
    url: str | None,
    listed: bool,
    strict: bool,
    json_file: Path | None,
    junit_file: Path | None,
    verbose: bool,
    **wishes: Any,
) -> None:
    """Check the server at URL against the schemas and the documented behaviours: this mock, or the real one.

    Without --spend it asks for nothing that costs, only for what has to be refused. It prints what differs,
    with the source of what was expected; which reading of the documents the server follows, where they allow
    several; and what was not tried. Keys are never printed. A mock needs none: a sandbox is minted.

    The exit code is 0 when the server agrees, 1 when it differs, 2 when it cannot be checked.

    \b
    Examples:
      mockserver verify http://127.0.0.1:8765
      mockserver verify http://127.0.0.1:8765 --spend --provider picwish
      MOCKSERVER_AILAB_API_KEY=... mockserver verify https://www.ailabapi.com
      mockserver verify https://techsz.aoscdn.com --spend --json differences.json
      mockserver verify --list --provider tencent_bda
    """
    wanted = Wishes(**wishes)
    if listed:
        click.echo(_listed(wanted))
        return
    if url is None:
        raise click.UsageError(NOWHERE)
    outcome = _verified(_whole(url), wanted)
    written = _written(outcome, json_file, junit_file, strict=strict)
    _tell(outcome, verbose=verbose)
    differs = outcome.differs(strict=strict) or not written
    sys.exit(INTERRUPTED if outcome.interrupted else DIFFERS if differs else 0)


def _whole(url: str) -> str:
    from contract_tests.provider import target

    try:
        return target.whole(url)
    except target.NoTarget as error:
        raise click.UsageError(str(error)) from error


def _verified(url: str, wishes: Wishes) -> Outcome:
    from contract_tests.provider.running import KitError
    from contract_tests.provider.verification import Verification, connection
    from mockserver.cli.progress import Progress

    with connection(url) as client:
        target = _target(url, client, wishes)
        pacer = _pacer(wishes.qps, target)
        try:
            verification = Verification.of(target, patterns=wishes.patterns, spend=wishes.spend)
        except LookupError as error:
            raise click.BadParameter(str(error.args[0]), param_hint="--case") from error
        say(f"{target.url}: {target.about}")
        _confirm(verification, yes=wishes.yes)
        with Progress(sys.stderr, verification.cases) as progress:
            try:
                return verification.run(
                    client, lambda: pacer, lambda one: progress.advance(f"{one.case.id} {one.grade}")
                )
            except KitError as error:
                say(f"mockserver: a mistake of the kit, please report it:\n{error}")
                sys.exit(UNUSABLE)


def _target(url: str, client: Any, wishes: Wishes) -> Target:
    from contract_tests.provider import target
    from contract_tests.provider.keys import UnusableKey, given

    try:
        return target.find(
            url,
            client,
            providers=wishes.providers,
            options=[given(key) for key in wishes.keys],
            environ=os.environ,
            token=wishes.control_token,
            limited=wishes.qps not in (None, UNLIMITED),
        )
    except (target.NoTarget, UnusableKey) as error:
        raise click.UsageError(str(error)) from error


def _pacer(qps: float | None, target: Target) -> Pacer:
    """One for all providers: never faster than is documented, but for a mock."""
    from contract_tests.provider.pace import DOCUMENTED, Pacer

    if qps is None:
        return Pacer(None if target.minted else DOCUMENTED)
    if qps > DOCUMENTED and not target.is_mock:
        raise click.UsageError(f"--qps can be {DOCUMENTED:g} at most for a real provider, as is documented")
    return Pacer(None if qps == UNLIMITED else qps)


def _confirm(verification: Verification, *, yes: bool) -> None:
    """Say what it takes, and ask where it may cost something."""
    requests, charged, refused = verification.requests, verification.charged, verification.refused
    if not charged:
        shown = f"; {refused} cases show your key with what has to be refused, which is free"
        say(f"This makes up to {requests} requests, none of them charged{shown if refused else ''}.")
        return
    said = f"This makes up to {requests} requests, up to {charged} of them charged."
    if yes or verification.target.minted:
        say(said)
        return
    try:
        goes_on = click.confirm(f"{said} Go on?", err=True)
    except click.Abort:
        goes_on = False
    if not goes_on:
        say("Nothing was asked.")
        sys.exit(UNUSABLE)


def _listed(wishes: Wishes) -> str:
    from contract_tests.provider.providers import CASES
    from contract_tests.provider.verification import chosen

    try:
        found = chosen(wishes.providers or tuple(CASES), wishes.patterns)
    except LookupError as error:
        raise click.BadParameter(str(error.args[0]), param_hint="--case") from error
    rows = [f"{case.id:<15} {case.cost:<8} {case.title}" for cases in found.values() for case in cases]
    return "\n".join([*rows, "", MEANING])


def _written(outcome: Outcome, json_file: Path | None, junit_file: Path | None, *, strict: bool) -> bool:
    """Write the files; whether that went well."""
    from contract_tests.provider import data, junit

    contents: Sequence[tuple[Path | None, str]] = (
        (json_file, data.written(outcome)),
        (junit_file, junit.xml(outcome, strict=strict)),
    )
    for file, content in contents:
        try:
            if file is not None:
                file.write_text(content, encoding="utf-8", errors="replace")
        except OSError as error:
            say(f"mockserver: cannot write {file}: {error.strerror}")
            return False
    return True


def _tell(outcome: Outcome, *, verbose: bool) -> None:
    from contract_tests.provider.text import text

    click.echo(text(outcome, verbose=verbose), nl=False)
