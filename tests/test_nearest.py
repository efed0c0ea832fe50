import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import interface, nearest
from mockserver.providers import PROVIDERS
from mockserver.providers.picwish import parameters as picwish
from mockserver.providers.processimage import hints as processimage
from mockserver.providers.tencent_bda import parameters as tencent
from mockserver.providers.tencent_bda.authentication import V1_PUBLIC

HEAD = "/api/cutout/portrait/avatar-extraction"
TASKS = "/api/tasks/visual/segmentation"
NAMES = [provider.name for provider in PROVIDERS]


def test_every_provider_says_what_it_knows() -> None:
    assert list(interface.providers()) == sorted(NAMES)
    assert {interface.load(name).provider for name in NAMES} == set(NAMES)


@pytest.mark.parametrize(
    ("provider", "known"),
    [
        ("ailab", {"image", "return_form"}),
        ("picwish", set(picwish.DOCUMENTED)),
        (
            "tencent_bda",
            {*V1_PUBLIC, *tencent.TYPES, *(f"SegmentationOptions.{one}" for one in tencent.OPTIONS)},
        ),
        ("processimage", set(processimage.KNOWN)),
    ],
)
def test_what_it_says_is_what_its_code_reads(provider: str, known: set[str]) -> None:
    names = interface.load(provider)
    assert {*names.fields, *names.files} == known


@pytest.mark.parametrize("provider", PROVIDERS, ids=NAMES)
def test_a_documented_path_is_claimed_by_its_provider(provider: object) -> None:
    for call in interface.load(provider.name).calls:  # type: ignore[attr-defined]
        scope = {"path": call.path.replace("<", "").replace(">", ""), "method": "POST"}
        claiming = [
            one.name for one in PROVIDERS if one.claims({**scope, "query_string": b"", "headers": []})
        ]
        assert claiming == [provider.name]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("provider", "asked", "note"),
    [
        ("ailab", f"POST {HEAD[:-3]}on", f"the nearest is POST {HEAD}"),
        ("ailab", f"GET {HEAD}", f"the nearest is POST {HEAD} (another method)"),
        ("ailab", f"POST {HEAD}/", f"the nearest is POST {HEAD} (without the slash at its end)"),
        ("ailab", f"POST {HEAD.upper()}", f"the nearest is POST {HEAD} (paths tell upper from lower case)"),
        ("ailab", "POST /x", f"there is POST {HEAD}, GET /cutout/segmentHead/<date>/<name>"),
        (
            "ailab",
            f"POST {TASKS}",
            f"it is one of PicWish segmentation (POST {TASKS}): call it at its own host, or below /picwish",
        ),
        ("picwish", "GET /api/tasks/visual/segmentaton/a", f"the nearest is GET {TASKS}/<task_id>"),
        ("picwish", f"POST {TASKS}/a", f"the nearest is GET {TASKS}/<task_id> (another method)"),
        ("picwish", f"GET {TASKS}", f"the nearest is POST {TASKS} (another method)"),
        ("tencent_bda", "PUT /", "the nearest is POST / (another method)"),
        ("tencent_bda", "POST /v3", "there is POST /"),
        ("processimage", "POST /watermark/acess", "the nearest is POST /watermark/access"),
        ("processimage", "POST /watermark/refresh", "the nearest is POST /watermark/token/refresh"),
        (None, "POST /api/task/visual/segmentation", f"the nearest is POST {TASKS} of PicWish segmentation"),
        (
            None,
            "POST /watermak/token",
            "the nearest is POST /watermark/token of processimage.cn watermark removal",
        ),
    ],
)
def test_a_wrong_path_or_method_names_the_nearest_operation(
    provider: str | None, asked: str, note: str
) -> None:
    method, path = asked.split(" ")
    assert nearest.operation(method, path, provider=provider) == f"no operation at {asked}; {note}"


@pytest.mark.parametrize("path", ["/favicon.ico", "/api", "/" + "x" * 5000])
def test_what_is_like_nothing_is_not_guessed(path: str) -> None:
    note = nearest.operation("GET", path, provider=None)
    assert note.endswith(", and none that is like it")
    assert len(note) < 200


