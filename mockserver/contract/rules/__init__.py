"""All rules, in the order of the providers' names, those of every provider first."""

from __future__ import annotations

from mockserver.contract.rules import ailab, picwish, processimage, shared, tencent_bda
from mockserver.contract.rules.context import Context as Context
from mockserver.contract.rules.context import Judged as Judged
from mockserver.contract.rules.rule import ANY as ANY
from mockserver.contract.rules.rule import Breach as Breach
from mockserver.contract.rules.rule import Level as Level
from mockserver.contract.rules.rule import Rule as Rule

ALL: tuple[Rule, ...] = (
    *shared.RULES,
    *ailab.RULES,
    *picwish.RULES,
    *processimage.RULES,
    *tencent_bda.RULES,
)


def of(provider: str) -> tuple[Rule, ...]:
    """The rules that clients of a provider are judged by, those of every provider included."""
    return tuple(rule for rule in ALL if rule.provider in (ANY, provider))
