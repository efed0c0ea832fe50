"""Cases that check AILabTools Head Extraction."""

from contract_tests.provider.ailab.caller import AilabCaller
from contract_tests.provider.ailab.refusals import REFUSALS
from contract_tests.provider.ailab.results import RESULTS

CALLER = AilabCaller
CASES = (*REFUSALS, *RESULTS)
