"""Serializers and fields that take JSON's own types only: the framework's would read "3" as 3 and 7 as "7"."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LARGEST = 2**31 - 1  # of the database's integer column
CODE_LENGTH = 60
SLUG_LENGTH = 100
NAMED_UNKNOWN = 20  # a refusal names so many unknown fields at most
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class StrictSerializer(serializers.Serializer):
    """A body of which every field is known. A field that only the server sets counts as unknown."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked values; raise ValidationError, for unknown fields too."""
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = [name for name in data if name not in known]
            if unknown:
                raise serializers.ValidationError(
                    {
                        name[:CODE_LENGTH]: serializers.ErrorDetail("There is no such field here.", "unknown")
                        for name in unknown[:NAMED_UNKNOWN]
                    }
                )
        return super().to_internal_value(data)


class NothingSerializer(StrictSerializer):
    """A body without fields."""


class Text(serializers.CharField):
    """A string, kept letter for letter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        """Return the string; refuse every other type."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """An integer; not a string, not a boolean, not 1.0."""

    def to_internal_value(self, data: Any) -> int:
        """Return the integer; refuse every other type."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """A number; not a string, not a boolean."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number; refuse every other type."""
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": LARGEST})
class Offset(Whole):
    """A place in a text, in code points. A negative one is left to the action, which answers `span`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": -LARGEST - 1, "max_value": LARGEST, **options})


class Flag(serializers.BooleanField):
    """true or false; no words and no numbers for them."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the boolean; refuse every other type."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field(OpenApiTypes.UUID)
class Identifier(serializers.UUIDField):
    """A UUID in its usual spelling."""

    def to_internal_value(self, data: Any) -> UUID:
        """Return the UUID; refuse other types and spellings."""
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            self.fail("invalid", value="")
        return UUID(data)


class Moment(serializers.DateTimeField):
    """A time with its offset from UTC, as ISO 8601 writes it."""

    def to_internal_value(self, value: Any) -> Any:
        """Return the aware time; refuse other types."""
        if not isinstance(value, str) or len(value) > CODE_LENGTH:
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss]Z")
        return super().to_internal_value(value)


class Day(serializers.DateField):
    """A day, as ISO 8601 writes it."""

    def to_internal_value(self, value: Any) -> Any:
        """Return the day; refuse other types."""
        if not isinstance(value, str) or len(value) > CODE_LENGTH:
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class Choice(serializers.ChoiceField):
    """One word of a fixed set, which the published description knows by `name`."""

    def __init__(self, name: str, choices: list[str], **options: Any) -> None:
        super().__init__(choices, **options)
        self.name_of_set = name
        self.words = list(choices)

    def to_internal_value(self, data: Any) -> str:
        """Return the word; refuse every other type."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        return super().to_internal_value(data)


class CodePath:
    """Path converter of codes and slugs; other words are no address at all."""

    regex = r"[-a-zA-Z0-9_]{1,100}"

    def to_python(self, value: str) -> str:
        """Return the word as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return the word as it is."""
        return value


class NumberPath:
    """Path converter of numbers a database column can hold."""

    regex = r"[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return its digits."""
        return str(value)
