"""Projects that use the plugin, each in a folder of its own, with a client that can do wrong."""

# Runs within this process forget what they import, and some of that cannot be imported again: so it is here.
import httpcore  # noqa: F401
import numpy  # noqa: F401
import pytest

import mockserver.contract.report
import mockserver.imaging.encode
import mockserver.imaging.portrait
import mockserver.pytest_plugin.transport  # noqa: F401

CLIENT = '''
import httpx
from mockserver import fixtures

IMAGE = fixtures.path("portrait.jpg").read_bytes()


def cut_out(ailab, *, field="image", key=None, transport=None):
    """Cut a head out; with a `field` of another name the client breaks AIL-IMAGE-03, a MUST rule."""
    with httpx.Client(verify=False, transport=transport, timeout=60) as client:
        url = ailab.url + "/api/cutout/portrait/avatar-extraction"
        headers = {"ailabapi-api-key": key or ailab.api_key}
        return client.post(url, headers=headers, files={field: IMAGE})


def download(ailab):
    """Cut a head out and fetch it, with the key, which breaks AIL-KEY-02, a SHOULD rule."""
    link = cut_out(ailab).json()["data"]["elements"][0]["image_url"]
    with httpx.Client(verify=False, timeout=60) as client:
        return client.get(link, headers={"ailabapi-api-key": ailab.api_key})
'''
INI = """
[pytest]
addopts = -p no:schemathesis -p no:hypothesispytest -p no:benchmark
filterwarnings = error
asyncio_default_fixture_loop_scope = function
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOCKSERVER_URL", "MOCKSERVER_CONTROL_TOKEN", "CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """An empty project with the client; `project.makepyfile(...)` adds tests."""
    pytester.makepyfile(client=CLIENT)
    pytester.makefile(".ini", pytest=INI)
    return pytester
