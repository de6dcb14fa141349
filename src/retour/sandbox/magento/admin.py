"""The admin panel of every Magento, and what both generations of the plugin's grid of returns have in common."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from retour.sandbox.markup import Html, element, options
from retour.sandbox.panel import Panel, card


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


def tick_cell(number: int) -> Html:
    tick = element("input", type="checkbox", name="id", value=str(number), aria_label=f"Tick return {number}")
    return element("td", tick, class_="tick")


def mass_actions(actions: Iterable[tuple[str, str]], address: str) -> Html:
    """What can be done with all that are ticked."""
    return element(
        "div",
        element("label", "With the ticked returns", for_="mass"),
        element("select", options(actions), name="action", id="mass"),
        element("button", "Apply", formaction=address, class_="quiet"),
        class_="mass card",
    )


class Sent(Protocol):
    """What the hub sent of a return, in a row of the plugin's table."""

    @property
    def customer_name(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def comment(self) -> str | None: ...
    def item_fields(self) -> dict[str, Any]: ...
    def address_fields(self) -> dict[str, Any]: ...
    def customer_fields(self) -> dict[str, Any]: ...


def sent_item(row: Sent) -> str:
    item = row.item_fields()
    return f"{item.get('quantity')}x {item.get('title')} (GTIN: {item.get('gtin')})"


def sent_cards(row: Sent) -> list[Html]:
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
