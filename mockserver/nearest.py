"""Near misses: the documented thing that comes nearest to what a client sent, as a note for the journal.

Nothing here is asked before something is not known, so an honest request pays for a few lookups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cache, lru_cache
from urllib.parse import parse_qsl

from mockserver import interface
from mockserver.interface import Call
from mockserver.redaction import is_secret, shortened

LONGEST = 200
"""Characters of a name or path that is compared with others."""
MOST = 20
"""Notes about names that one request gets."""
MOST_REMEMBERED = 4096
"""Characters of the names of one request's headers whose meaning is remembered."""
LIKE_NAME, LIKE_HEADER, LIKE_PATH = 0.7, 0.72, 0.8
"""How much alike (as a ratio of SequenceMatcher) two names, headers, paths are for one to be meant."""
PREFIXED = 0.5
"""The same for headers that begin as only those of their provider do."""
PREFIXES = {"ailab": "ailabapi", "processimage": "xaccess", "tencent_bda": "xtc"}
_USUAL = """
accept accept-charset accept-encoding accept-language access-control-request-headers cache-control
connection access-control-request-method content-length content-md5 content-type cookie date dnt expect
forwarded from host http2-settings if-match if-modified-since if-none-match if-range if-unmodified-since
keep-alive max-forwards origin pragma priority proxy-authorization range referer te traceparent tracestate
trailer transfer-encoding upgrade upgrade-insecure-requests user-agent via x-b3-spanid x-b3-traceid
x-correlation-id x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-real-ip x-request-id
x-requested-with x-trace-id
"""
USUAL_HEADERS = frozenset(_USUAL.split())
"""Headers of clients and proxies, which are nobody's mistake."""


def like(sent: str, known: Iterable[str], *, most: int = 1, cutoff: float = 0.6) -> list[str]:
    """The `known` texts that are like the beginning of another one, at most so many, the nearest first."""
    return get_close_matches(sent[:LONGEST], list(known), n=most, cutoff=cutoff)


def name(sent: str, known: Sequence[str], *, cutoff: float = LIKE_NAME) -> str | None:
    """The one of the `known` names that was probably meant; None when none is near."""
    if not sent or len(sent) > LONGEST:
        return None
    by_fold = {_fold(one): one for one in reversed(known)}
    fold = _fold(sent)
    if fold in by_fold:
        return by_fold[fold]
    close = like(fold, by_fold, cutoff=cutoff)
    if not close and len(fold) > 2:
        close = [one for one in by_fold if len(one) > 2 and (one in fold or fold in one)]
    return by_fold[close[0]] if close else None


def parameter(provider: str, sent: str, *, is_file: bool = False) -> str | None:
    """The documented parameter, field or file of a provider that was probably meant."""
    known = interface.load(provider)
    first, second = (known.files, known.fields) if is_file else (known.fields, known.files)
    return name(sent, first) or name(sent, second)


def header(provider: str, sent: str) -> str | None:
    """The documented header of a provider that was probably meant by one that is not; both in any case."""
    return _header(provider, sent.lower())


@lru_cache(maxsize=4096)
def _header(provider: str, sent: str) -> str | None:
    known = _headers(provider)
    if sent in USUAL_HEADERS or sent in known:
        return None
    own = _fold(sent).startswith(PREFIXES.get(provider, "-"))
    found = name(sent, tuple(known), cutoff=PREFIXED if own else LIKE_HEADER)
    return known[found] if found else None


@cache
def _headers(provider: str) -> dict[str, str]:
    return {one.lower(): one for one in interface.load(provider).headers}


