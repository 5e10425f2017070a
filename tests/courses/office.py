"""What agencies and 区委依法治区办 do with courseware, in few words."""

from typing import Any
from uuid import UUID, uuid4

from fahu.courses.v1 import catalogue_service_pb2 as catalogues
from fahu.courses.v1 import courseware_file_service_pb2 as files
from fahu.courses.v1 import courseware_service_pb2 as rpc
from fahu.courses.v1 import need_service_pb2 as needs
from fahu.courses.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from fahu.courses.v1.courseware_file_service_pb2_grpc import CoursewareFileServiceStub
from fahu.courses.v1.courseware_service_pb2_grpc import CoursewareServiceStub
from fahu.courses.v1.need_service_pb2_grpc import NeedServiceStub

from kit.auth import Actor
from tests.courses.conftest import AGENCIES, CENTRE, HOST, SUPERVISOR, YEAR, World, new_courseware
from tests.kit.uploads.makers import page_pdf

TITLE, SUMMARY = "未签书面合同的二倍工资", "三个案例，讲清何时支付二倍工资。"


class Office:
    """Speaks for whoever is named; the agency's handler if nobody is."""

    def __init__(self, world: World) -> None:
        self.world = world

    def items(self, actor: Actor = HOST) -> Any:
        return self.world.stub(CoursewareServiceStub, actor)

    def files(self, actor: Actor = HOST) -> Any:
        return self.world.stub(CoursewareFileServiceStub, actor)

    def needs(self, actor: Actor = CENTRE) -> Any:
        return self.world.stub(NeedServiceStub, actor)

    def catalogues(self, actor: Actor = SUPERVISOR) -> Any:
        return self.world.stub(CatalogueServiceStub, actor)

    async def draft(self, actor: Actor = HOST, request_id: str = "", **changes: Any) -> Any:
        request = rpc.DraftCoursewareRequest(draft=draft(**changes), request_id=request_id or uuid4().hex)
        return (await self.items(actor).DraftCourseware(request)).courseware

    async def get(self, item: Any, actor: Actor = HOST) -> Any:
        return (await self.items(actor).GetCourseware(rpc.GetCoursewareRequest(courseware_id=item.id))).courseware

    async def update(self, item: Any, actor: Actor = HOST, **changes: Any) -> Any:
        request = rpc.UpdateCoursewareRequest(on=on(item), draft=draft(**changes))
        return (await self.items(actor).UpdateCourseware(request)).courseware

    async def submit(self, item: Any, actor: Actor = HOST, anonymised: bool = True) -> Any:
        request = rpc.SubmitCoursewareRequest(on=on(item), anonymised=anonymised)
        return (await self.items(actor).SubmitCourseware(request)).courseware

    async def approve(self, item: Any, actor: Actor = SUPERVISOR) -> Any:
        return (await self.items(actor).ApproveCourseware(rpc.ApproveCoursewareRequest(on=on(item)))).courseware

    async def send_back(self, item: Any, note: str, actor: Actor = SUPERVISOR) -> Any:
        request = rpc.SendBackCoursewareRequest(on=on(item), note=note)
        return (await self.items(actor).SendBackCourseware(request)).courseware

    async def retire(self, item: Any, actor: Actor = HOST, reason: str = "法律已修改") -> Any:
        request = rpc.RetireCoursewareRequest(on=on(item), reason=reason)
        return (await self.items(actor).RetireCourseware(request)).courseware

    async def upload(
        self, item: Any, actor: Actor = HOST, content: bytes = b"", name: str = "课件.pdf", request_id: str = ""
    ) -> Any:
        request = files.UploadCoursewareFileRequest(
            courseware_id=item.id,
            file_name=name,
            content=content or page_pdf(),
            request_id=request_id or uuid4().hex,
        )
        return (await self.files(actor).UploadCoursewareFile(request)).file

    async def list_files(self, item: Any, actor: Actor = HOST) -> list[Any]:
        request = files.ListCoursewareFilesRequest(courseware_id=item.id)
        return list((await self.files(actor).ListCoursewareFiles(request)).files)

    async def download(self, file: Any, actor: Actor = HOST) -> bytes:
        request = files.DownloadCoursewareFileRequest(file_id=file.id)
        return bytes((await self.files(actor).DownloadCoursewareFile(request)).content)

    async def delete_file(self, file: Any, actor: Actor = HOST) -> None:
        await self.files(actor).DeleteCoursewareFile(files.DeleteCoursewareFileRequest(file_id=file.id))

    async def submitted(self, actor: Actor = HOST, **changes: Any) -> Any:
        item = await self.draft(actor, **changes)
        await self.upload(item, actor)
        return await self.submit(item, actor)

    async def approved(self, actor: Actor = HOST, **changes: Any) -> Any:
        return await self.approve(await self.submitted(actor, **changes))

    async def add_need(self, text: str = "如何解除劳动合同", actor: Actor = CENTRE, **changes: Any) -> Any:
        request = needs.AddNeedRequest(year=YEAR, draft=need_draft(text, **changes), request_id=uuid4().hex)
        return (await self.needs(actor).AddNeed(request)).need

    async def list_needs(self, actor: Actor = CENTRE, **wanted: Any) -> list[Any]:
        return list((await self.needs(actor).ListNeeds(needs.ListNeedsRequest(**wanted))).needs)

    async def publish(self, actor: Actor = SUPERVISOR, request_id: str = "", year: int = YEAR) -> Any:
        request = catalogues.PublishCatalogueRequest(year=year, request_id=request_id or uuid4().hex)
        return (await self.catalogues(actor).PublishCatalogue(request)).catalogue

    async def catalogue(self, actor: Actor = SUPERVISOR, version: int = 0) -> Any:
        request = catalogues.GetCatalogueRequest(version=version)
        return (await self.catalogues(actor).GetCatalogue(request)).catalogue

    async def fill_year(self, but: tuple[str, ...] = ()) -> dict[str, list[UUID]]:
        """Two approved items of every agency, but for one item fewer of those named; hrss has one of the world already."""
        made: dict[str, list[UUID]] = {}
        async with self.world.database.begin() as session:
            for unit in AGENCIES:
                count = 2 - (unit == "hrss") - (unit in but)
                made[unit] = [uuid4() for _ in range(count)]
                session.add_all(new_courseware(one, unit) for one in made[unit])
        made["hrss"].append(self.world.courseware)
        return made


def draft(**changes: Any) -> rpc.CoursewareDraft:
    values: dict[str, Any] = {"title": TITLE, "summary": SUMMARY, "minutes": 45} | changes
    return rpc.CoursewareDraft(**values)


def need_draft(text: str, **changes: Any) -> needs.NeedDraft:
    values: dict[str, Any] = {"unit_code": "hrss", "text": text, "source": needs.NEED_SOURCE_SURVEY} | changes
    return needs.NeedDraft(**values)


def on(item: Any, request_id: str = "") -> rpc.CoursewarePrecondition:
    return rpc.CoursewarePrecondition(
        courseware_id=item.id, expected_version=item.version, request_id=request_id or uuid4().hex
    )


def on_need(need: Any) -> needs.NeedPrecondition:
    return needs.NeedPrecondition(need_id=need.id, expected_version=need.version, request_id=uuid4().hex)
