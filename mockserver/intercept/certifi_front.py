"""Found instead of certifi by Python programs under interception; a copy of this file is on their PYTHONPATH.

It is the real certifi, but that it names the certificate authority of the interception: some clients, such as
the SDK of Tencent Cloud, ask it and not the environment. It has to run on any Python, without this package.
"""

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

NAME = "certifi"
VARIABLE = "SSL_CERT_FILE"


def load() -> ModuleType:
    """The real certifi, in place of this file."""
    for path in sys.path:
        spec = importlib.machinery.PathFinder.find_spec(NAME, [path])
        # It is a package. A mere module is this one, of this interception or of another around it.
        if spec and spec.loader and spec.has_location and spec.submodule_search_locations:
            module = importlib.util.module_from_spec(spec)
            sys.modules[NAME] = module
            spec.loader.exec_module(module)
            point(module)
            return module
    raise ModuleNotFoundError("No module named 'certifi'", name=NAME)


def point(certifi: ModuleType) -> Callable[[], None]:
    """Let certifi name the file of the environment, as long as there is one. What is returned undoes it."""
    modules: list[Any] = [one for one in (certifi, getattr(certifi, "core", None)) if one is not None]
    before = [(one, one.where, one.contents) for one in modules]
    original = certifi.where

    def where() -> str:
        """The file with the certificate authorities to trust."""
        return os.environ.get(VARIABLE) or str(original())

    def contents() -> str:
        """What is in that file."""
        with open(where(), encoding="ascii") as file:
            return file.read()

    def undo() -> None:
        for module, its_where, its_contents in before:
            module.where, module.contents = its_where, its_contents

    for module in modules:
        module.where, module.contents = where, contents
    return undo


if __name__ == NAME:
    load()
