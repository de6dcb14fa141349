"""`retour orders`, by hand: which order and product of the shop it is, and what was learned of that."""

from typing import TYPE_CHECKING, Annotated

import typer

from retour.cli import hub
from retour.cli.endings import Mistake
from retour.cli.names import project_named
from retour.cli.order_list import flaw
from retour.cli.returns import AsJson, Id, show_return
from retour.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from retour.store.models import Line, Return

LineRef = Annotated[str | None, typer.Option(help="The line, by its ref.", show_default="the only one")]
ProjectName = Annotated[str, typer.Option(help="Which project: acme/webshop.", show_default=False)]


def link(
    id_: Id,
    shop_order: Annotated[str, typer.Argument(help="The number of the order in the shop.", show_default=False)],
    line: LineRef = None,
    as_json: AsJson = False,
) -> None:
    """Say which order of the shop a return belongs to, as on its page. `retour returns show` has the candidates."""
    hub.enter()
    from retour.store.desk import link_order

    row = _return(id_)
    number = shop_order.strip()
    if words := flaw("shop_order", number):
        raise Mistake(words)
    orders = {one.order_ref for one in ([_line(row, line)] if line else row.lines.all())}
    if len(orders) != 1:
        raise Mistake(f"r-{id_} has lines of {len(orders)} orders: say with --line which one.")
    link_order(row.connection.project_id, orders.pop(), number, "desk", hub.now(), hub.actor())
    show_return(id_, as_json)


def product(
    id_: Id,
    name: Annotated[
        str, typer.Argument(metavar="PRODUCT", help="The product's line in the shop's order, by id or SKU.")
    ],
    line: LineRef = None,
    as_json: AsJson = False,
) -> None:
    """Say which product of the shop's order came back. What the shop calls it is remembered."""
    hub.enter()
    from retour.store import candidates

    theirs = _line(_return(id_), line)
    known = candidates.shop_lines_of(theirs)
    found = [one for one in known if name in {one.ref, one.sku}]
    if len(found) != 1:
        told = ", ".join(f"{one.ref} ({one.sku or one.title or '-'} x {one.quantity})" for one in known)
        raise Mistake(f"Say which one of the shop's order it is: {told or 'its lines are not known'}.")
    candidates.choose_line(theirs, found[0].ref, hub.now(), hub.actor())
    show_return(id_, as_json)


def search(id_: Id) -> None:
    """Have the shop searched again for the order of a return, and asked for candidates, at its next check."""
    hub.enter()
    from retour.store.orders import ask_again
    from retour.store.platforms import capabilities_of, shop_of

    row = _return(id_)
    able = capabilities_of(row.connection, shop_of(row.connection)).shop
    if able is None or not (able.orders or able.candidates):
        raise Mistake(f"The shop of r-{id_} cannot be searched. `retour orders link` says which order it is.")
    if not ask_again(row, hub.now(), hub.actor()):
        raise Mistake(f"The orders of r-{id_} are linked. `retour orders link` corrects one.")
    say("The shop is searched at its next check: by `retour serve`, or by `retour sync`.")


def learned(project: ProjectName, as_json: AsJson = False) -> None:
    """List what the shop calls the products that marketplaces call otherwise, the newest first."""
    hub.enter()
    from retour.store import aliases
    from retour.store.shapes import utc

    rows = aliases.listed(project_named(project).pk)
    if as_json:
        told = [{"kind": r.kind, "marketplace": r.theirs, "shop_sku": r.sku, "at": utc(r.at), "by": r.by} for r in rows]
        say_json(told)
        return
    table = [(r.kind, r.theirs, r.sku, utc(r.at), r.by or "a certain link") for r in rows]
    say_table(("kind", "marketplace", "sku in the shop", "learned", "from"), table)


def learn(
    word: Annotated[str, typer.Argument(help="The SKU on the marketplaces.", show_default=False)],
    shop_sku: Annotated[str, typer.Argument(help="The SKU in the shop.", show_default=False)],
    project: ProjectName,
    gtin: Annotated[bool, typer.Option("--gtin", help="The first word is a GTIN (EAN).")] = False,
) -> None:
    """Say what the shop calls a product that marketplaces call otherwise."""
    hub.enter()
    from retour.core.match_line import Kind, key
    from retour.store import aliases

    for name, value in (("SKU", word.strip()), ("shop SKU", shop_sku.strip())):
        if words := flaw(name, value):
            raise Mistake(words)
    kind = Kind.GTIN if gtin else Kind.SKU
    if not key(kind, word)[1]:
        raise Mistake(f"{word.strip()} stands for no product: it is a placeholder.")
    aliases.say(project_named(project).pk, word, shop_sku, hub.now(), hub.actor(), kind=kind)
    say(f"{word.strip()} is {shop_sku.strip()} in the shop.")


def forget(
    word: Annotated[str, typer.Argument(help="The SKU or GTIN on the marketplaces.", show_default=False)],
    project: ProjectName,
) -> None:
    """Forget what the shop calls the product with this SKU or GTIN."""
    hub.enter()
    from retour.store import aliases

    if not aliases.forget(project_named(project).pk, word):
        raise Mistake(f"Nothing was learned of {word}. `retour orders learned` lists what was.")
    say(f"Forgotten: {word}.")


def _return(id_: int) -> "Return":
    from retour.store.models import Return

    row = Return.objects.select_related("connection__project").filter(pk=id_).first()
    if row is None:
        raise Mistake(f"There is no return r-{id_}.")
    return row


def _line(row: "Return", ref: str | None) -> "Line":
    lines = list(row.lines.order_by("pk"))
    found = [line for line in lines if ref in {None, line.ref}]
    if len(found) != 1:
        names = ", ".join(line.ref for line in lines)
        raise Mistake(f"{row} has the lines {names}: say with --line which one." if names else f"{row} has no lines.")
    return found[0]
