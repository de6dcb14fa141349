"""Which order of the shop an order of a marketplace is."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from retour.core.match_line import Kind
from retour.store.models.accounts import Project


class MarketplaceOrder(models.Model):
    """The order behind a return: billing details and prices from the marketplace, and which order of the shop it is."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="orders")
    ref = models.CharField(max_length=200)
    sealed = models.TextField(default="", blank=True)
    """The marketplace's order (`core.model.Order`); empty until it was fetched."""
    fetched_at = models.DateTimeField(null=True)
    shop_order = models.CharField(max_length=200, default="", blank=True)
    shop_order_id = models.CharField(max_length=200, default="", blank=True)
    products = models.JSONField(default=list)
    """[SKU, the shop's product id] pairs."""
    shop_lines = models.JSONField(default=list)
    """The lines of the shop's order (`core.match_line.ShopLine`), where the shop told them."""
    chosen_lines = models.JSONField(default=dict)
    """By the hub's number of a return line: the line of the shop's order that a person said it is."""
    linked_by = models.CharField(max_length=20, default="", blank=True)
    """How the link was found: `import`, `search`, `desk`."""
    searched_at = models.DateTimeField(null=True)
    searches = models.PositiveIntegerField(default=0)
    """How often the shop was searched for it in vain."""
    search_at = models.DateTimeField(null=True)
    """When the shop is to be searched for it again; null: it is linked, or not waited for any more."""
    offered_at = models.DateTimeField(null=True)
    """When the shop was last asked for candidates."""
    offer_at = models.DateTimeField(null=True)
    """When it is to be asked for them; null: not before the next search in vain."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "ref"], name="order_ref")]
        indexes: ClassVar = [
            models.Index(fields=["shop_order"], name="order_shop_order", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["project", "search_at"], condition=Q(search_at__isnull=False), name="order_search"),
            models.Index(fields=["project", "offer_at"], condition=Q(offer_at__isnull=False), name="order_offer"),
        ]

    def __str__(self) -> str:
        return self.ref


class OrderCandidate(models.Model):
    """An order of the shop that a marketplace's order may be. Reasons say that something agrees, never what: nothing
    here is personal data."""

    order = models.ForeignKey(MarketplaceOrder, on_delete=models.CASCADE, related_name="candidates")
    shop_order = models.CharField(max_length=200)
    shop_order_id = models.CharField(max_length=200, default="", blank=True)
    placed_at = models.DateTimeField(null=True)
    score = models.IntegerField()
    reasons = models.JSONField(default=list)
    """[key, {parameter: value}] pairs of `core.match_order.REASONS`."""
    shop_lines = models.JSONField(default=list)
    found_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "shop_order"], name="order_candidate")]

    def __str__(self) -> str:
        return self.shop_order


class LearnedSku(models.Model):
    """What a project's shop calls a product that the marketplaces call otherwise."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="learned")
    kind = models.CharField(max_length=4, choices=[(kind.value, kind.value) for kind in Kind])
    theirs = models.CharField(max_length=200)
    """The marketplace's SKU, or its GTIN without leading zeros."""
    sku = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.CharField(max_length=150, default="", blank=True)
    """The person who said so; empty: a certain link has shown it."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "kind", "theirs"], name="learned_sku")]

    def __str__(self) -> str:
        return f"{self.theirs} is {self.sku}"
