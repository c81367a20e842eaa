"""JSON as text: read strictly, and numbers kept as they were written.

Put a rule about reading a JSON body here. What the values mean is not known here.
"""

import json
from typing import Any, NoReturn

from cost_pipeline.domain.json_types import Json


class UnreadableJson(ValueError):
    """Why a body is not the one JSON value it should be."""


def parse(body: bytes) -> Json:
    """Read one JSON value: UTF-8, no name twice, no NaN.

    A number with a fraction becomes its own text ("0.1008"): a double would turn it
    into another number, and a change of that number into a change of the resource.
    """
    if not body or body.isspace():
        raise UnreadableJson("an empty body instead of JSON")
    if body[:64].lstrip()[:1] == b"<":
        raise UnreadableJson("HTML instead of JSON")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableJson("not UTF-8") from None
    try:
        value: Json = json.loads(
            text,
            parse_float=str,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique_names,
        )
    except UnreadableJson:
        raise
    except RecursionError:
        raise UnreadableJson("JSON nested too deeply") from None
    except ValueError as error:
        reason = (
            error.msg if isinstance(error, json.JSONDecodeError) else "a huge number"
        )
        raise UnreadableJson(f"invalid or cut-off JSON: {reason}") from None
    # Half a surrogate pair is legal JSON and cannot be stored as UTF-8. It can only
    # come from an escape, and hardly any answer has one.
    return _storable(value) if "\\ud" in text or "\\uD" in text else value


def error_body(body: bytes) -> dict[str, str]:
    """`id`, `message` and `request_id` of an error answer, as far as they are text."""
    try:
        value = parse(body[:20_000])
    except UnreadableJson:
        return {}
    if not isinstance(value, dict):
        return {}
    return {
        name: one_line(text)
        for name in ("id", "message", "request_id")
        if isinstance(text := value.get(name), str)
    }


def one_line(text: str) -> str:
    """Foreign text for a message: one line, printable, cut."""
    return "".join(c if c.isprintable() else " " for c in text[:200])


def _storable(value: Json) -> Json:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {str(_storable(name)): _storable(item) for name, item in value.items()}
    return value


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise UnreadableJson("an object holds a name twice")
    return names


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableJson(f"{name} is not a JSON number")
