"""NeedService: what enterprises need to be taught, and what nothing answers yet."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import need_service_pb2 as rpc
from fahu.courses.v1.need_service_pb2_grpc import NeedServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of, number_of
from kit.errors import FieldsInvalid, FieldViolation
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import needs as queries
from services.courses.queries.needs import NeedFilter, NeedView
from services.courses.rules.courseware import need_serial
from services.courses.rules.need_files import COLUMNS, FILE, SOURCES
from services.courses.service import exports, need_files, needs
from services.courses.service.errands import Errand
from services.courses.service.needs import NeedDraft, Seen
from services.courses.servicer.edge import errand, year_or_this

# The columns of the import come first, so that the file may be sent back.
HEADER = (*COLUMNS, "编号", "课件数", "停用原因")
UseCase = Callable[[Errand, Seen], Awaitable[None]]


class NeedServicer(NeedServiceServicer):
    """See proto/fahu/courses/v1/need_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def ListNeeds(self, request: rpc.ListNeedsRequest, context: Any) -> rpc.ListNeedsResponse:
        source = name_of(rpc.NeedSource, request.source)
        wanted = NeedFilter(year_or_this(request.year), request.unit_code, source, request.gaps)
        async with self.db.read() as session:
            views, token = await queries.needs_page(session, wanted, request.page_size, request.page_token)
        return rpc.ListNeedsResponse(needs=map(_need, views), next_page_token=token)

    async def GetNeed(self, request: rpc.GetNeedRequest, context: Any) -> rpc.GetNeedResponse:
        async with self.db.read() as session:
            view = await queries.need_view(session, UUID(request.need_id))
        return rpc.GetNeedResponse(need=_need(view))

    async def AddNeed(self, request: rpc.AddNeedRequest, context: Any) -> rpc.AddNeedResponse:
        async with errand(self.db, actor_of(context), request, request.request_id) as begun:
            need_id = await needs.add(begun, request.year, _draft(request.draft))
            view = await queries.need_view(begun.session, need_id)
        return rpc.AddNeedResponse(need=_need(view))

    async def UpdateNeed(self, request: rpc.UpdateNeedRequest, context: Any) -> rpc.UpdateNeedResponse:
        use_case = partial(needs.update, given=_draft(request.draft))
        return rpc.UpdateNeedResponse(need=await self._change(request, request.on, context, use_case))

    async def RetireNeed(self, request: rpc.RetireNeedRequest, context: Any) -> rpc.RetireNeedResponse:
        use_case = partial(needs.retire, reason=request.reason.strip())
        return rpc.RetireNeedResponse(need=await self._change(request, request.on, context, use_case))

    async def ImportNeeds(self, request: rpc.ImportNeedsRequest, context: Any) -> rpc.ImportNeedsResponse:
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, FILE)
        async with errand(self.db, actor_of(context), request, "") as begun:
            outcome = await need_files.import_needs(begun, request.year, rows, request.dry_run)
        errors = [rpc.NeedRowError(row=e.row, column=e.column, reason=e.reason, message=e.message) for e in outcome.errors]
        return rpc.ImportNeedsResponse(row_count=outcome.row_count, created_count=outcome.created_count, errors=errors)

    async def ExportNeeds(self, request: rpc.ExportNeedsRequest, context: Any) -> rpc.ExportNeedsResponse:
        source, year = name_of(rpc.NeedSource, request.source), year_or_this(request.year)
        wanted = NeedFilter(year, request.unit_code, source, request.gaps)
        async with errand(self.db, actor_of(context), request, "") as begun:
            rows = [_row(view) for view in await exports.export_needs(begun, wanted)]
        content = await asyncio.to_thread(spreadsheet.write_rows, f"{year}年普法需求", HEADER, rows)
        return rpc.ExportNeedsResponse(content=content)

    async def _change(self, request: Message, on: rpc.NeedPrecondition, context: Any, use_case: UseCase) -> rpc.Need:
        """One change of a need, from its lock to reading it back."""
        seen = Seen(UUID(on.need_id), on.expected_version)
        async with errand(self.db, actor_of(context), request, on.request_id) as begun:
            await use_case(begun, seen)
            return _need(await queries.need_view(begun.session, seen.need_id))


def _draft(given: rpc.NeedDraft) -> NeedDraft:
    """Raises FieldsInvalid for one that names neither agency nor category."""
    if not given.unit_code and not given.category_code:
        told = "Name an agency or a category."
        raise FieldsInvalid([FieldViolation("draft.unit_code", "required", told)])
    return NeedDraft(given.unit_code, given.category_code, given.text.strip(), name_of(rpc.NeedSource, given.source))


def _row(view: NeedView) -> tuple[object, ...]:
    """A need as a line of the file, in the order of HEADER."""
    one = view.need
    source = next(word for word, source in SOURCES.items() if source == one.source)
    said = (view.unit_name, one.category_code or "", one.text, source)
    return *said, need_serial(one.year, one.number), view.answers, one.end_reason or ""


def _need(view: NeedView) -> rpc.Need:
    one = view.need
    return rpc.Need(
        id=str(one.id),
        serial=need_serial(one.year, one.number),
        year=one.year,
        unit_code=one.unit_code or "",
        unit_name=view.unit_name,
        category_code=one.category_code or "",
        text=one.text,
        source=number_of(rpc.NeedSource, one.source),
        courseware_count=view.answers,
        end_reason=one.end_reason or "",
        version=one.version,
    )
