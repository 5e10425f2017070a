"""Sending people into the corps, as its callers do."""

from typing import Any
from uuid import uuid4

from fahu.courses.v1 import corps_pb2 as pb
from fahu.courses.v1 import corps_service_pb2 as rpc
from fahu.courses.v1.corps_service_pb2_grpc import CorpsServiceStub

from kit.auth import Actor
from tests.courses.conftest import HOST, SUPERVISOR, World

LECTURE, CONSULTATION = pb.CORPS_LECTURE, pb.CORPS_CONSULTATION


class CorpsWorld:
    """The corps of a running service. The world's own lecturer has the first seat of hrss."""

    def __init__(self, world: World) -> None:
        self.world = world

    def stub(self, actor: Actor = HOST) -> Any:
        return self.world.stub(CorpsServiceStub, actor)

    async def appoint(self, name: str, unit: str = "hrss", actor: Actor = HOST, request_id: str = "", **more: Any) -> Any:
        draft = rpc.MemberDraft(name=name, post=more.pop("post", "科长"), topics=more.pop("topics", "劳动用工"))
        values: dict[str, Any] = {
            "corps": LECTURE,
            "unit_code": unit,
            "draft": draft,
            "request_id": request_id or uuid4().hex,
        } | more
        return (await self.stub(actor).AppointMember(rpc.AppointMemberRequest(**values))).member

    async def listed(self, actor: Actor = HOST, corps: pb.Corps.ValueType = LECTURE, **more: Any) -> Any:
        return await self.stub(actor).ListMembers(rpc.ListMembersRequest(corps=corps, **more))

    async def first(self, actor: Actor = SUPERVISOR) -> Any:
        """The world's own lecturer, as they are now."""
        members = (await self.listed(actor, unit_code="hrss", with_ended=True)).members
        return next(one for one in members if one.id == str(self.world.lecturer))

    async def replace(
        self, member: pb.CorpsMember, name: str, takes_over: bool = False, actor: Actor = HOST, request_id: str = ""
    ) -> Any:
        request = rpc.ReplaceMemberRequest(
            on=on(member, request_id),
            successor=rpc.MemberDraft(name=name),
            reason="因病不能继续授课",
            takes_over_lectures=takes_over,
        )
        return await self.stub(actor).ReplaceMember(request)

    async def end(self, member: pb.CorpsMember, actor: Actor = HOST) -> Any:
        return (await self.stub(actor).EndMember(rpc.EndMemberRequest(on=on(member), reason="工作调动"))).member


def on(member: pb.CorpsMember, request_id: str = "") -> rpc.MemberPrecondition:
    return rpc.MemberPrecondition(
        corps=member.corps, member_id=member.id, expected_version=member.version, request_id=request_id or uuid4().hex
    )
