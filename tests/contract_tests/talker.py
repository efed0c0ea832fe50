"""An executable client under test that does what the URL of an image says, and knows no API."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HELLO: dict[str, Any] = {"name": "talker", "language": "Python"}
OPERATIONS = {"picwish": ["cut_out", "begin", "finish", "received"]}
ERROR = {"text": "Refused: 404", "own": True, "code": 404, "retryable": False}
waiting: list[int] = []


def say(number: int, **told: Any) -> None:
    write(json.dumps({"id": number, **told}))


def write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def cut_out(number: int, image: dict[str, str], **_: Any) -> None:
    if "path" in image:
        path = Path(image["path"])
        content = base64.b64encode(path.read_bytes()).decode()
        return say(number, result={"image": image, "mask": {"base64": content}})
    match image["url"].partition(":"):
        case "die", _, said:
            sys.stderr.write(f"{said}\n")
            sys.exit(3)
        case "write", _, line:
            write(line)
        case "error", _, text:
            say(number, error=json.loads(text) if text else ERROR)
        case "unimplemented", _, why:
            say(number, unimplemented=why)
        case "result", _, text:
            say(number, result=json.loads(text))
        case "spawn", _, _:
            child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
            say(number, result={"image": {"base64": base64.b64encode(str(child.pid).encode()).decode()}})
        case "wait", _, _:
            waiting.append(number)
        case "wake", _, _:
            say(number, result={})
            while waiting:
                say(waiting.pop(), result={})
        case "late", _, _:
            waiting.append(number)
    return None


def answer(id: int, do: str, **question: Any) -> None:  # noqa: A002
    if do == "hello":
        say(id, **HELLO, protocol=1, operations=OPERATIONS, concurrent="concurrent" in sys.argv)
    elif do == "client":
        if "unmade" in sys.argv:
            return say(id, error={"text": "no such key", "own": False})
        return say(id, client=question)
    elif do == "close":
        say(id)
    elif do == "cut_out":
        cut_out(id, question["image"])
    elif do == "begin":
        say(id, result={"pid": os.getpid(), "told": question})
    elif do == "finish":
        say(id, result={}) if question["arguments"]["handle"] == [1, "two"] else say(id)
    elif do == "received":
        say(id, result={"image": question["arguments"]["body"]})
    return None


for line in sys.stdin:
    answer(**json.loads(line))
