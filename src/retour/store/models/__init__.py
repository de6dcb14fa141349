"""What the hub remembers. Facts are columns and JSON documents; stages and effects follow from them (`core.plan`).

Only the functions of `retour.store` write these tables.
"""

from retour.store.models.accounts import Company, Connection, Project, User
from retour.store.models.compatible_api import ApiToken, TrialReturn
from retour.store.models.kept import Note, Posted, UnreadableRow
from retour.store.models.orders import LearnedSku, MarketplaceOrder, OrderCandidate
from retour.store.models.reports import Declaration, ShopReport
from retour.store.models.returns import Effect, Event, Exchange, Line, Return

__all__ = [
    "ApiToken",
    "Company",
    "Connection",
    "Declaration",
    "Effect",
    "Event",
    "Exchange",
    "LearnedSku",
    "Line",
    "MarketplaceOrder",
    "Note",
    "OrderCandidate",
    "Posted",
    "Project",
    "Return",
    "ShopReport",
    "TrialReturn",
    "UnreadableRow",
    "User",
]
