"""The settings file of the demo: what `retour apply` reads, as any operator would write it."""

from retour.demo.folder import Folder, write_private
from retour.sandbox.bol.simulator import DEFAULT_CLIENT_ID, DEFAULT_SECRET
from retour.sandbox.magento2 import INTEGRATION_TOKEN, TOKEN

_TEXT = """\
# The demo's settings, applied with:  RETOUR_HOME={home} retour apply {file}
# Both platforms are simulated, on this machine. The next demo in this folder writes this file anew.

[companies.acme]
name = "Acme BV"

[companies.acme.projects.webshop]
name = "Acme webshop"

[companies.acme.projects.webshop.shop]
connector = "magento2"
# A real shop is checked every 5 minutes. Every 2 seconds is livelier to watch, and a day of the demo holds more
# refunds than one of a real shop (refund_limit: the hub stops and asks a person beyond it).
options = {{ poll_every = 2, refund_limit = 1000000 }}
[companies.acme.projects.webshop.shop.settings]
base_url = "{shop}/"
store_id = "1"
token = "{token}"
integration_token = "{integration_token}"

[companies.acme.projects.webshop.marketplaces.bol-nl]
connector = "bol"
options = {{ poll_every = 2, refund_limit = 1000000 }}
[companies.acme.projects.webshop.marketplaces.bol-nl.settings]
api_url = "{bol}"
login_url = "{bol}/token"
client_id = "{client_id}"
client_secret = "{client_secret}"
"""


def write(folder: Folder, *, shop: str, bol: str) -> None:
    """Writes it, and the simulators' secrets beside it."""
    text = _TEXT.format(
        home=folder.hub,
        file=folder.settings,
        shop=shop,
        bol=bol,
        token=folder.keep_secret("magento-token", TOKEN),
        integration_token=folder.keep_secret("magento-integration-token", INTEGRATION_TOKEN),
        client_id=DEFAULT_CLIENT_ID,
        client_secret=folder.keep_secret("bol-secret", DEFAULT_SECRET),
    )
    write_private(folder.settings, text)
