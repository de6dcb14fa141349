"""Access tokens of a company's own systems: made, listed, revoked, and asked for. Only digests are kept.

A token holds 256 random bits, so that a fast digest is as safe as a slow one: there is nothing to guess.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from retour.store.models import ApiToken, Company

LIVES: Final = timedelta(days=365)
AT_ONCE: Final = 2
"""So many are valid at the same time: one in use, and its successor."""
_PREFIX: Final = "retour_"
"""Whoever finds a token somewhere sees what it is."""
_USE_IS_NOTED: Final = timedelta(hours=1)


class TooMany(Exception):
    """A company has as many valid tokens as it may; the message says what to do."""


class State(StrEnum):
    """Whether a token lets anybody in."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token stands for."""

    company_id: int
    name: str


def new_token(company: Company, name: str, at: datetime) -> tuple[ApiToken, str]:
    """A token and its text, which nobody can show again. Raises TooMany."""
    text = _PREFIX + token_urlsafe(32)
    with transaction.atomic():
        Company.objects.select_for_update().get(pk=company.pk)  # of two at the same moment one sees the other's
        if _valid(at).filter(company=company).count() >= AT_ONCE:
            raise TooMany(
                f"{company.slug} has {AT_ONCE} valid tokens. Revoke one first: `retour tokens list` shows which one is "
                "still used."
            )
        row = ApiToken.objects.create(
            company=company, name=name, digest=_digest(text), made_at=at, expires_at=at + LIVES
        )
    return row, text


def bearer_of(text: str, at: datetime) -> Bearer | None:
    """Whom this token stands for; None where it is unknown, expired or revoked."""
    row = _valid(at).filter(digest=_digest(text)).first()
    if row is None:
        return None
    if row.used_at is None or row.used_at < at - _USE_IS_NOTED:  # a write for each request would be too many
        ApiToken.objects.filter(pk=row.pk).update(used_at=at)
    return Bearer(row.company_id, row.name)


def tokens(company: Company | None = None) -> list[ApiToken]:
    """Every token of a company, or of all, oldest first."""
    every = ApiToken.objects.select_related("company").order_by("company__slug", "pk")
    return list(every.filter(company=company) if company else every)


def state_of(row: ApiToken, at: datetime) -> State:
    """Whether it lets anybody in now."""
    if row.revoked_at is not None:
        return State.REVOKED
    return State.VALID if row.expires_at > at else State.EXPIRED


def revoke(token_id: int, at: datetime) -> ApiToken | None:
    """From now on it lets nobody in; None: there is no such token. Once revoked it stays so."""
    ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=at)
    return ApiToken.objects.select_related("company").filter(pk=token_id).first()


def _valid(at: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(revoked_at=None, expires_at__gt=at)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
