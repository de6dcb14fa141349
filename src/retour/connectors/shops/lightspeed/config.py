"""What a merchant fills in to connect a Lightspeed eCom (C-Series) shop: form, validation and secrets in one."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from retour.connectors.shops.lightspeed.words import Meaning, Wish, meaning, wish

WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s?#@]+[^\s?#/@]$")]
Word = Annotated[str, Field(min_length=2, max_length=100)]


class LightspeedConfig(BaseModel):
    """Key and secret are made in the back office, under the settings for developers."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    api_url: WebAddress = Field(
        default="https://api.webshopapp.com",
        description="Address of the API: https://api.webshopapp.com for shops of the European cluster (eu1), "
        "https://api.shoplightspeed.com for the American one (us1).",
    )
    language: str = Field(
        pattern=r"^[a-z]{2}$",
        description="The shop's default language, as two letters such as nl: the API is asked in it. It must be one of "
        "the shop's languages.",
    )
    api_key: SecretStr = Field(min_length=1, description="The API key: 32 characters.")
    api_secret: SecretStr = Field(
        min_length=1,
        description="The secret that belongs to the key: 32 characters. Of an installed app it is the MD5 sum of "
        "installation token and app secret.",
    )
    accept_on_authorized: bool = Field(
        default=False,
        description="A return that you authorize is accepted, and the marketplace told to refund, although it is not "
        "settled in the shop yet. Otherwise it is accepted when it gets the status of refunded items.",
    )
    status_words: dict[Word, Meaning] = Field(
        default={},
        description="What further status codes of the shop mean: open, authorized, repaired, refunded, rejected or "
        "cancelled. The codes that are known already need not be named.",
    )
    keep_words: list[Word] = Field(
        default=["keep", "behoud", "houden", "conserv", "garder", "behalt"],
        description="Beginnings of words in the action of a return by which the customer keeps the product: refunded "
        "items then mean keep instead of accept. Capitals and accents do not matter.",
    )
    exchange_words: list[Word] = Field(
        default=["exchange", "replace", "omruil", "ruil", "vervang", "echange", "remplac", "umtausch", "austausch"],
        description="Beginnings of words in the action of a return by which it is exchanged: repaired items then mean "
        "exchange instead of repair.",
    )
    repair_words: list[Word] = Field(
        default=["repair", "reparat", "repareer", "repareren", "reparer", "reparier"],
        description="Beginnings of words in the action of a return by which it is repaired.",
    )
    settled_status: Word = Field(
        default="refunded",
        description="The status code with which a return is registered that the marketplace has handled itself. It "
        "must mean refunded.",
    )
    return_action: str = Field(
        default="",
        max_length=200,
        description="What new returns have as their action, from your list of actions; empty leaves it to you. "
        "It must not say keep, exchange or repair: it would decide something that nobody has decided.",
    )
    order_metafield: str = Field(
        default="external_order_id",
        max_length=200,
        description="The key of the metafield in which orders carry the marketplace's order number. Empty: there is "
        "none, and only comment and memo of the orders are searched.",
    )
    order_search_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="How many days back the order is searched when the marketplace does not tell when it was placed.",
    )
    report_shop_returns: bool = Field(
        default=False,
        description="What you return here yourself, of an order that came from a marketplace where you may report "
        "returns, is reported there. Only returns that are made after this was switched on.",
    )
    invoice_number: bool = Field(
        default=True, description="Write the number of the order's invoice into the note of each return."
    )

    @model_validator(mode="after")
    def _decides_nothing_by_itself(self) -> Self:
        if meaning(self.settled_status, self.status_words) != "refunded":
            raise ValueError("settled_status must mean refunded: name it in status_words if it is the shop's own")
        if self.wish(self.return_action) is not None:
            raise ValueError("return_action must not say keep, exchange or repair")
        return self

    def wish(self, action: str | None) -> Wish | None:
        """What the action of a return says that the customer gets."""
        return wish(action, keep=self.keep_words, exchange=self.exchange_words, repair=self.repair_words)
