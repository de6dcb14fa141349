"""Why a demo does not come up, or does not go on."""


class CannotStart(Exception):
    """The person can mend it; the message says how."""


class Broken(Exception):
    """Something failed that should not; the message says what, and where to read more."""
