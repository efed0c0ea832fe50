"""Clients of AILabTools that read an answer wrongly, or not at all."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx
from PIL import Image

from contract_tests.adapters.ailab import Head
from contract_tests.adapters.base import Problem
from contract_tests.clients import ailab
from contract_tests.clients.ailab import AilabClient, AilabError, Flows
from contract_tests.clients.broken.ailab_sending import Broken
from contract_tests.clients.driving import Flow


class SwallowsEverything(Broken):
    """Whatever goes wrong, it says that there is no head."""

    caught_by: ClassVar[tuple[str, ...]] = (
        "AIL-ERROR-*",
        "AIL-WIRE-*",
        "AIL-ANSWER-0[12346]",
        "AIL-ANSWER-1[256]",
        "AIL-HEAD-0[156]",
        "AIL-LIMIT-0[5-9]",
        "AIL-LIMIT-1*",
        "AIL-TIME-0[267]",
    )

    def heads(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[Head]:
        try:
            return super().heads(client, image, mask=mask)
        except Exception:
            return []


class Trustful(Broken):
    """It looks for data in every answer: a KeyError in each that is an error, a TypeError in odd ones."""

    caught_by = ("AIL-ERROR-*", "AIL-CODE-01", "AIL-WORLD-01", "AIL-ANSWER-08", "AIL-HEAD-0[1678]")
    played = ()

    class flows(Flows):
        def read(self, status: int, content: bytes) -> list[ailab.Head]:
            elements = json.loads(content)["data"]["elements"]
            return [ailab.Head(**{name: one[name] for name in ailab.Head.__slots__}) for one in elements]


class TakesWhatItGets(Broken):
    """It skips heads that it does not understand, and fills up what is missing with zeros."""

    caught_by = ("AIL-HEAD-0[678]",)

    class flows(Flows):
        def read(self, status: int, content: bytes) -> list[ailab.Head]:
            body = _body(content)
            if "data" not in body or status != 200:
                return super().read(status, content)
            elements = [one for one in (body["data"] or {}).get("elements") or [] if one.get("image_url")]
            names = ("x", "y", "width", "height")
            return [
                ailab.Head(image_url=one["image_url"], **{name: one.get(name) or 0 for name in names})
                for one in elements
            ]


class SwapsWidthAndHeight(Broken):
    """It takes a size for height and width."""

    caught_by = ("AIL-OK-0[12345]", "AIL-HEAD-04", "AIL-LIMIT-0[13]")

    def result(self, found: ailab.Head, content: bytes) -> Head:
        return Head(x=found.x, y=found.y, width=found.height, height=found.width, image=content)


class ForgetsWhere(Broken):
    """It tells of every head that it is in the corner."""

    caught_by = ("AIL-OK-0[12]",)

    def result(self, found: ailab.Head, content: bytes) -> Head:
        return Head(x=0, y=0, width=found.width, height=found.height, image=content)


class TakesHeadsForTheFirst(Broken):
    """It answers one head, however many there are."""

    caught_by = ("AIL-OK-0[245]", "AIL-HEAD-04", "AIL-WORLD-02")

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        return super().begin(client, image, mask=mask)[:1]


class MixesUp(Broken):
    """It downloads heads from the last to the first, and tells where they are from the first to the last."""

    caught_by = ("AIL-OK-0[24]", "AIL-HEAD-04")

    def finish(self, client: AilabClient, handle: Sequence[ailab.Head]) -> Sequence[Head]:
        contents = [client.download(found) for found in reversed(handle)]
        return [self.result(found, content) for found, content in zip(handle, contents, strict=True)]


class SkipsWhatIsLost(Broken):
    """It leaves out the heads whose download fails."""

    caught_by = ("AIL-HEAD-05", "AIL-TIME-02", "AIL-WIRE-1[1-4]")

    def finish(self, client: AilabClient, handle: Sequence[ailab.Head]) -> Sequence[Head]:
        found = []
        for head in handle:
            try:
                found.append(self.result(head, client.download(head)))
            except httpx.HTTPError:
                continue
        return found


class DownloadsAnything(Broken):
    """It takes whatever comes from the storage for a picture."""

    caught_by = ("AIL-TIME-02", "AIL-WIRE-17", "AIL-WIRE-19", "AIL-WIRE-20")

    class flows(Flows):
        def download(self, head: ailab.Head) -> Flow[bytes]:
            answer = yield self.build("GET", head.image_url)
            assert answer is not None
            return answer.content


class LosesTheAlpha(Broken):
    """It writes what it got once more, as JPEG."""

    caught_by = ("AIL-OK-0[125-9]", "AIL-QUIRK-*", "AIL-TIME-0[136]", "AIL-WORLD-03")

    class flows(Flows):
        def download(self, head: ailab.Head) -> Flow[bytes]:
            content = yield from super().download(head)
            out = io.BytesIO()
            Image.open(io.BytesIO(content)).convert("RGB").save(out, "JPEG")
            return out.getvalue()


class ReadsTheFirstGeneration(Broken):
    """It knows errors by error_code and error_code_str alone, as the first documents had them."""

    caught_by = ("AIL-ANSWER-04", "AIL-CODE-01")

    class flows(Flows):
        def read(self, status: int, content: bytes) -> list[ailab.Head]:
            body = _body(content)
            if body.get("error_code"):
                code = str(body.get("error_code_str") or body["error_code"])
                raise AilabError(status, code, str(body.get("error_msg")), "")
            return super().read(200, content) if body.get("data") else []


class KeepsTheWordsBack(Broken):
    """It tells its user that something went wrong."""

    caught_by = ("AIL-ANSWER-05",)

    def problem(self, error: BaseException) -> Problem:
        known = super().problem(error)
        return Problem(text="AilabError: something went wrong", own=known.own)


class LooksAtTheLabel(Broken):
    """It reads nothing that is not labelled application/json, to the letter, and takes it for no head."""

    caught_by = ("AIL-ANSWER-0[6-9]",)

    class flows(Flows):
        def heads(self, image: bytes, *, mask: bool) -> Flow[list[ailab.Head]]:
            answer = yield self.request(image, mask=mask)
            assert answer is not None
            if answer.headers["content-type"] != "application/json":
                return []
            return self.read(answer.status_code, answer.content)


class KnowsEveryField(Broken):
    """It dies of fields that it does not know."""

    caught_by = ("AIL-ANSWER-10",)

    class flows(Flows):
        def read(self, status: int, content: bytes) -> list[ailab.Head]:
            for element in (_body(content).get("data") or {}).get("elements", []):
                ailab.Head(**element)
            return super().read(status, content)


class WantsAllFields(Broken):
    """It looks for error_msg in every answer."""

    caught_by = ("AIL-ANSWER-11", "AIL-QUIRK-04")

    class flows(Flows):
        def read(self, status: int, content: bytes) -> list[ailab.Head]:
            if _body(content)["error_msg"]:
                return super().read(status, content)
            return super().read(status, content)


class UnpacksDetails(Broken):
    """It takes error_detail for an object, whatever it is."""

    caught_by = ("AIL-ANSWER-1[23]",)

    class flows(Flows):
        def read(self, status: int, content: bytes) -> list[ailab.Head]:
            if status != 200:
                detail = _body(content)["error_detail"]
                raise AilabError(status, detail["code"], detail["message"], "")
            return super().read(status, content)


class LooksAtTheStatusAlone(Broken):
    """It takes HTTP 200 for a success, and does not look further."""

    caught_by = ("AIL-ANSWER-14", "AIL-ANSWER-16")

    class flows(Flows):
        def read(self, status: int, content: bytes) -> list[ailab.Head]:
            if status != 200:
                return super().read(status, content)
            body = _body(content)
            return super().read(200, json.dumps({"data": body.get("data")}).encode())


class TakesJsonForAnAnswer(Broken):
    """It takes every JSON for an object."""

    caught_by = ("AIL-ANSWER-1[56]",)

    class flows(Flows):
        def read(self, status: int, content: bytes) -> list[ailab.Head]:
            json.loads(content).get("error_code")
            return super().read(status, content)


class ExpectsSomebody(Broken):
    """It looks at the first head, although there may be none."""

    caught_by = ("AIL-HEAD-0[23]",)

    def finish(self, client: AilabClient, handle: Sequence[ailab.Head]) -> Sequence[Head]:
        client.download(handle[0])
        return super().finish(client, handle)


class TellsTheWrongCode(Broken):
    """It tells of the HTTP status, and calls it a code."""

    caught_by = ("AIL-CODE-01", "AIL-ANSWER-0[1-4]")

    def problem(self, error: BaseException) -> Problem:
        known = super().problem(error)
        code = str(error.status) if isinstance(error, AilabError) else None
        return Problem(text=known.text, own=known.own, code=code)


class TakesEveryErrorForPassing(Broken):
    """It says of every error that trying again may help."""

    caught_by = ("AIL-CODE-02",)

    def problem(self, error: BaseException) -> Problem:
        known = super().problem(error)
        return Problem(text=known.text, own=known.own, code=known.code, retryable=True)


def _body(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}
