"""What is wrong with single fields, told alike whether the gateway's schema or a service's contract found it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kit.errors import FieldViolation
from services.gateway.patterns import NOT_BLANK
from services.gateway.texts import Language
from services.gateway.texts.problems import FIELDS, LIMITS, PROBLEMS

# By the type of a pydantic error, and where its limit stands.
SCHEMA = {
    "missing": ("MISSING", ""),
    "string_too_long": ("TOO_LONG", "max_length"),
    "too_long": ("TOO_LONG", "max_length"),
    "string_too_short": ("TOO_SHORT", "min_length"),
    "too_short": ("TOO_SHORT", "min_length"),
    "string_pattern_mismatch": ("FORMAT_INVALID", ""),
    "string_unicode": ("FORMAT_INVALID", ""),
    "uuid_parsing": ("FORMAT_INVALID", ""),
    "value_error": ("FORMAT_INVALID", ""),
    "literal_error": ("VALUE_UNKNOWN", ""),
    "greater_than_equal": ("OUT_OF_RANGE", ""),
    "less_than_equal": ("OUT_OF_RANGE", ""),
    "int_parsing_size": ("OUT_OF_RANGE", ""),
    "int_parsing": ("TYPE_WRONG", ""),
    "int_from_float": ("TYPE_WRONG", ""),
    "bool_parsing": ("TYPE_WRONG", ""),
    "extra_forbidden": ("FIELD_UNKNOWN", ""),
}
# By the end of a rule id of the contracts.
CONTRACT = {
    "max_len": "TOO_LONG",
    "max_items": "TOO_LONG",
    "max_bytes": "TOO_LONG",
    "min_len": "TOO_SHORT",
    "min_items": "TOO_SHORT",
    "pattern": "FORMAT_INVALID",
    "uuid": "FORMAT_INVALID",
    "defined_only": "VALUE_UNKNOWN",
    "not_in": "MISSING",
    "required": "MISSING",
    "unique": "DUPLICATE",
}
OF_A_CONTACT = frozenset({"name", "phone", "consented", "consent_version"})
# A field of one thing among several of the body: "demands[3].title" by a contract, "demands.3.title" by a schema.
ROW = re.compile(r"\w+[.\[](\d+)\]?\.(.+)")
RANGES = ("gt", "gte", "lt", "lte")


def of_schema(found: Iterable[Mapping[str, Any]], language: Language) -> list[dict[str, Any]]:
    """Errors of the schemas as members of a problem's `errors`. Takes nothing from the values given."""
    told = []
    for one in found:
        kind, values = str(one["type"]), one.get("ctx") or {}
        reason, limit = SCHEMA.get(kind, ("TYPE_WRONG" if kind.endswith("_type") else "INVALID", ""))
        if values.get("pattern") == NOT_BLANK:
            reason = "BLANK"
        path = ".".join(str(part) for part in one["loc"][1:])
        told.append(_error(path, reason, language, limit=values.get(limit)))
    return told


def of_violations(found: Sequence[FieldViolation], language: Language, route: str) -> list[dict[str, Any]]:
    """Violations as members of a problem's `errors`: of a contract's rules, or of one thing among several by its reason."""
    return [_error(as_sent(one.field.removeprefix("on."), route), _reason(one.rule), language) for one in found]


def as_sent(field: str, route: str) -> str:
    """Where the body of a route has what a contract or a reason calls so: they know the contact, not where it stands."""
    bare = field.removeprefix("liaison.")
    if bare not in OF_A_CONTACT:
        return field
    return {"replace_liaison": f"liaison.{bare}", "appoint_liaison": bare}.get(route, field)


def _reason(rule: str) -> str:
    if rule in PROBLEMS:
        return rule
    parts = rule.split(".")
    if any(part.startswith(RANGES) for part in parts[1:]):
        return "OUT_OF_RANGE"
    return next((CONTRACT[part] for part in reversed(parts) if part in CONTRACT), "INVALID")


def _error(field: str, reason: str, language: Language, limit: object = None) -> dict[str, Any]:
    message = (FIELDS.get(reason) or PROBLEMS[reason].title).say(language)
    if limit and reason in LIMITS:
        message += LIMITS[reason].say(language, limit=limit)
    told = {"reason": reason, "message": message}
    if row := ROW.fullmatch(field):
        return {"field": row[2], **told, "row": int(row[1]) + 1}
    return {"field": field, **told} if field else told  # none where the body as a whole is at fault
