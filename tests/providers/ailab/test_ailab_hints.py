"""Nearly right requests: the answer is the provider's, and the journal says what to mend."""

import httpx
import pytest

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.edges import sized
from mockserver.providers.ailab.wire import PATH

SMALL = sized(200, 250)


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["error_detail"]["code"]
    return code


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("authorization", "Bearer {}"),
        ("authorization", "bearer {}"),
        ("authorization", "{}"),
        ("x-api-key", "{}"),
        ("api-key", "{}"),
        ("apikey", '"{}"'),
        ("ailab-api-key", "{}"),
        ("ailabapi_api_key", "{}"),
        ("ailabapi-apikey", "{}"),
        ("x-rapidapi-key", "{}"),
    ],
)
def test_a_key_in_another_header_is_found_told_and_hidden(
    stranger: httpx.Client, sandbox: RunningSandbox, header: str, form: str
) -> None:
    key = sandbox.ailab.api_key
    answer = stranger.post(PATH, headers={header: form.format(key)}, files={"image": SMALL})
    assert (answer.status_code, code_of(answer)) == (401, "ERROR_APPLICATIONS_NOT_EXISTS")
    (note,) = sandbox.journal.last.notes
    assert note.endswith(f"the key of this sandbox came in the header {header}")
    assert key not in str(sandbox.journal.last)


def test_an_unknown_key_in_another_header_is_told_to_nobody(
    stranger: httpx.Client, server: MockServer
) -> None:
    stranger.post(PATH, headers={"X-Api-Key": "mock-nobody-at-all"}, files={"image": SMALL})
    (note,) = server.strangers.last.notes
    assert note.endswith("something like a key came in the header x-api-key")
    assert "mock-nobody-at-all" not in str(server.strangers.last)


@pytest.mark.parametrize("headers", [{}, {"ailabapi-api-key": ""}])
def test_a_missing_key_is_told(stranger: httpx.Client, server: MockServer, headers: dict[str, str]) -> None:
    assert stranger.post(PATH, headers=headers, files={"image": SMALL}).status_code == 401
    assert server.strangers.last.notes == ["there is no header ailabapi-api-key, or it is empty"]


@pytest.mark.parametrize("form", ["Bearer {}", "'{}'", '"{}"', "key {}"])
def test_a_key_with_more_around_it_is_told(
    stranger: httpx.Client, sandbox: RunningSandbox, form: str
) -> None:
    headers = {"ailabapi-api-key": form.format(sandbox.ailab.api_key)}
    answer = stranger.post(PATH, headers=headers, files={"image": SMALL})
    assert (answer.status_code, code_of(answer)) == (401, "ERROR_USER_NOT_EXISTS")
    assert "not its API key alone" in sandbox.journal.last.notes[0]


def test_the_key_itself_is_never_in_the_journal(client: httpx.Client, sandbox: RunningSandbox) -> None:
    client.post(PATH, files={"image": SMALL})
    assert sandbox.ailab.api_key not in str(sandbox.journal.last)
    assert "ailabapi-api-key" in [name for name, _ in sandbox.journal.last.headers]


def test_other_secrets_are_not_in_the_journal_either(client: httpx.Client, sandbox: RunningSandbox) -> None:
    secrets = {"Authorization": "Bearer mock-of-somebody-else", "Cookie": "session=mock-of-somebody-else"}
    assert client.post(PATH, headers=secrets, files={"image": SMALL}).status_code == 200
    assert "mock-of-somebody-else" not in str(sandbox.journal.last)


def test_a_header_name_may_have_any_case(stranger: httpx.Client, sandbox: RunningSandbox) -> None:
    headers = {"AILabAPI-Api-Key": sandbox.ailab.api_key}
    assert stranger.post(PATH, headers=headers, files={"image": SMALL}).status_code == 200


@pytest.mark.parametrize("path", ["/api/cutout/portrait/avatar_extraction", PATH + "/", PATH.upper()])
def test_a_misspelt_path_is_in_the_journal_of_the_key(
    client: httpx.Client, sandbox: RunningSandbox, path: str
) -> None:
    answer = client.post(f"/ailab{path}", files={"image": SMALL})
    assert (answer.status_code, code_of(answer)) == (404, "ERROR_AI_NOT_EXISTS")
    (note,) = sandbox.journal.last.notes
    assert note.startswith(f"no operation at POST {path}; the nearest is POST {PATH}")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_another_method_is_an_illegal_operation(
    client: httpx.Client, sandbox: RunningSandbox, method: str
) -> None:
    answer = client.request(method, PATH)
    assert answer.status_code == 403
    assert sandbox.journal.last.behaviours == ["ailab.error.ERROR_ILLEGAL_OPERATION"]
    assert sandbox.journal.last.method == method


@pytest.mark.parametrize(
    ("name", "known"),
    [
        *((near, "nearest documented one is image") for near in ("Image", "images", "image[]", "img")),
        *((far, "documented ones are image and return_form") for far in ("file", "")),
    ],
)
def test_a_file_with_another_name_is_told(
    client: httpx.Client, sandbox: RunningSandbox, name: str, known: str
) -> None:
    answer = client.post(PATH, files={name: SMALL})
    assert code_of(answer) == "MISSING_PARAMETERS"
    assert sandbox.journal.last.notes == [
        f"the part {name!r} is not read; the {known}",
        f"there is no file named image; received: {name!r}",
    ]


@pytest.mark.parametrize("name", ["returnForm", "return-form", "RETURN_FORM", "form"])
def test_a_misspelt_option_is_told_although_the_call_succeeds(
    client: httpx.Client, sandbox: RunningSandbox, name: str
) -> None:
    assert client.post(PATH, files={"image": SMALL}, data={name: "mask"}).status_code == 200
    assert sandbox.journal.last.notes == [
        f"the part {name!r} is not read; the nearest documented one is return_form"
    ]
    assert "ailab.option.return_form.mask" not in sandbox.journal.last.behaviours


def test_an_image_as_text_is_told(client: httpx.Client, sandbox: RunningSandbox) -> None:
    answer = client.post(PATH, files={"other": b"x"}, data={"image": "https://example.com/a.jpg"})
    assert code_of(answer) == "MISSING_PARAMETERS"
    assert any("send it as a file" in note for note in sandbox.journal.last.notes)


def test_an_option_as_a_file_is_told(client: httpx.Client, sandbox: RunningSandbox) -> None:
    answer = client.post(PATH, files={"image": SMALL, "return_form": b"mask"})
    assert answer.status_code == 200
    assert any("send it as a text field" in note for note in sandbox.journal.last.notes)


def test_a_right_request_has_no_notes(client: httpx.Client, sandbox: RunningSandbox) -> None:
    client.post(PATH, files={"image": SMALL}, data={"return_form": "mask"})
    assert sandbox.journal.last.notes == []
