"""Cases of PicWish segmentation."""

from contract_tests.client import shared
from contract_tests.client.picwish.callbacks import callbacks
from contract_tests.client.picwish.limits import limits
from contract_tests.client.picwish.play import PLAY, code, retryable
from contract_tests.client.picwish.states import states
from contract_tests.client.picwish.successes import successes
from contract_tests.client.picwish.times import times

CASES = shared.all_of(
    successes(),
    states(),
    limits(),
    times(),
    callbacks(),
    shared.errors(PLAY),
    shared.codes(PLAY, code, retryable),
    shared.wire(PLAY),
    shared.quirks(PLAY),
    shared.worlds(PLAY),
)
