"""Whose a shielded demand is, taken out of what an agency gets (demand-lifecycle: identity shield).

Fields that tell it are emptied; where a text of whoever has the enterprise's name in it, another stands there.
"""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from services.dispatch.protos.words import Fields
from services.dispatch.rules import UNNAMED

TELLING = ("enterprise_id", "enterprise_name", "area_code", "submitted_by", "submitted_for_by_unit", "linked_demand_id")


def as_read(row: Fields) -> Fields:
    """The columns of a demand as its reader may see them; `known` and `subject_told` say what that is."""
    if not row["subject_told"]:
        row = row | {"subject_unit_code": ""}
    return row if row["known"] else row | dict.fromkeys(TELLING, "")


def hide_name(message: Message, row: Any) -> None:
    """Take the enterprise's name out of every text, unless the reader may know it. `row` has `known` and `whose`."""
    if not row.known and row.whose:
        _replace(message, row.whose)


def _replace(message: Message, name: str) -> None:
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for one in value if field.is_repeated else [value]:
                _replace(one, name)
        elif field.type == FieldDescriptor.TYPE_STRING and field.is_repeated:
            value[:] = [text.replace(name, UNNAMED) for text in value]
        elif field.type == FieldDescriptor.TYPE_STRING:
            setattr(message, field.name, value.replace(name, UNNAMED))
