"""The rule ``country``: whether this source may work in the host countries, and does so now.

Three layers per source and country: member or party, country of operation, state of
operation. "Never: not a member" and "not now: on hold since ..." are different
answers. Restrictions are the source's rules; they are told with note, source and
date, and without an opinion.
"""

from dataclasses import dataclass
from typing import Any

from portal.core.i18n import Message
from portal.matching.facts import AskFacts, Knowledge, LayerFacts, SourceFacts
from portal.matching.results import Rule, Verdict
from portal.matching.wording import shown

_UNDATED = {
    "on_hold": "match.country.on_hold",
    "suspended": "match.country.suspended",
    "ended": "match.country.ended",
}
_DATED = {
    "on_hold": "match.country.on_hold_since",
    "suspended": "match.country.suspended_since",
    "ended": "match.country.ended_since",
}


@dataclass(frozen=True)
class HostVerdict:
    """What a source's rules say of one host country."""

    country: str
    verdict: Verdict
    found: Message
    remedy: Message | None = None
    layer: LayerFacts | None = None


def judge_host(code: str, ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> HostVerdict:
    """Judge one host country through its layers."""
    layer = source.layers.get(code)
    if layer is None:
        return _without_layer(code, source, knowledge)
    if layer.member is False:
        prospective = layer.member_status == "prospective"
        key = "match.country.prospective" if prospective else "match.country.not_member"
        remedy = Message("rule_remedy.country.not_member")
        return _host(code, Verdict.FAIL, key, knowledge, layer, remedy)
    if layer.operates is False:
        return _not_operating(code, layer, source, knowledge)
    if layer.state == "active":
        return _host(code, Verdict.PASS, "match.country.active", knowledge, layer)
    if layer.state == "limited":
        return _limited(code, layer, ask, knowledge)
    if layer.state in _DATED:
        key = (_DATED if layer.since else _UNDATED)[layer.state]
        return _host(code, Verdict.FAIL, key, knowledge, layer, Message("rule_remedy.country.not_now"))
    remedy = Message("rule_remedy.country.ask")
    return _host(code, Verdict.UNKNOWN, "match.country.unknown", knowledge, layer, remedy)


def _without_layer(code: str, source: SourceFacts, knowledge: Knowledge) -> HostVerdict:
    if source.other_countries != "eligible_developing":
        remedy = Message("rule_remedy.country.ask")
        return _host(code, Verdict.UNKNOWN, "match.country.unknown", knowledge, None, remedy)
    if code in knowledge.annex_i:
        remedy = Message("rule_remedy.country.not_operating")
        return _host(code, Verdict.FAIL, "match.country.annex_i", knowledge, None, remedy)
    return _host(code, Verdict.PASS, "match.country.developing", knowledge, None)


def _not_operating(code: str, layer: LayerFacts, source: SourceFacts, knowledge: Knowledge) -> HostVerdict:
    developing_only = source.other_countries == "eligible_developing" and code in knowledge.annex_i
    key = "match.country.annex_i" if developing_only else "match.country.not_operating"
    remedy = Message("rule_remedy.country.not_operating")
    return _host(code, Verdict.FAIL, key, knowledge, layer, remedy)


def _limited(code: str, layer: LayerFacts, ask: AskFacts, knowledge: Knowledge) -> HostVerdict:
    if layer.condition == "none_new":
        remedy = Message("rule_remedy.country.not_now")
        return _host(code, Verdict.FAIL, "match.country.none_new", knowledge, layer, remedy)
    if layer.condition == "private_sector":
        verdict = {"private": Verdict.PASS, "public": Verdict.FAIL}.get(ask.applicant or "", Verdict.UNKNOWN)
        remedy = Message("rule_remedy.country.private_sector")
        return _host(code, verdict, "match.country.private_sector", knowledge, layer, remedy)
    if layer.condition == "via_un_or_ngo":
        remedy = Message("rule_remedy.country.via_un_or_ngo")
        verdict = _through_un_or_ngo(ask, knowledge)
        return _host(code, verdict, "match.country.via_un_or_ngo", knowledge, layer, remedy)
    remedy = Message("rule_remedy.country.ask")
    return _host(code, Verdict.UNKNOWN, "match.country.ask", knowledge, layer, remedy)


def _through_un_or_ngo(ask: AskFacts, knowledge: Knowledge) -> Verdict:
    if ask.access_entity is not None and ask.access_entity in knowledge.organisations:
        through = knowledge.organisations[ask.access_entity].un_or_ngo
        return Verdict.PASS if through else Verdict.FAIL
    return Verdict.PASS if ask.applicant == "ngo" else Verdict.UNKNOWN


def _host(
    code: str,
    verdict: Verdict,
    key: str,
    knowledge: Knowledge,
    layer: LayerFacts | None,
    remedy: Message | None = None,
) -> HostVerdict:
    values: dict[str, Any] = {"country": knowledge.countries((code,))[0]}
    if layer is not None and layer.since is not None:
        values["since"] = layer.since
    found = Message(key, values)
    if layer is not None and layer.notes and verdict != Verdict.PASS:
        found = Message("match.country.with_note", {"state": found, "note": layer.notes})
    return HostVerdict(code, verdict, found, None if verdict == Verdict.PASS else remedy, layer)


def judge_country(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule:
    """Judge all host countries together.

    It fails when the source can work in none of them; with some of them it is partial,
    since the money can then serve those only; nothing is known while no host passes
    and at least one is unknown.
    """
    required = Message("rule_required.country")
    hosts = [judge_host(code, ask, source, knowledge) for code in ask.countries]
    if not hosts:
        return Rule("country", Verdict.UNKNOWN, True, required, None, None)
    verdict = _together({x.verdict for x in hosts})
    decisive = next((x for x in hosts if x.verdict == verdict), None) or next(
        x for x in hosts if x.verdict != Verdict.PASS
    )
    layer = decisive.layer
    return Rule(
        name="country",
        verdict=verdict,
        hard=True,
        required=required,
        found=shown([x.found for x in hosts]) if len(hosts) > 1 else hosts[0].found,
        remedy=_remedy(verdict, hosts, decisive, knowledge),
        source=None if layer is None else layer.source,
        checked_on=source.checked_on if layer is None else layer.checked_on,
        verified=None if layer is None else layer.verified,
    )


def _together(verdicts: set[Verdict]) -> Verdict:
    if len(verdicts) == 1:
        return verdicts.pop()
    return Verdict.PARTIAL if Verdict.PASS in verdicts else Verdict.UNKNOWN


def _remedy(
    verdict: Verdict, hosts: list[HostVerdict], decisive: HostVerdict, knowledge: Knowledge
) -> Message | None:
    if verdict != Verdict.PARTIAL:
        return decisive.remedy
    open_to = tuple(x.country for x in hosts if x.verdict == Verdict.PASS)
    return Message("rule_remedy.country.partial", {"countries": knowledge.countries(open_to)})
