"""What brings each behaviour of the catalogue about, by an honest request."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
from other_side import OtherSide
from picwish_world import SMALL, SOURCE, Cause, World

from mockserver import fixtures
from mockserver.fixtures.edges import MEBIBYTE, sized
from mockserver.fixtures.files import gif, png, tiff, webp
from mockserver.fixtures.portraits import portrait
from mockserver.fixtures.stamps import stamp
from mockserver.providers.picwish.links import keys_of
from mockserver.providers.picwish.oss.presigned import NOTHING
from mockserver.providers.picwish.oss.signing import sign_v1
from mockserver.providers.picwish.wire import PATH

EMPTY = fixtures.path("empty.jpg").read_bytes()
PERSON = portrait(4, width=200, height=250)


def form(image: bytes | None = SMALL, **fields: str) -> Cause:
    return lambda world: world.post(image, **fields)


def settled(image: bytes | None = SMALL, *, url: bytes | None = None, **settings: Any) -> Cause:
    """A synchronous request to a sandbox with settings, from a file or from a known URL."""

    def cause(world: World) -> httpx.Response:
        world.set(**settings)
        if url is None:
            return world.post(image, sync="1")
        world.sandbox.know_url(SOURCE, url)
        return world.post(None, image_url=SOURCE, sync="1")

    return cause


def queried(*, after: float, **settings: Any) -> Cause:
    """A query some time after a task of ten seconds was created."""

    def cause(world: World) -> httpx.Response:
        task_id = world.frozen().set(seconds=10.0, **settings).begin()
        world.sandbox.clock.travel(after)
        return world.client.get(f"{PATH}/{task_id}")

    return cause


def times(count: int, **settings: Any) -> Cause:
    """So many requests in one second."""

    def cause(world: World) -> httpx.Response:
        world.frozen().set(**settings)
        return [world.post() for _ in range(count)][-1]

    return cause


def link(*, after: float = 0.0, version: str = "v1", method: str = "GET", **headers: str) -> Cause:
    """A download of a result some time after it was made."""

    def cause(world: World) -> httpx.Response:
        url = world.frozen().set(links=version).cut()["image"]
        world.sandbox.clock.travel(after)
        return world.client.request(
            method, url, headers={name.replace("_", "-"): headers[name] for name in headers}
        )

    return cause


Change = Callable[[str], str] | str | None


def changed(version: str = "v1", **parameters: Change) -> Cause:
    """A download by a link some of whose parameters are replaced, or left out where that is None."""

    def cause(world: World) -> httpx.Response:
        url = urlsplit(world.frozen().set(links=version).cut()["image"])
        query = dict(parse_qsl(url.query))
        for name, change in parameters.items():
            name = name.replace("_", "-") if name.startswith("x_") else name
            value = change(query[name]) if callable(change) else change
            query = (
                {**query, name: value} if value is not None else {k: v for k, v in query.items() if k != name}
            )
        return world.client.get(urlunsplit(url._replace(query=urlencode(query))))

    return cause


def v4(**parameters: Change) -> Cause:
    return changed("v4", **parameters)


def unsigned(world: World) -> httpx.Response:
    return world.client.get(world.cut()["image"].partition("?")[0])


def after_reset(world: World) -> httpx.Response:
    url = world.cut()["image"]
    world.sandbox.reset()
    return world.client.get(url)


def not_modified(world: World) -> httpx.Response:
    url = world.cut()["image"]
    return world.client.get(url, headers={"If-None-Match": world.client.get(url).headers["ETag"]})


def resized(world: World) -> httpx.Response:
    return world.client.get(world.cut()["image"] + "&x-oss-process=image/resize,w_50")


def in_9999(credential: str) -> str:
    key_id, _, rest = credential.split("/", 2)
    return f"{key_id}/99990101/{rest}"


def signed(
    method: str = "GET",
    *,
    params: Mapping[str, str] = NOTHING,
    headers: Mapping[str, str] = NOTHING,
    unsigned: Mapping[str, str] = NOTHING,
) -> Cause:
    """A result asked for by a link that the client has signed itself, with the keys of the storage."""

    def cause(world: World) -> httpx.Response:
        path = urlsplit(world.cut()["image"]).path
        query = sign_v1(
            keys_of(world.sandbox),
            bucket="wxtechsz",
            key=path[1:],
            expires=int(world.sandbox.clock.now()) + 60,
            method=method,
            params=params,
            headers=headers,
        )
        return world.client.request(method, f"{path}?{query}", headers={**headers, **unsigned})

    return cause


def called_back(*script: int | str) -> Cause:
    """A synchronous request with a callback that is answered by a script."""

    def cause(world: World) -> httpx.Response:
        with OtherSide(script=list(script)) as receiver:
            answer = world.post(sync="1", callback_url=receiver.url)
            world.sandbox.clock.travel(0)
        return answer

    return cause


def preflight(world: World) -> httpx.Response:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    return world.client.options(PATH, headers=headers)


CAUSES: dict[str, Cause] = {
    "success": form(sync="1"),
    "mode.sync": form(sync="1"),
    "mode.async": form(),
    "source.image_file": form(),
    "source.image_url": form(None, image_url=SOURCE),
    "option.type.auto": form(type=""),
    "option.type.person": form(type="person"),
    "option.type.object": form(type="object"),
    "option.type.stamp": form(png(stamp(1, width=200, height=200).rgb), type="stamp"),
    "option.return_type.1": form(return_type="1"),
    "option.return_type.2": form(return_type="2"),
    "option.return_type.3": form(return_type="3", sync="1"),
    "option.output_type.1": form(output_type="1"),
    "option.output_type.2": form(output_type="2"),
    "option.output_type.3": form(output_type="3"),
    "option.crop.1": form(crop="1"),
    "option.format.jpg": form(format="jpg"),
    "option.bg_color": form(format="jpg", bg_color="0000FF"),
    "format.jpeg": form(sync="1"),
    "format.png": form(png(PERSON), sync="1"),
    "format.bmp": form(sized(200, 250, file_format="bmp"), sync="1"),
    "format.webp": form(webp(PERSON), sync="1"),
    "format.tiff": form(tiff(PERSON), sync="1"),
    "state.0": queried(after=0),
    "state.2": queried(after=1),
    "state.3": queried(after=2),
    "state.4": queried(after=3),
    "state.1": queried(after=10),
    "state.-1": form(EMPTY, sync="1", type="person"),
    "state.-3": form(None, image_url="http://127.0.0.1:9/", sync="1"),
    "state.-5": settled(url=bytes(15 * MEBIBYTE + 1)),
    "state.-7": form(gif(PERSON), sync="1"),
    "state.-8": settled(seconds=31),
    "error.400.form": lambda world: world.client.post(PATH, json={"image_url": SOURCE}),
    "error.400.sync": form(sync="2"),
    "error.400.type": form(type="face"),
    "error.400.return_type": form(return_type="4"),
    "error.400.return_type_async": form(return_type="3"),
    "error.400.output_type": form(output_type="0"),
    "error.400.crop": form(crop="yes"),
    "error.400.format": form(format="jpeg"),
    "error.400.bg_color": form(format="jpg", bg_color="#ffffff"),
    "error.400.callback_url": form(callback_url="example"),
    "error.400.image_missing": form(None, type="person"),
    "error.400.image_several": form(image_url=SOURCE),
    "error.400.async_off": times(1, async_enabled=False),
    "error.401.key": lambda world: world.client.post(PATH, headers={"X-API-KEY": "mock-nobody"}),
    "error.401.service": settled(enabled=False),
    "error.401.credits": settled(balance=0),
    "error.404.path": lambda world: world.client.post("/api/tasks/visual/colorization"),
    "error.404.task": lambda world: world.client.get(f"{PATH}/nothing"),
    "error.413": form(bytes(15 * MEBIBYTE + 1)),
    "error.429": times(3, qps=2),
    "asset.alive": link(after=3599),
    "asset.head": link(method="HEAD"),
    "asset.range": link(Range="bytes=0-99"),
    "asset.not_modified": not_modified,
    "asset.process": resized,
    "asset.response_headers": signed(params={"response-content-disposition": "attachment"}),
    "asset.unsigned": unsigned,
    "asset.two_signatures": link(Authorization="OSS mock:mock"),
    "asset.version_invalid": v4(x_oss_signature_version="OSS5"),
    "asset.expires_missing": changed(Expires=None),
    "asset.expires_empty": changed(Expires=""),
    "asset.expires_invalid": changed(Expires="abc"),
    "asset.expired": link(after=3601),
    "asset.key_id_missing": changed(OSSAccessKeyId=None),
    "asset.key_id_empty": changed(OSSAccessKeyId=""),
    "asset.key_id_invalid": changed(OSSAccessKeyId="a!b"),
    "asset.key_id_unknown": changed(OSSAccessKeyId="nobody"),
    "asset.signature_missing": changed(Signature=None),
    "asset.signature_empty": changed(Signature=""),
    "asset.signature_mismatch": changed(Expires=lambda expires: str(int(expires) + 1)),
    "asset.credential_missing": v4(x_oss_credential=None),
    "asset.credential_empty": v4(x_oss_credential=""),
    "asset.credential_invalid": v4(x_oss_credential=lambda text: text.partition("/")[0]),
    "asset.credential_date_invalid": v4(x_oss_credential=lambda text: text.replace("/2", "/1", 1)),
    "asset.region_mismatch": v4(x_oss_credential=lambda text: text.replace("shenzhen", "hongkong")),
    "asset.date_missing": v4(x_oss_date=None),
    "asset.date_empty": v4(x_oss_date=""),
    "asset.date_invalid": v4(x_oss_date=lambda text: text.replace("T", "T9")),
    "asset.not_yet_valid": v4(x_oss_date="99990101T000000Z", x_oss_credential=in_9999),
    "asset.missing": after_reset,
    "asset.method_not_allowed": signed("PUT"),
    "asset.precondition_failed": link(If_Match='"x"'),
    "asset.range_invalid": signed(
        headers={"x-oss-range-behavior": "standard"}, unsigned={"Range": "bytes=99999999-"}
    ),
    "callback.delivered": called_back(200),
    "callback.refused": called_back(500),
    "path.double_slash": lambda world: world.client.get(f"{world.server.url}/{PATH}//{world.begin()}"),
    "cors.preflight": preflight,
}  # fmt: skip

# What version 4 has, too, and CAUSES brings about in version 1.
CAUSES_IN_V4: dict[str, Cause] = {
    "asset.two_signatures": link(version="v4", Authorization="OSS mock:mock"),
    "asset.expires_missing": v4(x_oss_expires=None),
    "asset.expires_empty": v4(x_oss_expires=""),
    "asset.expires_invalid": v4(x_oss_expires="abc"),
    "asset.expired": link(after=3601, version="v4"),
    "asset.key_id_invalid": v4(x_oss_credential=lambda text: text.replace("mock", "a!b")),
    "asset.key_id_unknown": v4(x_oss_credential=lambda text: text.replace("mock", "nobody")),
    "asset.signature_missing": v4(x_oss_signature=None),
    "asset.signature_empty": v4(x_oss_signature=""),
    "asset.signature_mismatch": v4(x_oss_expires="3599"),
}
