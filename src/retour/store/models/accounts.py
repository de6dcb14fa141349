"""Who uses the hub, and which accounts on which platforms."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


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
