"""Files that belong to demands: upload, attach, read. A file leaves the door as a download only, never as a page (附件)."""

import time
from dataclasses import replace
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import attachment_service_pb2 as pb
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from kit.context import current_call, enter_call
from kit.uploads.kinds import MEDIA_TYPES
from services.gateway.auth import CENTRE, AnyRole, Caller, allow
from services.gateway.errors import ContentTypeUnsupported
from services.gateway.openapi import tells
from services.gateway.schemas import NO_NUL, UNIQUE, Asked, GivenId, Id, In, Out
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["attachments"])
SENDERS = (Role.ROLE_LIAISON, Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, *CENTRE, Role.ROLE_AREA_OFFICER)
Sender = Annotated[Caller, Depends(allow(*SENDERS))]
# Counted from when the body is here: a telephone may need longer for 20 MiB than any request may take otherwise.
UPLOAD_SECONDS = 25.0
# What is larger waits on disk until it is whole and its turn has come (`Parts.uploads`).
KEPT_BYTES = 256 * 1024
KindWord = Literal["docx", "pdf", "jpg", "png"]
FileStateWord = Literal["quarantined", "clean", "refused"]
KINDS, FILE_STATES = Words(pb.AttachmentKind), Words(pb.AttachmentState)
FILE = {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}
UPLOAD_REASONS = (
    "UPLOAD_EMPTY",
    "UPLOAD_TOO_LARGE",
    "UPLOAD_NAME_INVALID",
    "UPLOAD_TYPE_NOT_ALLOWED",
    "UPLOAD_MISLABELLED",
    "UPLOAD_MALFORMED",
    "UPLOAD_ENCRYPTED",
    "UPLOAD_ACTIVE_CONTENT",
    "UPLOAD_POLYGLOT",
    "UPLOAD_BOMB",
    "UPLOAD_INFECTED",
)


class UploadQuery(Asked):
    """What the file is called."""

    file_name: Annotated[
        str, Field(min_length=1, max_length=200, pattern=NO_NUL, description="文件名，含扩展名，不含路径。Name, no path.")
    ]


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
    openapi_extra=tells(*UPLOAD_REASONS, "ATTACHMENTS_TOO_MANY", idempotent=True)
    | {"requestBody": {"required": True, "content": FILE}},
)
async def upload_attachment(
    query: Annotated[UploadQuery, Query()], request: Request, response: Response, caller: Sender
) -> AttachmentOut:
    """Send a docx, pdf, jpg or png of at most 20 MiB as the body. It is the caller's alone until it is attached to a demand,
    and goes after 24 hours if it is not."""
    key, media_type = caller.heads.idempotency_key(), _media_type(request)
    asked = pb.UploadAttachmentRequest(file_name=query.file_name, media_type=media_type, request_id=key)
    with SpooledTemporaryFile(KEPT_BYTES) as file:
        async for piece in request.stream():
            file.write(piece)
        enter_call(replace(current_call(), deadline=time.monotonic() + UPLOAD_SECONDS))
        async with caller.parts.uploads:
            answer = await _hand_over(asked, file, caller)
    response.headers["location"] = f"/api/v1/attachments/{answer.attachment.id}"
    return AttachmentOut.of(answer.attachment)


async def _hand_over(asked: pb.UploadAttachmentRequest, file: IO[bytes], caller: Caller) -> pb.UploadAttachmentResponse:
    """Send a file that is here. It stands in memory from now on, several times over: in the message, and on its way."""
    file.seek(0)
    asked.content = file.read()
    return await caller.clients.attachments.UploadAttachment(asked, timeout=UPLOAD_SECONDS)


@router.get("/attachments/{attachment_id}", summary="附件信息", openapi_extra=tells("ATTACHMENT_NOT_FOUND"))
async def get_attachment(attachment_id: UUID, caller: AnyRole) -> AttachmentOut:
    """Read what is known of one file."""
    answer = await caller.clients.attachments.GetAttachment(pb.GetAttachmentRequest(attachment_id=str(attachment_id)))
    return AttachmentOut.of(answer.attachment)


@router.get(
    "/attachments/{attachment_id}/content",
    response_class=Response,
    responses={200: {"content": FILE}},
    summary="下载附件",
    openapi_extra=tells("ATTACHMENT_NOT_FOUND", "ATTACHMENT_NOT_CLEAN"),
)
async def download_attachment(attachment_id: UUID, caller: AnyRole) -> Response:
    """Download one file, to be kept, not shown: a browser that is led here saves it."""
    request = pb.DownloadAttachmentRequest(attachment_id=str(attachment_id))
    answer = await caller.clients.attachments.DownloadAttachment(request)
    headers = {
        "content-disposition": _disposition(answer.attachment),
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    }
    return Response(answer.content, media_type=answer.attachment.media_type, headers=headers)


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


def _media_type(request: Request) -> str:
    media: Any = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media not in FILE:
        raise ContentTypeUnsupported
    return str(media)


def _disposition(found: pb.Attachment) -> str:
    """RFC 6266: the name in UTF-8 for those who read it, a plain one for those who do not."""
    plain = f"attachment.{KINDS.of(found.kind)}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.file_name, safe='')}"
