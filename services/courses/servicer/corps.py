"""CorpsService: lecturers and consultants of a year, the consultation groups and the zones."""

import asyncio
from typing import Any
from uuid import UUID

from fahu.courses.v1 import corps_pb2 as pb
from fahu.courses.v1 import corps_service_pb2 as rpc
from fahu.courses.v1.corps_service_pb2_grpc import CorpsServiceServicer

from kit.calendar import BEIJING
from kit.db import Database
from kit.enums import name_of, number_of
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import corps as queries
from services.courses.queries import groups as group_queries
from services.courses.queries.corps import CorpsFilter, MemberView
from services.courses.queries.groups import GroupView, ZoneView
from services.courses.rules.corps import Corps
from services.courses.rules.corps_files import COLUMNS, FILE
from services.courses.service import corps, corps_files, exports, groups
from services.courses.service.corps import MemberDraft, Seen
from services.courses.service.errands import Errand
from services.courses.servicer.edge import errand, moment, stamp, year_or_this

TITLES = {Corps.LECTURE: "宣讲服务团", Corps.CONSULTATION: "咨询服务团"}
HEADER = (*COLUMNS, "席位", "聘任日期")


class CorpsServicer(CorpsServiceServicer):
    """See proto/fahu/courses/v1/corps_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def ListMembers(self, request: rpc.ListMembersRequest, context: Any) -> rpc.ListMembersResponse:
        year = year_or_this(request.year)
        wanted = CorpsFilter(_corps(request.corps), year, request.unit_code, request.with_ended)
        async with self.db.read() as session:
            found = await queries.members(session, actor_of(context), wanted)
            gaps = await queries.gaps(session, wanted)
        missing = [
            pb.CorpsGap(unit_code=gap.unit_code, unit_name=gap.unit_name, group_number=gap.group_number) for gap in gaps
        ]
        return rpc.ListMembersResponse(members=map(member, found), gaps=missing)

    async def AppointMember(self, request: rpc.AppointMemberRequest, context: Any) -> rpc.AppointMemberResponse:
        into, year = _corps(request.corps), year_or_this(request.year)
        async with errand(self.db, actor_of(context), request, request.request_id) as begun:
            member_id = await corps.appoint(begun, into, year, request.unit_code, _draft(request.draft))
            return rpc.AppointMemberResponse(member=await _shown(begun, into, member_id))

    async def UpdateMember(self, request: rpc.UpdateMemberRequest, context: Any) -> rpc.UpdateMemberResponse:
        seen, person_id = _seen(request.on), _person(request.person_id)
        async with errand(self.db, actor_of(context), request, request.on.request_id) as begun:
            await corps.update(begun, seen, request.post.strip(), request.topics.strip(), person_id)
            return rpc.UpdateMemberResponse(member=await _shown(begun, seen.corps, seen.member_id))

    async def ReplaceMember(self, request: rpc.ReplaceMemberRequest, context: Any) -> rpc.ReplaceMemberResponse:
        seen, draft, takes_over = _seen(request.on), _draft(request.successor), request.takes_over_lectures
        async with errand(self.db, actor_of(context), request, request.on.request_id) as begun:
            successor_id = await corps.replace(begun, seen, draft, request.reason.strip(), takes_over)
            count = len(await queries.lectures_ahead(begun.session, successor_id, begun.now))
            found = await _shown(begun, seen.corps, successor_id)
        return rpc.ReplaceMemberResponse(member=found, lecture_count=count)

    async def EndMember(self, request: rpc.EndMemberRequest, context: Any) -> rpc.EndMemberResponse:
        seen = _seen(request.on)
        async with errand(self.db, actor_of(context), request, request.on.request_id) as begun:
            await corps.end(begun, seen, request.reason.strip())
            return rpc.EndMemberResponse(member=await _shown(begun, seen.corps, seen.member_id))

    async def ImportMembers(self, request: rpc.ImportMembersRequest, context: Any) -> rpc.ImportMembersResponse:
        into = _corps(request.corps)
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, FILE)
        async with errand(self.db, actor_of(context), request, "") as begun:
            outcome = await corps_files.import_members(begun, into, request.year, rows, request.dry_run)
        errors = [
            pb.ImportError(row=one.row, column=one.column, reason=one.reason, message=one.message) for one in outcome.errors
        ]
        return rpc.ImportMembersResponse(row_count=outcome.row_count, changed_count=outcome.changed_count, errors=errors)

    async def ExportMembers(self, request: rpc.ExportMembersRequest, context: Any) -> rpc.ExportMembersResponse:
        into, year = _corps(request.corps), year_or_this(request.year)
        async with errand(self.db, actor_of(context), request, "") as begun:
            views = await exports.export_members(begun, into, year)
            rows = [_row(view) for view in views]
        content = await asyncio.to_thread(spreadsheet.write_rows, f"{year}年{TITLES[into]}", HEADER, rows)
        return rpc.ExportMembersResponse(content=content)

    async def ListConsultationGroups(
        self, request: rpc.ListConsultationGroupsRequest, context: Any
    ) -> rpc.ListConsultationGroupsResponse:
        async with self.db.read() as session:
            return rpc.ListConsultationGroupsResponse(groups=map(_group, await group_queries.groups(session)))

    async def UpdateConsultationGroup(
        self, request: rpc.UpdateConsultationGroupRequest, context: Any
    ) -> rpc.UpdateConsultationGroupResponse:
        name, topics = request.name.strip(), request.topics.strip()
        async with errand(self.db, actor_of(context), request, request.request_id) as begun:
            await groups.update_group(begun, request.number, request.expected_version, name, topics)
            (found,) = await group_queries.groups(begun.session, request.number)
            return rpc.UpdateConsultationGroupResponse(group=_group(found))

    async def ListZones(self, request: rpc.ListZonesRequest, context: Any) -> rpc.ListZonesResponse:
        async with self.db.read() as session:
            return rpc.ListZonesResponse(zones=map(_zone, await group_queries.zones(session)))

    async def UpdateZone(self, request: rpc.UpdateZoneRequest, context: Any) -> rpc.UpdateZoneResponse:
        version, areas = request.expected_version, list(request.area_codes)
        async with errand(self.db, actor_of(context), request, request.request_id) as begun:
            await groups.update_zone(begun, request.code, version, request.name.strip(), areas)
            (found,) = await group_queries.zones(begun.session, request.code)
            return rpc.UpdateZoneResponse(zone=_zone(found))


def _corps(number: pb.Corps.ValueType) -> Corps:
    return Corps(name_of(pb.Corps, number))


def _seen(on: rpc.MemberPrecondition) -> Seen:
    return Seen(_corps(on.corps), UUID(on.member_id), on.expected_version)


def _draft(given: rpc.MemberDraft) -> MemberDraft:
    return MemberDraft(given.name.strip(), given.post.strip(), given.topics.strip(), _person(given.person_id))


def _person(given: str) -> UUID | None:
    return UUID(given) if given else None


async def _shown(begun: Errand, of: Corps, member_id: UUID) -> pb.CorpsMember:
    return member(await queries.member_view(begun.session, begun.actor, of, member_id))


def _row(view: MemberView) -> tuple[object, ...]:
    one = view.member
    return view.unit_name, one.name, one.post, one.topics, one.seat, one.appointed_at.astimezone(BEIJING).date()


def member(view: MemberView) -> pb.CorpsMember:
    """Somebody in a corps as they are shown."""
    one = view.member
    return pb.CorpsMember(
        id=str(one.id),
        corps=number_of(pb.Corps, view.corps),
        year=one.year,
        unit_code=one.unit_code,
        unit_name=view.unit_name,
        group_number=view.group_number,
        seat=one.seat,
        name=one.name,
        post=one.post,
        topics=one.topics,
        person_id=str(one.person_id or ""),
        predecessor_id=str(one.predecessor_id or ""),
        appointed_at=stamp(one.appointed_at),
        ended_at=moment(one.ended_at),
        end_reason=one.end_reason or "",
        version=one.version,
    )


def _group(view: GroupView) -> pb.ConsultationGroup:
    one, units = view.group, [pb.GroupUnit(code=code, name=name) for code, name in view.units]
    return pb.ConsultationGroup(number=one.number, name=one.name, topics=one.topics, units=units, version=one.version)


def _zone(view: ZoneView) -> pb.Zone:
    one = view.zone
    return pb.Zone(code=one.code, name=one.name, area_codes=view.area_codes, version=one.version)
