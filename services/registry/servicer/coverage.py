"""CoverageService: who was served in a year, and who is still owed it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fahu.registry.v1 import coverage_service_pb2 as rpc
from fahu.registry.v1 import enterprise_pb2
from fahu.registry.v1.coverage_service_pb2_grpc import CoverageServiceServicer
from fahu.registry.v1.service_record_pb2 import CoverageState as StateOfContract
from sqlalchemy import Row

from kit.db import Database
from kit.enums import name_of
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.queries import cohorts as cohort_queries
from services.registry.queries import coverage as queries
from services.registry.queries.coverage import CoverageFilter, Share
from services.registry.rules import Level
from services.registry.rules.cohorts import LEVEL_NAMES
from services.registry.rules.service_records import CoverageState, coverage_state
from services.registry.service import audit
from services.registry.servicer import programme
from services.registry.servicer.programme import now, year_or_this

HEADER = (
    *("街镇(园区)", "统一社会信用代码", "企业名称", "级别", "服务情况"),
    *("已确认次数", "推定确认次数", "待确认次数", "有异议次数", "最近服务日期"),
)
STATES = {
    CoverageState.CONFIRMED: "已服务",
    CoverageState.PRESUMED: "已服务（推定确认）",
    CoverageState.WAITING: "未覆盖（待企业确认）",
    CoverageState.DISPUTED: "未覆盖（企业有异议）",
    CoverageState.NONE: "未覆盖",
}


class CoverageServicer(CoverageServiceServicer):
    """See proto/fahu/registry/v1/coverage_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def ListCoverage(self, request: rpc.ListCoverageRequest, context: Any) -> rpc.ListCoverageResponse:
        level = name_of(enterprise_pb2.Level, request.level)
        year = year_or_this(request.year)
        wanted = CoverageFilter(year, request.area_code, Level(level) if level else None, request.owed)
        async with self.db.read() as session:
            rows, token = await queries.coverage_page(
                session, actor_of(context), wanted, now(), request.page_size, request.page_token
            )
        return rpc.ListCoverageResponse(lines=[_line(row) for row in rows], next_page_token=token)

    async def SummariseCoverage(self, request: rpc.SummariseCoverageRequest, context: Any) -> rpc.SummariseCoverageResponse:
        async with self.db.read() as session:
            found = await queries.shares(session, actor_of(context), year_or_this(request.year), now())
        return rpc.SummariseCoverageResponse(shares=[_share(share) for share in found])

    async def ExportCoverage(self, request: rpc.ExportCoverageRequest, context: Any) -> rpc.ExportCoverageResponse:
        actor = actor_of(context)
        async with self.db.begin() as session:
            found = await queries.all_lines(session, actor, request.year, now())
            areas = await cohort_queries.areas_of_year(session, request.year)
            subject = programme.subject_year("coverage", request.year, actor)
            await audit.record(session, actor, "COVERAGE_EXPORTED", subject, now())
        rows = list(_rows(found, {area.code: area.names[-1] for area in areas}))
        content = await asyncio.to_thread(spreadsheet.write_rows, "服务覆盖", HEADER, rows)
        return rpc.ExportCoverageResponse(content=content)


def _state(row: Row[Any]) -> CoverageState:
    return coverage_state(row.confirmed, row.presumed, row.waiting, row.disputed)


def _line(row: Row[Any]) -> rpc.CoverageLine:
    return rpc.CoverageLine(
        designation_id=str(row.id),
        enterprise_id=str(row.enterprise_id),
        enterprise_name=row.name,
        area_code=row.area_code,
        level=enterprise_pb2.Level.Value(f"LEVEL_{row.level}"),
        state=StateOfContract.Value(f"COVERAGE_STATE_{_state(row)}"),
        confirmed_count=row.confirmed,
        presumed_count=row.presumed,
        waiting_count=row.waiting,
        disputed_count=row.disputed,
        last_served_on=row.last_served_on.isoformat() if row.last_served_on else "",
    )


def _share(share: Share) -> rpc.CoverageShare:
    return rpc.CoverageShare(
        area_code=share.area_code,
        level=enterprise_pb2.Level.Value(f"LEVEL_{share.level}"),
        point_count=share.points,
        served_count=share.served,
        presumed_count=share.presumed,
        waiting_count=share.waiting,
        disputed_count=share.disputed,
    )


def _rows(found: Sequence[Row[Any]], areas: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    for row in found:
        place = (areas.get(row.area_code, row.area_code), row.uscc, row.name, LEVEL_NAMES[Level(row.level)])
        yield (*place, STATES[_state(row)], row.confirmed, row.presumed, row.waiting, row.disputed, row.last_served_on)
