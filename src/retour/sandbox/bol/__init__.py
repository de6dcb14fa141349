"""The simulator of bol's Retailer API v10, its returns part, written from the contract page of bol.

* Point a client's API address at the simulator's url and its login address at `<url>/token`; the first account is
  `sandbox-client` with secret `sandbox-secret`.
* `/` is a page on which a person plays the customer.
* `retour.sandbox.bol.control` has the control routes, `retour.sandbox.bol.switches` what can be set differently.
* The journal has `put` and `post` for each accepted request, and at the moment a process takes effect `refund` (money
  to the customer, `amount` in euro) or `settled` (a decision without money), for return items by their rma id.

Nothing runs by itself: a process that is due runs before the next look at its account or at the journal.
"""

from retour.sandbox.app import Sandbox, Simulator
from retour.sandbox.bol.simulator import BolSimulator


def _create(seed: int) -> Simulator:
    return BolSimulator(seed=seed)


SANDBOX = Sandbox(key=BolSimulator.key, title="bol", create=_create)

__all__ = ["SANDBOX", "BolSimulator"]
