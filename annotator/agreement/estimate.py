"""What every measure answers: a number, or none and the reason in words; and its JSON-safe form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any
from uuid import UUID

from annotator.agreement.keeping import quick_to_keep


def not_computable(reason: str) -> str:
    """Return the sentence a page shows in place of a number that is undefined."""
    return f"Not computable: {reason}."


def plain(value: Any) -> Any:
    """Return dataclasses as dictionaries, sequences as lists and ids as text, ready for `json.dumps`.

    Raises
    ------
    TypeError
        When something else than these, text, numbers, booleans and None occurs.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, UUID):
        return str(value)
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"no JSON form for {type(value).__name__}")


@quick_to_keep
@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure, a float and never a percentage.

    `value` is None when the figure is undefined, and `reason` then says why in a sentence; `note` is a caution that
    belongs beside a value. `n_units` counts units with two or more values, `n_values` the values on them, and
    `n_reviewers` the reviewers who gave them.
    """

    value: float | None
    reason: str = ""
    n_units: int = 0
    n_reviewers: int = 0
    n_values: int = 0
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe."""
        return plain(self)
