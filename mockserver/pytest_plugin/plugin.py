"""What pytest asks a plugin for before anything runs. Any run pays for what is imported here."""

from __future__ import annotations

import pytest

from mockserver.pytest_plugin import options
from mockserver.pytest_plugin.run import RUN, Run
from mockserver.pytest_plugin.summary import Summary, Worker, told
from mockserver.pytest_plugin.terms import TermsError, checked
from mockserver.pytest_plugin.verdict import Verdicts


def pytest_addoption(parser: pytest.Parser) -> None:
    """Its options."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Its marker, and its hooks. Raises pytest.UsageError for an option that cannot be meant."""
    config.addinivalue_line("markers", options.MARKER)
    run = config.stash[RUN] = Run(options.Options.of(config))
    output = getattr(config, "workeroutput", None)
    if output is None:
        _check(run.options, writes=not config.getoption("collectonly"))
    plugins = config.pluginmanager
    plugins.register(run.watch, "mockserver-watch")
    plugins.register(Verdicts(run, worker=output is not None), "mockserver-verdicts")
    results = Worker(run, output) if output is not None else Summary(run, f"pytest in {config.rootpath.name}")
    plugins.register(results, "mockserver-results")


def _check(given: options.Options, *, writes: bool) -> None:
    """Better before the first test than at the end of the last."""
    try:
        if given.allow:
            list(checked(given.allow))
    except TermsError as error:
        raise pytest.UsageError(f"mockserver_allow: {error}") from None
    if given.report is not None and writes:
        from mockserver.contract.report import check_writable

        try:
            check_writable(given.report)
        except (OSError, ValueError) as error:
            raise pytest.UsageError(f"--mockserver-report: {told(error)}") from None
