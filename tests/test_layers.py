"""Imports point down only. What may import what is written in LAYERS; every module has a place there."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import mockserver

ROOT = Path(mockserver.__file__).parent
LENT = "pytest_plugin.transport"
HTTP = {"starlette", "httpx", "uvicorn", "multipart", "h11", "httptools", "uvloop", "anyio", "click"}

# From the ground up; what stands on one line shares a layer. A name stands for itself and all below it.
LAYERS = (
    {"state"},
    {"clock", "catalogue", "descriptors", "settings", "outbound", "ids", "fixtures", "schemas"},
    {"damage", "interface", "redaction", "witness"},
    {"exchange", "http_server", "nearest", "protocol"},
    {"har"},
    {"account", "assets", "imaging", "journal", "met", "tasks", "callbacks", "knowledge"},
    {"faults"},
    {"sandbox"},
    {"registry", "courier"},
    {"providers"},
    {"contract"},
    {"control"},
    {"app", "running"},
    {"intercept"},
    {"server"},
    {"remote"},
    {"reference", "environment", "execution"},
    {"", "cli", "pytest_plugin", "__main__"},
)
PROVIDERS = ("ailab", "picwish", "processimage", "tencent_bda")


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One import statement: who imports what, both by full name, and whether only when a function runs."""

    by: str
    what: str
    lazy: bool
    typing_only: bool

    @property
    def package(self) -> str:
        return self.what.partition(".")[0]


def modules() -> dict[str, ast.Module]:
    """Every module of the package by its name below `mockserver`, parsed."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if parts[0] not in ("fixtures", "schemas"):
            found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


MODULES = modules()


def walk(
    node: ast.AST, *, lazy: bool = False, typing_only: bool = False
) -> Iterator[tuple[ast.AST, bool, bool]]:
    for child in ast.iter_child_nodes(node):
        inside = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typed = typing_only or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
        yield child, inside, typed
        yield from walk(child, lazy=inside, typing_only=typed)


def imported(node: ast.AST) -> list[str]:
    """The full names that a statement imports; of `from a import b` both a and a.b, if that is a module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, "imports are absolute"
    assert node.module is not None
    below = [f"{node.module}.{alias.name}" for alias in node.names]
    inner = [name for name in below if name.removeprefix("mockserver.") in MODULES]
    return inner if len(inner) == len(below) else [node.module, *inner]


def imports() -> list[Import]:
    return [
        Import(by=name, what=what, lazy=lazy, typing_only=typed)
        for name, tree in MODULES.items()
        for node, lazy, typed in walk(tree)
        for what in imported(node)
    ]


IMPORTS = imports()
OWN = [one for one in IMPORTS if one.package == "mockserver"]


def below(name: str) -> str:
    """The name of a module without `mockserver`."""
    return name.removeprefix("mockserver").removeprefix(".")


def layer(name: str) -> int:
    room = name.partition(".")[0]
    [found] = [height for height, rooms in enumerate(LAYERS) if room in rooms]
    return found


def explained(found: list[Import]) -> list[str]:
    return [f"{one.by or 'mockserver'} imports {one.what}" for one in found]


def test_the_test_sees_the_imports() -> None:
    assert len(MODULES) > 30
    assert len(OWN) > 80
    assert any(one.by == "providers.base" and one.what == "mockserver.sandbox" for one in OWN)
    assert any(one.by == "imaging.studio" and one.what == "numpy" and one.lazy for one in IMPORTS)


def test_every_room_has_a_layer() -> None:
    rooms = {name.partition(".")[0] for name in MODULES}
    assert rooms <= set().union(*LAYERS)


def test_imports_point_down_only() -> None:
    up = [one for one in OWN if layer(below(one.what)) > layer(one.by)]
    assert explained(up) == []


def test_no_two_rooms_of_a_layer_import_each_other() -> None:
    pairs = {
        (one.by.partition(".")[0], below(one.what).partition(".")[0])
        for one in OWN
        if layer(below(one.what)) == layer(one.by)
    }
    mutual = {pair for pair in pairs if pair[0] != pair[1] and pair[::-1] in pairs}
    assert mutual == set()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_knows_no_other_provider_and_nothing_above_it(provider: str) -> None:
    others = [f"mockserver.providers.{other}" for other in PROVIDERS if other != provider]
    forbidden = (*others, *(f"mockserver.{room}" for room in ("contract", "control", "app", "server", "cli")))
    found = [
        one for one in OWN if one.by.startswith(f"providers.{provider}") and one.what.startswith(forbidden)
    ]
    assert explained(found) == []


