"""Cases that check Tencent Cloud BDA SegmentCustomizedPortraitPic."""

from contract_tests.provider.tencent_bda.access import ACCESS
from contract_tests.provider.tencent_bda.caller import TencentBdaCaller
from contract_tests.provider.tencent_bda.refusals import REFUSALS
from contract_tests.provider.tencent_bda.results import RESULTS

CALLER = TencentBdaCaller
CASES = (*ACCESS, *REFUSALS, *RESULTS)
