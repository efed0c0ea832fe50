"""The page of curl runs, line by line."""

import json
import shutil
import subprocess
from pathlib import Path

from pages import blocks

from mockserver import MockServer, fixtures


def test_the_page_of_curl_runs_line_by_line(server: MockServer, tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    shutil.copy(fixtures.path("portrait.jpg"), tmp_path / "fixtures")
    [page] = [block for block in blocks("docs/control.md", "sh") if "/_mock/" in block]
    script = page.replace("http://127.0.0.1:8765", server.url)
    shell = ["bash", "-eu", "-o", "pipefail", "-c", script]
    ran = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert '"kind":' not in ran.stdout, "no control call was refused"
    assert '"error_code":0' in (tmp_path / "answer.json").read_text()
    assert "ERROR_USER_LOCKED" in ran.stdout
    assert (tmp_path / "head.png").read_bytes().startswith(b"\x89PNG")
    assert "\n404\n" in ran.stdout
    assert "SHOULD AIL-LINK-10" in ran.stdout
    assert (tmp_path / "coverage.html").read_text().startswith("<!DOCTYPE html>")
    assert '"version": "1.2"' in (tmp_path / "journal.har").read_text()
    assert f'"dropped": "{json.loads((tmp_path / "sandbox.json").read_text())["id"]}"' in ran.stdout
