"""One return as a person reads it at the terminal."""

from typing import Any

from retour.cli.terminal import say, say_table


def say_return(shape: dict[str, Any]) -> None:
    """A return with its lines, decisions, effects and timeline."""
    say(f"{shape['id']}  {shape['stage']}  {shape['why']['text']}")
    say(f"{shape['company']}/{shape['project']}/{shape['connection']} ({shape['connector']})  ref {shape['ref']}")
    deadline = f"; answer before {shape['next_deadline']}" if shape["next_deadline"] else ""
    say(f"opened {shape['opened_at']}; handled by the {shape['handler']}{deadline}")
    lines = shape["lines"]
    _section(
        ("line", "order", "shop order", "sku", "gtin", "title", "qty", "left", "reason", "in shop"),
        [
            (
                line["ref"],
                line["order_ref"],
                line["shop_order"],
                line["sku"],
                line["gtin"],
                line["title"],
                line["quantity"],
                line["left"],
                " - ".join(filter(None, (line["reason"], line["reason_text"]))),
                line["shop_return"],
            )
            for line in lines
        ],
    )
    _section(
        ("order", "may be", "placed", "score", "what speaks for it"),
        [
            (one["order_ref"], one["shop_order"], one["placed_at"], one["score"], "; ".join(one["reasons"]))
            for one in shape["candidates"]
        ],
    )
    _section(
        ("line", "decision", "qty", "source", "told"),
        [
            (
                line["ref"],
                decision["resolution"],
                decision["quantity"],
                decision["source"],
                decision["told"] or "not yet",
            )
            for line in lines
            for decision in line["decisions"]
        ],
    )
    _section(
        ("effect", "state", "attempts", "key", "error"),
        [(e["kind"], e["state"], e["attempts"], e["key"], e["error"]) for e in shape["effects"]],
    )
    _section(("at", "what happened", "by"), [(e["at"], e["text"], e["actor"]) for e in shape["timeline"]])


def _section(headings: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    if rows:
        say("")
        say_table(headings, rows)
