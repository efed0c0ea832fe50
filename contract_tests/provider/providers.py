"""What there is to check, by provider."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from contract_tests.provider import ailab, picwish, processimage, tencent_bda
from contract_tests.provider.caller import Caller
from contract_tests.provider.case import Case
from mockserver import catalogue

CALLERS: Mapping[str, type[Caller]] = {
    one.CALLER.provider: one.CALLER for one in (ailab, tencent_bda, picwish, processimage)
}
CASES: Mapping[str, tuple[Case, ...]] = {
    one.CALLER.provider: one.CASES for one in (ailab, tencent_bda, picwish, processimage)
}


@cache
def of_host(host: str) -> str | None:
    """The provider whose documented host this is."""
    known = ((name, catalogue.load(name).hosts) for name in CASES)
    return next((name for name, hosts in known if host.lower() in hosts), None)
