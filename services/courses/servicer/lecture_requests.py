"""LectureRequestService: lectures that enterprises ask for, answered, joined and agreed on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import lecture_request_pb2 as pb
from fahu.courses.v1 import lecture_request_service_pb2 as rpc
from fahu.courses.v1.lecture_request_service_pb2_grpc import LectureRequestServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of, number_of
from kit.errors import FieldsInvalid, FieldViolation
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import lecture_requests as queries
from services.courses.queries.lecture_requests import RequestFilter, RequestView
from services.courses.rules.lecture_requests import RequestTerms, Slot, serial_of
from services.courses.service import exports, lecture_requests
from services.courses.service.errands import Errand
from services.courses.service.lecture_requests import RequestDraft, Seen
from services.courses.service.request_lectures import Offer
from services.courses.servicer import sheets
from services.courses.servicer.edge import errand, moment, moment_of, now, stamp, year_or_this

UseCase = Callable[[Errand], Awaitable[None]]


class LectureRequestServicer(LectureRequestServiceServicer):
    """See proto/fahu/courses/v1/lecture_request_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, terms: RequestTerms) -> None:
        self.db = db
        self.terms = terms

    async def ListLectureRequests(
        self, request: rpc.ListLectureRequestsRequest, context: Any
    ) -> rpc.ListLectureRequestsResponse:
        state = name_of(pb.LectureRequestState, request.state)
        wanted = RequestFilter(request.year, request.unit_code, state, request.joinable)
        async with self.db.read() as session:
            views, token = await queries.requests_page(
                session, actor_of(context), wanted, request.page_size, request.page_token
            )
        return rpc.ListLectureRequestsResponse(lecture_requests=map(lecture_request, views), next_page_token=token)

    async def GetLectureRequest(self, request: rpc.GetLectureRequestRequest, context: Any) -> rpc.GetLectureRequestResponse:
        async with self.db.read() as session:
            view = await queries.request_view(session, actor_of(context), UUID(request.lecture_request_id))
        return rpc.GetLectureRequestResponse(lecture_request=lecture_request(view))

    async def CreateLectureRequest(
        self, request: rpc.CreateLectureRequestRequest, context: Any
    ) -> rpc.CreateLectureRequestResponse:
        actor = actor_of(context)
        async with errand(self.db, actor, request, request.request_id) as begun:
            made = await lecture_requests.create(begun, self.terms, _draft(request))
            found = lecture_request(await queries.request_view(begun.session, actor, made))
        return rpc.CreateLectureRequestResponse(lecture_request=found)

    async def AcceptLectureRequest(
        self, request: rpc.AcceptLectureRequestRequest, context: Any
    ) -> rpc.AcceptLectureRequestResponse:
        use_case = partial(
            lecture_requests.accept, seen=_seen(request.on), terms=self.terms, slot=request.slot, offer=_offer(request)
        )
        found = await self._change(request, request.on.lecture_request_id, request.on.request_id, context, use_case)
        return rpc.AcceptLectureRequestResponse(lecture_request=found)

    async def CounterLectureRequest(
        self, request: rpc.CounterLectureRequestRequest, context: Any
    ) -> rpc.CounterLectureRequestResponse:
        seen, slots, offer = _seen(request.on), _slots(request.slots), _offer(request)
        use_case = partial(lecture_requests.counter, seen=seen, terms=self.terms, slots=slots, offer=offer)
        found = await self._change(request, request.on.lecture_request_id, request.on.request_id, context, use_case)
        return rpc.CounterLectureRequestResponse(lecture_request=found)

    async def DeclineLectureRequest(
        self, request: rpc.DeclineLectureRequestRequest, context: Any
    ) -> rpc.DeclineLectureRequestResponse:
        use_case = partial(lecture_requests.decline, seen=_seen(request.on), reason=request.reason.strip())
        found = await self._change(request, request.on.lecture_request_id, request.on.request_id, context, use_case)
        return rpc.DeclineLectureRequestResponse(lecture_request=found)

    async def WithdrawLectureRequest(
        self, request: rpc.WithdrawLectureRequestRequest, context: Any
    ) -> rpc.WithdrawLectureRequestResponse:
        use_case = partial(lecture_requests.withdraw, seen=_seen(request.on), reason=request.reason.strip())
        found = await self._change(request, request.on.lecture_request_id, request.on.request_id, context, use_case)
        return rpc.WithdrawLectureRequestResponse(lecture_request=found)

    async def JoinLectureRequest(
        self, request: rpc.JoinLectureRequestRequest, context: Any
    ) -> rpc.JoinLectureRequestResponse:
        wanted = UUID(request.lecture_request_id)
        use_case = partial(lecture_requests.join, terms=self.terms, request_id=wanted, heads=request.heads)
        found = await self._change(request, request.lecture_request_id, request.request_id, context, use_case)
        return rpc.JoinLectureRequestResponse(lecture_request=found)

    async def LeaveLectureRequest(
        self, request: rpc.LeaveLectureRequestRequest, context: Any
    ) -> rpc.LeaveLectureRequestResponse:
        use_case = partial(lecture_requests.leave, request_id=UUID(request.lecture_request_id))
        found = await self._change(request, request.lecture_request_id, request.request_id, context, use_case)
        return rpc.LeaveLectureRequestResponse(lecture_request=found)

    async def ExportLectureRequests(
        self, request: rpc.ExportLectureRequestsRequest, context: Any
    ) -> rpc.ExportLectureRequestsResponse:
        year, state = year_or_this(request.year), name_of(pb.LectureRequestState, request.state)
        wanted = RequestFilter(year, request.unit_code, state, joinable=False)
        async with errand(self.db, actor_of(context), request, "") as begun:
            rows = [sheets.request_row(view) for view in await exports.export_requests(begun, wanted)]
        content = await asyncio.to_thread(spreadsheet.write_rows, f"{year}年上门宣讲预约", sheets.REQUESTS, rows)
        return rpc.ExportLectureRequestsResponse(content=content)

    async def _change(
        self, request: Message, lecture_request_id: str, request_id: str, context: Any, use_case: UseCase
    ) -> pb.LectureRequest:
        """One change of a request, from its lock to reading it back."""
        actor = actor_of(context)
        async with errand(self.db, actor, request, request_id) as begun:
            await use_case(begun)
            return lecture_request(await queries.request_view(begun.session, actor, UUID(lecture_request_id)))


