"""How requests for lectures look at the door."""

from datetime import datetime
from typing import Annotated, Literal

from fahu.courses.v1 import lecture_request_pb2
from fahu.courses.v1 import lecture_request_service_pb2 as pb
from pydantic import Field

from services.gateway import errors
from services.gateway.routes.lectures import stamp
from services.gateway.routes.project_schemas import UnitCode, Year
from services.gateway.schemas import WHOLE, Asked, Code, GivenId, GivenMoment, Id, In, NextPageToken, Out, Page, written
from services.gateway.words import Words, moment, moment_of

RequestStateWord = Literal["requested", "countered", "accepted", "declined", "withdrawn", "expired"]
SideWord = Literal["agency", "enterprise"]
REQUEST_STATES, SIDES = Words(lecture_request_pb2.LectureRequestState), Words(lecture_request_pb2.RequestSide)


class SlotIn(In):
    """一个可以宣讲的时段。"""

    starts_at: GivenMoment
    ends_at: Annotated[GivenMoment, Field(description="最长 12 小时。At most 12 hours later.")]

    def message(self) -> pb.SlotDraft:
        return pb.SlotDraft(starts_at=stamp(self.starts_at), ends_at=stamp(self.ends_at))


class TopicIn(In):
    """没有合适课件时，向哪个部门预约什么主题。"""

    unit_code: Annotated[
        str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z_-]*$", description="部门代码。Agency.")
    ]
    title: Annotated[str, written(100), Field(description="主题，同片区企业可见。Enterprises of the zone read it.")]


class LectureRequestIn(In):
    """想请哪个部门来讲什么、什么时候、在哪里、多少人听。课件和主题二者填一。"""

    courseware_id: Annotated[GivenId | None, Field(description="课件；或填主题。Courseware, or a topic.")] = None
    topic: TopicIn | None = None
    slots: Annotated[
        list[SlotIn],
        Field(
            min_length=2, max_length=3, description="两到三个时段，按先后、同一年度、互不重叠。Soonest first, of one year."
        ),
    ]
    place: Annotated[str, written(200), Field(description="贵企业的场地。Where at the enterprise.")]
    heads: Annotated[int, Field(ge=1, le=1000, description="预计人数。How many are expected."), WHOLE]

    def message(self) -> pb.CreateLectureRequestRequest:
        """Raises ChoiceInvalid unless it is about courseware, or about a topic."""
        if (self.courseware_id is None) == (self.topic is None):
            raise errors.ChoiceInvalid("courseware_id", "topic")
        slots = [slot.message() for slot in self.slots]
        if self.topic:
            topic = pb.TopicDraft(unit_code=self.topic.unit_code, title=self.topic.title)
            return pb.CreateLectureRequestRequest(topic=topic, slots=slots, place=self.place, heads=self.heads)
        return pb.CreateLectureRequestRequest(
            courseware_id=str(self.courseware_id), slots=slots, place=self.place, heads=self.heads
        )


class OfferIn(In):
    """部门派哪位讲师、用哪个课件、设多少座位。"""

    lecturer_id: Annotated[GivenId, Field(description="本部门的讲师。A lecturer of the agency.")]
    courseware_id: Annotated[GivenId | None, Field(description="空为所预约的课件。Empty for that asked for.")] = None
    capacity: Annotated[int, Field(ge=1, le=1000, description="座位数，不少于报名人数。As many as come at least."), WHOLE]

    def message(self) -> pb.OfferDraft:
        courseware_id = str(self.courseware_id or "")
        return pb.OfferDraft(lecturer_id=str(self.lecturer_id), courseware_id=courseware_id, capacity=self.capacity)


class AcceptIn(In):
    """接受哪个时段。"""

    slot: Annotated[int, Field(ge=1, le=3, description="第几个时段。Position of the slot."), WHOLE]
    offer: Annotated[OfferIn | None, Field(description="部门必填，企业不填。For agencies only.")] = None


class CounterIn(In):
    """另提哪些时段。"""

    slots: Annotated[list[SlotIn], Field(min_length=1, max_length=3, description="一到三个时段。One to three slots.")]
    offer: Annotated[OfferIn | None, Field(description="部门必填，企业不填。For agencies only.")] = None


class JoinIn(In):
    """几个人一同参加。"""

    heads: Annotated[int, Field(ge=1, le=1000, description="人数，不超过每家上限。How many come."), WHOLE] = 1


class LectureRequestNarrowing(Asked):
    """What narrows the list and its file."""

    year: Year = 0
    unit: UnitCode = ""
    request_state: Annotated[RequestStateWord | None, Field(description="状态。State.")] = None


