"""The caller's inbox, and which WeChat messages the caller agreed to get."""

from datetime import datetime
from typing import Annotated

from fahu.notify.v1 import notification_pb2
from fahu.notify.v1 import notify_service_pb2 as pb
from fastapi import APIRouter, Query
from pydantic import Field

from services.gateway.auth import AnyRole
from services.gateway.openapi import tells
from services.gateway.schemas import NO_NUL, UNIQUE, GivenId, Id, In, NextPageToken, Out, Page
from services.gateway.texts import Language
from services.gateway.words import moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["notifications"])
LANGUAGES: dict[Language, notification_pb2.Language.ValueType] = {
    "zh": notification_pb2.LANGUAGE_ZH,
    "en": notification_pb2.LANGUAGE_EN,
}


class InboxQuery(Page):
    """Which messages."""

    unread_only: Annotated[bool, Field(description="只看未读。Only unread ones.")] = False


class NotificationOut(Out):
    """One message."""

    id: Id
    kind: str
    title: str
    body: str
    subject_id: Annotated[
        Id,
        Field(
            description="按 kind 为所涉需求、调查、项目、宣讲预约、现场咨询等的 id。"
            "By its kind: the demand, survey, project, booking, request, consultation or other thing it is about."
        ),
    ]
    serial: str
    happened_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, message: notification_pb2.Notification) -> "NotificationOut":
        return cls(
            id=message.id,
            kind=message.kind,
            title=message.title,
            body=message.body,
            subject_id=message.subject_id,
            serial=message.serial,
            happened_at=moment_of(message.happened_at),
            read_at=moment(message, "read_at"),
        )


class Inbox(Out):
    """Messages, newest first."""

    notifications: list[NotificationOut]
    next_page_token: NextPageToken


class UnreadCount(Out):
    """100 means 100 or more."""

    unread_count: int


class ReadIn(In):
    """Messages that were read."""

    notification_ids: Annotated[list[GivenId], Field(min_length=1, max_length=100)]


class TemplateOut(Out):
    """A WeChat message that a person may agree to get, once for each tap."""

    id: str
    title: str
    credits: Annotated[int, Field(description="已同意而尚未发送的条数。Agreed to and not yet got.")]


class Templates(Out):
    """All templates with the caller's credits."""

    templates: list[TemplateOut]

    @classmethod
    def of(cls, templates: list[notification_pb2.Template]) -> "Templates":
        return cls(templates=[TemplateOut(id=one.id, title=one.title, credits=one.credits) for one in templates])


class ConsentIn(In):
    """The templates of one tap in WeChat."""

    template_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]],
        Field(min_length=1, max_length=3, json_schema_extra=UNIQUE),
    ]


@router.get("/notifications", summary="消息列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_notifications(query: Annotated[InboxQuery, Query()], caller: AnyRole) -> Inbox:
    """The caller's messages, newest first."""
    request = pb.ListNotificationsRequest(
        unread_only=query.unread_only,
        page_size=query.page_size,
        page_token=query.page_token,
        language=LANGUAGES[caller.heads.language],
    )
    answer = await caller.clients.notify.ListNotifications(request)
    found = [NotificationOut.of(message) for message in answer.notifications]
    return Inbox(notifications=found, next_page_token=answer.next_page_token)


@router.get("/notifications/unread-count", summary="未读数", openapi_extra=tells())
async def count_unread(caller: AnyRole) -> UnreadCount:
    """How many messages the caller has not read."""
    answer = await caller.clients.notify.CountUnread(pb.CountUnreadRequest())
    return UnreadCount(unread_count=answer.count)


@router.post("/notifications/read", summary="标为已读", openapi_extra=tells("NOTIFICATION_NOT_FOUND"))
async def mark_read(body: ReadIn, caller: AnyRole) -> UnreadCount:
    """Mark messages as read: all of them, or none if one is unknown. Marking again changes nothing."""
    request = pb.MarkReadRequest(notification_ids=[str(one) for one in body.notification_ids])
    answer = await caller.clients.notify.MarkRead(request)
    return UnreadCount(unread_count=answer.unread_count)


@router.get("/notification-templates", summary="订阅消息模板", openapi_extra=tells())
async def list_templates(caller: AnyRole) -> Templates:
    """The WeChat messages that the mini-program may ask the caller to agree to."""
    request = pb.ListTemplatesRequest(language=LANGUAGES[caller.heads.language])
    return Templates.of(list((await caller.clients.notify.ListTemplates(request)).templates))


@router.post(
    "/notification-templates/consents",
    summary="记录订阅同意",
    openapi_extra=tells("TEMPLATE_UNKNOWN", idempotent=True),
)
async def record_consent(body: ConsentIn, caller: AnyRole) -> Templates:
    """Book that the caller tapped "agree": one message for each template. Answers all templates."""
    request = pb.RecordConsentRequest(template_ids=body.template_ids, request_id=caller.heads.idempotency_key())
    return Templates.of(list((await caller.clients.notify.RecordConsent(request)).templates))
