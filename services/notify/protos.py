"""From rows to messages, for the gRPC edge."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fahu.notify.v1 import notification_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp

from services.notify.catalogue.text import Language
from services.notify.rules import Kind
from services.notify.settings import Template, Templates
from services.notify.texts import Message, render


def language_of(wanted: pb.Language.ValueType) -> Language:
    return "en" if wanted == pb.LANGUAGE_EN else "zh"


def _stamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    result = Timestamp()
    result.FromDatetime(moment)
    return result


def _message_of(row: Any) -> Message:
    return Message(Kind(row.kind), row.subject_id, row.serial, row.params, row.happened_at, row.unit_name)


def notification_of(row: Any, language: Language) -> pb.Notification:
    title, body = render(_message_of(row), language)
    return pb.Notification(
        id=str(row.id),
        kind=row.kind,
        title=title,
        body=body,
        subject_id=str(row.subject_id),
        serial=row.serial,
        happened_at=_stamp(row.happened_at),
        read_at=_stamp(row.read_at),
    )


def call_task_of(row: Any, language: Language) -> pb.CallTask:
    return pb.CallTask(
        id=str(row.id),
        person_id=str(row.person_id),
        title=render(_message_of(row), language)[0],
        subject_id=str(row.subject_id),
        serial=row.serial,
        message_count=row.message_count,
        cause=row.cause,
        created_at=_stamp(row.created_at),
        done_at=_stamp(row.done_at),
        reached=row.reached,
        note=row.note,
    )


def delivery_of(row: Any) -> pb.Delivery:
    return pb.Delivery(
        notification_id=str(row.id),
        person_id=str(row.person_id),
        kind=row.kind,
        state=pb.DeliveryState.Value(f"DELIVERY_STATE_{row.state}"),
        attempts=row.attempts,
        error_code=row.error_code,
        updated_at=_stamp(row.updated_at),
    )


def templates_of(templates: Templates, credits: Mapping[str, int], language: Language) -> list[pb.Template]:
    def title_of(template: Template) -> str:
        return template.title_en if language == "en" else template.title_zh

    return [pb.Template(id=t.id, title=title_of(t), credits=credits.get(t.id, 0)) for t in templates.values()]
