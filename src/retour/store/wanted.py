"""What an operator's settings file asks for, as plain values. `store.apply` carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SHOP_SLUG = "shop"
"""Every project's shop has this slug; no marketplace can."""


class Options(BaseModel):
    """What the hub itself is told about a connection."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    refund_limit: int | None = Field(
        default=None, ge=1, description="How many refunds may be sent in a day before a person is asked."
    )
    poll_every: int | None = Field(
        default=None,
        ge=1,
        le=300,
        description="Seconds from one check to the next, where the platform's own rhythm is slower.",
    )

    deadlines: dict[str, Annotated[float, Field(gt=0, le=8760)]] | None = Field(
        default=None,
        description="Hours until the marketplace's deadlines of these names, where they differ for this account.",
    )


@dataclass(frozen=True, slots=True)
class WantedConnection:
    """One account. `settings` and `secrets` have been validated by the connector's own config."""

    slug: str
    role: Literal["shop", "marketplace"]
    connector: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    quiet: frozenset[str] = frozenset()
    """Settings whose values came from elsewhere and are not shown."""
    options: Mapping[str, Any] = field(default_factory=dict)
    paused: bool | None = None
    """None: as it is."""


@dataclass(frozen=True, slots=True)
class WantedProject:
    slug: str
    name: str
    connections: tuple[WantedConnection, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedCompany:
    slug: str
    name: str
    projects: tuple[WantedProject, ...] = ()
