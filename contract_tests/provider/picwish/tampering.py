"""Result links of PicWish that were tampered with: none of them opens anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from contract_tests.provider.case import Check
from contract_tests.provider.picwish.portrait import CUT_OUT, CutOut
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, DOCUMENTED, Untried, Visit, refusals

V1, V4 = "v1", "v4"
SIGNATURES = {V1: "Signature", V4: "x-oss-signature"}
EXPIRIES = {V1: "Expires", V4: "x-oss-expires"}
KEYS = {V1: "OSSAccessKeyId", V4: "x-oss-credential"}
CREDENTIAL, DATE, VERSION = "x-oss-credential", "x-oss-date", "x-oss-signature-version"
Query = dict[str, str]
Change = Callable[[Query, str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tampering:
    """One way to tamper with links, of one version of signatures or of both, and what it meets."""

    title: str
    behaviour: str
    change: Change
    versions: tuple[str, ...] = (V1, V4)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Where it is known from."""
        return "oss-v4" if self.versions == (V4,) else "oss-v1"


def version(link: str) -> str:
    """By which version of signatures a link is signed."""
    return V4 if VERSION in urlsplit(link).query else V1


def changed(link: str, change: Change) -> str:
    """A link whose parameters are changed."""
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    change(query, version(link))
    return urlunsplit(parts._replace(query=urlencode(query)))


def tampered(one: Tampering) -> Check:
    """A check that a link which was tampered with is refused."""

    def check(visit: Visit[Any]) -> None:
        found: CutOut = visit.shared(CUT_OUT)
        kind = version(found.link)
        if kind not in one.versions:
            raise Untried(f"links are signed by OSS version {kind.removeprefix('v')}")
        answer = visit.caller.download(changed(found.link, one.change), **one.headers)
        _denied(visit, answer, one.behaviour, kind)

    return check


def _denied(visit: Visit[Any], answer: Answer, behaviour: str, kind: str) -> None:
    [error] = refusals("picwish", [behaviour])
    told = error.v4 if kind == V4 else None
    status = told.status if told else error.status
    code, text = (told.code, told.message) if told else (error.code, error.message())
    evidence = ASSUMED if kind == V4 else DOCUMENTED
    visit.status(answer, status, evidence=evidence)
    visit.media_type(answer, "application/xml", evidence=evidence)
    body = xml(answer)
    if body is None:
        begins = answer.content[:40].decode(errors="replace")
        raise visit.end(answer, at="body", expected="an Error in XML", got=begins)
    visit.shape(answer, "result.error", {"Error": body})
    visit.equal(answer, "body.Error.Code", code, body.get("Code"), evidence=evidence)
    visit.equal(answer, "body.Error.Message", text, body.get("Message"), evidence=evidence)
    if "EC" in body and kind in error.ec:
        visit.equal(answer, "body.Error.EC", error.ec[kind], body["EC"], source="oss-ec")


def xml(answer: Answer) -> dict[str, str] | None:
    """What is in the Error of an XML document; None where there is none."""
    from xml.etree import ElementTree as ET

    if b"<!" in answer.content:  # no storage sends declarations, and an attacker could
        return None
    try:
        root = ET.fromstring(answer.content)
    except ET.ParseError:
        return None
    return {child.tag: child.text or "" for child in root} if root.tag == "Error" else None


def _as_it_is(query: Query, kind: str) -> None:
    """Nothing is changed but the headers."""


def _all_gone(query: Query, kind: str) -> None:
    query.clear()


def _another_signature(query: Query, kind: str) -> None:
    name = SIGNATURES[kind]
    query[name] = ("2" if query[name].startswith("1") else "1") + query[name][1:]


def _later(query: Query, kind: str) -> None:
    query[EXPIRIES[kind]] = str(int(query[EXPIRIES[kind]]) + 600)


def _key(key: str) -> Change:
    def change(query: Query, kind: str) -> None:
        _, slash, scope = query[KEYS[kind]].partition("/")
        query[KEYS[kind]] = f"{key}{slash}{scope}"

    return change


def _without(names: Mapping[str, str]) -> Change:
    def change(query: Query, kind: str) -> None:
        del query[names[kind]]

    return change


def _with(names: Mapping[str, str], value: str) -> Change:
    def change(query: Query, kind: str) -> None:
        query[names[kind]] = value

    return change


def _in_scope(number: int, value: str) -> Change:
    """Another part of the credential's scope: 1 is the day, 2 the region."""

    def change(query: Query, kind: str) -> None:
        parts = query[CREDENTIAL].split("/")
        query[CREDENTIAL] = "/".join([*parts[:number], value, *parts[number + 1 :]])

    return change


def _key_alone(query: Query, kind: str) -> None:
    query[CREDENTIAL] = query[CREDENTIAL].partition("/")[0]


def _tamperings() -> tuple[Tampering, ...]:
    def one(title: str, behaviour: str, change: Change, *versions: str, **more: Any) -> Tampering:
        return Tampering(
            title=title, behaviour=f"asset.{behaviour}", change=change, versions=versions or (V1, V4), **more
        )

    v4 = {V4: CREDENTIAL}
    date = {V4: DATE}
    header = {"headers": {"Authorization": "OSS mock:bW9jaw=="}}
    return (
        one("Refuse a link without its query", "unsigned", _all_gone),
        one("Refuse another signature", "signature_mismatch", _another_signature),
        one("Refuse another expiry", "signature_mismatch", _later),
        one("Refuse a link without its signature", "signature_missing", _without(SIGNATURES)),
        one("Refuse an empty signature", "signature_empty", _with(SIGNATURES, "")),
        one("Refuse a link without its expiry", "expires_missing", _without(EXPIRIES)),
        one("Refuse an empty expiry", "expires_empty", _with(EXPIRIES, "")),
        one("Refuse an expiry that is none", "expires_invalid", _with(EXPIRIES, "abc")),
        one("Refuse a key that nobody has", "key_id_unknown", _key("nobody")),
        one("Refuse a key that is none", "key_id_invalid", _key("a!b")),
        one("Refuse a link and a header that are both signed", "two_signatures", _as_it_is, **header),
        one("Refuse what has another tag", "precondition_failed", _as_it_is, headers={"If-Match": '"x"'}),
        one("Refuse a link without its key", "key_id_missing", _without(KEYS), V1),
        one("Refuse an empty key", "key_id_empty", _with(KEYS, ""), V1),
        one("Refuse another version", "version_invalid", _with({V4: VERSION}, "OSS4-HMAC-SHA1"), V4),
        one("Refuse a link without its credential", "credential_missing", _without(v4), V4),
        one("Refuse an empty credential", "credential_empty", _with(v4, ""), V4),
        one("Refuse a credential without its scope", "credential_invalid", _key_alone, V4),
        one("Refuse another day", "credential_date_invalid", _in_scope(1, "20200101"), V4),
        one("Refuse another region", "region_mismatch", _in_scope(2, "nowhere"), V4),
        one("Refuse a link without its date", "date_missing", _without(date), V4),
        one("Refuse an empty date", "date_empty", _with(date, ""), V4),
    )


TAMPERINGS = _tamperings()
