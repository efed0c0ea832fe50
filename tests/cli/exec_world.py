"""`mockserver exec` as a process, and clients in several languages for it to run."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from subprocess import PIPE, CompletedProcess, Popen
from typing import Any

EXEC = (sys.executable, "-m", "mockserver", "exec")
Execute = Callable[..., "CompletedProcess[str]"]
Start = Callable[..., "Executed"]

URL = "$MOCKSERVER_AILAB_URL/api/cutout/portrait/avatar-extraction"
KEY = '-H "ailabapi-api-key: $MOCKSERVER_AILAB_API_KEY"'
URL = "$MOCKSERVER_AILAB_URL/api/cutout/portrait/avatar-extraction"
KEY = '-H "ailabapi-api-key: $MOCKSERVER_AILAB_API_KEY"'
CURL = (
    "sh",
    "-c",
    f"curl -s {URL} {KEY} -F image=@$PORTRAIT",
)
PYTHON = (
    sys.executable,
    "-c",
    """
import os, httpx
url = os.environ["MOCKSERVER_AILAB_URL"] + "/api/cutout/portrait/avatar-extraction"
headers = {"ailabapi-api-key": os.environ["MOCKSERVER_AILAB_API_KEY"]}
print(httpx.post(url, headers=headers, files={"image": open(os.environ["PORTRAIT"], "rb")}).text)
""",
)
NODE = (
    "node",
    "-e",
    """
const form = new FormData()
form.append("image", new Blob([require("fs").readFileSync(process.env.PORTRAIT)]), "portrait.jpg")
fetch(process.env.MOCKSERVER_AILAB_URL + "/api/cutout/portrait/avatar-extraction", {
  method: "POST", body: form, headers: {"ailabapi-api-key": process.env.MOCKSERVER_AILAB_API_KEY}
}).then(answer => answer.text()).then(console.log)
""",
)

COUNTS = """
import os, signal, sys
got = []
came, told = os.pipe()
os.set_blocking(told, False)
signal.set_wakeup_fd(told)
for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"):
    signal.signal(getattr(signal, name), lambda number, frame: got.append(signal.Signals(number).name))
print("ready", flush=True)
os.read(came, 1)
print(*got, flush=True)
sys.stdin.read()
print(*got)
sys.exit(9)
"""
"""A program that counts the signals it gets, and says so after the first, and at the end of its input."""


class Executed:
    """`mockserver exec` of a command that prints a line as soon as it is ready."""

    def __init__(self, *arguments: str, environ: dict[str, str], **options: Any) -> None:
        self.popen: Popen[str] = Popen(
            [*EXEC, *arguments], stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, env=environ, **options
        )
        assert self.popen.stderr is not None
        assert self.popen.stdout is not None
        self.url = self.popen.stderr.readline().split()[1]
        self.first = self.popen.stdout.readline().rstrip("\n")

    @property
    def port(self) -> int:
        """The port of its server."""
        return int(self.url.rpartition(":")[2])

    def signal(self, number: int) -> None:
        """To this process alone."""
        self.popen.send_signal(number)

    def signal_group(self, number: int) -> None:
        """To all of its group, as a terminal does; it must lead one."""
        os.killpg(self.popen.pid, number)

    def end(self) -> tuple[int, str, str]:
        """Its exit code and what was printed, when nothing is left that could print."""
        output, errors = self.popen.communicate(timeout=20)
        return self.popen.returncode, output, errors


def executed(*arguments: str, stdin: str, environ: dict[str, str]) -> "CompletedProcess[str]":
    """`mockserver exec` with some arguments, at its end."""
    return subprocess.run(
        [*EXEC, *arguments], input=stdin, capture_output=True, text=True, timeout=30, env=environ
    )


class Terminal:
    """A terminal, and a program that has it for its own, as the leader of a session."""

    LEAD = (
        "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
        "os.execvp(sys.argv[1], sys.argv[1:])"
    )
    PATIENCE = 10.0

    def __init__(self, *program: str, environ: dict[str, str]) -> None:
        self._keyboard, screen = pty.openpty()
        lead = (sys.executable, "-c", self.LEAD, *program)
        self.popen = Popen(lead, stdin=screen, stdout=screen, stderr=screen, env=environ)
        os.close(screen)
        self.shown = ""

    def type(self, keys: str) -> None:
        """Press keys: Ctrl+C is \\x03, Ctrl+D \\x04, Ctrl+Z \\x1a."""
        os.write(self._keyboard, keys.encode())

    def until(self, text: str) -> None:
        """Wait for something to appear after what was waited for before."""
        while text not in self.shown:
            ready, _, _ = select.select([self._keyboard], [], [], self.PATIENCE)
            assert ready, f"{text!r} does not come after {self.shown!r}"
            more = self._read()
            assert more, f"{text!r} does not come after {self.shown!r}, which is all"
            self.shown += more
        self.shown = self.shown.partition(text)[2]

    def rest(self) -> str:
        """What else appears, until nobody has the terminal any more."""
        while more := self._read():
            self.shown += more
        return self.shown

    def hang_up(self) -> None:
        """Take the terminal away."""
        if self._keyboard >= 0:
            os.close(self._keyboard)
        self._keyboard = -1

    def code(self) -> int:
        """The exit code of the program."""
        return self.popen.wait(timeout=self.PATIENCE)

    def _read(self) -> str:
        try:
            return os.read(self._keyboard, 65536).decode()
        except OSError:  # nobody has the other side
            return ""
