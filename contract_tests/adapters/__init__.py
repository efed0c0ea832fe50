"""Clients under test: what the kit has to know to drive one."""

from contract_tests.adapters.base import Adapter as Adapter
from contract_tests.adapters.base import Problem as Problem
from contract_tests.adapters.base import Unimplemented as Unimplemented
from contract_tests.adapters.picwish import Cutout as Cutout
from contract_tests.adapters.picwish import PicwishAdapter as PicwishAdapter
from contract_tests.adapters.tencent_bda import Rect as Rect
from contract_tests.adapters.tencent_bda import Segmentation as Segmentation
from contract_tests.adapters.tencent_bda import TencentBdaAdapter as TencentBdaAdapter
