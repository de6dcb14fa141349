"""Returns that the merchant reports."""

from typing import ClassVar

from django.db import models

from retour.store.models.accounts import Connection


class Declaration(models.Model):
    """Returns that a person reported and no customer had announced. The token is the form's: sent twice, it makes them
    once."""

    token = models.CharField(max_length=64, unique=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="declarations")
    order_ref = models.CharField(max_length=200)
    refs = models.JSONField(default=list)
    """The marketplace's refs of the returns."""
    at = models.DateTimeField()
    actor = models.CharField(max_length=150, default="", blank=True)

    def __str__(self) -> str:
        return self.order_ref


class ShopReport(models.Model):
    """A return that the merchant made in the shop: what came back is reported at the marketplace whose order it is."""

    class State(models.TextChoices):
        WAITING = "waiting", "The marketplaces are asked whether the order is theirs"
        PREPARED = "prepared", "A person must complete the report"
        REPORTED = "reported", "Reported"
        ELSEWHERE = "elsewhere", "The order is of no marketplace that lets the merchant report returns"
        DISMISSED = "dismissed", "A person says that there is nothing to report"

    shop = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="shop_reports")
    ref = models.CharField(max_length=200)
    """The shop's number of its return."""
    sealed = models.TextField()
    """What the shop shows of it (`connectors.contract.OwnReturn`)."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    why = models.TextField(default="", blank=True)
    """Why a person must complete it."""
    marketplace = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", null=True)
    """Whose order it is."""
    order_ref = models.CharField(max_length=200, default="", blank=True)
    asked = models.JSONField(default=dict)
    """By the key of each marketplace that was asked: by which number it knows the order, or null."""
    units = models.JSONField(null=True)
    """[order line, quantity, reason] of what is being reported, written down before the connector is told: interrupted,
    it is taken up again as it was."""
    declaration = models.ForeignKey(Declaration, on_delete=models.SET_NULL, related_name="+", null=True)
    seen_at = models.DateTimeField()
    actor = models.CharField(max_length=150, default="", blank=True)
    """Who reported or dismissed it; empty: the hub itself."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "ref"], name="shop_report")]
        indexes: ClassVar = [models.Index(fields=["shop", "state"], name="shop_report_state")]

    def __str__(self) -> str:
        return self.ref
