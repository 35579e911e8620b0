from pathlib import Path

import pytest

from portal.check import migration_problems
from tests.conftest import new_database


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_migrations_go_up_down_and_up_and_end_at_the_models(dialect: str, tmp_path: Path) -> None:
    for url in new_database(dialect, tmp_path):
        assert migration_problems(url) == []
