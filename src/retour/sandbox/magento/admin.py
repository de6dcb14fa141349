"""The admin panel of every Magento, and what both generations of the plugin's grid of returns have in common."""

from collections.abc import Iterable, Mapping

from retour.sandbox.magento.documents import Address
from retour.sandbox.magento.returns import SentReturn
from retour.sandbox.markup import Html, element, options
from retour.sandbox.panel import Panel, card, cell


def panel(name: str) -> Panel:
    return Panel(name, bar="#30261f", edge="#e8862e", accent="#b3541e")


def decision_buttons(decisions: Mapping[str, str], here: str, number: int) -> list[Html]:
    """One for each of the plugin's words, by their labels."""
    return [
        element(
            "button",
            label,
            name="status",
            value=status,
            formaction=f"{here}/decide",
            aria_label=f"{label} return {number}",
            class_=status,
        )
        for status, label in decisions.items()
    ]


def delete_button(here: str, number: int) -> Html:
    label = f"Delete return {number}"
    return element("button", "Delete", formaction=f"{here}/delete", aria_label=label, class_="quiet danger")


def mass_actions(actions: Iterable[tuple[str, str]], address: str) -> Html:
    """What can be done with all that are ticked."""
    return element(
        "div",
        element("label", "With the ticked returns", for_="mass"),
        element("select", options(actions), name="action", id="mass"),
        element("button", "Apply", formaction=address, class_="quiet"),
        class_="mass card",
    )


def sent_cells(row: SentReturn, here: str, *, linked: bool) -> list[Html]:
    """What the grid begins a row with; `linked`: the shop has the order."""
    number, item = row.entity_id, row.item_fields()
    tick = element("input", type="checkbox", name="id", value=str(number), aria_label=f"Tick return {number}")
    return [
        element("td", tick, class_="tick"),
        cell("ID", element("a", number, href=here)),
        cell("Order", row.magento_increment_id or "-", None if linked else element("small", "not linked")),
        cell("Customer", row.customer_name),
        cell("Item", f"{item.get('quantity')}x {item.get('title')} (GTIN: {item.get('gtin')})"),
    ]


def sent_cards(row: SentReturn) -> list[Html]:
    """The item, the customer, and the address of the return."""
    item, address = row.item_fields(), row.address_fields()
    return [
        card(
            "Item",
            [
                ("Product", item.get("title")),
                ("Quantity", item.get("quantity")),
                ("GTIN", item.get("gtin")),
                ("Product id", item.get("id")),
                ("Reason", row.reason),
                ("Comment", row.comment),
            ],
        ),
        card("Customer", [("Name", row.customer_name), ("E-mail", row.customer_fields().get("email"))]),
        card("Address of the return", [(key.replace("_", " ").capitalize(), text) for key, text in address.items()]),
    ]


def marketplace_card(row: SentReturn, numbers: Iterable[tuple[str, object]] = ()) -> Html:
    """Where a return comes from; `numbers` are more of the marketplace's own."""
    return card(
        "Marketplace",
        [
            ("Channel", row.channel_name),
            ("Channel id", row.channel_id),
            ("Hub's id", row.channable_id),
            *numbers,
            ("Store view", row.store_id),
            ("Imported", f"{row.created_at} UTC"),
            ("Updated", f"{row.updated_at} UTC"),
        ],
    )


def billing_facts(billing: Address) -> list[tuple[str, object]]:
    return [
        ("Company", billing.company),
        ("Name", f"{billing.firstname} {billing.lastname}"),
        ("Street", ", ".join(billing.street)),
        ("Place", f"{billing.postcode} {billing.city} ({billing.country_id})"),
        ("Telephone", billing.telephone),
        ("E-mail", billing.email),
        ("VAT number", billing.vat_id),
    ]
