"""ReplyTemplateService: texts to begin an answer with."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import reply_template_service_pb2 as rpc
from fahu.dispatch.v1.reply_template_service_pb2_grpc import ReplyTemplateServiceServicer
from google.protobuf.message import Message

from kit import paging
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.dispatch import protos
from services.dispatch.announcements import stamp
from services.dispatch.models import ReplyTemplate
from services.dispatch.queries import templates as queries
from services.dispatch.service import templates
from services.dispatch.service.templates import Content, Errand
from services.dispatch.servicer.edge import now, position


class ReplyTemplateServicer(ReplyTemplateServiceServicer):
    """See proto/fahu/dispatch/v1/reply_template_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database) -> None:
        self.db = database

    async def ListReplyTemplates(
        self, request: rpc.ListReplyTemplatesRequest, context: Any
    ) -> rpc.ListReplyTemplatesResponse:
        category, retired = request.category_code, request.retired
        state = protos.name_of(pb.State, "STATE", request.state) if request.state else ""
        list_id = paging.fingerprint(list="reply_templates", category=category, state=state, retired=retired)
        size = paging.normal_page_size(request.page_size)
        before = position(request.page_token, list_id)
        async with self.db.read() as session:
            rows = await queries.page(session, actor_of(context), category, state, retired, before, size)
        more = paging.encode_token(list_id, (rows[size - 1].id,)) if len(rows) > size else ""
        return rpc.ListReplyTemplatesResponse(reply_templates=map(_template_of, rows[:size]), next_page_token=more)

    async def GetReplyTemplate(self, request: rpc.GetReplyTemplateRequest, context: Any) -> rpc.GetReplyTemplateResponse:
        async with self.db.read() as session:
            found = await queries.template(session, actor_of(context), UUID(request.reply_template_id))
        return rpc.GetReplyTemplateResponse(reply_template=_template_of(found))

    async def CreateReplyTemplate(
        self, request: rpc.CreateReplyTemplateRequest, context: Any
    ) -> rpc.CreateReplyTemplateResponse:
        content = _content_of(request.content)

        async def create(errand: Errand) -> UUID:
            return await templates.create(errand, content)

        return rpc.CreateReplyTemplateResponse(
            reply_template=await self._change(request.request_id, request, context, create)
        )

    async def UpdateReplyTemplate(
        self, request: rpc.UpdateReplyTemplateRequest, context: Any
    ) -> rpc.UpdateReplyTemplateResponse:
        template_id, content = UUID(request.on.reply_template_id), _content_of(request.content)

        async def update(errand: Errand) -> UUID:
            await templates.update(errand, template_id, request.on.expected_version, content)
            return template_id

        return rpc.UpdateReplyTemplateResponse(
            reply_template=await self._change(request.on.request_id, request, context, update)
        )

    async def RetireReplyTemplate(
        self, request: rpc.RetireReplyTemplateRequest, context: Any
    ) -> rpc.RetireReplyTemplateResponse:
        template_id = UUID(request.on.reply_template_id)

        async def retire(errand: Errand) -> UUID:
            await templates.retire(errand, template_id, request.on.expected_version)
            return template_id

        return rpc.RetireReplyTemplateResponse(
            reply_template=await self._change(request.on.request_id, request, context, retire)
        )

    async def _change(
        self, request_id: str, request: Message, context: Any, use_case: Callable[[Errand], Awaitable[UUID]]
    ) -> rpc.ReplyTemplate:
        """One change of a template, from its lock to reading it back."""
        actor = actor_of(context)
        async with self.db.begin() as session:
            template_id = await use_case(Errand(session, actor, now(), request_id, fingerprint(request)))
            await session.flush()
            return _template_of(await queries.template(session, actor, template_id))


def _content_of(content: rpc.ReplyTemplateContent) -> Content:
    return Content(
        title=content.title.strip(),
        category_code=content.category_code or None,
        state=protos.name_of(pb.State, "STATE", content.state),
        conclusion=content.conclusion.strip(),
        legal_basis=content.legal_basis.strip(),
        next_steps=content.next_steps.strip(),
    )


def _template_of(row: ReplyTemplate) -> rpc.ReplyTemplate:
    content = rpc.ReplyTemplateContent(
        title=row.title,
        category_code=row.category_code or "",
        state=protos.enum_of(pb.State, "STATE", row.state),
        conclusion=row.conclusion,
        legal_basis=row.legal_basis,
        next_steps=row.next_steps,
    )
    return rpc.ReplyTemplate(
        id=str(row.id),
        unit_code=row.unit_code,
        content=content,
        version=row.version,
        changed_by=str(row.changed_by),
        changed_at=stamp(row.changed_at),
        retired_at=stamp(row.retired_at) if row.retired_at else None,
    )
