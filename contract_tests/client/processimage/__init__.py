"""Cases of processimage.cn watermark removal."""

from contract_tests.client import shared
from contract_tests.client.processimage.callbacks import callbacks, odd_callbacks
from contract_tests.client.processimage.limits import limits
from contract_tests.client.processimage.play import PLAY, code, retryable
from contract_tests.client.processimage.states import states
from contract_tests.client.processimage.successes import successes
from contract_tests.client.processimage.times import caches, quotas, times
from contract_tests.client.processimage.tokens import odd_tokens, tokens

CASES = shared.all_of(
    successes(),
    states(),
    limits(),
    caches(),
    quotas(),
    times(),
    callbacks(),
    tokens(),
    shared.errors(PLAY),
    shared.codes(PLAY, code, retryable),
    shared.wire(PLAY),
    shared.quirks(PLAY),
    shared.worlds(PLAY),
    odd_tokens(),
    odd_callbacks(),
)
