"""DesignationService: published liaison points, their history, withdrawal and replacement."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import designation_service_pb2 as pb
from fahu.registry.v1 import enterprise_pb2
from fahu.registry.v1.designation_service_pb2_grpc import DesignationServiceServicer

from kit.db import Database
from kit.enums import name_of, number_of
from kit.rpc.interceptors import actor_of
from services.registry.personal import PersonalData
from services.registry.queries import designations as queries
from services.registry.queries import enterprises as enterprise_queries
from services.registry.queries.designations import PointFilter, PointView
from services.registry.rules import Level, year_of
from services.registry.service import designations
from services.registry.service.designations import Newcomer
from services.registry.servicer.encode import moment
from services.registry.servicer.programme import errand
from services.registry.servicer.sheets import points_sheet

Context = grpc.aio.ServicerContext[Any, Any]


class DesignationServicer(DesignationServiceServicer):
    """See proto/fahu/registry/v1/designation_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, personal: PersonalData) -> None:
        self.db = database
        self.personal = personal

    async def ListDesignations(self, request: pb.ListDesignationsRequest, context: Context) -> pb.ListDesignationsResponse:
        level = name_of(enterprise_pb2.Level, request.level)
        wanted = PointFilter(request.year, request.area_code, Level(level) if level else None, request.withdrawn_too)
        async with self.db.read() as session:
            views, token = await queries.points_page(
                session, actor_of(context), wanted, request.page_size, request.page_token
            )
        return pb.ListDesignationsResponse(liaison_points=map(_point, views), next_page_token=token)

    async def GetDesignation(self, request: pb.GetDesignationRequest, context: Context) -> pb.GetDesignationResponse:
        async with self.db.read() as session:
            view = await queries.point(session, actor_of(context), UUID(request.designation_id))
        return pb.GetDesignationResponse(liaison_point=_point(view))

    async def ListEnterpriseDesignations(
        self, request: pb.ListEnterpriseDesignationsRequest, context: Context
    ) -> pb.ListEnterpriseDesignationsResponse:
        actor, enterprise_id = actor_of(context), UUID(request.enterprise_id)
        async with self.db.read() as session:
            await enterprise_queries.enterprise_view(session, actor, enterprise_id, year_of(datetime.now(UTC)))
            views, token = await queries.points_of(session, enterprise_id, request.page_size, request.page_token)
        return pb.ListEnterpriseDesignationsResponse(liaison_points=map(_point, views), next_page_token=token)

    async def WithdrawDesignation(
        self, request: pb.WithdrawDesignationRequest, context: Context
    ) -> pb.WithdrawDesignationResponse:
        actor, on = actor_of(context), request.on
        designation_id = UUID(on.designation_id)
        async with errand(self.db, self.personal, actor, request, on.request_id) as one:
            await designations.withdraw(one, designation_id, on.expected_version, request.reason.strip())
            view = await queries.point(one.session, actor, designation_id)
        return pb.WithdrawDesignationResponse(liaison_point=_point(view))

    async def ReplaceDesignation(
        self, request: pb.ReplaceDesignationRequest, context: Context
    ) -> pb.ReplaceDesignationResponse:
        actor, on = actor_of(context), request.on
        designation_id, newcomer = UUID(on.designation_id), Newcomer(request.uscc, request.enterprise_name)
        async with errand(self.db, self.personal, actor, request, on.request_id) as one:
            await designations.replace(one, designation_id, on.expected_version, request.reason.strip(), newcomer)
            old = await queries.point(one.session, actor, designation_id)
            assert old.designation.replaced_by  # noqa: S101 - by this request, or by the one it repeats
            came = await queries.point(one.session, actor, old.designation.replaced_by)
        return pb.ReplaceDesignationResponse(replaced=_point(old), replacement=_point(came))

    async def ExportDesignations(
        self, request: pb.ExportDesignationsRequest, context: Context
    ) -> pb.ExportDesignationsResponse:
        async with errand(self.db, self.personal, actor_of(context), request, "") as one:
            views = await designations.export(one, request.year)
        return pb.ExportDesignationsResponse(content=await asyncio.to_thread(points_sheet, request.year, views))


def _point(view: PointView) -> pb.LiaisonPoint:
    row, enterprise = view.designation, view.enterprise
    return pb.LiaisonPoint(
        id=str(row.id),
        year=row.year,
        enterprise_id=str(enterprise.id),
        uscc=enterprise.uscc,
        enterprise_name=enterprise.name,
        area_code=row.area_code,
        area_name=view.area_name,
        level=number_of(enterprise_pb2.Level, row.level),
        seat_no=row.seat_no or 0,
        active=row.active,
        designated_at=moment(row.created_at),
        withdrawn_at=moment(row.withdrawn_at) if row.withdrawn_at else None,
        withdrawn_by=str(row.withdrawn_by) if row.withdrawn_by else "",
        withdrawn_reason=row.withdrawn_reason or "",
        replaced_by=str(row.replaced_by) if row.replaced_by else "",
        version=row.version,
    )
