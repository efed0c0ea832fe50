"""Clients with hard-coded hosts under `mockserver exec --intercept`, and `mockserver serve --intercept`."""

import subprocess
import sys

import pytest
from exec_world import Execute

from mockserver import fixtures

pytest.importorskip("trustme")
PORTRAIT = str(fixtures.path("portrait.jpg"))
HOST = "https://www.ailabapi.com"
ASK = f"curl -sS {HOST}/nowhere; echo $PYTHONPATH"
KEY = ("--env", "KEY={ailab.api_key}")
URL = f"{HOST}/api/cutout/portrait/avatar-extraction"
CUT_OUT_AND_DOWNLOAD = f"""
answer=$(curl -sS {URL} -H "ailabapi-api-key: $KEY" -F image=@{PORTRAIT})
link=$(echo "$answer" | sed 's/.*"image_url":"\\([^"]*\\)".*/\\1/')
curl -sS -o /dev/null -w '%{{content_type}}' "$link"
"""


def test_a_client_with_the_hosts_of_the_provider_cuts_out_and_downloads(execute: Execute) -> None:
    ran = execute("--intercept", *KEY, "--", "sh", "-c", CUT_OUT_AND_DOWNLOAD)
    assert ran.stdout == "image/png"
    assert ran.returncode == 0
    assert "refused" not in ran.stderr


def test_other_hosts_are_refused_and_told(execute: Execute) -> None:
    ran = execute(
        "--intercept", "sh", "-c", "curl -s https://elsewhere.example/; curl -s http://shop.example/"
    )
    assert "Hosts that the interception refused" in " ".join(ran.stderr.split())
    assert "elsewhere.example:443 (1), shop.example:80 (1)" in " ".join(ran.stderr.split())
    assert "belonged to no sandbox" not in ran.stderr


def test_the_server_itself_is_reached_too(execute: Execute) -> None:
    assert "mockserver" in execute("--intercept", "sh", "-c", "curl -s $MOCKSERVER_URL/_mock/health").stdout


def test_print_env_lists_the_variables_of_the_interception_too(execute: Execute) -> None:
    listed = execute("--intercept", "--print-env").stdout
    assert {"HTTPS_PROXY", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"} <= {*listed.split()}
    assert "HTTPS_PROXY" not in execute("--print-env").stdout


def test_serve_prints_lines_that_bring_a_shell_behind_its_proxy(environ: dict[str, str]) -> None:
    serve = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--intercept"]
    environ = {**environ, "PYTHONPATH": "/mine"}
    lines = []
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.strip())
            if "/_mock/interception" in line:
                break
        exports = [line for line in lines if line.startswith("export ")]
        ran = [
            subprocess.run(["sh", "-c", f"{script}\n{ASK}"], capture_output=True, text=True, env=environ)
            for script in ("\n".join(exports), lines[-1])
        ]
        process.terminate()
    assert lines[-1].startswith("eval ")
    assert all("ERROR_AI_NOT_EXISTS" in one.stdout for one in ran)
    assert all(one.stdout.endswith("python:/mine\n") for one in ran)
    assert any(line.startswith("proxy:") for line in lines)
    assert any(line.startswith("CA certificate:") for line in lines)
