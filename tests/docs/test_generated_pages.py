"""The pages that a command prints are what it prints, and tell everything."""

import pytest
from click.testing import CliRunner
from pages import GENERATED, ROOT, text

from mockserver.cli import main
from mockserver.damage.table import DAMAGES
from mockserver.providers import PROVIDERS
from mockserver.tasks import diagram


@pytest.mark.parametrize("name", GENERATED)
def test_a_page_of_the_docs_is_what_its_command_prints(name: str) -> None:
    printed = CliRunner().invoke(main, [name, "--markdown"])
    page = (ROOT / "docs" / f"{name}.md").read_text()
    assert page == printed.output, f"run: mockserver {name} --markdown > docs/{name}.md"
    assert f"(docs/{name}.md)" in text("README.md")


def test_a_page_tells_every_setting_and_every_damage() -> None:
    settings = CliRunner().invoke(main, ["settings"]).output
    for provider in PROVIDERS:
        assert f"{provider.name}: {provider.title}" in settings
        assert all(f"  {setting.name}: " in settings for setting in provider.settings)
    assert settings.count("picwish") > 1
    one = CliRunner().invoke(main, ["settings", "picwish"]).output
    assert "picwish: " in one
    assert "ailab: " not in one
    faults = CliRunner().invoke(main, ["faults"]).output
    assert all(f"  {damage}: " in faults for damage in DAMAGES)
    assert max(map(len, [*settings.splitlines(), *faults.splitlines()])) <= 100


def test_the_diagram_is_drawn_from_the_table() -> None:
    assert f"```mermaid\n{diagram()}\n```" in text("docs/providers.md")
