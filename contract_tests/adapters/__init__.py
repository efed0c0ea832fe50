"""Clients under test: what the kit has to know to drive one."""

from contract_tests.adapters.base import Adapter as Adapter
from contract_tests.adapters.base import Problem as Problem
from contract_tests.adapters.base import Unimplemented as Unimplemented
from contract_tests.adapters.picwish import Cutout as Cutout
from contract_tests.adapters.picwish import PicwishAdapter as PicwishAdapter
