"""What follows the work: the charge, the result file, the cache."""

from __future__ import annotations

from dataclasses import replace

from mockserver import assets
from mockserver.providers.processimage import NAME, cache, quota
from mockserver.providers.processimage.outcome import CACHED, CHARGED, Outcome
from mockserver.providers.processimage.quota import Balance
from mockserver.providers.processimage.work import Result
from mockserver.sandbox import Sandbox

RESULTS = "/watermark/targetImages"
RESULT_LIFETIME = 5 * 3600.0 + 5 * 60.0


def settle(sandbox: Sandbox, result: Result, at: float) -> tuple[Outcome, Balance] | None:
    """Charge for a result that came at a moment of sandbox time, publish its file, and let the cache know.

    Answers the outcome and what is left; None, and nothing done, when the last use is gone."""
    settings, outcome = sandbox.settings(NAME), result.outcome
    charged = outcome.status in CHARGED[settings["charged"]]
    balance = quota.charge(sandbox, at) if charged else quota.look(sandbox, at)
    if balance is None:
        return None
    if result.digest is not None:
        path = f"{RESULTS}/{assets.name(sandbox.id)}.{result.format}"
        media_type = f"image/{result.format}"
        left = at + RESULT_LIFETIME - sandbox.clock.now()
        sandbox.assets.publish(path, result.digest, media_type=media_type, lifetime=left)
        outcome = replace(outcome, path=path)
    if result.cache_key is not None and outcome.status in CACHED:
        cache.store(sandbox, result.cache_key, outcome, at)
    return outcome, balance
