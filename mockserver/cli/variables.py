"""The variables that the command of `mockserver exec` finds in its environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mockserver import environment
from mockserver.cli.parameters import Variable
from mockserver.environment import TemplateError
from mockserver.providers import PROVIDERS

if TYPE_CHECKING:
    from mockserver.intercept import Interception
    from mockserver.running import RunningSandbox

SERVER = "The server, with its control API below /_mock/, and the sandbox that all keys below belong to"
NO_VALUES = "# Names alone: the values are made when CMD runs. Beside each the field that --env has for it"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
LOOPBACK = "127.0.0.1"
Row = tuple[str, str]


def made(sandbox: RunningSandbox, url: str, token: str | None, wanted: Sequence[Variable]) -> dict[str, str]:
    """Those of a sandbox, and those that were wanted besides."""
    given = environment.values(sandbox, url, token)
    own = {one.name: environment.filled(one.template, given) for one in wanted}
    return {**environment.variables(sandbox, url, token), **own}


def check(wanted: Sequence[Variable], *, token: bool) -> None:
    """Raise TemplateError for a template with a field that will not be there."""
    known = {field: field for fields in _fields(token=token).values() for field in fields}
    for one in wanted:
        try:
            environment.filled(one.template, known)
        except TemplateError as error:
            raise TemplateError(f"{one.name}: {error}", possible=error.possible) from error


def surrounding(environ: Mapping[str, str], interception: Interception | None) -> dict[str, str]:
    """What the command would find anyway, or with an interception; this machine is reached directly."""
    if interception is not None:
        return {**environ, **interception.environment(environ)}
    exempt = environ.get("no_proxy") or environ.get("NO_PROXY", "")
    behind = any(environ.get(name) for proxy in PROXIES for name in (proxy, proxy.lower()))
    if not behind or LOOPBACK in exempt.split(","):
        return dict(environ)
    names = f"{exempt},{LOOPBACK}" if exempt else LOOPBACK
    return {**environ, "no_proxy": names, "NO_PROXY": names}


def listed(wanted: Sequence[Variable], others: Iterable[str], *, token: bool) -> str:
    """A line for each: its name, and the field that templates have for it, or what else it is."""
    blocks: dict[str, list[Row]] = {
        title: [(environment.variable(field), f"{{{field}}}") for field in fields]
        for title, fields in _fields(token=token).items()
    }
    blocks["By --env"] = [(one.name, one.template) for one in wanted]
    blocks["By --intercept"] = [(name, "") for name in others]
    return "\n".join([NO_VALUES, *_lines({title: rows for title, rows in blocks.items() if rows})])


def _fields(*, token: bool) -> dict[str, tuple[str, ...]]:
    """The fields by what they belong to."""
    common = tuple(field for field in environment.COMMON if token or field != "token")
    return {SERVER: common, **{one.title: environment.fields(one) for one in PROVIDERS}}


def _lines(blocks: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    width = max(len(name) for rows in blocks.values() for name, _ in rows)
    for title, rows in blocks.items():
        yield f"# {title}"
        for name, field in rows:
            yield f"{name:<{width}}  {field}".rstrip()
