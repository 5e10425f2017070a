"""The gRPC edge of attachments: decode, call, encode."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import attachment_service_pb2 as pb
from fahu.dispatch.v1.attachment_service_pb2_grpc import AttachmentServiceServicer

from kit.auth import Actor
from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.dispatch.announcements import stamp
from services.dispatch.filing import Filing
from services.dispatch.queries import attachments as queries
from services.dispatch.queries.attachments import Seen
from services.dispatch.rules import ReadKind
from services.dispatch.service import attachments as service
from services.dispatch.service import guards
from services.dispatch.servicer.edge import note_read, now


class AttachmentServicer(AttachmentServiceServicer):
    """See proto/fahu/dispatch/v1/attachment_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, filing: Filing) -> None:
        self.db = database
        self.filing = filing

    async def UploadAttachment(self, request: pb.UploadAttachmentRequest, context: Any) -> pb.UploadAttachmentResponse:
        actor = actor_of(context)
        found = await self.filing.receive(actor, request.file_name, request.media_type, request.content, request.request_id)
        return pb.UploadAttachmentResponse(attachment=_attachment(found))

    async def GetAttachment(self, request: pb.GetAttachmentRequest, context: Any) -> pb.GetAttachmentResponse:
        actor = actor_of(context)
        async with self.db.read() as session:
            found = await queries.attachment(session, actor, UUID(request.attachment_id))
        await self._note(actor, found, ReadKind.FILES)
        return pb.GetAttachmentResponse(attachment=_attachment(found))

    async def DownloadAttachment(self, request: pb.DownloadAttachmentRequest, context: Any) -> pb.DownloadAttachmentResponse:
        actor = actor_of(context)
        found, content = await self.filing.content(actor, UUID(request.attachment_id))
        await self._note(actor, found, ReadKind.CONTENT)
        return pb.DownloadAttachmentResponse(attachment=_attachment(found), content=content)

    async def ListAttachments(self, request: pb.ListAttachmentsRequest, context: Any) -> pb.ListAttachmentsResponse:
        actor, demand_id = actor_of(context), UUID(request.demand_id)
        async with self.db.read() as session:
            found = await queries.attachments_of(session, actor, demand_id)
        if found.judicial:
            await note_read(self.db, actor, demand_id, ReadKind.FILES)
        return pb.ListAttachmentsResponse(attachments=_attachments(found.files))

    async def DeleteAttachment(self, request: pb.DeleteAttachmentRequest, context: Any) -> pb.DeleteAttachmentResponse:
        await self.filing.remove(actor_of(context), UUID(request.attachment_id))
        return pb.DeleteAttachmentResponse()

    async def AttachToDemand(self, request: pb.AttachToDemandRequest, context: Any) -> pb.AttachToDemandResponse:
        actor, demand_id = actor_of(context), UUID(request.demand_id)
        async with self.db.begin() as session:
            await service.attach(session, actor, demand_id, [UUID(one) for one in request.attachment_ids], now())
            await session.flush()
            found = await queries.attachments_of(session, actor, demand_id)
            if found.judicial:
                guards.note_read(session, actor, demand_id, ReadKind.FILES, now())
        return pb.AttachToDemandResponse(attachments=_attachments(found.files))

    async def _note(self, actor: Actor, found: Seen, kind: ReadKind) -> None:
        if found.judicial and found.file.demand_id:
            await note_read(self.db, actor, found.file.demand_id, kind)


def _attachments(found: Sequence[Seen]) -> list[pb.Attachment]:
    return [_attachment(one) for one in found]


def _attachment(found: Seen) -> pb.Attachment:
    """What is known of a file; not who sent it, where that would tell an agency whose a shielded demand is."""
    row, hidden = found.file, not found.sender_known
    return pb.Attachment(
        id=str(row.id),
        demand_id=str(row.demand_id or ""),
        uploaded_by="" if hidden else str(row.person_id),
        unit_code="" if hidden else row.unit_code,
        enterprise_id="" if hidden else str(row.enterprise_id or ""),
        file_name=row.file_name,
        kind=pb.AttachmentKind.Value(f"ATTACHMENT_KIND_{row.kind.upper()}"),
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256.hex(),
        state=pb.AttachmentState.Value(f"ATTACHMENT_STATE_{row.state}"),
        uploaded_at=stamp(row.uploaded_at),
        attached_at=stamp(row.attached_at) if row.attached_at else None,
    )