def _seen(on: rpc.LectureRequestPrecondition) -> Seen:
    return Seen(UUID(on.lecture_request_id), on.expected_version)


def _draft(given: rpc.CreateLectureRequestRequest) -> RequestDraft:
    return RequestDraft(
        courseware_id=UUID(given.courseware_id) if given.courseware_id else None,
        unit_code=given.topic.unit_code,
        topic=given.topic.title.strip(),
        slots=_slots(given.slots),
        place=given.place.strip(),
        heads=given.heads,
    )


def _slots(given: Iterable[rpc.SlotDraft]) -> list[Slot]:
    return [
        Slot(moment_of(f"slots[{i}].starts_at", one.starts_at), moment_of(f"slots[{i}].ends_at", one.ends_at))
        for i, one in enumerate(given)
    ]


def _offer(request: rpc.AcceptLectureRequestRequest | rpc.CounterLectureRequestRequest) -> Offer | None:
    """What an agency says it gives; None where nothing is said. Raises FieldsInvalid."""
    if not request.HasField("offer"):
        return None
    given = request.offer
    try:
        courseware_id = UUID(given.courseware_id) if given.courseware_id else None
    except ValueError as error:
        raise FieldsInvalid([FieldViolation("offer.courseware_id", "string.uuid", "This is no UUID.")]) from error
    return Offer(UUID(given.lecturer_id), courseware_id, given.capacity)


def lecture_request(view: RequestView) -> pb.LectureRequest:
    """A request as it is shown: to those who may join no more than they need for that."""
    one = view.request
    found = pb.LectureRequest(
        id=str(one.id),
        serial=serial_of(one.year, one.number),
        year=one.year,
        unit_code=one.unit_code,
        unit_name=view.unit_name,
        courseware_id=str(one.courseware_id or ""),
        title=one.title,
        zone_code=one.zone_code,
        zone_name=view.zone_name,
        state=number_of(pb.LectureRequestState, one.state),
        turn=number_of(pb.RequestSide, one.turn),
        due_at=stamp(one.due_at) if one.turn else None,
        provisional=bool(one.turn) and one.provisional,
        overdue=bool(one.turn) and one.due_at <= now(),
        slots=[
            pb.RequestSlot(position=slot.position, starts_at=stamp(slot.starts_at), ends_at=stamp(slot.ends_at))
            for slot in view.slots
        ],
        party_count=view.party_count,
        own_heads=view.own_heads,
        lecture_id=str(one.lecture_id or ""),
        created_at=stamp(one.created_at),
        answered_at=moment(one.answered_at),
        version=one.version,
    )
    if view.told:
        found.MergeFrom(_for_those_concerned(view))
    return found


def _for_those_concerned(view: RequestView) -> pb.LectureRequest:
    """What only the two sides, the area and those who oversee them are told."""
    one = view.request
    offer = pb.RequestOffer(
        courseware_id=str(one.offered_courseware_id),
        lecturer_id=str(one.lecturer_id),
        lecturer_name=view.lecturer_name,
        capacity=one.capacity or 0,
    )
    return pb.LectureRequest(
        enterprise_id=str(one.enterprise_id),
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        place=one.place,
        head_count=view.head_count,
        offer=offer if one.lecturer_id else None,
        end_reason=one.end_reason or "",
        parties=[
            pb.RequestParty(
                enterprise_id=str(party.enterprise_id),
                enterprise_name=party.enterprise_name,
                heads=party.heads,
                asked=party.asked,
            )
            for party in view.parties
        ],
    )
