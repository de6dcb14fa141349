"""What a merchant fills in for a shop that fetches its returns by itself."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OrderNumbers = Literal["shop", "hub"]


class ChannableConfig(BaseModel):
    """How the compatible API answers for this project. What the contract leaves open can be set here."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    order_numbers: OrderNumbers = Field(
        default="shop",
        description="What an order's number in the API is: the one that the shop's system knows, as `retour orders "
        "import` or a person has linked it (shop); or Retour's own number of the order (hub), for a system that never "
        "worked with Channable's numbers.",
    )
    channel_names: Mapping[str, str] = Field(
        default={"miravia": "arise"},
        description="Marketplaces that the shop's system knows by another name than Retour does.",
    )
    invoice_address: bool = Field(
        default=False,
        description="Add the invoice address as `data.billing`, which Channable's own answers do not have.",
    )
    access_in_address: bool = Field(
        default=False,
        description="Also accept the access token as ?access_token= in the address, as clients from before 2020 send "
        "it. Addresses end up in logs of proxies; prefer the header.",
    )
