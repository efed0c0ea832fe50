"""How a client of the vendor calls: signed, with a token, and the pictures that it sends."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mockserver.imaging.reading import Annotation, annotated

PATH = "/watermark/access"
SALT = "12345678"
RECTANGLE = '[{"x":10,"y":10,"w":60,"h":20}]'


def md5(data: bytes | str) -> str:
    return hashlib.md5(data if isinstance(data, bytes) else data.encode()).hexdigest()


def encoded(pixels: Any, file_format: str = "png") -> bytes:
    """A picture file of (H, W, 3) or (H, W, 4) pixels."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, file_format)
    return file.getvalue()


def decoded(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def backdrop(width: int = 320, height: int = 200, shade: int = 90) -> Any:
    """A smooth slope of grey without any text."""
    slope = np.linspace(shade, shade + 40, width).astype(np.uint8)
    return np.repeat(np.repeat(slope[None, :, None], height, axis=0), 3, axis=2)


def written(*texts: str, file_format: str = "png", shade: int = 90, annotate: bool = True) -> bytes:
    """A picture with texts in white, each on a line of its own, far from the others; the file says what they
    are."""
    image = Image.fromarray(backdrop(480, 120 * max(1, len(texts)), shade))
    draw, font, found = ImageDraw.Draw(image), ImageFont.load_default(size=36), []
    for number, text in enumerate(texts):
        at = (60, 40 + 120 * number)
        draw.text(at, text, fill=(255, 255, 255), font=font)
        left, top, right, bottom = (round(side) for side in draw.textbbox(at, text, font=font))
        found.append(Annotation(x=left, y=top, width=right - left, height=bottom - top, text=text))
    data = encoded(np.asarray(image), file_format)
    return annotated(data, found) if annotate else data


PLAIN = encoded(backdrop())
TEXT = written("SAMPLE TEXT")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A client with the credentials of one sandbox."""

    http: httpx.Client
    app_id: str
    app_secret: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def sign(self, image_md5: str, salt: str = SALT) -> str:
        return md5(self.app_id + image_md5 + salt + self.app_secret)

    def signed(self, image: bytes, /, **parameters: str) -> dict[str, Any]:
        """Headers and fields of a signed request."""
        salt = parameters.get("salt", SALT)
        return {
            "headers": {"x-access-api-sign": self.sign(md5(image), salt), **self.headers},
            "data": {"appId": self.app_id, "salt": salt, **parameters},
        }

    def send(self, image: bytes = PLAIN, part: str = "imageFile", /, **parameters: str) -> httpx.Response:
        """A signed request with the picture in a file part."""
        return self.http.post(PATH, files={part: ("a", image)}, **self.signed(image, **parameters))

    def body(self, image: bytes = PLAIN, part: str = "imageFile", /, **parameters: str) -> Any:
        return self.send(image, part, **parameters).json()

    def form(self, image: bytes, /, **parameters: str) -> httpx.Response:
        """A signed request for a picture that does not come in a file part."""
        signed = self.signed(image, **parameters)
        fields: Sequence[tuple[str, Any]] = [
            (name, (None, text)) for name, text in signed.pop("data").items()
        ]
        return self.http.post(PATH, files=fields, **signed)

    def token(self, **headers: str) -> httpx.Response:
        """Get a token."""
        sign = {"x-access-api-sign": self.sign("")}
        params = {"appId": self.app_id, "salt": SALT}
        return self.http.post("/watermark/token", params=params, headers={**sign, **headers})

    def with_token(self, token: str, image: bytes = PLAIN, **parameters: str) -> httpx.Response:
        """A request with a token, and without appId and salt."""
        headers = {"x-access-api-token": token, **self.headers}
        fields = {"rectangles": RECTANGLE, **parameters}
        return self.http.post(PATH, headers=headers, files={"imageFile": ("a", image)}, data=fields)


def data_of(answer: httpx.Response) -> Any:
    return answer.json()["data"]
