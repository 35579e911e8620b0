import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.search.syntax import Atom, Field, parse, take_fields


def words(text: str) -> list[list[str]]:
    return [[" ".join(atom.words) for atom in clause] for clause in parse(text).clauses]


def test_plain_words_are_clauses_of_their_own() -> None:
    assert words("Жел  энергиясы, CO₂") == [["жел"], ["энергиясы"], ["co2"]]


@pytest.mark.parametrize(
    "text", ["wind OR solar", "wind | solar", "wind ИЛИ solar", "wind НЕМЕСЕ solar", "(wind|solar)"]
)
def test_or_joins_its_neighbours(text: str) -> None:
    assert words(text) == [["wind", "solar"]]


def test_or_takes_one_word_on_each_side() -> None:
    assert words("cold wind OR solar plant") == [["cold"], ["wind", "solar"], ["plant"]]


@pytest.mark.parametrize("text", ['"green bridge" plant', "«green bridge» plant", "“green bridge” plant"])
def test_quotation_marks_of_any_kind_make_a_phrase(text: str) -> None:
    parsed = parse(text)
    assert parsed.clauses[0] == (Atom(("green", "bridge"), "phrase"),)
    assert parsed.literal


def test_one_word_between_quotation_marks_is_meant_exactly() -> None:
    assert parse('"казак"').clauses == ((Atom(("казак",), "exact"),),)


@pytest.mark.parametrize(
    "text", ["wind -coal", "wind −coal", "wind NOT coal", "wind НЕ coal", "wind ЕМЕС coal"]
)
def test_a_minus_before_a_word_excludes_it(text: str) -> None:
    parsed = parse(text)
    assert parsed.excluded == (Atom(("coal",)),)
    assert parsed.clauses == ((Atom(("wind",)),),)


def test_a_phrase_can_be_excluded() -> None:
    assert parse('wind -"old coal"').excluded == (Atom(("old", "coal"), "phrase"),)


def test_a_hyphen_within_a_word_excludes_nothing() -> None:
    assert words("waste-to-energy іс-қимыл") == [["waste"], ["to"], ["energy"], ["іс"], ["қимыл"]]
    assert parse("waste-to-energy").excluded == ()


def test_a_star_makes_a_prefix_of_two_letters_or_more() -> None:
    assert parse("техно*").clauses == ((Atom(("техно",), "prefix"),),)
    assert parse("т*").clauses == ((Atom(("т",)),),)


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '"wind',
        "OR",
        "OR OR",
        "wind OR",
        "- -",
        "*",
        "**",
        "()",
        ")(",
        ":",
        "a:",
        ":b",
        "NOT",
        "-",
        '""',
        "«»",
        "|||",
    ],
)
def test_what_is_malformed_is_read_as_the_words_it_holds(text: str) -> None:
    found = parse(text)
    assert {atom.words for clause in found.clauses for atom in clause} <= {("wind",), ("a",), ("b",)}
    assert found.excluded == ()


@given(st.text(max_size=60))
def test_nothing_that_can_be_typed_is_an_error(text: str) -> None:
    parse(text)
    take_fields(text, {"country", "kind"})


def test_fields_are_taken_out_of_the_text() -> None:
    text, fields = take_fields(
        'wind country:KZ -kind:project страна:"Южная Корея" x', {"country", "kind", "страна"}
    )

    assert text == "wind x"
    assert fields == (
        Field("country", "KZ"),
        Field("kind", "project", wanted=False),
        Field("страна", "Южная Корея"),
    )


def test_an_unknown_field_stays_in_the_text() -> None:
    assert take_fields("https://example.org ratio 3:4 foo:bar", {"country"}) == (
        "https://example.org ratio 3:4 foo:bar",
        (),
    )
