"""The commands ``portal feedback``: what readers say of matches, for the secretariat."""

import json
from typing import Any

import click

from portal.core.actor import SYSTEM
from portal.matching.service import Heard, list_feedback


@click.group("feedback")
def feedback_group() -> None:
    """Read what readers say of matches."""


@feedback_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array on stdout.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), help="At most so many; all when left out.")
@click.pass_obj
def list_(portal: Any, as_json: bool, limit: int | None) -> None:
    """List opinions, the newest first."""
    with portal.sessions() as session:
        data = [_as_data(x) for x in list_feedback(session, SYSTEM, limit)]
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    for item in data:
        click.echo(_as_text(item))


def _as_data(heard: Heard) -> dict[str, Any]:
    said = heard.feedback
    return {
        "id": said.id,
        "date": said.created_at.isoformat(),
        "entry": _end(heard.pair.entry),
        "other": _end(heard.pair.other),
        "opinion": said.opinion.value,
        "criterion": said.criterion,
        "comment": said.comment,
        "score": said.score,
        "locale": said.locale.value,
    }


def _end(entry: Any) -> dict[str, Any]:
    return {"kind": entry.kind, "id": entry.id, "title": entry.text("en").title}


def _as_text(item: dict[str, Any]) -> str:
    """Return an opinion in two or three lines; a reader's line ends and controls cannot forge another."""
    ends = " – ".join(f"{x['kind']} {x['id']} {x['title']}" for x in (item["entry"], item["other"]))
    about = f" ({item['criterion']})" if item["criterion"] else ""
    score = "" if item["score"] is None else f", score {item['score']:g}"
    lines = [f"{item['date'][:16]}  {item['opinion']}{about}{score}", f"  {ends}"]
    if item["comment"]:
        lines.append(f"  “{' / '.join(item['comment'].splitlines())}”")
    return "\n".join(_plain(x) for x in lines)


def _plain(line: str) -> str:
    """Return a line without what is not printed, such as marks that turn the writing around."""
    return "".join(x if x.isprintable() else " " for x in line)
