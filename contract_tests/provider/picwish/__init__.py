"""Cases that check PicWish segmentation."""

from contract_tests.provider.picwish.caller import PicwishCaller
from contract_tests.provider.picwish.links import LINKS
from contract_tests.provider.picwish.refusals import REFUSALS
from contract_tests.provider.picwish.results import RESULTS

CALLER = PicwishCaller
CASES = (*REFUSALS, *RESULTS, *LINKS)
