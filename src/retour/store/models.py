"""What the hub remembers. Facts are columns and JSON documents; stages and effects follow from them (`core.plan`).

Only the functions of `retour.store` write these tables.
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from retour.core.match_line import Kind
from retour.core.model import EffectKind, EffectState, Handler, Resolution, Stage


def _choices(words: type[EffectKind] | type[EffectState] | type[Handler] | type[Stage]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class Company(models.Model):
    """Owns projects and users."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in. Sees the companies that they belong to; a superuser sees all."""

    companies = models.ManyToManyField(Company, related_name="users", blank=True)


class Project(models.Model):
    """One shop and the marketplaces that sell for it."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="projects")
    slug = models.SlugField()
    name = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["company", "slug"], name="project_slug")]

    def __str__(self) -> str:
        return self.name


class Connection(models.Model):
    """One account on one platform."""

    class Role(models.TextChoices):
        SHOP = "shop"
        MARKETPLACE = "marketplace"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused by a person"
        RECONNECT = "reconnect", "The platform does not let us in; check the settings"
        STOPPED = "stopped", "Stopped as a precaution; a person must look"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="connections")
    slug = models.SlugField()
    role = models.CharField(max_length=12, choices=Role.choices)
    connector = models.CharField(max_length=50)
    settings = models.JSONField(default=dict)
    secrets = models.TextField(default="", blank=True)
    """Sealed: the values of the settings that are secret."""
    fingerprint = models.CharField(max_length=64, default="")
    """Changes with the settings and secrets."""
    allow_private = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    """What the hub itself is told about this connection, such as its refund limit."""

    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    state_words = models.TextField(default="", blank=True)
    state_since = models.DateTimeField(null=True)
    removed = models.BooleanField(default=False)
    """No longer in the settings file; kept for its returns."""

    checked_at = models.DateTimeField(null=True)
    """The last check that went well."""
    next_at = models.DateTimeField(null=True)
    """When there is something to do, at the latest the next look."""
    observe_at = models.DateTimeField(null=True)
    """When the platform's lists are to be read again; null: at once."""
    deep_at = models.DateTimeField(null=True)
    """The last deep sweep."""
    failures = models.PositiveIntegerField(default=0)
    trouble = models.TextField(default="", blank=True)
    """The last failure's sentence; empty when all is well."""
    trouble_since = models.DateTimeField(null=True)
    quota = models.JSONField(default=dict)
    lanes = models.JSONField(default=dict)
    """As of when each list is known whose platform makes reports: {lane: ISO 8601}."""
    valve_day = models.DateField(null=True)
    """The day for which a person has said that more refunds than usual are right."""
    vanish_allowed = models.BooleanField(default=False)
    """A person has said that the returns which vanished may be taken as ended."""
    lease_owner = models.CharField(max_length=200, default="", blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "slug"], name="connection_slug"),
            models.UniqueConstraint(fields=["project"], condition=Q(role="shop", removed=False), name="one_shop"),
        ]
        indexes: ClassVar = [models.Index(fields=["next_at"])]

    def __str__(self) -> str:
        return self.slug


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


class Note(models.Model):
    """What a connector remembers between two checks."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="notes")
    name = models.CharField(max_length=200)
    sealed = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "name"], name="note_name")]

    def __str__(self) -> str:
        return self.name


class Posted(models.Model):
    """What was posted to a connection's address, for its connector alone. Gone once it was taken in, or expired."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="posted")
    at = models.DateTimeField()
    size = models.PositiveIntegerField()
    """Of the body, in bytes."""
    sealed = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.size} bytes"


class UnreadableRow(models.Model):
    """A row of a platform that could not be read. Kept and shown with the reason, until it can be."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="unreadable")
    digest = models.CharField(max_length=64)
    lane = models.CharField(max_length=50)
    ref = models.CharField(max_length=200, null=True)
    why = models.TextField()
    sealed = models.TextField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "digest"], name="unreadable_row")]

    def __str__(self) -> str:
        return self.why


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


class ApiToken(models.Model):
    """Lets a company's own systems in over the API. Only its digest is kept."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    """When it last let somebody in, to the hour."""

    def __str__(self) -> str:
        return self.name


class TrialReturn(models.Model):
    """A made-up return, for whoever builds on the API. No marketplace knows it; nothing follows from it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="trials")
    channel = models.CharField(max_length=50)
    order_ref = models.CharField(max_length=200)
    order_number = models.CharField(max_length=200)
    """By which it was asked for."""
    sku = models.CharField(max_length=200, null=True)
    gtin = models.CharField(max_length=50, null=True)
    title = models.TextField(null=True)
    status = models.CharField(max_length=12)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"trial {self.pk}"
