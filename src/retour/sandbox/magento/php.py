"""How PHP reads values, where the plugin's answers depend on it (contract A5, E8, E16)."""

import json
import math
import re
from typing import Any, Final, NoReturn

_NUMBER: Final = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)")
_INT_MAX: Final = 2**63 - 1
_INT_DIGITS: Final = 20
_SERVER_PATH: Final = "/var/www/html/vendor/magmodules/magento2-channable/Service/Returns/ImportReturn.php on line 71"


class PhpException(Exception):
    """What the plugin's `catch (Exception)` catches: its message becomes the `errors` text of a 200 answer."""


class PhpError(Exception):
    """A PHP *Error*, such as a null where a string is declared: nothing catches it, the shop answers 500."""


def warning(text: str) -> PhpException:
    """A PHP warning, which Magento turns into an exception: with the path of the server in it (A5, soft error)."""
    return PhpException(f"Warning: {text} in {_SERVER_PATH}")


def is_empty(value: Any) -> bool:
    """PHP's `empty()`."""
    return not value or value == "0"


def is_numeric(value: Any) -> bool:
    """PHP's `is_numeric()`."""
    if isinstance(value, str):
        matched = _NUMBER.match(value)
        return matched is not None and not value[matched.end() :].strip()
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_int(value: Any) -> int:
    """PHP's `(int)`: "1abc" is 1, "abc" is 0."""
    if isinstance(value, str):
        matched = _NUMBER.match(value)
        value = float(matched[1]) if matched else 0
        if matched and matched[1].lstrip("+-").isdigit():
            value = int(matched[1][:_INT_DIGITS])
    if isinstance(value, float) and not math.isfinite(value):
        return 0
    if isinstance(value, list | dict):
        return int(bool(value))
    return min(max(int(value or 0), -_INT_MAX - 1), _INT_MAX)


def to_string(value: Any) -> str:
    """PHP's conversion in a concatenation; an array is a warning."""
    if isinstance(value, list | dict):
        raise warning("Array to string conversion")
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def offset(value: Any, key: str) -> Any:
    """PHP's `$value['key']`: a missing key and an offset of a number warn, an offset of a string is an Error."""
    if isinstance(value, dict) and key in value:
        return value[key]
    if isinstance(value, dict | list):
        raise warning(f'Undefined array key "{key}"')
    if isinstance(value, str):
        raise PhpError(f'Cannot access offset of type string on string: "{key}"')
    name = {bool: "bool", int: "int", float: "float"}.get(type(value), "null")
    raise warning(f"Trying to access array offset on value of type {name}")


def offset_or_null(value: Any, key: str) -> Any:
    """PHP's `$value['key'] ?? null`."""
    return value.get(key) if isinstance(value, dict) else None


def decode(body: bytes, refusal: str) -> Any:
    """The value of a JSON text; raises `PhpException` with the plugin's words and PHP's reason."""
    try:
        value = json.loads(body.decode(), parse_constant=_no_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        reason = "Malformed UTF-8 characters, possibly incorrectly encoded"
    except UnicodeEncodeError:
        reason = "Single unpaired high surrogate in Unicode escape"
    except RecursionError:
        reason = "Maximum stack depth exceeded"
    except ValueError as error:
        control = str(error).startswith("Invalid control character")
        reason = "Control character error, possibly incorrectly encoded" if control else "Syntax error"
    else:
        return value
    raise PhpException(f"{refusal}{reason}")


def encode(value: Any) -> str:
    """PHP's `json_encode` of an array, as the plugin stores it."""
    if not value:
        return "[]"
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
