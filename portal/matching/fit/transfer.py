"""The criterion ``transfer``: a way of transfer that both sides accept, and whose rights it needs."""

from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import coded, labels, shown

#: What nobody owns can be made under these without the owner's leave.
FREE = {"open", "public_domain"}
BY_RIGHT = {"licence", "know_how"}


def modes_of(technology: TechnologyFacts) -> tuple[str, ...]:
    """Return the ways of transfer that are open: those offered, and by right those of free technology."""
    if technology.ip_status not in FREE or not technology.transfer_modes:
        return technology.transfer_modes
    return (*technology.transfer_modes, *sorted(BY_RIGHT - set(technology.transfer_modes)))


def judge_transfer(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge whether a way of transfer is open that the need accepts."""
    wanted = labels("transfer_mode", need.transfer_modes) if need.transfer_modes else None
    offered = _offered(technology)
    if wanted is None or not technology.transfer_modes:
        reason = Message("criterion_reason.transfer.unknown")
        return Criterion("transfer", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    open_modes = modes_of(technology)
    common = [x for x in need.transfer_modes if x in open_modes]
    if common:
        values = {"modes": labels("transfer_mode", common)}
        reason = Message("criterion_reason.transfer.pass", values)
        return Criterion("transfer", weight, Verdict.PASS, 1.0, wanted, offered, reason)
    reason = Message("criterion_reason.transfer.fail")
    return Criterion("transfer", weight, Verdict.FAIL, 0.0, wanted, offered, reason)


def _offered(technology: TechnologyFacts) -> Message | None:
    parts = []
    if technology.transfer_modes:
        parts.append(labels("transfer_mode", technology.transfer_modes))
    if technology.ip_status is not None:
        parts.append(Message("match.ip", {"status": coded("ip_status", technology.ip_status)}))
    return shown(parts) if parts else None
