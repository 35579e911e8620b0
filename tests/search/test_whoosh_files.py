"""The embedded engine's files: what is damaged is noticed, said, and rebuilt."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from portal.core.i18n import Locale
from portal.search.index import PUBLIC, Document, IndexMissing, Query
from portal.search.shelf import Shelf
from portal.search.whoosh_files import MOST_SEGMENTS, IndexFiles, segment_names
from portal.search.whoosh_index import WhooshIndex

EVERYBODY = frozenset({PUBLIC})


def turbines(size: int) -> Shelf:
    """Return numbered turbines, of which every fifth is an organisation's own."""
    return Shelf(
        *(
            Document(
                id=number,
                labels=EVERYBODY if number % 5 else frozenset({"org:1"}),
                facets={"kind": ("need",)},
                titles={Locale.EN: f"Turbine {number}"},
                bodies={Locale.EN: "secret" if number % 5 == 0 else "steppe"},
                moment=number,
            )
            for number in range(1, size + 1)
        )
    )


@pytest.fixture
def shelf() -> Shelf:
    return turbines(40)


@pytest.fixture
def index(tmp_path: Path, shelf: Shelf) -> WhooshIndex:
    made = WhooshIndex(tmp_path)
    made.rebuild(shelf, iter)
    return made


def build(folder: Path) -> Path:
    name = IndexFiles(folder).current()
    assert name
    return folder / name


def total(index: WhooshIndex) -> int:
    return index.search(Query("turbine", EVERYBODY)).total


@pytest.mark.parametrize("kind", ["*.trm", "*.pst", "*key.col", "words_en.tsv"])
@pytest.mark.parametrize("left", [0, 100, -1])
def test_a_truncated_file_is_noticed(
    index: WhooshIndex, shelf: Shelf, tmp_path: Path, kind: str, left: int, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = build(tmp_path).glob(kind)
    os.truncate(path, left if left >= 0 else path.stat().st_size - 1)

    assert not WhooshIndex(tmp_path).is_current(shelf)
    assert "damaged" in caplog.text

    index.rebuild(shelf, iter)
    assert WhooshIndex(tmp_path).is_current(shelf)
    assert total(index) == 32


def test_a_missing_file_is_noticed(index: WhooshIndex, shelf: Shelf, tmp_path: Path) -> None:
    next(build(tmp_path).glob("*.pst")).unlink()
    assert not WhooshIndex(tmp_path).is_current(shelf)


# Whoosh leaves a file open that it cannot read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_index_that_is_asked_says_what_to_do(index: WhooshIndex, tmp_path: Path) -> None:
    for path in build(tmp_path).glob("*.trm"):
        os.truncate(path, 10)
    with pytest.raises(IndexMissing, match="portal index rebuild"):
        total(WhooshIndex(tmp_path))


KILLED = """
    import os, signal, sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from portal.search import whoosh_files
    from portal.search.whoosh_index import WhooshIndex
    import importlib.util
    spec = importlib.util.spec_from_file_location("shelf", {module!r})
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    {patch}
    WhooshIndex(Path({folder!r})).update(module.turbines(60), [50, 51])
"""
DIE = "lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)"


def killed(folder: Path, patch: str) -> None:
    code = textwrap.dedent(
        KILLED.format(tests=str(Path(__file__).parents[2]), module=__file__, folder=str(folder), patch=patch)
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == -9


def test_a_writer_killed_before_its_commit_leaves_the_index_as_it_was(
    index: WhooshIndex, shelf: Shelf, tmp_path: Path
) -> None:
    killed(tmp_path, f"from whoosh.writing import SegmentWriter; SegmentWriter.commit = {DIE}")

    assert WhooshIndex(tmp_path).is_current(shelf)
    assert total(WhooshIndex(tmp_path)) == 32
    index.update(turbines(60), [50, 51])
    assert total(index) == 33


def test_a_writer_killed_within_its_commit_is_noticed(
    index: WhooshIndex, shelf: Shelf, tmp_path: Path
) -> None:
    killed(tmp_path, f"whoosh_files._append_words = {DIE}")

    assert not WhooshIndex(tmp_path).is_current(shelf)
    index.rebuild(turbines(60), iter)
    assert WhooshIndex(tmp_path).is_current(shelf)


def test_an_index_of_another_analysis_or_database_is_not_current(
    index: WhooshIndex, shelf: Shelf, tmp_path: Path
) -> None:
    assert index.is_current(shelf)
    path = build(tmp_path) / "state.json"
    state = json.loads(path.read_text())
    path.write_text(json.dumps({**state, "version": {**state["version"], "analysis": 0}}))
    assert not index.is_current(shelf)


def test_small_segments_are_put_together(index: WhooshIndex, shelf: Shelf, tmp_path: Path) -> None:
    for number in range(1, 21):
        index.update(shelf, [number])
        index.tidy()
        assert len(segment_names(build(tmp_path))) < 8
        assert total(index) == 32
    assert len(segment_names(build(tmp_path))) <= MOST_SEGMENTS
    assert index.is_current(shelf)


def test_words_of_entries_that_are_not_public_never_enter_the_vocabulary(
    index: WhooshIndex, shelf: Shelf
) -> None:
    index.update(shelf, [5, 6])
    vocabulary = index.vocabulary(Locale.EN)

    assert "steppe" in vocabulary
    assert "secret" not in vocabulary


def test_new_words_are_known_without_reading_the_old_ones_again(index: WhooshIndex) -> None:
    before = index.vocabulary(Locale.EN)
    assert "turbine" in before
    larger = turbines(41)
    index.update(larger, [41])

    assert index.vocabulary(Locale.EN) is before
    assert before.counts["turbine"] == 33
