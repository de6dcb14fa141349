"""Returns with their facts, what follows from them, and what was said about them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from retour.core.model import EffectKind, EffectState, Handler, Resolution, Stage
from retour.store.models.accounts import Connection


def _choices(words: type[EffectKind] | type[EffectState] | type[Handler] | type[Stage]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class Return(models.Model):
    """A return that a marketplace registered."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="returns")
    ref = models.CharField(max_length=200)
    handler = models.CharField(max_length=12, choices=_choices(Handler))
    opened_at = models.DateTimeField()
    complete = models.BooleanField(default=False)
    stale = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)
    customer = models.TextField(default="", blank=True)
    """Sealed: the customer's name and address."""
    digests = models.JSONField(default=dict)
    """By lane: what the rows of this return looked like when they were last taken in."""

    stage = models.CharField(max_length=12, choices=_choices(Stage))
    why = models.CharField(max_length=40)
    why_params = models.JSONField(default=dict)
    deadline_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    """When the marketplace is to be asked for this return once more; null: not needed."""
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "ref"], name="return_ref")]
        indexes: ClassVar = [
            models.Index(fields=["connection", "stage", "-opened_at", "-id"], name="return_list"),
            models.Index(fields=["stage", "-opened_at", "-id"], name="return_stage"),
            models.Index(fields=["-opened_at", "-id"], name="return_newest"),
            models.Index(fields=["connection", "look_at"], condition=Q(look_at__isnull=False), name="return_look"),
            models.Index(fields=["connection", "-changed_at"], name="return_changed"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return f"r-{self.pk}"


class Line(models.Model):
    """One product of a return, with all its facts. Its primary key is the number that shops know it by."""

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines")
    ref = models.CharField(max_length=200)
    order_ref = models.CharField(max_length=200)
    order_line_ref = models.CharField(max_length=200, null=True)
    sku = models.CharField(max_length=200, null=True)
    gtin = models.CharField(max_length=50, null=True)
    title = models.TextField(null=True)
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, null=True)
    reason = models.CharField(max_length=30, null=True)
    reason_text = models.TextField(null=True)
    comment = models.TextField(null=True)
    tracking = models.CharField(max_length=200, null=True)
    carrier = models.CharField(max_length=200, null=True)
    received_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    awaits = models.BooleanField()
    handlings = models.JSONField(default=list)
    seen_at = models.DateTimeField()
    shop = models.JSONField(null=True)
    """What the shop last said: see `ShopSays`."""
    shop_ref = models.CharField(max_length=200, null=True)
    """The shop's id of the request, for look-ups."""
    polls = models.BooleanField(default=False)
    """The shop is still to be asked for a decision."""
    decisions = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["of", "ref"], name="line_ref")]
        indexes: ClassVar = [
            # The operator class lets PostgreSQL answer "begins with" from them, whatever the language of the database.
            models.Index(fields=["order_ref"], name="line_order_ref", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["sku"], name="line_sku", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["gtin"], name="line_gtin", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["shop_ref"], name="line_shop_ref", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["shop_ref"], condition=Q(polls=True), name="line_polls"),
        ]

    def __str__(self) -> str:
        return self.ref


class Effect(models.Model):
    """One remote call that must happen exactly once."""

    key = models.CharField(max_length=300, unique=True)
    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="effects")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="effects")
    """Where it is sent."""
    kind = models.CharField(max_length=10, choices=_choices(EffectKind))
    state = models.CharField(max_length=12, choices=_choices(EffectState))
    line_ref = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    resolution = models.CharField(max_length=10, null=True, choices=[(r.value, r.value) for r in Resolution])
    decision = models.PositiveIntegerField(null=True)
    changes = models.CharField(max_length=10, null=True)
    due_at = models.DateTimeField(null=True)
    """When the next step is to be made: sending, confirming, looking up."""
    attempts = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    """How often its outcome has been asked for since it was sent."""
    sent_at = models.DateTimeField(null=True)
    before = models.PositiveIntegerField(default=0)
    asks = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=False)
    receipt = models.CharField(max_length=200, null=True)
    error = models.TextField(null=True)
    code = models.CharField(max_length=100, null=True)
    lease_owner = models.CharField(max_length=200, default="", blank=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["connection", "state", "due_at"],
                condition=Q(state__in=["wanted", "sending", "unknown", "pending"]),
                name="effect_due",
            ),
            models.Index(fields=["connection", "sent_at"], condition=Q(kind="settle"), name="effect_sent"),
            models.Index(
                fields=["connection", "-done_at", "-id"],
                condition=Q(kind="create", state="done"),
                name="effect_offered",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """One line of a return's timeline; written in the transaction of the change that it tells of."""

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    actor = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.kind


class Exchange(models.Model):
    """What was sent to a platform and what came back: redacted, sealed, and gone after its expiry."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="exchanges")
    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="exchanges", null=True)
    effect_key = models.CharField(max_length=300, default="", blank=True)
    at = models.DateTimeField()
    method = models.CharField(max_length=10)
    url = models.TextField()
    status = models.PositiveIntegerField(null=True)
    request_id = models.CharField(max_length=200, null=True)
    sealed = models.TextField()
    """{"sent": …, "received": …}"""
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.method} {self.url}"
