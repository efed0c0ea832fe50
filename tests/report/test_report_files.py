"""Reports as files."""

import json
from pathlib import Path

import pytest
from report_world import BROKEN, CLEAN, report

from mockserver.contract.report import Report, check_writable


@pytest.fixture
def one() -> Report:
    return report(BROKEN)


def test_a_folder_gets_all_three(one: Report, tmp_path: Path) -> None:
    folder = tmp_path / "build" / "report"
    assert one.write(folder) == (folder / "report.html", folder / "report.json", folder / "junit.xml")
    assert (folder / "report.html").read_text("utf-8") == one.html()
    assert json.loads((folder / "report.json").read_bytes()) == one.as_data()
    assert (folder / "junit.xml").read_text("utf-8") == one.junit()


@pytest.mark.parametrize("name", ["a.html", "a.json", "deep/er/a.xml", "a.txt", "A.HTML"])
def test_a_file_is_written_by_its_ending(one: Report, tmp_path: Path, name: str) -> None:
    forms = {".html": one.html, ".json": one.json, ".xml": one.junit, ".txt": one.text}
    assert one.write(str(tmp_path / name)) == (tmp_path / name,)
    assert (tmp_path / name).read_text("utf-8") == forms[Path(name).suffix.lower()]()


def test_a_folder_with_a_dot_is_a_folder_where_it_is_one(one: Report, tmp_path: Path) -> None:
    folder = tmp_path / "report.d"
    folder.mkdir()
    assert len(one.write(folder)) == 3


def test_an_older_report_is_replaced_and_nothing_else_is_left(one: Report, tmp_path: Path) -> None:
    one.write(tmp_path)
    report(CLEAN).write(tmp_path)
    assert "MUST rule broken" not in (tmp_path / "report.html").read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["junit.xml", "report.html", "report.json"]


def test_an_unknown_ending_is_refused_with_what_there_is(one: Report, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"ends in \.html, \.json, \.xml, \.txt, or is a folder; not .*a\.pdf"
    ):
        one.write(tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["build/report", "build/a.json", ""])
def test_whether_a_report_can_be_written_is_known_before(tmp_path: Path, name: str) -> None:
    check_writable(tmp_path / name)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"cannot write the report: .*file"):
        check_writable(tmp_path / "file" / name)
    with pytest.raises(ValueError, match=r"ends in \.html"):
        check_writable(tmp_path / "a.pdf")


def test_what_cannot_be_written_is_named(one: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file" / "report", tmp_path / "file"):
        with pytest.raises(OSError, match=r"cannot write the report: .*file"):
            one.write(path)
    assert (tmp_path / "file").read_text() == "in the way"
