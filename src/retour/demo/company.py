"""The demo's company: a few projects, each one shop and the marketplaces that sell for it."""

from dataclasses import dataclass

from retour.demo.marketplaces.amazon import Amazon
from retour.demo.marketplaces.bol import Bol
from retour.demo.marketplaces.fruugo import Fruugo
from retour.demo.marketplaces.miravia import Miravia
from retour.demo.marketplaces.otto import Otto
from retour.demo.marketplaces.tobedressed import ToBeDressed
from retour.demo.marketplaces.walmart import Walmart
from retour.demo.marketplaces.zalando import Zalando
from retour.demo.platforms import Marketplace, Shop
from retour.demo.shops.lightspeed import Lightspeed
from retour.demo.shops.magento1 import Magento1
from retour.demo.shops.magento2 import Magento2
from retour.demo.shops.magento_native import MagentoNative
from retour.demo.shops.mijnwebwinkel import Mijnwebwinkel
from retour.demo.shops.own_system import OwnSystem

COMPANY, COMPANY_NAME = "acme", "Acme BV"


@dataclass(frozen=True, slots=True)
class Project:
    """One shop, and who sells for it."""

    key: str
    name: str
    shop: Shop
    marketplaces: tuple[Marketplace, ...]


def projects() -> tuple[Project, ...]:
    """All of them, with fresh simulators."""
    return (
        Project("webshop", "Acme webshop", Magento2(), (Bol(), Miravia())),
        Project("classic", "Acme classic", Magento1(), (Fruugo(),)),
        Project("boutique", "Acme boutique", MagentoNative(), (ToBeDressed(),)),
        Project("outlet", "Acme outlet", Lightspeed(), (Zalando(),)),
        Project("workshop", "Acme workshop", OwnSystem(), (Otto(),)),
        Project("studio", "Acme studio", Mijnwebwinkel(), (Walmart(), Amazon())),
    )
