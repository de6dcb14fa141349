"""The bodies of the control routes that are not the merchant's own words (`Bought`, `PlacedOrder`, `MerchantEdit`)."""

from decimal import Decimal
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from retour.sandbox.mijnwebwinkel.merchant import PlacedOrder
from retour.sandbox.mijnwebwinkel.races import MerchantEdit, Moment
from retour.sandbox.mijnwebwinkel.statuses import CREDIT_ACCEPTED

Command = TypeVar("Command")


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlaceOrders(_Command):
    count: int = Field(ge=1, le=100_000)
    like: PlacedOrder = PlacedOrder()


class SaveNote(_Command):
    text: str


class ChangeStatus(_Command):
    status: int


class Archive(_Command):
    archived: bool = True


class MakeCredit(_Command):
    """`units` is SKU to quantity; left out: all of it, with costs."""

    units: dict[str, int] | None = None
    status: int = CREDIT_ACCEPTED
    note: str = ""
    put_back_stock: bool = True


class Refund(_Command):
    amount: Decimal | None = Field(default=None, gt=0)


class Race(_Command):
    moment: Moment
    edit: MerchantEdit
    skip: int = Field(default=0, ge=0)


class Decide(_Command):
    key: str
    word: str


class Erase(_Command):
    key: str


class AddStatus(_Command):
    status: int
    description: str
    credit_order: bool = False


class AddToken(_Command):
    token: str = Field(min_length=1)
    partner_token: str = Field(min_length=1)
    partner: str = "Another partner"


async def read(request: web.Request, shape: type[Command]) -> Command:
    """The body as a command; 400 with the reasons otherwise."""
    body: Any = await request.read() or b"{}"
    try:
        return TypeAdapter(shape).validate_json(body)
    except ValidationError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
