"""The bodies of the control routes that are not the merchant's own words (`Bought`, `PlacedOrder`, `MerchantEdit`)."""

from decimal import Decimal

from pydantic import Field

from retour.sandbox.commands import Command
from retour.sandbox.mijnwebwinkel.merchant import PlacedOrder
from retour.sandbox.mijnwebwinkel.races import MerchantEdit, Moment
from retour.sandbox.mijnwebwinkel.statuses import CREDIT_ACCEPTED


class PlaceOrders(Command):
    count: int = Field(ge=1, le=100_000)
    like: PlacedOrder = PlacedOrder()


class SaveNote(Command):
    text: str


class ChangeStatus(Command):
    status: int


class Archive(Command):
    archived: bool = True


class MakeCredit(Command):
    """`units` is SKU to quantity; left out: all of it, with costs."""

    units: dict[str, int] | None = None
    status: int = CREDIT_ACCEPTED
    note: str = ""
    put_back_stock: bool = True


class Refund(Command):
    amount: Decimal | None = Field(default=None, gt=0)


class Race(Command):
    moment: Moment
    edit: MerchantEdit
    skip: int = Field(default=0, ge=0)


class Decide(Command):
    key: str
    word: str


class Erase(Command):
    key: str


class AddStatus(Command):
    status: int
    description: str
    credit_order: bool = False


class AddToken(Command):
    token: str = Field(min_length=1)
    partner_token: str = Field(min_length=1)
    partner: str = "Another partner"
