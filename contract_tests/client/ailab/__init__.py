"""Cases of AILabTools Head Extraction."""

from contract_tests.client import shared
from contract_tests.client.ailab.answers import answers
from contract_tests.client.ailab.heads import heads
from contract_tests.client.ailab.limits import limits
from contract_tests.client.ailab.play import PLAY, code, retryable
from contract_tests.client.ailab.successes import successes
from contract_tests.client.ailab.times import times

CASES = shared.all_of(
    successes(),
    heads(),
    answers(),
    limits(),
    times(),
    shared.errors(PLAY),
    shared.codes(PLAY, code, retryable),
    shared.wire(PLAY),
    shared.quirks(PLAY),
    shared.worlds(PLAY),
)
