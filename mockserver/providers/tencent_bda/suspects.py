"""Realistic mistakes in signing, each as a reading of the request with that mistake made.

Most libraries get one step wrong, not two; so each suspect differs from an accepted reading in one thing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

from mockserver.providers.tencent_bda.signing import DIGESTS, UNSIGNED, Tc3Reading, V1Reading, sha256

DOCUMENTED_HOST = "bda.tencentcloudapi.com"
REGIONAL_HOSTS = tuple(
    f"bda.{region}.tencentcloudapi.com" for region in ("ap-beijing", "ap-guangzhou", "ap-shanghai")
)
CONTENT_TYPES = ("application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded")
MAX_COMMAS = 10_000
"""A JSON body with more is not written anew in search of the mistake; a long text in it costs nothing."""
SECONDS = (-3, -2, -1, 1, 2, 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What a client sent, as far as a mistake may be in it: `headers` with lower-case names and values as
    received, `signed_headers` and `scope` (a date) as its Authorization names them, `pairs` the parameters
    in the order in which they came, `other_keys` further keys that belong to the client."""

    headers: Mapping[str, str]
    signed_headers: Sequence[str] = ()
    scope: str = ""
    body: bytes = b""
    pairs: Sequence[tuple[str, str]] = ()
    other_keys: Iterable[str] = ()


def tc3_suspects(bases: Sequence[Tc3Reading], sent: Sent) -> Iterator[tuple[str, Tc3Reading, Tc3Reading]]:
    """Cause, the accepted reading that comes nearest, and the mistaken one; the likely ones first."""
    payloads = tuple(dict.fromkeys(sha256(payload) for payload in _other_payloads(sent.body)))
    for base in bases:
        for cause, made in _tc3_mistakes(base, sent, payloads):
            yield cause, base, made


def v1_suspects(bases: Sequence[V1Reading], sent: Sent) -> Iterator[tuple[str, V1Reading, V1Reading]]:
    """Cause, the accepted reading that comes nearest, and the mistaken one; the likely ones first."""
    for base in bases:
        for cause, made in _v1_mistakes(base, sent):
            yield cause, base, made


def _tc3_mistakes(base: Tc3Reading, sent: Sent, payloads: Iterable[str]) -> Iterator[tuple[str, Tc3Reading]]:
    yield "date", replace(base, date=sent.scope)
    yield from (("body", replace(base, payload_hash=payload)) for payload in payloads)
    yield from _tc3_header_mistakes(base, sent)
    yield from _tc3_key_mistakes(base, sent)
    for seconds in SECONDS:
        yield "timestamp", replace(base, timestamp=str(int(base.timestamp) + seconds))
    for query in _other_queries(base.query):
        yield "query", replace(base, query=query)
    yield "method", replace(base, method=base.method.lower())
    yield "method", replace(base, method="GET" if base.method == "POST" else "POST")
    yield "layout", replace(base, gap="")
    yield "layout", replace(base, path="")
    yield "layout", replace(base, payload_hash=base.payload_hash.upper())


def _tc3_header_mistakes(base: Tc3Reading, sent: Sent) -> Iterator[tuple[str, Tc3Reading]]:
    def with_value(name: str, value: str) -> Tc3Reading:
        return replace(base, values={**base.values, name: value})

    for host in _other_hosts(base.values.get("host", "")):
        yield "host", with_value("host", host)
    for content_type in (*CONTENT_TYPES, ""):
        yield "content-type", with_value("content-type", content_type)
    as_sent = {name: value.strip() for name, value in sent.headers.items()}
    yield "case", replace(base, values={**as_sent, "host": base.values.get("host", "")})
    titles = {name.title(): value for name, value in base.values.items()}
    yield "case", replace(base, values=titles, signed_headers=tuple(map(str.title, base.signed_headers)))
    yield "order", replace(base, signed_headers=tuple(sent.signed_headers))
    yield "order", replace(base, signed_headers=tuple(reversed(base.signed_headers)))


def _tc3_key_mistakes(base: Tc3Reading, sent: Sent) -> Iterator[tuple[str, Tc3Reading]]:
    key = base.secret.removeprefix("TC3")
    yield "prefix", replace(base, secret=key)
    yield "chain", replace(base, hex_chain=True)
    for other in (f"{key}\n", f" {key}", f"{key} ", *sent.other_keys):
        yield "key", replace(base, secret=f"TC3{other}")
    yield "service", replace(base, service="bda")


def _v1_mistakes(base: V1Reading, sent: Sent) -> Iterator[tuple[str, V1Reading]]:
    for host in _other_hosts(base.host):
        yield "host", replace(base, host=host)
    for escape in (quote, quote_plus):
        encoded = [(name, escape(value, safe="")) for name, value in base.pairs]
        yield "encoding", replace(base, pairs=encoded)
    yield "order", replace(base, pairs=sorted(base.pairs, key=lambda pair: pair[0].lower()))
    yield "order", replace(base, pairs=[pair for pair in sent.pairs if pair[0] != "Signature"])
    for algorithm in DIGESTS:
        yield "algorithm", replace(base, algorithm=algorithm)
    for method in ("GET", "POST", "get", "post"):
        yield "method", replace(base, method=method)
    for other in (f"{base.secret}\n", f" {base.secret}", f"{base.secret} ", *sent.other_keys):
        yield "key", replace(base, secret=other)
    yield "prefix", replace(base, secret=f"TC3{base.secret}")
    for seconds in SECONDS:
        yield "timestamp", replace(base, pairs=_with_seconds(base.pairs, seconds))
    yield "layout", replace(base, path="")


def _with_seconds(pairs: Sequence[tuple[str, str]], seconds: int) -> list[tuple[str, str]]:
    return [(name, str(int(value) + seconds) if name == "Timestamp" else value) for name, value in pairs]


def _other_hosts(host: str) -> Iterator[str]:
    yield DOCUMENTED_HOST
    yield from REGIONAL_HOSTS
    bare, _, port = host.partition(":")
    for name in ("localhost", "127.0.0.1", bare):
        yield name
        yield f"{name}:{port}" if port else name
    yield from (f"http://{host}", f"https://{host}", f"{host}/", "")


def _other_payloads(body: bytes) -> Iterator[bytes]:
    yield b""
    yield UNSIGNED.encode()
    yield body
    yield body.strip()
    yield body + b"\n"
    if body.count(b",") > MAX_COMMAS:
        return
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return
    for separators in ((", ", ": "), (",", ":")):
        for ascii_only in (True, False):
            for sort in (False, True):
                text = json.dumps(content, separators=separators, ensure_ascii=ascii_only, sort_keys=sort)
                yield text.encode(errors="surrogatepass")
    for indent in (2, 4):
        yield json.dumps(content, indent=indent).encode()


def _other_queries(query: str) -> Iterator[str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    yield ""
    for ordered in (pairs, sorted(pairs)):
        yield urlencode(ordered)
        yield urlencode(ordered, quote_via=quote)
        yield "&".join(f"{name}={value}" for name, value in ordered)
    yield "&".join(sorted(query.split("&")))
    yield f"?{query}"
