"""What pyproject.toml lists is all that there is: a wheel has every package."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PROJECT: Any = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
PLACES = {name: ROOT / folder for name, folder in SETUPTOOLS["package-dir"].items()}


def packages(name: str, folder: Path) -> set[str]:
    """A package and all below it, by name."""
    inner = (one.parent.relative_to(folder) for one in folder.rglob("__init__.py"))
    return {".".join((name, *one.parts)) for one in inner}


def test_every_package_is_listed() -> None:
    found = {one for name, folder in PLACES.items() for one in packages(name, folder)}
    assert sorted(SETUPTOOLS["packages"]) == sorted(found)


@pytest.mark.parametrize("name", SETUPTOOLS["package-data"])
def test_all_data_is_listed(name: str) -> None:
    folder, patterns = PLACES[name], SETUPTOOLS["package-data"][name]
    listed = {one for pattern in patterns for one in folder.glob(pattern)}
    inner = [place for other, place in PLACES.items() if other != name and place.is_relative_to(folder)]
    data = {
        one
        for one in folder.rglob("*")
        if one.is_file()
        and one.suffix not in (".py", ".pyc")
        and not any(one.is_relative_to(place) for place in inner)
    }
    assert sorted(data - listed) == []
    assert all(list(folder.glob(pattern)) for pattern in patterns)
