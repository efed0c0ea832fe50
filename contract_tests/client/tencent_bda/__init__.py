"""Cases of Tencent Cloud BDA SegmentCustomizedPortraitPic."""

from contract_tests.client import shared
from contract_tests.client.tencent_bda.answers import answers
from contract_tests.client.tencent_bda.clocks import clocks
from contract_tests.client.tencent_bda.limits import limits
from contract_tests.client.tencent_bda.play import PLAY, code, retryable
from contract_tests.client.tencent_bda.rects import rects
from contract_tests.client.tencent_bda.successes import successes

CASES = shared.all_of(
    successes(),
    rects(),
    answers(),
    limits(),
    clocks(),
    shared.errors(PLAY),
    shared.codes(PLAY, code, retryable),
    shared.wire(PLAY),
    shared.quirks(PLAY),
    shared.worlds(PLAY),
)
