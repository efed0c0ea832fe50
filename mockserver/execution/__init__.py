"""Running a command as if it had been started without us: its streams, its signals, its exit code."""

from mockserver.execution.command import CannotRun as CannotRun
from mockserver.execution.command import found as found
from mockserver.execution.command import run as run
