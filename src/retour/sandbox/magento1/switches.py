"""What the merchant can set, and what can go wrong, in the simulated shop."""

from typing import Final

from pydantic import Field

from retour.sandbox.magento.front import FrontSwitches

TOKEN: Final = "m1t0k3nq7zk2x9c8v5b3n6a0s7d4f1g8h5j2k9l6p3o0i7u4y1t8r5e2w9q6z3x0"  # noqa: S105 - of a simulated shop
"""The secret that the feed plugin and the returns share (contract B)."""

STORES: Final = {"1": "default", "2": "second"}
"""The store views: id to code. Any other id is unknown to the shop."""


class Magento1Switches(FrontSwitches):
    """The merchant's settings (contract B), then what the page infers, then failures (contract E9-E15)."""

    token: str | None = Field(default=TOKEN, description="null: no token in the settings yet")
    extension_enabled: bool = Field(default=True, description="the plugin's only switch; off refuses both calls (E11)")
    ip_whitelist: list[str] | None = Field(default=None, description="addresses that may create; null: all (E18)")
    auto_decide: str | None = Field(default=None, description="the status every new return gets when it is asked about")

    create_id_as_text: bool = Field(default=True, description='`"return_id": "1"` in the answer to a create (E1)')
    status_id_as_text: bool = Field(default=False, description='`"return_id": "1"` in the answer about a status (E1)')
    developer_mode: bool = Field(default=False, description="a missing key refuses, with a server path in the text (B)")

    plugin_missing: bool = Field(default=False, description="404 HTML on the plugin's routes")
    missing_table: bool = Field(default=False, description="create answers 200 with SQL text, status 503 HTML (E9)")
