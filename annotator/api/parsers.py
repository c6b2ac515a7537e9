"""Reading JSON strictly: what no database or export could hold is refused at the door, wherever it stands."""

import codecs
import json
import re
from typing import Any

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from annotator.actions.errors import FieldError
from annotator.api.errors import ProblemError

DEEPEST = 32
MOST_DIGITS = 4300
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def _bad_json(detail: str) -> ProblemError:
    return ProblemError(400, "bad_json", "Not readable", detail)


def _number(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise _bad_json(f"A number has more than {MOST_DIGITS} digits.")
    return int(text)


def _constant(text: str) -> Any:
    raise _bad_json(f"{text} is not JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _bad_json("A key stands twice in one object.")
    return found


def check_depth(text: str) -> None:
    """Refuse nesting deeper than 32 before a parser recurses into it."""
    depth, quoted, escaped = 0, False, False
    for character in text:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            if depth > DEEPEST:
                raise ProblemError(400, "too_deep", "Nested too deeply", f"Nest at most {DEEPEST} levels.")
        elif character in "]}":
            depth -= 1


def check_text(value: Any, field: str = "") -> None:
    """Refuse NUL and lone surrogates in every string and key, naming the place."""
    if isinstance(value, str):
        if _UNFIT.search(value):
            fault = FieldError(field, "bad_text", "Remove NUL characters and lone surrogates.")
            raise ProblemError(400, "bad_text", "Not text", "A string holds what is not text.", [fault])
    elif isinstance(value, dict):
        for key, item in value.items():
            place = f"{field}.{key}" if field else key
            check_text(key, _UNFIT.sub("\ufffd", place))
            check_text(item, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check_text(item, f"{field}.{index}")


def parse_strictly(raw: bytes) -> Any:
    """Return the JSON value of the bytes; raise ProblemError `bad_json`, `too_deep` or `bad_text`."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _bad_json(f"The body is not UTF-8 at byte {error.start}.") from error
    check_depth(text)
    try:
        value = json.loads(text, parse_int=_number, parse_constant=_constant, object_pairs_hook=_object)
    except ValueError as error:
        raise _bad_json("The body is not JSON.") from error
    check_text(value)
    return value


class StrictJSONParser(BaseParser):
    """The only parser of the API. An empty body is an empty object."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: dict[str, Any] | None = None) -> Any:
        """Read the body, at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, and return its object."""
        request = (parser_context or {})["request"]
        charset = request.encoding or request.content_params.get("charset", "utf-8")
        try:
            if codecs.lookup(charset).name != "utf-8":
                raise LookupError
        except LookupError as error:
            raise _bad_json("Send the body in UTF-8.") from error
        if request.META.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
            raise UnsupportedMediaType(request.META["HTTP_CONTENT_ENCODING"])
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise ProblemError(413, "too_large", "Too large", "A JSON body may have 2.5 MB. Send less at a time.")
        if not raw.strip():
            return {}
        value = parse_strictly(raw)
        if not isinstance(value, dict):
            raise _bad_json("The body must be a JSON object.")
        return value
