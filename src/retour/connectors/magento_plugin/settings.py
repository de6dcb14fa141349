"""Pieces of the settings: addresses, and the one that the plugin shows, which holds everything at once."""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr


def address(value: str) -> str:
    """A web address without a trailing slash. Raises ValueError for what is none, and for one that holds more."""
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address that begins with https://")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password")
    if parts.query or parts.fragment:
        raise ValueError("must end before the question mark or hash sign")
    return value.strip().rstrip("/")


def stripped(secret: SecretStr, otherwise: str) -> SecretStr:
    """A secret without spaces around it. Raises ValueError with `otherwise` where nothing is left."""
    plain = secret.get_secret_value().strip()
    if not plain:
        raise ValueError(otherwise)
    return SecretStr(plain)


def filled_in(secret: SecretStr | None) -> SecretStr | None:
    """A secret without spaces around it; None where nothing is left."""
    plain = secret.get_secret_value().strip() if secret else ""
    return SecretStr(plain) if plain else None


def unpasted(given: Any, route: str, calls: Collection[str] | None = None) -> Any:
    """Settings whose `base_url` may be an address of the plugin, such as `{base}/{route}/returns/hook/store/1/code/x`:
    taken apart into base URL, `store_id` and `token`. Only one of these `calls` will do, where they are named. Raises
    ValueError for another one, and where a setting beside it says otherwise."""
    if not isinstance(given, Mapping) or not isinstance(given.get("base_url"), str):
        return given
    base, pasted = _split(given["base_url"].strip(), route, calls)
    merged = {**given, "base_url": base}
    for name, value in pasted.items():
        own = _plain(given.get(name))
        if own and own != value:
            raise ValueError(f"base_url is a hook address with another {name} than the one given beside it")
        merged[name] = value
    return merged


def _split(pasted: str, route: str, calls: Collection[str] | None) -> tuple[str, dict[str, str]]:
    """The base URL, and the settings that the address holds. Any other address stays as it is."""
    parts = urlsplit(pasted)
    hook = re.search(rf"/{route}/(?P<call>[a-z]+/[a-z]+)(?P<pairs>(?:/[^/?#]*)*)$", parts.path)
    if hook is None:
        return pasted, {}
    if calls is not None and hook["call"] not in calls:
        raise ValueError("base_url is the address of another hook of the plugin: paste its returns hook address")
    names = [unquote(part) for part in hook["pairs"].split("/")[1:]]
    found = dict(parse_qsl(parts.query)) | dict(zip(names[::2], names[1::2], strict=False))
    base = urlunsplit((parts.scheme, parts.netloc, parts.path[: hook.start()], "", ""))
    settings = {"store_id": found.get("store", ""), "token": found.get("code", "").strip()}
    return base, {name: value for name, value in settings.items() if value}


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "").strip()


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


WebAddress = Annotated[str, AfterValidator(address)]
StoreId = Annotated[str, Field(pattern=r"^\d{1,10}$"), BeforeValidator(_number_as_text)]
