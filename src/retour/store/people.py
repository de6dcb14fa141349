"""The people who sign in."""

from collections.abc import Collection

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from retour.store.models import Company, User


class Unsuitable(Exception):
    """An address, password or company that cannot be used; the message says why."""


def has_admin() -> bool:
    """Whether anybody sees and may do everything."""
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def add_person(email: str, password: str, *, companies: Collection[str] = (), admin: bool = False) -> User:
    """A person who signs in with this address, and sees these companies, or everything. Raises Unsuitable."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Unsuitable(f"{email!r} is not an e-mail address.") from None
    if User.objects.filter(username__iexact=email).exists():
        raise Unsuitable(f"{email} exists already. `retour users password {email}` gives a new password.")
    found = list(Company.objects.filter(slug__in=companies))
    if missing := sorted(set(companies) - {company.slug for company in found}):
        known = ", ".join(Company.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise Unsuitable(f"There is no company {', '.join(missing)}. Companies: {known}.")
    person = User(username=email, email=email, is_superuser=admin, is_staff=admin)
    with transaction.atomic():
        _set_password(person, password)
        person.companies.set(found)
    return person


def change_password(email: str, password: str) -> User:
    """Sets a new password; whoever was signed in with the old one is signed out. Raises Unsuitable."""
    person = User.objects.filter(username__iexact=email.strip()).first()
    if person is None:
        raise Unsuitable(f"Nobody signs in as {email}.")
    _set_password(person, password)
    return person


def _set_password(person: User, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Unsuitable(" ".join(str(message) for message in error.messages)) from None
    person.set_password(password)
    person.save()
