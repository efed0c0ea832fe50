"""The storage behind result links answers with the errors and headers of Alibaba Cloud OSS."""

import base64
import hashlib
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oss_links import AT, IMAGE, KEYS, V1, V4, checked

from mockserver import catalogue
from mockserver.providers.picwish.oss.failures import FAILURES, failure, failure_of
from mockserver.providers.picwish.oss.storage import (
    error_headers,
    mint_request_id,
    object_headers,
    overridden,
    refusal_xml,
    xml_error,
)
from mockserver.providers.picwish.oss.verdict import Breach, Verdict, Version

HOST = "wxtechhk.oss-cn-hongkong.aliyuncs.com"
REQUEST_ID = "64227CD8051F683532C603D3"


def refused(link: str, **overrides: Any) -> dict[str, str]:
    """The elements of the error for a link, in their order."""
    verdict = checked(link, **overrides)
    xml = refusal_xml(verdict, now=overrides.get("now", AT), request_id=REQUEST_ID, host_id=HOST)
    return {element.tag: element.text or "" for element in ElementTree.fromstring(xml)}


def test_an_unsigned_link_gets_the_published_error() -> None:
    verdict = checked("Expires=1679986124\\u0026OSSAccessKeyId=x")
    assert refusal_xml(verdict, now=AT, request_id=REQUEST_ID, host_id=HOST).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<Error>\n"
        "  <Code>AccessDenied</Code>\n"
        "  <Message>You have no right to access this object because of bucket acl.</Message>\n"
        f"  <RequestId>{REQUEST_ID}</RequestId>\n"
        f"  <HostId>{HOST}</HostId>\n"
        "  <EC>0003-00000001</EC>\n"
        "</Error>\n"
    )


@pytest.mark.parametrize(("link", "ec"), [(V1, "0002-00000069"), (V4, "0002-00000236")])
def test_an_expired_link_gets_both_times(link: str, ec: str) -> None:
    assert refused(link, now=AT + 4000.7) == {
        "Code": "AccessDenied",
        "Message": "Request has expired.",
        "RequestId": REQUEST_ID,
        "HostId": HOST,
        "Expires": "2023-11-14T23:13:20.000Z",
        "ServerTime": "2023-11-14T23:20:00.000Z",
        "EC": ec,
    }


def test_a_mismatch_of_version_1_gets_the_string_to_sign() -> None:
    error = refused(V1, key="ü")
    assert list(error)[4:] == [
        "OSSAccessKeyId",
        "SignatureProvided",
        "StringToSign",
        "StringToSignBytes",
        "EC",
    ]
    assert error["Code"] == "SignatureDoesNotMatch"
    assert error["OSSAccessKeyId"] == KEYS.access_key_id
    assert error["SignatureProvided"] == "D5qCqH5wdSGNYey32NSXLHaZal0="
    assert error["StringToSign"] == f"GET\n\n\n{AT + 3600}\n/wxtechsz/ü"
    assert error["StringToSignBytes"].startswith("47 45 54 0A 0A 0A 31 37 ")
    assert bytes.fromhex(error["StringToSignBytes"]).decode() == error["StringToSign"]
    assert error["EC"] == "0002-00000040"


def test_a_mismatch_of_version_4_gets_the_canonical_request_too() -> None:
    error = refused(f"{V4}&a=%3C%26%3E")
    assert list(error)[-2:] == ["CanonicalRequest", "EC"]
    assert error["CanonicalRequest"].startswith(f"GET\n/wxtechsz/{IMAGE}\na=%3C%26%3E&x-oss-credential=")
    assert error["EC"] == "0002-00000201"


def test_an_unknown_key_id_is_named() -> None:
    error = refused(V1.replace("LTAI5tMock", "LTAI5tOther"))
    assert error["Code"] == "InvalidAccessKeyId"
    assert error["OSSAccessKeyId"] == "LTAI5tOtherMockMockMockMo"
    assert error["EC"] == "0002-00000902"


def test_a_wrong_argument_is_named() -> None:
    error = refused(V4.replace("cn-shenzhen", "cn-hongkong"))
    assert (error["Code"], error["ArgumentName"]) == ("InvalidArgument", "x-oss-credential")
    assert error["ArgumentValue"].endswith("/20231114/cn-hongkong/oss/aliyun_v4_request")


@pytest.mark.parametrize(("version", "breach"), FAILURES)
def test_every_refusal_can_be_written(version: Version, breach: Breach) -> None:
    verdict = Verdict(version=version, breach=breach)
    found = failure_of(verdict)
    xml = refusal_xml(verdict, now=AT, request_id=REQUEST_ID, host_id=HOST)
    error = ElementTree.fromstring(xml)
    assert error.findtext("Code") == found.code
    assert error.findtext("Message") == found.message
    assert error[-1].text == found.ec
    assert found.status == (400 if found.code == "InvalidArgument" else 403)


