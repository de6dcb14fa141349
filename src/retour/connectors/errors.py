"""Every failure of a platform, named by what happens next.

    ConnectorError
    ├── Transient        nothing happened; the same call may be made again
    ├── Unavailable      nothing happened; not before `retry_after`
    ├── OutcomeUnknown   it may have happened: look it up, never repeat it blindly
    ├── Refused          the platform understood and said no; a person reads its words
    └── Stopped          the whole connection stops until its settings are mended
        ├── Unauthorized     the platform does not let us in
        └── Misconfigured    a setting is wrong, here or there

A message is a sentence for the merchant and holds no secret and no personal data. `code`, `words` and `request_id` are
the platform's own, kept for its support desk.
"""

from datetime import timedelta


class ConnectorError(Exception):
    """A platform's failure. Raise one of its children."""

    def __init__(
        self, message: str, *, code: str | None = None, words: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.words = words
        self.request_id = request_id


class Transient(ConnectorError):
    """Nothing happened; the same call may be made again."""


class Unavailable(Transient):
    """Nothing happened, and the platform asks for a pause."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: timedelta,
        code: str | None = None,
        words: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, code=code, words=words, request_id=request_id)
        self.retry_after = retry_after


class OutcomeUnknown(ConnectorError):
    """The call left, the answer did not come: it may have happened."""


class Refused(ConnectorError):
    """The platform understood the call and said no; nothing happened, and asking again would not help."""


class Stopped(ConnectorError):
    """The connection cannot work until its settings are mended. Nothing happened."""


class Unauthorized(Stopped):
    """The platform does not accept this connection's credentials."""


class Misconfigured(Stopped):
    """A setting is wrong, here or on the platform's side."""
