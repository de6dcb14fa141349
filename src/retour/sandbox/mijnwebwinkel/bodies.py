"""What a PATCH and a POST may carry: strict about types, blind to fields it does not know (contract 3, 5)."""

from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from retour.sandbox.mijnwebwinkel.problems import Problem, invalid_fields

Body = TypeVar("Body", bound="_Body")


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class PatchedComments(_Body):
    """`customer` is read-only: it is overlooked."""

    internal: str | None = None


class OrderPatch(_Body):
    """OrderPatchable."""

    archived: bool | None = None
    status: int | None = None
    comments: PatchedComments = PatchedComments()
    reference: Annotated[str, Field(max_length=255)] | None = None
    offline_location_id: str | None = None


class PostedOption(_Body):
    list_option_id: int | str


class PostedArticle(_Body):
    id: int
    options: list[PostedOption] = []


class PostedPrice(_Body):
    amount: str | None = None
    amount_including_tax: str | None = None
    rate: str | None = None


class PostedLine(_Body):
    """OrderDetailPostable; quantities are above zero."""

    type: str
    quantity: int = Field(gt=0)
    articles: list[PostedArticle] = []
    description: str | None = None
    unit_price: PostedPrice | None = None


class PostedComments(_Body):
    customer: str = ""
    internal: str = ""


class CreditOrderPost(_Body):
    """CreditOrderPostable; costs are decimals in text, without tax."""

    credited_order_number: str
    status: int
    orderlines: list[PostedLine] = Field(min_length=1)
    archived: bool = False
    comments: PostedComments = PostedComments()
    payment_costs: str | None = None
    shipping_costs: str | None = None


async def read(request: web.Request, shape: type[Body]) -> Body:
    """The body, or 400 when it is no JSON object and 422 when its fields are wrong."""
    try:
        content: Any = await request.json()
    except ValueError:
        raise Problem(400, "Bad Request", "The body is not valid JSON.") from None
    if not isinstance(content, dict):
        raise Problem(400, "Bad Request", "The body is not a JSON object.")
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        raise invalid_fields({".".join(map(str, one["loc"])): one["msg"] for one in error.errors()}) from None
