"""The commands ``portal weights``: show, set and reset what the criteria weigh at this portal."""

import getpass
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from portal.core.actor import SYSTEM, Actor
from portal.core.i18n import translate
from portal.matching.stored_weights import list_weights, read_weights, reset_weights, set_weights
from portal.matching.weights import PUBLISHED, SETS, WEIGHTS, WeightSets


@click.group("weights")
def weights_group() -> None:
    """Show or change what each criterion weighs at this portal."""


@weights_group.command("show")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def show(portal: Any, as_json: bool) -> None:
    """Show this portal's weights beside the published ones."""
    with portal.sessions() as session:
        own, rows = read_weights(session), list_weights(session)
        last = max(rows, key=lambda x: x.changed_at, default=None)
        data = _as_data(own)
        data["changed"] = last and {"at": last.changed_at.isoformat(), "by": last.changed_by}
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else _as_text(data))


@weights_group.command("set")
@click.option("--set", "which", type=click.Choice(SETS), help="Only this set; both when left out.")
@click.argument("pairs", nargs=-1, required=True, metavar="CRITERION=WEIGHT...")
@click.pass_obj
def set_(portal: Any, which: str | None, pairs: Sequence[str]) -> None:
    """Change weights, in points out of 100; those that are not named stay.

    Each set has to come to 100.
    """
    changes = dict(_read(pair) for pair in pairs)
    if len(changes) < len(pairs):
        raise click.UsageError("a criterion is named twice")
    with portal.uow() as uow:
        found = set_weights(uow, _operator(), changes, (which,) if which else SETS)
    click.echo(_as_text(_as_data(found)))


@weights_group.command("reset")
@click.pass_obj
def reset(portal: Any) -> None:
    """Let the published weights hold again."""
    with portal.uow() as uow:
        reset_weights(uow, _operator())
    click.echo("the published weights hold")


def _operator() -> Actor:
    """Return who runs the command, by the name of the account on this machine."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        # A container may run as a number that nobody has named.
        name = "command line"
    return replace(SYSTEM, name=name)


def _read(pair: str) -> tuple[str, int]:
    name, mark, value = pair.partition("=")
    if not mark or not (value.isascii() and value.isdigit()) or len(value) > 9:
        raise click.UsageError(f"{pair!r}: expected a criterion and a whole number, such as function=26")
    return name, int(value)


def _as_data(own: WeightSets) -> dict[str, Any]:
    return {
        x: {
            weight.name: {
                "weight": getattr(own, x)[weight.name],
                "published": getattr(PUBLISHED, x)[weight.name],
            }
            for weight in WEIGHTS
        }
        for x in SETS
    }


def _as_text(data: dict[str, Any]) -> str:
    """Return a table; a weight that differs is followed by the published one."""
    lines = [f"{'':14}{SETS[0]:>18}{SETS[1]:>18}"]
    for weight in WEIGHTS:
        cells = [_cell(**data[x][weight.name]) for x in SETS]
        label = translate("en", f"criterion.{weight.name}")
        lines.append(f"{weight.name:14}{cells[0]:>18}{cells[1]:>18}  {label}")
    sums = [sum(x["weight"] for x in data[name].values()) for name in SETS]
    lines.append(f"{'sum':14}{sums[0]:>18}{sums[1]:>18}")
    if changed := data.get("changed"):
        lines.append(f"changed {changed['at']} by {changed['by'] or 'nobody known'}")
    return "\n".join(lines)


def _cell(weight: int, published: int) -> str:
    return str(weight) if weight == published else f"{weight} (published {published})"
