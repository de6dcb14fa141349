"""What people fill in."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from retour.connectors.contract import CameBack
from retour.core.capabilities import MarketplaceCapabilities
from retour.core.model import OrderLine, Reason, Resolution
from retour.store.declared import Verdict
from retour.store.desk import Choice
from retour.web.words import DECISIONS, REASONS


class FilterForm(forms.Form):
    """The overview's filters; all of them stand in the address. Days are days in UTC."""

    q = forms.CharField(label=_("Search"), max_length=200, required=False)
    marketplace = forms.TypedChoiceField(label=_("Marketplace"), required=False, coerce=int, empty_value=None)
    project = forms.TypedChoiceField(label=_("Project"), required=False, coerce=int, empty_value=None)
    since = forms.DateField(
        label=_("Opened from"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(label=_("until"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, data: Any, marketplaces: list[tuple[int, str]], projects: list[tuple[int, str]]) -> None:
        super().__init__(data, label_suffix="")
        self._choose("marketplace", [("", _("All marketplaces")), *marketplaces])
        self._choose("project", [("", _("All projects")), *projects])
        self.fields["q"].widget = forms.TextInput({"type": "search", "autocomplete": "off", "spellcheck": "false"})

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @property
    def since_moment(self) -> datetime | None:
        day = self.cleaned_data.get("since")
        return datetime.combine(day, time.min, UTC) if day else None

    @property
    def before_moment(self) -> datetime | None:
        day = self.cleaned_data.get("until")
        return datetime.combine(day, time.min, UTC) + timedelta(days=1) if day else None


class DecideForm(forms.Form):
    """A decision for some units of one line. `known` is how many decisions the person saw on it."""

    resolution = forms.ChoiceField(
        label=_("Decision"),
        choices=[(resolution.value, DECISIONS[resolution]) for resolution in Resolution],
        error_messages={"required": _("Choose a decision.")},
    )
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=1_000_000)
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
    code = forms.CharField(label=_("Reason for the marketplace"), max_length=100, required=False)
    line = forms.IntegerField(widget=forms.HiddenInput)
    known = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    revises = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, marketplace: MarketplaceCapabilities) -> None:
        super().__init__(data)
        self._marketplace = marketplace

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("resolution"):
            return cleaned
        resolution = Resolution(cleaned["resolution"])
        offered = {choice.code for choice in self._marketplace.reasons.get(resolution, ())}
        if cleaned.get("code") not in offered:
            cleaned["code"] = ""  # one of another decision's: the page offers all of them side by side
        if resolution in self._marketplace.reason_required and not (cleaned.get("reason") or cleaned["code"]):
            words = _("The marketplace wants a reason with this decision. Choose one.") if offered else None
            self.add_error("reason", words or _("The marketplace wants a reason with this decision."))
        return cleaned

    def choice(self, line_ref: str) -> Choice:
        """What was filled in, for this line."""
        told = self.cleaned_data
        return Choice(
            line_ref,
            Resolution(told["resolution"]),
            told["quantity"],
            told["reason"].strip() or None,
            told["revises"],
            code=told["code"] or None,
            known=told["known"],
        )


class OneOfSeveralForm(DecideForm):
    """The same, side by side with other lines; where nothing is chosen, this line is decided another time."""

    def __init__(self, data: Any, marketplace: MarketplaceCapabilities, line: int) -> None:
        super().__init__(data, marketplace)
        self.prefix = f"line-{line}"
        for name in ("resolution", "quantity", "line"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("resolution") and "quantity" in cleaned and cleaned["quantity"] is None:
            self.add_error("quantity", _("How many?"))
        return cleaned


class FindOrderForm(forms.Form):
    """Which order of which marketplace something came back of."""

    connection = forms.TypedChoiceField(label=_("Marketplace"), coerce=int)
    order = forms.CharField(
        label=_("Order number at the marketplace"),
        max_length=200,
        error_messages={"required": _("Give the order's number at the marketplace.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any, marketplaces: Any, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="", initial=initial)
        field = self.fields["connection"]
        if isinstance(field, forms.ChoiceField):
            field.choices = marketplaces


class CameBackForm(forms.Form):
    """How many units of an order's line came back, and why where that is known."""

    line = forms.CharField(max_length=200, widget=forms.HiddenInput)
    quantity = forms.IntegerField(min_value=0, max_value=1_000_000, required=False)
    reason = forms.ChoiceField(
        required=False, choices=[("", ""), *((reason.value, REASONS[reason]) for reason in Reason)]
    )

    def __init__(
        self, data: Any, number: int, order_line: OrderLine | None = None, told: CameBack | None = None
    ) -> None:
        """`told`: what is known before a person fills it in."""
        initial = {"quantity": told.quantity, "reason": told.reason} if told else None
        super().__init__(data, prefix=f"unit-{number}", initial=initial)
        self.number = number
        self.order_line = order_line

    @property
    def left(self) -> int:
        """How many units can still come back."""
        line = self.order_line
        return 0 if line is None else line.quantity if line.returnable is None else line.returnable

    @property
    def came_back(self) -> CameBack | None:
        """What was filled in; None: nothing of this line came back."""
        told = self.cleaned_data
        if not told.get("quantity"):
            return None
        return CameBack(told["line"], told["quantity"], Reason(told["reason"]) if told["reason"] else None)

    @classmethod
    def all_of(cls, data: Any) -> "list[CameBackForm]":
        """The lines that were sent."""
        numbers = [name[5:-5] for name in data if name.startswith("unit-") and name.endswith("-line")]
        return [cls(data, int(number)) for number in numbers if number.isascii() and number.isdigit()][:1000]


class VerdictForm(forms.Form):
    """What is decided about what came back, if it is decided at once."""

    resolution = forms.ChoiceField(
        required=False, choices=[("", ""), *((one.value, DECISIONS[one]) for one in Resolution)]
    )
    words = forms.CharField(max_length=500, required=False)
    code = forms.CharField(max_length=100, required=False)

    def __init__(self, data: Any, marketplace: MarketplaceCapabilities) -> None:
        super().__init__(data)
        self._marketplace = marketplace

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("resolution"):
            return cleaned
        resolution = Resolution(cleaned["resolution"])
        if cleaned.get("code") not in {choice.code for choice in self._marketplace.reasons.get(resolution, ())}:
            cleaned["code"] = ""
        if resolution in self._marketplace.reason_required and not (cleaned.get("words") or cleaned["code"]):
            self.add_error("words", _("The marketplace wants a reason with this decision."))
        return cleaned

    @property
    def verdict(self) -> Verdict | None:
        told = self.cleaned_data
        if not told.get("resolution"):
            return None
        return Verdict(Resolution(told["resolution"]), told.get("words") or None, told.get("code") or None)


class EffectForm(forms.Form):
    """Which effect a person speaks of. For a create, the number that they found in the shop."""

    key = forms.CharField(max_length=300)
    shop_return = forms.CharField(max_length=200, required=False)


class CandidateForm(forms.Form):
    """Which of the orders that were offered it is."""

    candidate = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class ProductForm(forms.Form):
    """Which product of the shop's order a line is."""

    line = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    product = forms.CharField(max_length=200)


class LinkForm(forms.Form):
    """Which order of the shop a line's order is."""

    line = forms.IntegerField()
    shop_order = forms.CharField(
        label=_("Order number in the shop"),
        max_length=200,
        error_messages={"required": _("Give the order's number in the shop.")},
    )
