"""The gRPC edge of notify: decode, open the one transaction, call the use case, encode."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fahu.notify.v1 import notify_service_pb2 as rpc
from fahu.notify.v1.notify_service_pb2_grpc import NotifyServiceServicer

from kit import paging
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.notify import protos, queries
from services.notify.service import calls, consents, inbox
from services.notify.settings import Templates


def _now() -> datetime:
    return datetime.now(UTC)


class NotifyServicer(NotifyServiceServicer):
    """See proto/fahu/notify/v1/notify_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, templates: Templates) -> None:
        self.db = database
        self.templates = templates

    async def ListNotifications(self, request: rpc.ListNotificationsRequest, context: Any) -> rpc.ListNotificationsResponse:
        actor, language = actor_of(context), protos.language_of(request.language)
        size = paging.normal_page_size(request.page_size)
        list_id = paging.fingerprint(list="notifications", person=actor.subject, unread=request.unread_only)
        (before,) = _position(request.page_token, list_id, UUID) or (None,)
        async with self.db.read() as session:
            rows = await queries.notifications_page(session, actor, request.unread_only, before, size)
        return rpc.ListNotificationsResponse(
            notifications=[protos.notification_of(row, language) for row in rows[:size]],
            next_page_token=paging.encode_token(list_id, (rows[size - 1].id,)) if len(rows) > size else "",
        )

    async def CountUnread(self, request: rpc.CountUnreadRequest, context: Any) -> rpc.CountUnreadResponse:
        async with self.db.read() as session:
            return rpc.CountUnreadResponse(count=await queries.unread_count(session, actor_of(context)))

    async def MarkRead(self, request: rpc.MarkReadRequest, context: Any) -> rpc.MarkReadResponse:
        ids = [UUID(id) for id in request.notification_ids]
        async with self.db.begin() as session:
            return rpc.MarkReadResponse(unread_count=await inbox.mark_read(session, actor_of(context), ids, _now()))

    async def ListTemplates(self, request: rpc.ListTemplatesRequest, context: Any) -> rpc.ListTemplatesResponse:
        async with self.db.read() as session:
            credits = await queries.credits(session, actor_of(context))
        language = protos.language_of(request.language)
        return rpc.ListTemplatesResponse(templates=protos.templates_of(self.templates, credits, language))

    async def RecordConsent(self, request: rpc.RecordConsentRequest, context: Any) -> rpc.RecordConsentResponse:
        actor, wanted = actor_of(context), list(request.template_ids)
        known = {template.id for template in self.templates.values()}
        async with self.db.begin() as session:
            await consents.record_consent(session, actor, wanted, known, request.request_id, fingerprint(request), _now())
            credits = await queries.credits(session, actor)
        return rpc.RecordConsentResponse(templates=protos.templates_of(self.templates, credits, "zh"))

    async def ListCallTasks(self, request: rpc.ListCallTasksRequest, context: Any) -> rpc.ListCallTasksResponse:
        language = protos.language_of(request.language)
        size = paging.normal_page_size(request.page_size)
        list_id = paging.fingerprint(list="call_tasks", done=request.done)
        async with self.db.read() as session:
            if request.done:
                rows = await queries.done_call_tasks(session, _position(request.page_token, list_id, datetime, UUID), size)
            else:
                (after,) = _position(request.page_token, list_id, UUID) or (None,)
                rows = await queries.open_call_tasks(session, after, size)
        last = rows[size - 1] if len(rows) > size else None
        keys = () if last is None else (last.done_at, last.id) if request.done else (last.id,)
        return rpc.ListCallTasksResponse(
            call_tasks=[protos.call_task_of(row, language) for row in rows[:size]],
            next_page_token=paging.encode_token(list_id, keys) if keys else "",
        )

    async def CompleteCallTask(self, request: rpc.CompleteCallTaskRequest, context: Any) -> rpc.CompleteCallTaskResponse:
        task_id = UUID(request.call_task_id)
        async with self.db.begin() as session:
            await calls.complete_call_task(
                session, actor_of(context), task_id, request.reached, request.note.strip(), _now()
            )
            task = await queries.call_task(session, task_id)
        language = protos.language_of(request.language)
        return rpc.CompleteCallTaskResponse(call_task=protos.call_task_of(task, language))

    async def ListDeliveries(self, request: rpc.ListDeliveriesRequest, context: Any) -> rpc.ListDeliveriesResponse:
        async with self.db.read() as session:
            rows = await queries.deliveries(session, UUID(request.subject_id))
        return rpc.ListDeliveriesResponse(deliveries=[protos.delivery_of(row) for row in rows])


def _position(token: str, list_id: str, *kinds: type[paging.Key]) -> Any:
    """Where the page before ended: its last row's sort keys; None for the first page."""
    return paging.decode_token(token, list_id, kinds=kinds) if token else None
