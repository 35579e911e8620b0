"""``portal eval match``: what is measured, and how good the matching of the seeds is."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from portal.core.errors import InvalidData
from portal.core.i18n import Locale
from portal.core.services import Services
from portal.matching import eval as evaluation
from portal.matching.eval import JUDGED, JUDGED_ON, REFUSALS, Evaluation, evaluate
from portal.matching.hidden_links import Hidden, masked, term_words
from portal.matching.judged_money import Refusal
from portal.matching.judged_needs import Judged, judge_needs_of
from portal.matching.portfolio import portfolio
from portal.matching.results import Eligibility
from portal.pages.eval import eval_group

KEYS = {
    "hidden_link": {"n", "hit@5", "mrr"},
    "funding_lines": {"n", "pass", "fail", "unknown"},
    "refusals": {"n", "right_rule"},
    "judged": {"n", "ndcg@10"},
}
MEANS = {"mrr", "ndcg@10"}


@pytest.fixture(scope="module")
def found(seeded: Services) -> Evaluation:
    """What the matching of the seeds is worth."""
    return evaluate(seeded, JUDGED)


def test_hidden_links_are_found_again(found: Evaluation) -> None:
    """The floor is below what is measured, so that a single project does not break the build."""
    figures = found.as_data()["hidden_link"]

    assert figures["n"] >= 60
    assert figures["hit@5"] >= 0.7 * figures["n"]
    assert 0.4 <= figures["mrr"] <= 1
    assert len({(x.project, x.term) for x in found.hidden}) == figures["n"]


def test_real_money_passes_and_none_of_it_fails(found: Evaluation) -> None:
    figures = found.as_data()["funding_lines"]

    assert figures["n"] == 80
    assert figures["pass"] >= 0.9 * 80
    assert figures["fail"] == 0
    assert figures["pass"] + figures["unknown"] == 80


def test_every_refusal_is_by_the_right_rule(found: Evaluation) -> None:
    assert len(found.refusals) >= 100
    assert [x for x in found.refusals if not x.right] == []
    assert len({x.source for x in found.refusals}) >= 10


def test_judged_needs_are_answered_well(found: Evaluation) -> None:
    assert len(found.judged) == 60
    assert found.as_data()["judged"]["ndcg@10"] >= 0.85
    assert all(x.came for x in found.judged)


#: Judged as excluded, though no gate closes by what the seeds state: three stand indoors, so that
#: their limits are not compared with the frost outside, and the trees survive it.
KNOWN_TO_PASS = {
    ("jn-kz-mine-drainage", "reverse-osmosis-desalination"),
    ("jn-kz-mine-drainage", "membrane-bioreactor-reuse"),
    ("jn-tm-karakum-road", "field-shelterbelts"),
    ("jn-mn-kiln-heat", "variable-speed-drives"),
}


def test_what_must_be_excluded_is_excluded(found: Evaluation) -> None:
    let_through = {(x.key, key) for x in found.judged for key in x.let_through}

    assert sum(len(x.excluded) for x in found.judged) >= 30
    assert let_through <= KNOWN_TO_PASS


def test_the_seeds_are_left_as_they_were(seeded: Services, found: Evaluation) -> None:
    with seeded.sessions() as session:
        known = portfolio(session, JUDGED_ON)

    assert 0 not in known.needs_by_id
    assert found.hidden


def test_the_figures_are_counts_but_for_the_two_means(found: Evaluation) -> None:
    check_keys(found.as_data())


def check_keys(data: dict[str, Any]) -> None:
    assert {name: set(figures) for name, figures in data.items()} == KEYS
    assert list(data) == list(KEYS)
    for figures in data.values():
        for name, value in figures.items():
            assert type(value) is (float if name in MEANS else int), name
            assert value >= 0


SMALL = Evaluation(
    hidden=[Hidden("p", "drip", 1, False), Hidden("q", "drip", 8, True), Hidden("r", "wind", None, False)],
    lines=Counter({Eligibility.ELIGIBLE: 3, Eligibility.UNKNOWN: 1}),
    refusals=[Refusal("made-up", "gcf", "country", True), Refusal("other", "ebrd", "ticket", False)],
    judged=[
        Judged("n", {"a": 3, "b": 1}, ["c"], ["d"], came=["a", "c", "b"], let_through=["d"]),
        Judged("m", {"a": 3}, [], [], came=["a"], let_through=[]),
    ],
)


def run(services: Services, *arguments: str) -> Result:
    return CliRunner().invoke(eval_group, ["match", *arguments], obj=services)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were measured by; the measuring itself is left out."""
    files: list[Path] = []

    def measure(services: Services, judged: Path) -> Evaluation:
        files.append(judged)
        return SMALL

    monkeypatch.setattr(evaluation, "evaluate", measure)
    return files


