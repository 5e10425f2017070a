"""CoursewareFileService: files of courseware in and out."""

from typing import Any
from uuid import UUID

from fahu.courses.v1 import courseware_file_service_pb2 as rpc
from fahu.courses.v1 import courseware_pb2 as pb
from fahu.courses.v1.courseware_file_service_pb2_grpc import CoursewareFileServiceServicer

from kit.db import Database
from kit.enums import number_of
from kit.rpc.interceptors import actor_of
from services.courses.filing import Filing
from services.courses.models import CoursewareFile
from services.courses.queries import courseware_files as queries
from services.courses.servicer.edge import stamp


class CoursewareFileServicer(CoursewareFileServiceServicer):
    """See proto/fahu/courses/v1/courseware_file_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, filing: Filing) -> None:
        self.db = db
        self.filing = filing

    async def UploadCoursewareFile(
        self, request: rpc.UploadCoursewareFileRequest, context: Any
    ) -> rpc.UploadCoursewareFileResponse:
        sent = (request.file_name, request.media_type, request.content, request.request_id)
        found = await self.filing.receive(actor_of(context), UUID(request.courseware_id), *sent)
        return rpc.UploadCoursewareFileResponse(file=_file(found))

    async def ListCoursewareFiles(
        self, request: rpc.ListCoursewareFilesRequest, context: Any
    ) -> rpc.ListCoursewareFilesResponse:
        async with self.db.read() as session:
            found = await queries.files_of(session, actor_of(context), UUID(request.courseware_id))
        return rpc.ListCoursewareFilesResponse(files=map(_file, found))

    async def DownloadCoursewareFile(
        self, request: rpc.DownloadCoursewareFileRequest, context: Any
    ) -> rpc.DownloadCoursewareFileResponse:
        found, content = await self.filing.content(actor_of(context), UUID(request.file_id))
        return rpc.DownloadCoursewareFileResponse(file=_file(found), content=content)

    async def DeleteCoursewareFile(
        self, request: rpc.DeleteCoursewareFileRequest, context: Any
    ) -> rpc.DeleteCoursewareFileResponse:
        await self.filing.remove(actor_of(context), UUID(request.file_id))
        return rpc.DeleteCoursewareFileResponse()


def _file(row: CoursewareFile) -> pb.CoursewareFile:
    return pb.CoursewareFile(
        id=str(row.id),
        courseware_id=str(row.courseware_id),
        file_name=row.file_name,
        kind=number_of(pb.CoursewareFileKind, row.kind.upper()),
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256.hex(),
        state=number_of(pb.CoursewareFileState, row.state),
        uploaded_at=stamp(row.uploaded_at),
    )
