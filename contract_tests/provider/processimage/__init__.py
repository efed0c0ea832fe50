"""Cases that check processimage.cn watermark removal."""

from contract_tests.provider.processimage.caller import ProcessimageCaller
from contract_tests.provider.processimage.refusals import REFUSALS
from contract_tests.provider.processimage.results import RESULTS
from contract_tests.provider.processimage.tokens import TOKENS

CALLER = ProcessimageCaller
CASES = (*REFUSALS, *TOKENS, *RESULTS)
