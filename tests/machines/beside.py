"""The whole machine: what people do with several demands at once, and what happens beside them."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from fahu.dispatch.v1 import calendar_service_pb2 as calendar_rpc
from fahu.dispatch.v1 import handling_service_pb2 as handling_rpc
from fahu.dispatch.v1 import joint_case_service_pb2 as joint_rpc
from fahu.dispatch.v1 import look_back_service_pb2 as look_back_rpc
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from kit.auth import Actor
from kit.calendar import library_tables
from services.dispatch.queries import joint_cases
from services.dispatch.rules import BEFORE_REPLY, State
from tests.machines import checks
from tests.machines.cast import Look, sees
from tests.machines.checks import documented, hold
from tests.machines.content import CONTENT, Scene
from tests.machines.machine import MOST, DemandMachine
from tests.machines.stage import RULES

WHO_JOINS = ["centre operator", "centre operator", "centre lead", "supervisor", "hrss handler"]
MOST_TABLES = 2


class Version(NamedTuple):
    """Of one demand, as the version of a case follows from it."""

    id: UUID
    version: int


class WholeMachine(DemandMachine):
    """One sequence, with all that may happen in it."""

    # What is done to several at once

    @precondition(lambda self: len(self.looks) == MOST)
    @rule(name=st.sampled_from(WHO_JOINS))
    def they_are_joined(self, name: str) -> None:
        """All of them or none: one that cannot be joined keeps the other out."""
        actor, both = self.actors[name], list(self.looks.values())
        fits = all(self._is_free(actor, one) and not one.row["joint_case_id"] for one in both)
        ids = [str(look.id) for look in both]
        request = joint_rpc.CreateJointCaseRequest(title="同一事项", demand_ids=ids, request_id=uuid4().hex)
        self._together(actor, "CreateJointCase", request, () if fits else ("JOINT_MEMBERS_REFUSED",))

    # Chance alone would seldom join what can be joined, and part it again.

    @precondition(lambda self: len(self.looks) == MOST and len(self._centre_may(self.looks.values())) == MOST)
    @precondition(lambda self: not self._members())
    @rule()
    def the_centre_joins_what_it_can(self) -> None:
        self.they_are_joined("centre operator")

    @precondition(lambda self: self._centre_may(self._members()))
    @rule()
    def the_centre_parts_what_it_can(self) -> None:
        self._take_out("centre operator", self._centre_may(self._members())[0])

    def _centre_may(self, looks: Iterable[Look]) -> list[Look]:
        return [look for look in looks if self._is_free(self.actors["centre operator"], look)]

    @precondition(lambda self: self._members())
    @rule(data=st.data(), name=st.sampled_from(WHO_JOINS))
    def one_is_taken_out(self, data: Any, name: str) -> None:
        self._take_out(name, self._one(data))

    def _take_out(self, name: str, look: Look) -> None:
        actor = self.actors[name]
        fits = look in self._seen_members(actor) and self._is_free(actor, look)
        request = joint_rpc.TakeOutOfJointCaseRequest(on=self._on_case(actor), demand_ids=[str(look.id)], reason="另行办理")
        self._together(actor, "TakeOutOfJointCase", request, () if fits else ("JOINT_MEMBERS_REFUSED",))

    @precondition(lambda self: self._members() and len(self._members()) < len(self.looks))
    @rule(name=st.sampled_from(WHO_JOINS))
    def one_is_added(self, name: str) -> None:
        actor = self.actors[name]
        (other,) = (look for look in self.looks.values() if not look.row["joint_case_id"])
        fits = self._is_free(actor, other)
        request = joint_rpc.AddToJointCaseRequest(on=self._on_case(actor), demand_ids=[str(other.id)])
        self._together(actor, "AddToJointCase", request, () if fits else ("JOINT_MEMBERS_REFUSED",))

    @precondition(lambda self: self._members())
    @rule(data=st.data(), name=st.sampled_from(["hrss handler", "hrss lead", "eco_env handler", "centre operator"]))
    def they_are_answered_together(self, data: Any, name: str) -> None:
        actor, look = self.actors[name], self._members()[0]
        fields = CONTENT["ReplyDemand"](Scene(data.draw, self.stage, look, self.condition))
        request = joint_rpc.ReplyJointCaseRequest(on=self._on_case(actor), **fields)
        self._together(actor, "ReplyJointCase", request, documented("ReplyJointCase"), must_fail=False)

    @precondition(lambda self: self._members() and any(look.pending for look in self._members()))
    @rule(name=st.sampled_from(["hrss lead", "hrss lead", "eco_env lead"]), approve=st.booleans())
    def the_answers_are_signed_together(self, name: str, approve: bool) -> None:
        actor = self.actors[name]
        request = joint_rpc.DecideJointReplyRequest(on=self._on_case(actor), approve=approve)
        self._together(actor, "DecideJointReply", request, documented("DecideJointReply"), must_fail=False)

    def _members(self) -> list[Look]:
        return sorted((look for look in self.looks.values() if look.row["joint_case_id"]), key=lambda look: look.id)

    def _is_free(self, actor: Actor, look: Look) -> bool:
        """Whether it can be joined or parted: not once it is answered, and by nobody outside while it is before a court."""
        return self._sees(actor, look) and look.state in BEFORE_REPLY and not look.row["judicial"]

    def _sees(self, actor: Actor, look: Look) -> bool:
        return sees(actor, look, self.enterprise.liaison)

    def _seen_members(self, actor: Actor) -> list[Look]:
        return [look for look in self._members() if self._sees(actor, look)]

    def _on_case(self, actor: Actor) -> joint_rpc.JointPrecondition:
        case_id = self._members()[0].row["joint_case_id"]
        seen = [Version(look.id, look.row["version"]) for look in self._seen_members(actor)]
        version = joint_cases.version_of(UUID(case_id), seen)
        return joint_rpc.JointPrecondition(joint_case_id=case_id, expected_version=version, request_id=uuid4().hex)

    def _together(
        self, actor: Actor, method: str, request: Any, reasons: Collection[str], must_fail: bool | None = None
    ) -> None:
        if not RULES[method].admits(actor):
            reasons, must_fail = ("PERMISSION_DENIED",), True
        self._send(actor, method, request, frozenset(reasons), bool(reasons) if must_fail is None else must_fail)

    # What happens beside the demands

    @precondition(lambda self: self.tables < MOST_TABLES)
    @rule(
        name=st.sampled_from(["centre lead", "centre lead", "centre lead", "supervisor"]),
        ahead=st.sampled_from([0, 0, 1]),
        free=st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True),
    )
    def a_table_of_holidays_comes(self, name: str, ahead: int, free: list[int]) -> None:
        """This year's corrected, or the next one's; clocks that run are counted again, once."""
        actor, today = self.actors[name], self.stage.course.calendar.day_of(self.stage.now)
        year = today.year + ahead
        days = {date(year, 1, 1): False, **library_tables().get(year, {})}
        days |= {day: False for day in (today + timedelta(days=one) for one in free) if day.year == year}
        request = calendar_rpc.SetCalendarRequest(
            year=year,
            expected_revision=self.stage.course.revision,
            notice="关于部分节假日安排的通知",
            days_off=[str(day) for day, works in sorted(days.items()) if not works],
            workdays=[str(day) for day, works in sorted(days.items()) if works],
        )
        refused = frozenset() if RULES["SetCalendar"].admits(actor) else frozenset({"PERMISSION_DENIED"})
        if self._send(actor, "SetCalendar", request, refused, must_fail=bool(refused)):
            self.tables += 1
            self._run(self._recounted())

    async def _recounted(self) -> None:
        self.figures["steps"] += 1
        before = self.looks
        changed = await self.stage.recount()
        await self._look()
        checks.check_moves(self.stage, before, self.looks)
        checks.check_time(self.stage, before, self.looks)
        self.moves.update(action for action, _ in self.stage.taken)
        await checks.check_recounted(self.stage, changed, before, self.looks)
        again = await self.stage.recount()
        hold("i", not again and not await self._look(), again, "clocks changed when they were counted once more")

    @precondition(lambda self: any(look.state is State.PARKED for look in self.looks.values()))
    @rule()
    def a_condition_is_met(self) -> None:
        request = handling_rpc.MeetConditionRequest(name=self.condition, note="沪府〔2026〕5号")
        reasons = documented("MeetCondition")
        self._send(self.actors["hrss handler"], "MeetCondition", request, reasons, must_fail=False)
        self.condition = f"待{self.stage.now:%Y%m%d%H}号批复之{uuid4().hex[:8]}"  # what is met is waited for no more

    @precondition(lambda self: not self.drawn)
    @rule(share=st.sampled_from([0, 50, 100]))
    def a_sample_is_drawn(self, share: int) -> None:
        self.drawn = True  # once is enough
        request = look_back_rpc.DrawSampleRequest(share_percent=share, seed="x", request_id=uuid4().hex)
        request.since.FromDatetime(self.stage.now - timedelta(days=120))
        request.until.FromDatetime(self.stage.now + timedelta(seconds=1))
        self._send(self.actors["supervisor"], "DrawSample", request, frozenset(), must_fail=False)

    @precondition(lambda self: not self.replaced)
    @rule()
    def the_contact_is_replaced(self) -> None:
        self.replaced = True
        self.former, self.enterprise.liaison = self.enterprise.liaison, uuid4()
        self._everybody()
        self._run(self._replaced())

    async def _replaced(self) -> None:
        query = "UPDATE liaison_point SET liaison_person_id = :new WHERE enterprise_id = :id"
        await self.stage.sql(query, new=self.enterprise.liaison, id=self.enterprise.id)
