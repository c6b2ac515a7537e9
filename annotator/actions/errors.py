"""What an action may refuse, in the words of the domain. The API gives each a status; pages show the detail."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of the input: where, what kind, and what to do."""

    field: str
    code: str
    detail: str


class ActionError(Exception):
    """A refusal. `detail` says what to do next; nothing was stored."""

    status = 400
    code = "invalid"
    title = "Invalid"

    def __init__(self, detail: str, errors: list[FieldError] | None = None, current: Any = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.current = current  # the row as it is, for a stale write


class InvalidError(ActionError):
    """A value that does not fit: `errors` names the fields."""

    def __init__(self, field: str, detail: str, code: str = "invalid") -> None:
        super().__init__(detail, [FieldError(field, code, detail)])


class SpanError(ActionError):
    """Offsets that are empty, inverted or outside the text."""

    code, title = "span", "Not a passage of this text"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, [FieldError(field, "span", detail)])


class NotFoundError(ActionError):
    """Not there, or not the actor's: the two are never told apart."""

    status, code, title = 404, "not_found", "Not found"

    def __init__(self) -> None:
        super().__init__("There is nothing at this address, or it is not yours.")


class NotAllowedError(ActionError):
    """The actor can see the thing and may not do this to it."""

    status, code, title = 403, "not_allowed", "Not allowed"


class BlindError(ActionError):
    """Others' work is not shown yet."""

    status, code, title = 403, "blind", "Not shown yet"


class ConflictError(ActionError):
    """The state of things does not allow it; `code` says which state."""

    status, code, title = 409, "conflict", "Conflict"

    def __init__(self, code: str, detail: str, errors: list[FieldError] | None = None, current: Any = None) -> None:
        super().__init__(detail, errors, current)
        self.code = code


class DeletedError(ActionError):
    """The row is a tombstone."""

    status, code, title = 410, "deleted", "Deleted"

    def __init__(self, detail: str = "This passage was deleted. Restore it instead of sending it again.") -> None:
        super().__init__(detail)


class StaleError(ActionError):
    """Somebody, perhaps oneself in another window, wrote in between; `current` is the row as it is."""

    status, code, title = 412, "stale", "Changed in the meantime"

    def __init__(self, current: Any) -> None:
        super().__init__(
            "This was changed in the meantime. Compare with the current row and send again.", None, current
        )


class PreconditionMissingError(ActionError):
    """An edit that does not say which version it edits."""

    status, code, title = 428, "if_match", "If-Match is missing"

    def __init__(self) -> None:
        super().__init__("Send If-Match with the version you edit, or If-None-Match: * to create.")


class BusyError(ActionError):
    """The database did not answer in time."""

    status, code, title = 503, "busy", "Busy"

    def __init__(self) -> None:
        super().__init__("Nothing was saved. Trying again is safe.")
