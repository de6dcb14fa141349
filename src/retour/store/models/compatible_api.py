"""What the compatible API keeps of its own."""

from django.db import models

from retour.store.models.accounts import Company, Project


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
