"""Files that belong to demands: upload, attach, read (附件)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import attachment_service_pb2 as pb
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, AnyRole, Caller, allow
from services.gateway.files import GIVES_FILE, TAKES_UPLOAD, UPLOAD_REASONS, UploadQuery, download, hand_over, media_type_of
from services.gateway.openapi import tells
from services.gateway.schemas import UNIQUE, GivenId, Id, In, Out
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["attachments"])
SENDERS = (Role.ROLE_LIAISON, Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, *CENTRE, Role.ROLE_AREA_OFFICER)
Sender = Annotated[Caller, Depends(allow(*SENDERS))]
KindWord = Literal["docx", "pdf", "jpg", "png"]
FileStateWord = Literal["quarantined", "clean", "refused"]
KINDS, FILE_STATES = Words(pb.AttachmentKind), Words(pb.AttachmentState)


class AttachIn(In):
    """Files of the caller's own."""

    attachment_ids: Annotated[list[GivenId], Field(min_length=1, max_length=10, json_schema_extra=UNIQUE)]


class AttachmentOut(Out):
    """What is known of one file."""

    id: Id
    demand_id: Id | None
    file_name: str
    kind: KindWord
    media_type: str
    size: Annotated[int, Field(description="字节数。In bytes.")]
    sha256: str
    state: Annotated[FileStateWord, Field(description="仅 clean 可下载。Only what is clean can be downloaded.")]
    uploaded_by: Annotated[Id | None, Field(description="企业隐去身份时，部门看不到。Null to agencies if shielded.")]
    uploaded_at: datetime
    attached_at: datetime | None

    @classmethod
    def of(cls, found: pb.Attachment) -> "AttachmentOut":
        return cls(
            id=found.id,
            demand_id=found.demand_id or None,
            file_name=found.file_name,
            kind=KINDS.of(found.kind),
            media_type=found.media_type,
            size=found.size,
            sha256=found.sha256,
            state=FILE_STATES.of(found.state),
            uploaded_by=found.uploaded_by or None,
            uploaded_at=moment_of(found.uploaded_at),
            attached_at=moment(found, "attached_at"),
        )


class AttachmentList(Out):
    """The files of one demand, at most 10, in the order they were attached."""

    attachments: list[AttachmentOut]


@router.post(
    "/attachments",
    status_code=201,
    summary="上传附件",
    openapi_extra=tells(*UPLOAD_REASONS, "ATTACHMENTS_TOO_MANY", idempotent=True) | TAKES_UPLOAD,
)
async def upload_attachment(
    query: Annotated[UploadQuery, Query()], request: Request, response: Response, caller: Sender
) -> AttachmentOut:
    """Send a docx, pdf, jpg or png of at most 20 MiB as the body. It is the caller's alone until it is attached to a demand,
    and goes after 24 hours if it is not."""
    key, media_type = caller.heads.idempotency_key(), media_type_of(request)
    asked = pb.UploadAttachmentRequest(file_name=query.file_name, media_type=media_type, request_id=key)
    answer = await hand_over(request, caller, asked, caller.clients.attachments.UploadAttachment)
    response.headers["location"] = f"/api/v1/attachments/{answer.attachment.id}"
    return AttachmentOut.of(answer.attachment)


@router.get("/attachments/{attachment_id}", summary="附件信息", openapi_extra=tells("ATTACHMENT_NOT_FOUND"))
async def get_attachment(attachment_id: UUID, caller: AnyRole) -> AttachmentOut:
    """Read what is known of one file."""
    answer = await caller.clients.attachments.GetAttachment(pb.GetAttachmentRequest(attachment_id=str(attachment_id)))
    return AttachmentOut.of(answer.attachment)


@router.get(
    "/attachments/{attachment_id}/content",
    response_class=Response,
    responses=GIVES_FILE,
    summary="下载附件",
    openapi_extra=tells("ATTACHMENT_NOT_FOUND", "ATTACHMENT_NOT_CLEAN"),
)
async def download_attachment(attachment_id: UUID, caller: AnyRole) -> Response:
    """Download one file, to be kept, not shown: a browser that is led here saves it."""
    request = pb.DownloadAttachmentRequest(attachment_id=str(attachment_id))
    answer = await caller.clients.attachments.DownloadAttachment(request)
    found = answer.attachment
    return download(answer.content, found.media_type, found.file_name, f"attachment.{KINDS.of(found.kind)}")


@router.delete(
    "/attachments/{attachment_id}",
    status_code=204,
    summary="撤回附件",
    openapi_extra=tells("ATTACHMENT_NOT_FOUND", "ATTACHMENT_ATTACHED"),
)
async def delete_attachment(attachment_id: UUID, caller: Sender) -> None:
    """Take back a file of the caller's own that is attached to nothing."""
    await caller.clients.attachments.DeleteAttachment(pb.DeleteAttachmentRequest(attachment_id=str(attachment_id)))


@router.get("/demands/{demand_id}/attachments", summary="需求的附件", openapi_extra=tells("DEMAND_NOT_FOUND"))
async def list_attachments(demand_id: UUID, caller: AnyRole) -> AttachmentList:
    """List the files of one demand."""
    answer = await caller.clients.attachments.ListAttachments(pb.ListAttachmentsRequest(demand_id=str(demand_id)))
    return AttachmentList(attachments=[AttachmentOut.of(one) for one in answer.attachments])


@router.post(
    "/demands/{demand_id}/attachments",
    summary="提交附件",
    openapi_extra=tells(
        "DEMAND_NOT_FOUND",
        "DEMAND_WRONG_STATE",
        "ATTACHMENT_NOT_FOUND",
        "ATTACHMENT_ATTACHED",
        "ATTACHMENT_NOT_CLEAN",
        "ATTACHMENTS_TOO_MANY",
    ),
)
async def attach_to_demand(demand_id: UUID, body: AttachIn, caller: Sender) -> AttachmentList:
    """Attach the caller's own files to a demand. Attaching them again changes nothing. At most 10 a demand."""
    request = pb.AttachToDemandRequest(demand_id=str(demand_id), attachment_ids=[str(one) for one in body.attachment_ids])
    answer = await caller.clients.attachments.AttachToDemand(request)
    return AttachmentList(attachments=[AttachmentOut.of(one) for one in answer.attachments])
