import json
from pathlib import Path

import pytest

from portal.search.shelf import Shelf
from portal.search.whoosh_index import WhooshIndex
from tests.search.conftest import found


@pytest.fixture
def whoosh(tmp_path: Path, shelf: Shelf) -> WhooshIndex:
    made = WhooshIndex(tmp_path / "index")
    made.rebuild(shelf, iter)
    return made


def test_an_index_of_another_version_is_not_current(
    whoosh: WhooshIndex, shelf: Shelf, tmp_path: Path
) -> None:
    assert whoosh.is_current(shelf)
    (path,) = (tmp_path / "index").glob("*/state.json")
    state = json.loads(path.read_text())
    path.write_text(json.dumps({**state, "version": {**state["version"], "analysis": 0}}))

    assert not whoosh.is_current(shelf)


def test_a_file_that_was_cut_off_is_noticed(whoosh: WhooshIndex, shelf: Shelf, tmp_path: Path) -> None:
    segment = max((tmp_path / "index").glob("*/*.pst"), key=lambda path: path.stat().st_size)
    segment.write_bytes(segment.read_bytes()[:-10])

    assert not whoosh.is_current(shelf)


def test_the_index_is_private(whoosh: WhooshIndex, tmp_path: Path) -> None:
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0


def test_tidying_keeps_what_is_found(whoosh: WhooshIndex, shelf: Shelf) -> None:
    for _ in range(8):
        whoosh.update(shelf, [1])
    before = found(whoosh, "wind")
    whoosh.tidy()

    assert found(whoosh, "wind") == before == [1, 2]
