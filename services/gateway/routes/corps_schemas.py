"""How members of the corps look at the door."""

from datetime import datetime
from typing import Annotated

from fahu.courses.v1 import corps_pb2
from fahu.courses.v1 import corps_service_pb2 as pb
from pydantic import Field

from services.gateway.patterns import PERSON_NAME
from services.gateway.routes.project_schemas import UnitCode, Year
from services.gateway.schemas import Asked, Code, GivenId, Id, In, Out, remark, written
from services.gateway.words import moment, moment_of


class MemberWords(In):
    """职务、主题和账号。"""

    post: Annotated[str, remark(50), Field(description="职务。Post.")] = ""
    topics: Annotated[str, remark(200), Field(description="宣讲或咨询的主题。What they speak or advise about.")] = ""
    person_id: Annotated[GivenId | None, Field(description="在平台的账号，没有为空。Their account, if any.")] = None


class MemberIn(MemberWords):
    """一名服务团成员。"""

    name: Annotated[str, Field(min_length=1, max_length=50, pattern=PERSON_NAME)]

    def message(self) -> pb.MemberDraft:
        person_id = str(self.person_id or "")
        return pb.MemberDraft(name=self.name, post=self.post, topics=self.topics, person_id=person_id)


class AppointIn(MemberIn):
    """为哪个单位、哪一年聘任。"""

    unit_code: Annotated[Code, Field(description="选派单位。The unit that sends them.")]
    year: Year = 0


class ReplaceIn(In):
    """由谁接任，为什么。"""

    successor: MemberIn
    reason: Annotated[str, written(500)]
    takes_over_lectures: Annotated[
        bool, Field(description="今后的宣讲一并移交，已报名的企业会收到通知。Lectures ahead go over; who booked is told.")
    ] = False


class EndIn(In):
    """理由。"""

    reason: Annotated[str, written(500)]


class CorpsQuery(Asked):
    """Which members."""

    year: Year = 0
    unit: UnitCode = ""
    with_ended: Annotated[bool, Field(description="连同已卸任的。Also those whose time has ended.")] = False


class CorpsYear(Asked):
    """Which year."""

    year: Year = 0


class MemberOut(Out):
    """服务团的一名成员。"""

    id: Id
    year: int
    unit_code: Code
    unit_name: str
    group_number: Annotated[int | None, Field(description="咨询小组，讲师为空。Group of a consultant.")]
    seat: Annotated[int, Field(description="席位，1 或 2。Seat.")]
    name: str
    post: str
    topics: str
    person_id: Id | None
    predecessor_id: Annotated[Id | None, Field(description="接替了谁。Whom they replaced.")]
    appointed_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class GapOut(Out):
    """A unit that has sent nobody."""

    unit_code: Code
    unit_name: str
    group_number: int | None


class Members(Out):
    """By unit and seat, the newest first in each seat."""

    members: list[MemberOut]
    gaps: Annotated[list[GapOut], Field(description="尚未派人的单位。Units that have sent nobody yet.")]


class Replaced(Out):
    """Who follows, and how many lectures went over."""

    member: MemberOut
    lecture_count: int


def member_out(one: corps_pb2.CorpsMember) -> MemberOut:
    return MemberOut(
        id=one.id,
        year=one.year,
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        group_number=one.group_number or None,
        seat=one.seat,
        name=one.name,
        post=one.post,
        topics=one.topics,
        person_id=one.person_id or None,
        predecessor_id=one.predecessor_id or None,
        appointed_at=moment_of(one.appointed_at),
        ended_at=moment(one, "ended_at"),
        end_reason=one.end_reason or None,
        version=one.version,
    )
