"""The variables that bring a program behind the proxy, and what they keep."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from mockserver import MockServer
from mockserver.intercept import Interception, environment
from mockserver.intercept.environment import Files

PROXY = "http://127.0.0.1:1234"
NODES = ("node", *filter(None, os.environ.get("MOCKSERVER_TEST_NODES", "").split(os.pathsep)))


def variables(folder: str = "/tmp/x", **given: str) -> dict[str, str]:
    return environment.variables(PROXY, Files.within(Path(folder)), given)


def test_every_proxy_variable_is_set_in_both_cases() -> None:
    found = variables()
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    assert {found[name] for name in names} == {found[name.lower()] for name in names} == {PROXY}
    assert found["no_proxy"] == found["NO_PROXY"]
    assert "127.0.0.1" in found["NO_PROXY"].split(",")


def test_options_that_were_given_are_kept_in_front() -> None:
    found = variables(NODE_OPTIONS="--no-warnings", JAVA_TOOL_OPTIONS="-Xmx1g", PYTHONPATH="/mine")
    assert found["NODE_OPTIONS"].startswith("--no-warnings --require ")
    assert found["JAVA_TOOL_OPTIONS"].startswith("-Xmx1g -Djavax.net.ssl.trustStore=")
    assert found["PYTHONPATH"].split(os.pathsep) == ["/tmp/x/python", "/mine"]


@pytest.mark.parametrize(
    "given", [{}, {"NODE_OPTIONS": "--no-warnings", "JAVA_TOOL_OPTIONS": "-Xmx1g", "PYTHONPATH": "/my own"}]
)
def test_a_shell_keeps_what_it_has_as_a_program_does(given: dict[str, str]) -> None:
    lines = environment.exports(variables("/tmp/with a blank"))
    shell = ["/bin/sh", "-c", f"{lines}exec env"]
    ran = subprocess.run(shell, env=given, capture_output=True, text=True, check=True)
    found = dict(line.partition("=")[::2] for line in ran.stdout.splitlines())
    assert variables("/tmp/with a blank", **given).items() <= found.items()


def test_proxies_that_were_given_are_replaced() -> None:
    assert variables(HTTPS_PROXY="http://other", NO_PROXY="*")["NO_PROXY"] == environment.NO_PROXY


@pytest.mark.parametrize("node", NODES)
def test_node_finds_a_file_whatever_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str
) -> None:
    if shutil.which(node) is None:
        pytest.skip(f"there is no {node} here")
    odd = tmp_path / 'a "path" with \\ and blanks'
    odd.mkdir()
    (odd / "preload.cjs").write_text("process.stdout.write('loaded')")
    monkeypatch.setattr(environment, "PRELOAD", odd / "preload.cjs")
    given = {**os.environ, **variables(NODE_OPTIONS="--no-warnings")}
    ran = subprocess.run([node, "-e", "0"], env=given, capture_output=True, text=True, check=True)
    assert ran.stdout == "loaded"


def test_java_takes_a_path_with_blanks() -> None:
    if shutil.which("java") is None:
        pytest.skip("there is no java here")
    given = {**os.environ, **variables("/tmp/with a blank")}
    command = ["java", "-XshowSettings:properties", "-version"]
    ran = subprocess.run(command, env=given, capture_output=True, text=True, check=True)
    assert "javax.net.ssl.trustStore = /tmp/with a blank/truststore.p12" in ran.stderr


def python(program: str, interception: Interception, **more: str) -> str:
    given = {"PATH": os.environ["PATH"], **interception.environment({}), **more}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout.strip()


def test_certifi_names_our_authority_and_is_the_real_one_otherwise(interception: Interception) -> None:
    program = (
        "import certifi, certifi.core; print(certifi.where(), certifi.core.where(), certifi.__version__)"
    )
    import certifi

    ours = str(interception.ca_file)
    assert python(program, interception).split() == [ours, ours, certifi.__version__]
    read = "import certifi; print(certifi.contents() == open(certifi.where()).read())"
    assert python(read, interception) == "True"


@pytest.mark.parametrize("depth", [2, 3])
def test_within_interceptions_certifi_names_the_authority_of_the_innermost(
    interception: Interception, depth: int
) -> None:
    given: dict[str, str] = {}
    with ExitStack() as servers:
        around = [servers.enter_context(MockServer(intercept=True)) for _ in range(depth - 1)]
        for one in (*(server.intercept() for server in around), interception):
            given |= one.environment(given)
        assert len(given["PYTHONPATH"].split(os.pathsep)) == depth
        program = "import certifi; print(certifi.where(), certifi.__version__)"
        import certifi

        found = python(program, interception, **given).split()
    assert found == [str(interception.ca_file), certifi.__version__]


def test_interception_within_another_one_preloads_node_once() -> None:
    once = variables(NODE_OPTIONS="--no-warnings")["NODE_OPTIONS"]
    assert variables(NODE_OPTIONS=once)["NODE_OPTIONS"] == once


def test_certifi_is_itself_without_the_variable(interception: Interception) -> None:
    import certifi

    assert python("import certifi; print(certifi.where())", interception, SSL_CERT_FILE="") == certifi.where()


def test_a_python_without_certifi_has_none(interception: Interception) -> None:
    program = (
        "import sys; sys.path = [one for one in sys.path if 'site-packages' not in one]\n"
        "try: import certifi\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    assert python(program, interception) == "No module named 'certifi'"


NODE_PROGRAM = """
const get = (module, url) => new Promise((done) => {
  module.get(url, (answer) => { answer.resume(); done(String(answer.statusCode)); })
    .on('error', (error) => done(error.message));
});
const fetched = (url) => fetch(url).then((answer) => String(answer.status), (error) => String(error.cause));
const own = process.env.OWN;
(async () => {
  const told = [
    await get(require('http'), `${own}/_mock/health`),
    await fetched(`${own}/_mock/health`),
    await get(require('https'), 'https://elsewhere.example/'),
    await get(require('http'), 'http://elsewhere.example:8080/'),
    await fetched('https://elsewhere.example/'),
    await get(require('http'), 'http://www.ailabapi.com/'),
    await fetched('http://www.ailabapi.com/'),
    await new Promise((done) => require('net').connect(5432, '127.0.0.1').on('error', (e) => done(e.code))),
  ];
  console.log(JSON.stringify(told));
})();
"""


@pytest.mark.parametrize("node", NODES)
def test_node_reaches_this_machine_and_the_providers_alone(
    intercepting: MockServer, interception: Interception, node: str
) -> None:
    if shutil.which(node) is None:
        pytest.skip(f"there is no {node} here")
    given = {"PATH": os.environ["PATH"], "OWN": intercepting.url, **interception.environment({})}
    ran = subprocess.run([node, "-e", NODE_PROGRAM], env=given, capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told[:2] == ["200", "200"]
    assert all("refuses elsewhere.example" in text for text in told[2:4])
    assert "200" not in told[4]
    assert told[5:] == ["404", "404", "ECONNREFUSED"]