def test_the_command_prints_one_object(seeded: Services, measured: list[Path]) -> None:
    done = run(seeded, "--json")

    data = json.loads(done.stdout)
    check_keys(data)
    assert data["hidden_link"] == {"n": 3, "hit@5": 1, "mrr": round((1 + 1 / 8) / 3, 4)}
    assert data["funding_lines"] == {"n": 4, "pass": 3, "fail": 0, "unknown": 1}
    assert data["refusals"] == {"n": 2, "right_rule": 1}
    assert data["judged"]["n"] == 2
    assert measured == [JUDGED]


def test_the_worst_are_shown_with_what_came(seeded: Services, measured: list[Path]) -> None:
    plain, worst = run(seeded).stdout, run(seeded, "--worst", "2").stdout

    assert plain.splitlines()[0].split() == ["hidden_link", "n", "3", "hit@5", "1", "mrr", "0.375"]
    assert "LET THROUGH  d" in worst
    assert "TRAP  c" in worst
    assert worst.index("  r  wind") < worst.index("  q  drip")
    assert "not refused by ticket: other at ebrd" in worst
    assert "2 hidden" not in plain
    assert "hidden links of projects that name nothing else: 1 of 2" in worst


def test_a_file_of_ones_own_is_measured(seeded: Services, measured: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "needs.yaml"
    path.write_text("[]\n", encoding="utf-8")

    assert run(seeded, str(path), "--json").exit_code == 0
    assert measured == [path]


def test_outside_a_checkout_a_file_has_to_be_named(
    seeded: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(evaluation, "JUDGED", tmp_path / "none.yaml")

    failed = run(seeded)

    assert failed.exit_code == 2
    assert "FILE" in failed.stderr


def test_the_gain_of_a_ranking_is_that_of_burges() -> None:
    """By hand: (7 / 1 + 1 / 2) over (7 / 1 + 1 / log2 3) for grades 3 and 1 in first and third place."""
    best = 7 + 1 / math.log2(3)

    assert SMALL.judged[0].ndcg == pytest.approx((7 + 1 / 2) / best)
    assert SMALL.judged[1].ndcg == 1
    assert Judged("n", {"a": 1}, [], [], came=["b"], let_through=[]).ndcg == 0


def test_only_what_stands_among_the_first_five_is_a_hit() -> None:
    places: Sequence[int | None] = (1, 5, 6, None)

    assert [Hidden("p", "t", x, False).hit for x in places] == [True, True, False, False]


def test_the_words_of_a_hidden_term_are_masked_in_every_language(seeded: Services) -> None:
    with seeded.sessions() as session:
        words = term_words(session)["drip-irrigation"]

    assert masked("Drip irrigation of Turkistan orchards", Locale.EN, words) == "of turkistan orchards"
    assert "орошен" not in masked("Системы капельного орошения садов", Locale.RU, words)
    assert "садов" in masked("Системы капельного орошения садов", Locale.RU, words)
    assert masked("тамшылатып суарудың", Locale.KK, words) == ""


def judge(services: Services, tmp_path: Path, **changes: Any) -> list[Judged]:
    first = yaml.load(JUDGED.read_text(encoding="utf-8"), yaml.CSafeLoader)[0]
    path = tmp_path / "one.yaml"
    path.write_text(yaml.safe_dump([{**first, **changes}], allow_unicode=True), encoding="utf-8")
    with services.sessions() as session:
        return judge_needs_of(session, portfolio(session, JUDGED_ON), services.index, path)


def test_a_judged_need_names_only_technologies_that_there_are(seeded: Services, tmp_path: Path) -> None:
    (right,) = judge(seeded, tmp_path, judged={"drip-irrigation-system": 3})
    assert right.grades == {"drip-irrigation-system": 3}

    with pytest.raises(InvalidData, match="there is no no-such-technology"):
        judge(seeded, tmp_path, judged={"no-such-technology": 3})
    with pytest.raises(InvalidData):
        judge(seeded, tmp_path, objective="fame")


def test_the_judged_data_are_whole() -> None:
    records = yaml.load(JUDGED.read_text(encoding="utf-8"), yaml.CSafeLoader)
    made_up = yaml.load(REFUSALS.read_text(encoding="utf-8"), yaml.CSafeLoader)

    assert len({x["key"] for x in records}) == len(records) == 60
    assert all(set(x["judged"].values()) <= {1, 2, 3} for x in records)
    assert all(not set(x["judged"]) & {*x.get("traps", ()), *x.get("excluded", ())} for x in records)
    assert sum(len(x["refused_by"]) for x in made_up) >= 100