class LectureRequestQuery(LectureRequestNarrowing, Page):
    """Which requests, and which page of them."""

    joinable: Annotated[bool, Field(description="只看本片区可以一同参加的。Only those that may be joined.")] = False


class SlotOut(Out):
    """一个时段。"""

    position: int
    starts_at: datetime
    ends_at: datetime


class OfferOut(Out):
    """部门随时段提出的讲师和座位。"""

    lecturer_id: Id
    lecturer_name: str
    courseware_id: Id
    capacity: int


class PartyOut(Out):
    """一家参加的企业。"""

    enterprise_id: Id
    enterprise_name: str
    heads: int
    asked: Annotated[bool, Field(description="预约的企业；其余为一同参加的。It asked; the others joined.")]


class LectureRequestOut(Out):
    """一次预约。只是可以一同参加的企业，看不到是谁预约、在哪里、还有谁参加：相应各项为空。"""

    id: Id
    serial: str
    year: int
    unit_code: Code
    unit_name: str
    courseware_id: Id | None
    title: str
    zone_code: str
    zone_name: str
    state: RequestStateWord
    turn: Annotated[SideWord | None, Field(description="轮到哪一方答复；已结束的为空。Whose move it is.")]
    due_at: Annotated[datetime | None, Field(description="答复期限。Until when that side answers.")]
    provisional: Annotated[bool, Field(description="期限可能因节假日安排调整。A holiday notice may move it.")]
    overdue: Annotated[bool, Field(description="逾期未答复。The time to answer has passed.")]
    slots: Annotated[list[SlotOut], Field(description="最近提出的时段。Those proposed last.")]
    party_count: Annotated[int, Field(description="参加的企业数，含预约企业。How many enterprises come.")]
    own_heads: Annotated[int | None, Field(description="贵企业的人数；未参加的为空。From the caller's enterprise.")]
    enterprise_id: Id | None
    enterprise_name: str | None
    area_code: str | None
    place: str | None
    head_count: int | None
    offer: OfferOut | None
    end_reason: str | None
    parties: Annotated[list[PartyOut], Field(description="仅承办部门和监督方可见；列表中不给出。Not in lists.")]
    lecture_id: Annotated[Id | None, Field(description="约定后的宣讲场次。The lecture agreed on.")]
    created_at: datetime
    answered_at: Annotated[datetime | None, Field(description="部门首次答复的时间。When the agency first answered.")]
    version: Annotated[int, Field(description="版本，即 ETag；有企业加入或退出时也会改变。Joins change it, too.")]


class LectureRequests(Out):
    """One page, newest first."""

    lecture_requests: list[LectureRequestOut]
    next_page_token: NextPageToken


def request_out(one: lecture_request_pb2.LectureRequest) -> LectureRequestOut:
    return LectureRequestOut(
        id=one.id,
        serial=one.serial,
        year=one.year,
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        courseware_id=one.courseware_id or None,
        title=one.title,
        zone_code=one.zone_code,
        zone_name=one.zone_name,
        state=REQUEST_STATES.of(one.state),
        turn=SIDES.of(one.turn),
        due_at=moment(one, "due_at"),
        provisional=one.provisional,
        overdue=one.overdue,
        slots=[_slot(slot) for slot in one.slots],
        party_count=one.party_count,
        own_heads=one.own_heads or None,
        enterprise_id=one.enterprise_id or None,
        enterprise_name=one.enterprise_name or None,
        area_code=one.area_code or None,
        place=one.place or None,
        head_count=one.head_count or None,
        offer=_offer(one.offer) if one.HasField("offer") else None,
        end_reason=one.end_reason or None,
        parties=[_party(party) for party in one.parties],
        lecture_id=one.lecture_id or None,
        created_at=moment_of(one.created_at),
        answered_at=moment(one, "answered_at"),
        version=one.version,
    )


def _slot(slot: lecture_request_pb2.RequestSlot) -> SlotOut:
    return SlotOut(position=slot.position, starts_at=moment_of(slot.starts_at), ends_at=moment_of(slot.ends_at))


def _offer(offer: lecture_request_pb2.RequestOffer) -> OfferOut:
    return OfferOut(
        lecturer_id=offer.lecturer_id,
        lecturer_name=offer.lecturer_name,
        courseware_id=offer.courseware_id,
        capacity=offer.capacity,
    )


def _party(party: lecture_request_pb2.RequestParty) -> PartyOut:
    enterprise = {"enterprise_id": party.enterprise_id, "enterprise_name": party.enterprise_name}
    return PartyOut(**enterprise, heads=party.heads, asked=party.asked)