@pytest.mark.parametrize(
    ("version", "breach", "error"),
    [
        (Version.V1, Breach.EXPIRES_MISSING, (403, "AccessDenied", "Signature, Expires and OSSAccessKeyId")),
        (Version.V4, Breach.EXPIRES_MISSING, (403, "AccessDenied", "x-oss-expires and x-oss-signature")),
        (Version.V1, Breach.EXPIRES_INVALID, (403, "AccessDenied", "seconds since epoch")),
        (Version.V4, Breach.EXPIRES_INVALID, (400, "InvalidArgument", "from 1 to 604800")),
        (Version.V1, Breach.EXPIRED, (403, "AccessDenied", "Request has expired.")),
        (Version.V4, Breach.EXPIRED, (403, "AccessDenied", "Request has expired.")),
    ],
)
def test_each_version_has_its_words(version: Version, breach: Breach, error: tuple[int, str, str]) -> None:
    found = FAILURES[version, breach]
    assert (found.status, found.code) == error[:2]
    assert error[2] in found.message


def test_every_error_of_a_link_in_the_catalogue_is_a_breach_or_has_nothing_to_do_with_the_link() -> None:
    prefix = "picwish.asset."
    errors = [one.id for one in catalogue.load("picwish") if one.id.startswith(prefix) and one.error]
    known = {name.removeprefix(prefix) for name in errors}
    assert known - set(Breach) == {"missing", "method_not_allowed", "precondition_failed", "range_invalid"}
    assert {breach for _, breach in FAILURES} == set(Breach)


@pytest.mark.parametrize("version", [Version.V1, Version.V4])
def test_an_ec_tells_the_reason(version: Version) -> None:
    found = [one for (signed, _), one in FAILURES.items() if signed is version]
    reasons = {one.ec: one.message for one in found}
    assert all(reasons[one.ec] == one.message for one in found)
    assert len(reasons) >= len(found) - 1


def test_a_link_that_holds_has_no_error() -> None:
    with pytest.raises(ValueError, match="the link holds"):
        failure_of(checked(V1))


def test_a_missing_object_is_named_by_its_key() -> None:
    xml = xml_error(failure("missing"), request_id=REQUEST_ID, host_id=HOST, extra=[("Key", "a&b")])
    assert (
        b"  <HostId>" + HOST.encode() + b"</HostId>\n  <Key>a&amp;b</Key>\n  <EC>0026-00000001</EC>\n" in xml
    )


@pytest.mark.parametrize(("name", "ec"), [("range_invalid", False), ("precondition_failed", True)])
def test_an_error_without_ec_has_no_such_element(name: str, ec: bool) -> None:
    assert (b"<EC>" in xml_error(failure(name), request_id=REQUEST_ID, host_id=HOST)) == ec


@given(text=st.text(st.characters(), max_size=30))
def test_an_error_is_xml_whatever_it_tells(text: str) -> None:
    xml = xml_error(failure("missing"), request_id=REQUEST_ID, host_id=HOST, extra=[("Key", text)])
    told = ElementTree.fromstring(xml).findtext("Key") or ""
    assert len(told) == len(text)
    assert all(one == other or one == "\ufffd" for one, other in zip(told, text, strict=True))


def test_a_request_id_begins_with_its_time() -> None:
    assert mint_request_id(0x64227CD8 + 0.5, bytes.fromhex("051f683532c603d3")) == REQUEST_ID
    assert len(mint_request_id(250_000_000_000, b"")) == 24


def test_an_object_has_the_headers_of_oss() -> None:
    content = b"pixels"
    headers = object_headers(
        content, stored_at=AT - 0.5, media_type="image/png", request_id=REQUEST_ID, now=AT
    )
    digest = hashlib.md5(content).digest()
    assert list(headers.items()) == [
        ("Server", "AliyunOSS"),
        ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("Content-Type", "image/png"),
        ("x-oss-request-id", REQUEST_ID),
        ("Accept-Ranges", "bytes"),
        ("ETag", f'"{digest.hex().upper()}"'),
        ("Last-Modified", "Tue, 14 Nov 2023 22:13:19 GMT"),
        ("x-oss-object-type", "Normal"),
        ("x-oss-storage-class", "Standard"),
        ("Content-MD5", base64.b64encode(digest).decode()),
        ("x-oss-server-time", "1"),
    ]


def test_an_error_tells_its_ec_in_the_headers_too() -> None:
    headers = error_headers(request_id=REQUEST_ID, now=AT, ec="0002-00000069")
    assert headers["Content-Type"] == "application/xml"
    assert headers["x-oss-ec"] == "0002-00000069"
    assert "x-oss-ec" not in error_headers(request_id=REQUEST_ID, now=AT)


def test_a_link_chooses_headers_of_its_object() -> None:
    parameters = {
        "response-content-type": "text/plain",
        "response-content-disposition": 'attachment; filename="图.png"',
        "response-expires": "",
        "x-oss-process": "image/info",
    }
    assert overridden(parameters) == {
        "Content-Type": "text/plain",
        "Content-Disposition": 'attachment; filename="图.png"'.encode().decode("latin1"),
    }


@given(value=st.text(st.characters(), max_size=30))
def test_a_chosen_header_is_one_line_of_bytes_whatever_it_tells(value: str) -> None:
    for header in overridden({"response-cache-control": value}).values():
        assert header.encode("latin1").decode(errors="surrogatepass") == value
        assert not re.search(r"[\x00-\x1f\x7f]", header)
