"""JointCaseService: demands about one matter, answered together."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from fahu.dispatch.v1 import joint_case_service_pb2 as rpc
from fahu.dispatch.v1.joint_case_service_pb2_grpc import JointCaseServiceServicer
from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit import faults, paging
from kit.auth import Actor
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.dispatch import protos
from services.dispatch.announcements import stamp
from services.dispatch.moves import Course
from services.dispatch.queries import joint_cases as queries
from services.dispatch.service import joint_cases
from services.dispatch.service.joint_cases import Errand
from services.dispatch.servicer.edge import lines_of, now, position

T = TypeVar("T")


class JointCaseServicer(JointCaseServiceServicer):
    """See proto/fahu/dispatch/v1/joint_case_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course

    async def CreateJointCase(self, request: rpc.CreateJointCaseRequest, context: Any) -> rpc.CreateJointCaseResponse:
        title, ids = request.title.strip(), _ids(request.demand_ids)
        _, case = await self._change(
            request.request_id, request, context, lambda errand: joint_cases.create(errand, title, ids)
        )
        return rpc.CreateJointCaseResponse(joint_case=case)

    async def AddToJointCase(self, request: rpc.AddToJointCaseRequest, context: Any) -> rpc.AddToJointCaseResponse:
        case_id, version, ids = *_on(request.on), _ids(request.demand_ids)
        _, case = await self._change(
            request.on.request_id, request, context, lambda errand: joint_cases.add(errand, case_id, version, ids), case_id
        )
        return rpc.AddToJointCaseResponse(joint_case=case)

    async def TakeOutOfJointCase(
        self, request: rpc.TakeOutOfJointCaseRequest, context: Any
    ) -> rpc.TakeOutOfJointCaseResponse:
        case_id, version, ids, reason = *_on(request.on), _ids(request.demand_ids), request.reason.strip()
        _, case = await self._change(
            request.on.request_id,
            request,
            context,
            lambda errand: joint_cases.take_out(errand, case_id, version, ids, reason),
            case_id,
        )
        return rpc.TakeOutOfJointCaseResponse(joint_case=case)

    async def GetJointCase(self, request: rpc.GetJointCaseRequest, context: Any) -> rpc.GetJointCaseResponse:
        async with self.db.read() as session:
            return rpc.GetJointCaseResponse(
                joint_case=await _joint_case(session, actor_of(context), UUID(request.joint_case_id))
            )

    async def ListJointCases(self, request: rpc.ListJointCasesRequest, context: Any) -> rpc.ListJointCasesResponse:
        list_id = paging.fingerprint(list="joint_cases", unanswered=request.unanswered)
        size = paging.normal_page_size(request.page_size)
        before = position(request.page_token, list_id)
        async with self.db.read() as session:
            rows = await queries.page(session, actor_of(context), request.unanswered, before, size)
        shown = rows[:size]
        more = paging.encode_token(list_id, (shown[-1].JointCase.id,)) if len(rows) > size else ""
        return rpc.ListJointCasesResponse(joint_cases=[_summary(*row) for row in shown], next_page_token=more)

    async def ReplyJointCase(self, request: rpc.ReplyJointCaseRequest, context: Any) -> rpc.ReplyJointCaseResponse:
        (case_id, version), answer = _on(request.on), protos.answer_of(request)
        ids, case = await self._change(
            request.on.request_id,
            request,
            context,
            lambda errand: joint_cases.reply(errand, case_id, version, answer),
            case_id,
        )
        return rpc.ReplyJointCaseResponse(joint_case=case, answered_ids=map(str, ids))

    async def DecideJointReply(self, request: rpc.DecideJointReplyRequest, context: Any) -> rpc.DecideJointReplyResponse:
        case_id, version, approve, note = *_on(request.on), request.approve, request.note.strip()
        ids, case = await self._change(
            request.on.request_id,
            request,
            context,
            lambda errand: joint_cases.decide(errand, case_id, version, approve, note),
            case_id,
        )
        return rpc.DecideJointReplyResponse(joint_case=case, decided_ids=map(str, ids))

    async def _change(
        self,
        request_id: str,
        request: Message,
        context: Any,
        use_case: Callable[[Errand], Awaitable[T]],
        case_id: UUID | None = None,
    ) -> tuple[T, rpc.JointCase]:
        """One change of a case, from its locks to reading it back; a new case is known by what the use case returns."""
        actor = actor_of(context)
        async with self.db.begin() as session:
            result = await use_case(Errand(session, actor, self.course, now(), request_id, fingerprint(request)))
            await session.flush()
            session.expire_all()
            case = await _joint_case(session, actor, case_id or UUID(str(result)))
        faults.point("move.after_commit")
        return result, case


def _on(on: rpc.JointPrecondition) -> tuple[UUID, int]:
    return UUID(on.joint_case_id), on.expected_version


def _ids(texts: Any) -> list[UUID]:
    return [UUID(text) for text in texts]


async def _joint_case(session: AsyncSession, actor: Actor, joint_case_id: UUID) -> rpc.JointCase:
    case = await queries.joint_case(session, actor, joint_case_id)
    rows = await queries.members(session, actor, joint_case_id)
    return rpc.JointCase(
        id=str(case.id),
        title=case.title,
        created_by=str(case.created_by),
        created_at=stamp(case.created_at),
        version=queries.version_of(case.id, rows),
        members=await lines_of(session, actor, rows),
    )


def _summary(case: Any, members: int, unanswered: int) -> rpc.JointCaseSummary:
    return rpc.JointCaseSummary(
        id=str(case.id),
        title=case.title,
        created_by=str(case.created_by),
        created_at=stamp(case.created_at),
        members=members,
        unanswered=unanswered,
    )
