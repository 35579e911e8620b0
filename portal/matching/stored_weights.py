"""The weights that the operator has put in place of the published ones."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.changes import note_change
from portal.core.errors import InvalidData, PermissionDenied
from portal.core.i18n import render
from portal.core.unit_of_work import UnitOfWork
from portal.matching.model import CriterionWeight
from portal.matching.weights import PUBLISHED, SETS, WEIGHTS, WeightSets, set_problem


def read_weights(session: Session) -> WeightSets:
    """Return this portal's weights: the operator's, else the published ones.

    A criterion that a later version adds keeps its published weight until the operator
    sets the weights again.
    """
    rows = [x for x in list_weights(session) if x.name in PUBLISHED.mitigation]
    return WeightSets(
        mitigation={**PUBLISHED.mitigation, **{x.name: x.mitigation for x in rows}},
        adaptation={**PUBLISHED.adaptation, **{x.name: x.adaptation for x in rows}},
    )


def list_weights(session: Session) -> Sequence[CriterionWeight]:
    """Return the operator's own weights with who set them and when; none where the published hold."""
    return session.scalars(select(CriterionWeight).order_by(CriterionWeight.name)).all()


def set_weights(
    uow: UnitOfWork, actor: Actor, changes: Mapping[str, int], sets: Sequence[str] = SETS
) -> WeightSets:
    """Change the portal's weights; those that are not named stay as they are.

    :param changes: weight by criterion, in points; each set changed has to come to 100.
    :param sets: which of the two sets to change.
    :raises PermissionDenied: the actor may not.
    :raises InvalidData: no such criterion, a weight out of range, or a sum that is not
        100; the text, in English, says by how much.
    """
    _refuse_strangers(actor)
    # Told before anything is read: it lets one operator at a time through, or else rows of two
    # would mix into a set of another sum.
    note_change(uow.session, "reference")
    if unknown := [name for name in changes if name not in PUBLISHED.mitigation]:
        raise InvalidData(dict.fromkeys(unknown, "there is no such criterion"))
    present = read_weights(uow.session)
    changed = {x: {**getattr(present, x), **(changes if x in sets else {})} for x in SETS}
    problems = {x: render(problem, "en") for x in sets if (problem := set_problem(changed[x]))}
    if problems:
        raise InvalidData(problems)
    found = WeightSets(**changed)
    _write(uow, actor, found)
    return found


def reset_weights(uow: UnitOfWork, actor: Actor) -> None:
    """Let the published weights hold again.

    :raises PermissionDenied: the actor may not.
    """
    _refuse_strangers(actor)
    uow.session.execute(delete(CriterionWeight))
    note_change(uow.session, "reference")


def _refuse_strangers(actor: Actor) -> None:
    if not actor.is_moderator:
        raise PermissionDenied("weights")


def _write(uow: UnitOfWork, actor: Actor, sets: WeightSets) -> None:
    rows = {x.name: x for x in list_weights(uow.session)}
    for weight in WEIGHTS:
        row = rows.get(weight.name) or CriterionWeight(name=weight.name)
        row.mitigation, row.adaptation = sets.mitigation[weight.name], sets.adaptation[weight.name]
        row.changed_by = actor.name or None
        uow.session.add(row)