def headers(provider: str, sent: Iterable[str]) -> dict[str, str]:
    """The documented headers of a provider by the undocumented ones that were sent for them."""
    found = ((one, _header(provider, one)) for one in sent)
    return {one: documented for one, documented in found if documented is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderNames:
    """What the names of a request's headers tell: which of them hold a `secret`, and which documented headers
    were meant by `misspelt` ones."""

    secret: frozenset[str]
    misspelt: Mapping[str, str]


def header_names(provider: str, sent: Iterable[str]) -> HeaderNames:
    """What these names tell, in lower case, of a request to a provider; to nobody, when that is empty.

    It is remembered: a client sends the same names in each of its requests."""
    names = "\n".join(sent)
    return (_header_names if len(names) <= MOST_REMEMBERED else _header_names.__wrapped__)(provider, names)


@lru_cache(maxsize=1024)
def _header_names(provider: str, names: str) -> HeaderNames:
    sent = names.split("\n")
    return HeaderNames(
        secret=frozenset(filter(is_secret_header, sent)),
        misspelt=headers(provider, sent) if provider else {},
    )


def in_query(query: str) -> list[str]:
    """What to say of the parameters in a raw query where only the form is read."""
    names = list(dict(parse_qsl(query, keep_blank_values=True)))[:MOST] if query else []
    return [f"{shortened(one)!r} came in the query, which is not read; send it in the form" for one in names]


@lru_cache(maxsize=4096)
def is_secret_header(sent: str) -> bool:
    """Whether a header (its name in lower case) is to be hidden, be it one of any provider's, misspelt."""
    meant = (_header(provider, sent) for provider in interface.providers())
    return is_secret(sent) or any(is_secret(one) for one in meant if one)


def operation(method: str, path: str, *, provider: str | None) -> str:
    """What to say of a method and path where there is nothing: the documented call that comes nearest.

    `provider` is who was asked, None when nobody; what another one documents is named with its title."""
    shown = f"no operation at {method} {shortened(path)}"
    own = (provider,) if provider else ()
    found = _nearest(own, method, path) if own else None
    exact = None if found and _fits(path, found[1]) else _exact(provider, path)
    if exact:
        return f"{shown}; it is one of {_titled(*exact)}"
    found = found or (None if provider else _nearest(interface.providers(), method, path))
    if found is None:
        return f"{shown}; there is {_listed(own)}" if own else f"{shown}, and none that is like it"
    whose = "" if provider else f" of {interface.load(found[0]).title}"
    return f"{shown}; the nearest is {_written(found[1], method)}{whose}{_why(path, found[1])}"


def _exact(provider: str | None, path: str) -> tuple[str, Call] | None:
    """Another provider's call that has exactly this path; Tencent's one path is everybody's."""
    others = (one for one in interface.providers() if one != provider)
    calls = ((one, call) for one in others for call in interface.load(one).calls)
    return next(((one, call) for one, call in calls if call.path != "/" and _fits(path, call)), None)


def _nearest(providers: Iterable[str], method: str, path: str) -> tuple[str, Call] | None:
    if len(path) > LONGEST:
        return None
    calls = [(one, call) for one in providers for call in interface.load(one).calls]
    scored = [(_likeness(method, path, call), -at) for at, (_, call) in enumerate(calls)]
    best, at = max(scored, default=(0.0, 0))
    return calls[-at] if best >= LIKE_PATH else None


def _likeness(method: str, path: str, call: Call) -> float:
    filled = _filled(path, call.path)
    ratio = 1.0 if filled == path else SequenceMatcher(None, _flat(path), _flat(filled)).ratio() - 0.01
    # A right method counts less than a right path, and the more so a wrong one.
    return ratio - (0 if method in call.methods else 0.015)


def _filled(path: str, template: str) -> str:
    """A documented path with what stands in another one where it stands for anything."""
    segments, wanted = path.split("/"), template.split("/")
    pairs = zip(wanted, segments + [""] * len(wanted), strict=False)
    return "/".join(sent if one.startswith("<") and sent else one for one, sent in pairs)


def _fits(path: str, call: Call) -> bool:
    return path == _filled(path, call.path)


def _flat(path: str) -> str:
    return re.sub("/+", "/", path.lower().replace("_", "-")).rstrip("/")


def _why(path: str, call: Call) -> str:
    filled = _filled(path, call.path)
    if path == filled:
        return " (another method)"
    if path.rstrip("/") == filled:
        return " (without the slash at its end)"
    if path.lower() == filled.lower():
        return " (paths tell upper from lower case)"
    return ""


def _written(call: Call, method: str) -> str:
    return f"{method if method in call.methods else call.methods[0]} {call.path}"


def _titled(provider: str, call: Call) -> str:
    host = f"call it at its own host, or below /{provider}"
    return f"{interface.load(provider).title} ({call.methods[0]} {call.path}): {host}"


def _listed(providers: Iterable[str]) -> str:
    calls = (call for one in providers for call in interface.load(one).calls)
    return ", ".join(f"{call.methods[0]} {call.path}" for call in calls)


def _fold(text: str) -> str:
    return re.sub(r"[^0-9a-z.]", "", text.lower())
