"""Real programs, with their default hosts and no word about a mock, cut out and download."""

import base64
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from mockserver import RunningSandbox, fixtures
from mockserver.intercept import Interception

PROGRAMS = Path(__file__).with_name("programs")
NODES = ("node", *filter(None, os.environ.get("MOCKSERVER_TEST_NODES", "").split(os.pathsep)))
"""The Node on the PATH, and more of them by their paths."""
CALLS = {
    "requests_client.py": "picwish",
    "httpx_client.py": "ailab",
    "httpx_async_client.py": "picwish",
    "urllib_client.py": "processimage",
    "tencent_client.py": "tencent_bda",
    "ailab_client.py": "ailab",
    "curl_client.sh": "ailab",
    "fetch_client.mjs": "picwish",
    "https_client.cjs": "ailab",
    "Client.java": "ailab",
}


@pytest.fixture
def environment(sandbox: RunningSandbox, interception: Interception) -> dict[str, str]:
    """What a client is given: its keys, and what brings it behind the proxy."""
    return {
        "PATH": os.environ["PATH"],
        "AILAB_KEY": sandbox.ailab.api_key,
        "PICWISH_KEY": sandbox.picwish.api_key,
        "TENCENT_ID": sandbox.tencent_bda.secret_id,
        "TENCENT_KEY": sandbox.tencent_bda.secret_key,
        "PROCESSIMAGE_APP_ID": sandbox.processimage.app_id,
        "PROCESSIMAGE_SECRET": sandbox.processimage.app_secret,
        **interception.environment({}),
    }


def present(program: str, *needed: str) -> str:
    for one in (program, *needed):
        if shutil.which(one) is None:
            pytest.skip(f"there is no {one} here")
    return program


def run(runner: str, name: str, folder: Path, environment: Mapping[str, str]) -> bytes:
    """The result of a program for the sample that fits."""
    image = "watermarked.jpg" if CALLS[name] == "processimage" else "portrait.jpg"
    result = folder / "result"
    command = [runner, str(PROGRAMS / name), str(fixtures.path(image)), str(result)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return result.read_bytes()


def check(result: bytes, sandbox: RunningSandbox, name: str) -> None:
    picture, provider = Image.open(io.BytesIO(result)), CALLS[name]
    form = ("JPEG", "RGB") if provider == "processimage" else ("PNG", "RGBA")
    assert (picture.format, picture.mode) == form
    assert {exchange.provider for exchange in sandbox.journal} == {provider}
    assert {exchange.scheme for exchange in sandbox.journal} == {"https"}
    assert [exchange.status for exchange in sandbox.journal if exchange.status != 200] == []
    assert not sandbox.findings()


@pytest.mark.parametrize("name", [name for name in CALLS if name.endswith(".py")])
def test_a_python_program(
    sandbox: RunningSandbox, environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    check(run(sys.executable, name, tmp_path, environment), sandbox, name)


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize("name", ["fetch_client.mjs", "https_client.cjs"])
def test_a_node_program(
    sandbox: RunningSandbox, environment: dict[str, str], tmp_path: Path, name: str, node: str
) -> None:
    check(run(present(node), name, tmp_path, environment), sandbox, name)


def test_curl(sandbox: RunningSandbox, environment: dict[str, str], tmp_path: Path) -> None:
    name = "curl_client.sh"
    check(run(present("sh", "curl", "sed"), name, tmp_path, environment), sandbox, name)


def test_a_java_program(sandbox: RunningSandbox, environment: dict[str, str], tmp_path: Path) -> None:
    name = "Client.java"
    check(run(present("java", "javac"), name, tmp_path, environment), sandbox, name)


def test_keytool_opens_the_trust_store(interception: Interception, environment: dict[str, str]) -> None:
    files = interception.files
    command = [present("keytool"), "-list", "-keystore", str(files.trust_store), "-storepass", files.password]
    del environment["JAVA_TOOL_OPTIONS"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "trustedCertEntry" in ran.stdout


def test_an_sdk_in_this_process(sandbox: RunningSandbox, interception: Interception) -> None:
    from tencentcloud.bda.v20200324 import bda_client, models
    from tencentcloud.common import credential

    keys = credential.Credential(sandbox.tencent_bda.secret_id, sandbox.tencent_bda.secret_key)
    request = models.SegmentCustomizedPortraitPicRequest()
    request.Image = base64.b64encode(fixtures.path("portrait.jpg").read_bytes()).decode()
    request.SegmentationOptions = models.SegmentationOptions()
    request.SegmentationOptions.Head = True
    with interception.applied():
        client = bda_client.BdaClient(keys, "ap-guangzhou")
        answer = client.SegmentCustomizedPortraitPic(request)
    check(base64.b64decode(answer.PortraitImage), sandbox, "tencent_client.py")
