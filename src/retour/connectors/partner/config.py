"""The settings of a connection to a partner: form, validation and secrets in one."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from retour.connectors.partner.profile import BUILT_IN, CsvProfile, Profile

SCHEMES = ("http", "https", "sftp", "file")
FINGERPRINT = r"^SHA256:[A-Za-z0-9+/]{43}$"

_profiles: TypeAdapter[Profile] = TypeAdapter(Annotated[Profile, Discriminator("transport")])


def _address(value: str) -> str:
    try:
        parts = urlsplit(value.strip())
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in SCHEMES or bool(parts.hostname) is (parts.scheme == "file"):
        raise ValueError("an address is expected, such as https://partner.example.org/api/v1")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.strip().rstrip("/")


class PartnerConfig(BaseModel):
    """What a merchant fills in: where the partner is, how it lets one in, and how its interface looks."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    base_url: Annotated[str, AfterValidator(_address)] = Field(
        description=(
            "Where the partner's interface is; ask your contact there, none is built in. For calls, and for files over"
            " HTTP: https://partner.example.org/api/v1. For files: sftp://partner.example.org:22/folder, or"
            " file:///folder on this server, below what the environment's RETOUR_FOLDERS allows."
        )
    )
    username: str | None = Field(
        default=None, min_length=1, description="User name, where the partner wants one (Basic sign-in, SFTP)."
    )
    api_key: SecretStr | None = Field(default=None, min_length=1, description="The key that the partner gave you.")
    password: SecretStr | None = Field(
        default=None, min_length=1, description="The password, where the partner wants one (Basic sign-in, SFTP)."
    )
    private_key: SecretStr | None = Field(
        default=None,
        min_length=1,
        description="The private key for SFTP, in OpenSSH's or PEM form, without passphrase.",
    )
    host_fingerprint: str | None = Field(
        default=None,
        pattern=FINGERPRINT,
        description=(
            "The fingerprint of the SFTP server's host key, such as SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU;"
            " ask the partner for it. No server is trusted without."
        ),
    )
    profile: Literal["rest", "csv"] | Profile = Field(
        default="rest",
        description=(
            "How the interface looks: the built-in profile for calls or for files, or a table with what differs from"
            ' it, such as { transport = "rest", status_map = { new = "open", ok = "accept", no = "reject" } }.'
        ),
    )

    @field_validator("profile", mode="wrap")
    @classmethod
    def _told_where(cls, value: Any, _handler: Any) -> Any:
        """The profile; a mistake in it is told with its place, since it is a table in a table."""
        if isinstance(value, str) and value in BUILT_IN:
            return value
        if isinstance(value, Profile):
            return value
        if not isinstance(value, dict):
            raise ValueError("rest, csv or a table is expected")  # noqa: TRY004 - pydantic reads ValueError
        try:
            return _profiles.validate_python({"transport": "rest"} | value)
        except ValidationError as error:
            flaw = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(str(step) for step in flaw["loc"][1:])
            said = f"{where or 'profile'}: {flaw['msg'].removeprefix('Value error, ')}"
        raise ValueError(said)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        scheme, profile = urlsplit(self.base_url).scheme, self.shape
        if not isinstance(profile, CsvProfile) and not scheme.startswith("http"):
            raise ValueError("calls need a base_url that begins with https://")
        if scheme == "sftp":
            if not (self.username and self.host_fingerprint and (self.password or self.private_key)):
                raise ValueError("SFTP needs username, host_fingerprint, and password or private_key")
        elif scheme != "file":
            if profile.auth.style == "basic" and not (self.username and self.password):
                raise ValueError("the profile's Basic sign-in needs username and password")
            if profile.auth.style in {"bearer", "header", "query"} and self.api_key is None:
                raise ValueError("the profile's way to sign in needs api_key")
        return self

    @property
    def shape(self) -> Profile:
        """The profile itself."""
        return BUILT_IN[self.profile] if isinstance(self.profile, str) else self.profile
