"""Files of courseware: an agency uploads them to its draft, whoever may see the item downloads them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.courses.v1 import courseware_file_service_pb2 as pb
from fahu.courses.v1 import courseware_pb2
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import AnyRole
from services.gateway.files import GIVES_FILE, TAKES_UPLOAD, UPLOAD_REASONS, UploadQuery, download, hand_over, media_type_of
from services.gateway.openapi import tells
from services.gateway.routes.courseware import Maker
from services.gateway.schemas import Id, Out
from services.gateway.words import Words, moment_of

router = APIRouter(prefix="/api/v1", tags=["courseware"])
CoursewareFileWord = Literal["docx", "pdf", "jpg", "png"]
CoursewareFileStateWord = Literal["quarantined", "clean", "refused"]
FILE_KINDS, FILE_STATES = Words(courseware_pb2.CoursewareFileKind), Words(courseware_pb2.CoursewareFileState)


class CoursewareFileOut(Out):
    """课件的一个文件。"""

    id: Id
    courseware_id: Id
    file_name: str
    kind: CoursewareFileWord
    media_type: str
    size: Annotated[int, Field(description="字节数。In bytes.")]
    sha256: str
    state: Annotated[CoursewareFileStateWord, Field(description="仅 clean 可下载。Only what is clean can be downloaded.")]
    uploaded_at: datetime

    @classmethod
    def of(cls, found: courseware_pb2.CoursewareFile) -> "CoursewareFileOut":
        return cls(
            id=found.id,
            courseware_id=found.courseware_id,
            file_name=found.file_name,
            kind=FILE_KINDS.of(found.kind),
            media_type=found.media_type,
            size=found.size,
            sha256=found.sha256,
            state=FILE_STATES.of(found.state),
            uploaded_at=moment_of(found.uploaded_at),
        )


class CoursewareFiles(Out):
    """The files of one item in their order."""

    files: list[CoursewareFileOut]


@router.post(
    "/courseware/{courseware_id}/files",
    status_code=201,
    summary="上传课件文件",
    openapi_extra=tells(
        *UPLOAD_REASONS,
        "COURSEWARE_NOT_FOUND",
        "COURSEWARE_WRONG_STATE",
        "COURSEWARE_FILES_TOO_MANY",
        "COURSEWARE_FILE_NOT_FOUND",
        idempotent=True,
    )
    | TAKES_UPLOAD,
)
async def upload_courseware_file(
    courseware_id: UUID, query: Annotated[UploadQuery, Query()], request: Request, response: Response, caller: Maker
) -> CoursewareFileOut:
    """Send a docx, pdf, jpg or png of at most 20 MiB as the body, for a draft of the caller's agency. At most 10 each."""
    asked = pb.UploadCoursewareFileRequest(
        courseware_id=str(courseware_id),
        file_name=query.file_name,
        media_type=media_type_of(request),
        request_id=caller.heads.idempotency_key(),
    )
    answer = await hand_over(request, caller, asked, caller.clients.courseware_files.UploadCoursewareFile)
    response.headers["location"] = f"/api/v1/courseware-files/{answer.file.id}/content"
    return CoursewareFileOut.of(answer.file)


@router.get("/courseware/{courseware_id}/files", summary="课件的文件", openapi_extra=tells("COURSEWARE_NOT_FOUND"))
async def list_courseware_files(courseware_id: UUID, caller: AnyRole) -> CoursewareFiles:
    """List the files of one item."""
    request = pb.ListCoursewareFilesRequest(courseware_id=str(courseware_id))
    answer = await caller.clients.courseware_files.ListCoursewareFiles(request)
    return CoursewareFiles(files=[CoursewareFileOut.of(one) for one in answer.files])


@router.get(
    "/courseware-files/{courseware_file_id}/content",
    response_class=Response,
    responses=GIVES_FILE,
    summary="下载课件文件",
    openapi_extra=tells("COURSEWARE_FILE_NOT_FOUND", "COURSEWARE_FILE_NOT_CLEAN"),
)
async def download_courseware_file(courseware_file_id: UUID, caller: AnyRole) -> Response:
    """Download one file, to be kept, not shown: a browser that is led here saves it."""
    request = pb.DownloadCoursewareFileRequest(file_id=str(courseware_file_id))
    answer = await caller.clients.courseware_files.DownloadCoursewareFile(request)
    found = answer.file
    return download(answer.content, found.media_type, found.file_name, f"courseware.{FILE_KINDS.of(found.kind)}")


@router.delete(
    "/courseware-files/{courseware_file_id}",
    status_code=204,
    summary="删除课件文件",
    openapi_extra=tells("COURSEWARE_FILE_NOT_FOUND", "COURSEWARE_WRONG_STATE"),
)
async def delete_courseware_file(courseware_file_id: UUID, caller: Maker) -> None:
    """Take a file out of a draft of the caller's agency."""
    request = pb.DeleteCoursewareFileRequest(file_id=str(courseware_file_id))
    await caller.clients.courseware_files.DeleteCoursewareFile(request)
