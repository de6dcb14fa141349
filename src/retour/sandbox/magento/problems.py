"""Errors as Magento says them: a message with names in it that are not filled in, and the parameters (contract
magento-native A1)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

_TRACE: Final = "#0 /var/www/html/vendor/magento/module-webapi/Controller/Rest.php(216): process()\n#1 {main}"


class Problem(Exception):
    """An error answer. Parameters in a mapping fill `%name`, in a sequence `%1`, `%2`."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        parameters: Mapping[str, Any] | Sequence[Any] = (),
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self._parameters = parameters
        self._errors = errors

    def body(self, *, trace: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"message": str(self)}
        if self._errors:
            found["errors"] = list(self._errors)
        if self._parameters:
            by_name = isinstance(self._parameters, Mapping)
            found["parameters"] = dict(self._parameters) if by_name else list(self._parameters)
        return found | ({"trace": _TRACE} if trace else {})


def bad(message: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, message, parameters)


def required(*names: str) -> Problem:
    """One missing field is named in the message, several are listed in `errors`."""
    if len(names) == 1:
        return bad('"%fieldName" is required. Enter and try again.', {"fieldName": names[0]})
    errors = [
        {"message": '"%fieldName" is required. Enter and try again.', "parameters": {"fieldName": name}}
        for name in names
    ]
    return Problem(HTTPStatus.BAD_REQUEST, "One or more input exceptions have occurred.", (), errors)


def no_such(field: str, value: object) -> Problem:
    parameters = {"fieldName": field, "fieldValue": value}
    return Problem(HTTPStatus.NOT_FOUND, "No such entity with %fieldName = %fieldValue", parameters)


def gone() -> Problem:
    text = "The entity that was requested doesn't exist. Verify the entity and try again."
    return Problem(HTTPStatus.NOT_FOUND, text)


def no_route() -> Problem:
    """The text is inferred (contract magento-native A2)."""
    return Problem(HTTPStatus.NOT_FOUND, "Request does not match any route.")


def internal() -> Problem:
    text = "Internal Error. Details are available in Magento log file. Report ID: webapi-6890c1d2e3f40"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, text)