@pytest.mark.parametrize(
    ("provider", "sent", "meant"),
    [
        ("picwish", "retrun_type", "return_type"),
        ("picwish", "outputtype", "output_type"),
        ("picwish", "imageUrl", "image_url"),
        ("picwish", "quality", None),
        ("ailab", "returnForm", "return_form"),
        ("ailab", "x", None),
        ("tencent_bda", "Hair", "SegmentationOptions.Hair"),
        ("tencent_bda", "SegmentationOptions.hair", "SegmentationOptions.Hair"),
        ("tencent_bda", "ImageBase64", "Image"),
        ("processimage", "ocr_only", "ocrOnly"),
        ("processimage", "callbackUrl", "callback"),
    ],
)
def test_a_misspelt_field_names_the_nearest_one(provider: str, sent: str, meant: str | None) -> None:
    assert nearest.parameter(provider, sent) == meant


@pytest.mark.parametrize(
    ("provider", "sent", "meant"),
    [("picwish", "image-file", "image_file"), ("picwish", "image", "image_file"), ("ailab", "img", "image")],
)
def test_a_misspelt_file_is_rather_a_file(provider: str, sent: str, meant: str) -> None:
    assert nearest.parameter(provider, sent, is_file=True) == meant


@pytest.mark.parametrize(
    ("provider", "sent", "meant"),
    [
        ("picwish", "x_api_key", "X-API-KEY"),
        ("picwish", "X-API-TOKEN", "X-API-KEY"),
        ("picwish", "api-key", "X-API-KEY"),
        ("ailab", "ailabapi-key", "ailabapi-api-key"),
        ("ailab", "AILabAPI_API_Key", "ailabapi-api-key"),
        ("tencent_bda", "x-tc-verison", "X-TC-Version"),
        ("tencent_bda", "x-tc-time", "X-TC-Timestamp"),
        ("tencent_bda", "x_tc_action", "X-TC-Action"),
        ("processimage", "x-access-sign", "x-access-api-sign"),
        ("processimage", "access-api-token", "x-access-api-token"),
    ],
)
def test_a_misspelt_header_names_the_nearest_one(provider: str, sent: str, meant: str) -> None:
    assert nearest.header(provider, sent) == meant


@pytest.mark.parametrize("provider", NAMES)
def test_the_headers_of_honest_clients_are_no_mistakes(provider: str) -> None:
    usual = (
        "host user-agent accept accept-encoding connection content-type content-length x-custom x-request-id"
    )
    assert nearest.headers(provider, usual.split()) == {}
    own = interface.load(provider).headers
    assert nearest.headers(provider, [one.lower() for one in own]) == {}


def test_a_header_near_a_secret_one_of_any_provider_is_secret() -> None:
    assert nearest.is_secret_header("x-api-kye")
    assert nearest.is_secret_header("x-access-sgin")
    assert not nearest.is_secret_header("x-tc-actoin")


def test_parameters_in_a_query_that_is_not_read_are_told_by_name() -> None:
    notes = nearest.in_query("return_type=1&x=")
    assert [note.partition(" ")[0] for note in notes] == ["'return_type'", "'x'"]
    assert len(nearest.in_query("&".join(f"n{number}=" for number in range(500)))) == nearest.MOST
    assert nearest.in_query("") == []


@given(st.sampled_from([*NAMES, None]), st.text(), st.text())
def test_anything_that_is_sent_gets_an_answer(provider: str | None, method: str, path: str) -> None:
    assert nearest.operation(method, path, provider=provider).startswith("no operation at ")
    for name in NAMES:
        known = interface.load(name)
        assert nearest.header(name, path) in (None, *known.headers)
        assert nearest.parameter(name, path) in (None, *known.fields, *known.files)


@pytest.mark.parametrize("more", [[], ["x" * nearest.MOST_REMEMBERED]], ids=["remembered", "too long to be"])
def test_header_names_tell_what_is_secret_and_what_was_meant(more: list[str]) -> None:
    found = nearest.header_names("ailab", ["host", "ailabapi-api-kye", "cookie", *more])
    assert found.secret == {"ailabapi-api-kye", "cookie"}
    assert found.misspelt == {"ailabapi-api-kye": "ailabapi-api-key"}


def test_header_names_that_nobody_was_meant_by_are_secret_all_the_same() -> None:
    found = nearest.header_names("", ["x-api-kye", "accept"])
    assert found.secret == {"x-api-kye"}
    assert found.misspelt == {}


def test_names_that_are_like_one_come_the_nearest_first() -> None:
    assert nearest.like("quey", ["result", "queue", "query"], most=2) == ["query", "queue"]
    assert nearest.like("quey", ["result"]) == []
