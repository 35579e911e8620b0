"""Turns a match or a verdict into planks and into the sentence that says the same."""

from collections.abc import Sequence

from portal.core.i18n import Message, format_number, render, translate
from portal.matching.results import Criterion, Match, Rule, SourceVerdict
from portal.web.bridge import Plank


def planks_of(criteria: Sequence[Criterion], locale: str) -> list[Plank]:
    """Return one plank per criterion, as wide as its weight, with its sentence."""
    return [
        Plank(
            x.weight,
            x.verdict.value,
            translate(
                locale,
                "bridge.plank",
                criterion=criterion_label(x, locale),
                verdict=translate(locale, f"verdict.{x.verdict}"),
                reason=render(x.reason, locale),
            ),
        )
        for x in criteria
    ]


def criterion_label(criterion: Criterion, locale: str) -> str:
    """Return the name of a criterion in words."""
    return translate(locale, f"criterion.{criterion.name}")


def sentence_of(match: Match, locale: str) -> str:
    """Return what a bridge shows: score, known share and each criterion's verdict."""
    parts = [
        f"{criterion_label(x, locale)} – {translate(locale, f'verdict.{x.verdict}')}"
        for x in match.criteria
        if x.weight
    ]
    return " ".join(
        (standing_of(match, locale), translate(locale, "bridge.criteria", criteria="; ".join(parts)))
    )


def standing_of(match: Match, locale: str) -> str:
    """Return the score and what it rests on, e.g. ``84 of 100, rests on 78 of 100``."""
    if match.score is None:
        return translate(locale, "bridge.no_score")
    return translate(
        locale,
        "bridge.score",
        score=format_number(round(match.score), locale),
        known=format_number(round(match.known * 100), locale),
    )


def money_planks(rules: Sequence[Rule], locale: str) -> list[Plank]:
    """Return one plank per rule; rules have no weights, so all are equally wide."""
    return [
        Plank(
            1,
            x.verdict.value,
            translate(
                locale,
                "bridge.rule",
                rule=translate(locale, f"rule.{x.name}"),
                verdict=translate(locale, f"verdict.{x.verdict}"),
            ),
        )
        for x in rules
    ]


def money_sentence(verdict: SourceVerdict, locale: str) -> str:
    """Return what a bridge to money shows: the verdict and each rule's."""
    rules = "; ".join(
        f"{translate(locale, f'rule.{x.name}')} – {translate(locale, f'verdict.{x.verdict}')}"
        for x in verdict.rules
    )
    return translate(
        locale,
        "bridge.money",
        verdict=Message(f"eligibility.{verdict.verdict}"),
        rules=rules,
    )
