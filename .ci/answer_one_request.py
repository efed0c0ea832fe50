"""Answers one request from an installed wheel, away from the checkout: shows that every file is in it."""

import importlib.util
import json
import urllib.request
from pathlib import Path

import contract_tests.clients.ailab
import contract_tests.clients.picwish
import contract_tests.clients.processimage
import contract_tests.clients.tencent_bda  # noqa: F401
import mockserver
from mockserver import MockServer, fixtures

for name in ("schemas", "fixtures", "tests", "benchmarks"):
    if importlib.util.find_spec(name) is not None:
        raise SystemExit(f"{name} lies at the top of site-packages")
if not (Path(mockserver.__file__).parent / "py.typed").exists():
    raise SystemExit("py.typed is not in the wheel")

boundary = "boundary"
image = fixtures.path("portrait.jpg").read_bytes()
body = (
    f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="portrait.jpg"\r\n\r\n'.encode()
    + image
    + f"\r\n--{boundary}--\r\n".encode()
)
with MockServer() as server:
    ailab = server.sandbox().ailab
    request = urllib.request.Request(
        f"{ailab.url}/api/cutout/portrait/avatar-extraction",
        data=body,
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "ailabapi-api-key": ailab.api_key,
        },
    )
    with urllib.request.urlopen(request) as response:
        element = json.load(response)["data"]["elements"][0]
    with urllib.request.urlopen(element["image_url"]) as response:
        result = response.read()
if not result.startswith(b"\x89PNG"):
    raise SystemExit("the result is no PNG")
print(f"the wheel answers: a head of {element['width']}x{element['height']} pixels")
