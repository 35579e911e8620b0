from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.stem_file import read_stems, write_stems

WORDS = [("станциялары", Locale.KK), ("станциями", Locale.RU), ("stations", Locale.EN)]


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(analysis, "_REMEMBERED", {})
    analysis.stem.cache_clear()
    yield
    analysis.stem.cache_clear()


def test_stems_come_back_as_they_were_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = {word: analysis.stem(*word) for word in WORDS}
    write_stems(tmp_path / "stems.json", WORDS)
    analysis.stem.cache_clear()
    monkeypatch.setattr(analysis.kazakh, "stem", None)
    monkeypatch.setattr(analysis.russian, "stem", None)

    read_stems(tmp_path / "stems.json")

    assert {word: analysis.stem(*word) for word in WORDS[:2]} == {word: cut[word] for word in WORDS[:2]}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"analysis": "0"}', '{"kk": 1}'])
def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "stems.json").write_text(text)
    read_stems(tmp_path / "stems.json")
    read_stems(tmp_path / "none.json")

    assert analysis.stem("станциями", Locale.RU) == "станция"


def test_a_file_of_another_analysis_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_stems(tmp_path / "stems.json", WORDS)
    monkeypatch.setattr(analysis, "VERSION", "another")
    read_stems(tmp_path / "stems.json")

    assert analysis._REMEMBERED == {}


def test_a_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_stems(tmp_path / "missing" / "stems.json", WORDS)
    assert "cannot write" in caplog.text