def test_what_all_providers_share_knows_none_of_them() -> None:
    own = tuple(f"mockserver.providers.{provider}" for provider in PROVIDERS)
    found = [
        one for one in OWN if one.by in ("providers.base", "providers.body") and one.what.startswith(own)
    ]
    assert explained(found) == []


def test_every_folder_of_a_provider_is_known_here() -> None:
    folders = {path.parent.name for path in ROOT.glob("providers/*/__init__.py")}
    assert folders == set(PROVIDERS)


@pytest.mark.parametrize("room", ["imaging", "state", "clock", "account", "assets", "faults", "journal"])
def test_the_ground_knows_nothing_of_http(room: str) -> None:
    found = [one for one in IMPORTS if one.by.partition(".")[0] == room and one.package in HTTP]
    assert explained(found) == []


def test_imaging_knows_nothing_of_the_package_but_the_state() -> None:
    found = [
        one
        for one in OWN
        if one.by.startswith("imaging") and not below(one.what).startswith(("imaging", "state"))
    ]
    assert explained(found) == []


def test_only_outbound_opens_connections() -> None:
    # But for what is itself a client: `remote`, of another process's control API, and what tests are lent.
    clients = ("httpx", "requests", "urllib3", "http.client", "urllib.request", "aiohttp")
    found = [
        one
        for one in IMPORTS
        if one.what.startswith(clients) and not one.by.startswith(("outbound", "remote.", LENT))
    ]
    assert explained(found) == []
    assert {one.by for one in IMPORTS if one.what == "socket"} <= {
        "http_server",
        "protocol",
        "server",
        "witness",
    }


def test_only_the_command_line_knows_the_kit_and_only_when_it_is_asked() -> None:
    found = [one for one in IMPORTS if one.package == "contract_tests"]
    asked = [one for one in found if one.by.startswith("cli.") and (one.lazy or one.typing_only)]
    assert explained([one for one in found if one not in asked]) == []


@pytest.mark.parametrize("heavy", ["numpy", "PIL", "httpx", "isal"])
def test_nothing_heavy_is_imported_by_the_start_of_the_server(heavy: str) -> None:
    # The modules of imaging that work on pixels are imported lazily themselves, and so is what tests are le
    found = [
        one
        for one in IMPORTS
        if one.package == heavy
        and not (one.lazy or one.typing_only)
        and (not one.by.startswith(("imaging", LENT)) or one.by == "imaging.studio")
    ]
    assert explained(found) == []
    pixels = [
        one
        for one in OWN
        if one.what.startswith("mockserver.imaging.")
        and not one.what.startswith("mockserver.imaging.studio")
        and not (one.lazy or one.typing_only)
        and not one.by.startswith("imaging.")
    ]
    assert explained(pixels) == []


@pytest.mark.parametrize("name", ["imaging", "state", ""])
def test_an_init_holds_only_names(name: str) -> None:
    lazy = {"__getattr__", "__dir__"} if name == "" else set()
    for node in MODULES[name].body:
        if isinstance(node, ast.FunctionDef) and node.name in lazy:
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        names = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__all__", "_HOMES")
        assert docstring or names or isinstance(node, ast.ImportFrom), ast.unparse(node)


def test_the_public_names_are_those_that_are_imported() -> None:
    assert sorted(mockserver.__all__) == mockserver.__all__
    assert all(hasattr(mockserver, name) for name in mockserver.__all__)


def test_no_module_keeps_state_of_its_own() -> None:
    """A dict, list or set at the top of a module that something fills would be forgotten by other workers."""
    empty = [
        f"{name}: {ast.unparse(node)}"
        for name, tree in MODULES.items()
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        if ast.unparse(node.value) in ("{}", "[]", "set()", "dict()", "list()", "deque()", "OrderedDict()")
    ]
    assert empty == []
