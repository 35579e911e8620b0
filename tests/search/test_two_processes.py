"""One process searches without a pause while another rebuilds, updates and tidies the index."""

import subprocess
import sys
import textwrap
from pathlib import Path

from portal.core.i18n import Locale
from portal.search.index import PUBLIC, Document, Query
from portal.search.shelf import Shelf
from portal.search.whoosh_index import WhooshIndex

ROUNDS = 6
#: Searches until a line comes in; prints when it begins, then searches, wrong answers and the newest seen.
READER = """
    import sys, threading
    sys.path.insert(0, {root!r})
    from pathlib import Path
    from portal.search.index import Query
    from portal.search.whoosh_index import WhooshIndex

    index = WhooshIndex(Path({folder!r}))
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    searches = newest = 0
    wrong = []
    print("ready", flush=True)
    while not stop.is_set():
        try:
            results = index.search(Query("turbine", frozenset({{"public"}}), limit=1, sort="newest"))
            if results.total < 300 or results.facets["kind"]["need"] != results.total:
                wrong.append(str(results.total))
            newest = max(newest, results.hits[0].id)
        except Exception as error:
            wrong.append(repr(error))
        searches += 1
    print(searches, newest, *wrong[:3], sep="\\n", flush=True)
"""


def turbine(number: int) -> Document:
    return Document(
        id=number,
        labels=frozenset({PUBLIC}),
        facets={"kind": ("need",)},
        titles={Locale.EN: f"Turbine {number}"},
        bodies={},
        moment=number,
    )


def test_no_search_fails_while_another_process_rebuilds_and_writes(tmp_path: Path) -> None:
    shelf = Shelf(*map(turbine, range(1, 301)))
    writer = WhooshIndex(tmp_path)
    writer.rebuild(shelf, iter)
    code = textwrap.dedent(READER.format(root=str(Path(__file__).parents[2]), folder=str(tmp_path)))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
        for _ in range(ROUNDS):
            writer.rebuild(shelf, iter)
            for _ in range(3):
                newcomer = len(shelf.held) + 1
                shelf.held[newcomer] = turbine(newcomer)
                writer.update(shelf, [newcomer])
                writer.tidy()
        last = writer.search(Query("turbine", frozenset({PUBLIC}), limit=1, sort="newest")).hits[0].id
        output, _ = reader.communicate("\n", timeout=60)
    searches, newest, *wrong = output.split()

    assert wrong == []
    assert int(searches) > ROUNDS
    assert last == len(shelf.held)
    assert int(newest) > 300
