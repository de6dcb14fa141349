"""What connections keep beside their returns."""

from typing import ClassVar

from django.db import models

from retour.store.models.accounts import Connection


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
