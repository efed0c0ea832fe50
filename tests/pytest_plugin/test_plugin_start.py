"""The start of pytest, which every run pays for whether or not it uses the plugin."""

import subprocess
import sys
from pathlib import Path

import pytest

import mockserver

HEAVY = {"anyio", "httpx", "isal", "jsonschema", "numpy", "orjson", "PIL", "starlette", "uvicorn"}
PROBE = """
import sys
import types

import pytest

package = types.ModuleType("mockserver")  # the package alone, whatever itself it imports
package.__path__ = [sys.argv[1]]
sys.modules["mockserver"] = package
code = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "mockserver.pytest_plugin", "test_plain.py"])
print("imported:", *sorted(sys.modules))
sys.exit(code)
"""


def test_a_run_that_does_not_use_it_imports_nothing_heavy(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (project.path / "pytest.ini").unlink()
    project.makepyfile(test_plain="def test_one(): pass")
    command = [sys.executable, "-c", PROBE, str(Path(mockserver.__file__).parent)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert run.returncode == 0, run.stdout + run.stderr
    imported = run.stdout.partition("imported:")[2].split()
    assert "mockserver.pytest_plugin.fixtures" in imported
    assert not HEAVY & {name.partition(".")[0] for name in imported}
    assert [name for name in imported if name.startswith("mockserver.") and "pytest_plugin" not in name] == []


def test_a_run_that_does_not_use_it_starts_no_server(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import threading

        def test_one(pytestconfig):
            assert not any(thread.name == "mockserver" for thread in threading.enumerate())
        """
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)
