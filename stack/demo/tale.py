"""The way of one demand: each step is done over HTTP, told, and adds what must be found afterwards."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from kit.calendar import WorkingCalendar
from stack.demo.cast import Cast
from stack.demo.client import Json, Person, Refused
from stack.demo.scenes import Answer, Mark, Matter

PROMISE_WORKDAYS = 3
STATES = {
    "triage": "待研判",
    "dispatched": "已派单待接收",
    "return_review": "退单待审",
    "accepted": "已接收待分类",
    "handling": "办理中",
    "awaiting_enterprise": "待企业补充",
    "parked": "留作参考",
    "replied": "已答复待评价",
    "closed": "已办结",
    "withdrawn": "已撤回",
}
REPLIES = {"answer": "答复", "direct": "直接答复", "guidance": "告知法定渠道"}
STARS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}


class Astray(Exception):
    """Something is not where the story left it."""


async def is_refused(reason: str, attempt: Awaitable[Any]) -> Refused:
    """What must not be possible, is not."""
    try:
        await attempt
    except Refused as refused:
        if refused.reason != reason:
            raise
        return refused
    raise Astray(f"应被拒绝（{reason}），却成功了")


class Tale:
    """One demand. `notices` counts what each person's inbox must hold about it: (person id, kind of message)."""

    def __init__(self, cast: Cast, liaison: Person, tell: Callable[[str], None]) -> None:
        self.cast = cast
        self.liaison = liaison
        self.demand: Json = {}
        self.events: list[str] = []
        self.notices: Counter[tuple[str, str]] = Counter()
        self.people: dict[str, Person] = {}
        self._tell = tell

    @property
    def serial(self) -> str:
        return str(self.demand["serial"])

    @property
    def state(self) -> str:
        return str(self.demand["state"])

    async def send(self, matter: Matter, by: Person | None = None, guards: Json | None = None) -> None:
        """By the contact in the mini-program; or `by` an officer on its behalf, from a telephone call.

        `guards` are the ticks that send it to the centre.
        """
        body: dict[str, Any] = {"kind": matter.kind, "category_code": matter.category}
        body |= {"title": matter.title, "body": matter.body} | (guards or {})
        if by is not None:
            body |= {"channel": "phone", "enterprise_id": self.liaison.account["enterprise_id"]}
        sender = by or self.liaison
        self.demand = await sender.post("/demands", body)
        self._line(sender, f"提交{'建议' if matter.kind == 'suggestion' else '需求'} {self.serial}「{matter.title}」")
        if matter.category == "unsure" or guards:
            self._expect("triage", "submitted", "triage_required")
            self._told(self.liaison, "demand_in_triage")
            self._told(await self.cast.centre_operator(), "centre_triage_required")
        else:
            self._expect("dispatched", "submitted", "dispatched", lead=matter.category)
            self._told(self.liaison, "demand_routed")
            self._told(await self.cast.agency_contact(matter.category), "demand_dispatched")

    async def dispatch(self, by: Person, unit: str, note: str) -> None:
        await self._move(by, "dispatch", {"unit_code": unit, "note": note}, "人工派单")
        self._expect("dispatched", "dispatched", lead=unit)
        self._told(self.liaison, "demand_forwarded")
        self._told(await self.cast.agency_contact(unit), "demand_dispatched")

    async def accept(self, by: Person) -> None:
        await self._move(by, "accept", {}, "接收")
        self._expect("accepted", "accepted")
        self._told(self.liaison, "demand_accepted")

    async def handle(self, by: Person, disposition: str, explanation: str) -> None:
        """即行即办, or 限时办理 with a promised day three working days ahead."""
        body = {"kind": disposition, "explanation": explanation}
        what = "即行即办"
        if disposition == "time_bound":
            body["promised_on"] = _workday_ahead()
            what = f"限时办理，承诺 {body['promised_on']} 前答复"
        await self._move(by, "disposition", body, what)
        self._expect("handling", "disposition_set")
        self._told(self.liaison, "demand_disposition_set")

    async def park(self, by: Person, explanation: str, tag: str, review_on: str) -> None:
        """留作参考: asked for, signed by the agency's lead, countersigned by the centre."""
        body = {"kind": "reference", "explanation": explanation, "condition_tags": [tag], "review_on": review_on}
        unit, centre = self.demand["lead_unit_code"], await self.cast.centre_operator()
        await self._move(by, "disposition", body, f"提请留作参考（{tag}），{review_on} 复核")
        self._expect("accepted", "approval_requested")
        self._told(await self.cast.agency_lead(unit), "approval_to_sign")
        await self._decide(await self.cast.agency_lead(unit), "签批")
        self._expect("accepted", "approval_signed")
        self._told(centre, "centre_approval_requested")
        await self._decide(centre, "同意")
        self._expect("parked", "disposition_set")
        self._told(self.liaison, "demand_parked")
        self._told(await self.cast.agency_contact(unit), "approval_granted")

    async def _decide(self, by: Person, told: str) -> None:
        """Say yes to the one request that waits."""
        waiting = (await by.get("/approvals"))["approvals"]
        (approval,) = [one for one in waiting if one["demand_id"] == self.demand["id"]]
        await self._move(by, f"approvals/{approval['id']}/decision", {"approve": True}, told)

    async def reveal(self) -> None:
        """The enterprise lets the agency know who it is."""
        await self._move(self.liaison, "reveal-identity", {}, "同意告知企业身份")
        self._expect("dispatched", "identity_revealed")
        self._told(await self.cast.agency_contact(self.demand["lead_unit_code"]), "identity_revealed")

    async def reply(self, by: Person, answer: Answer, kind: str = "answer") -> None:
        """By the agency; or by the centre, with kind direct or guidance."""
        body = {"kind": kind, "claim": answer.claim, "conclusion": answer.conclusion}
        body |= {"legal_basis": answer.legal_basis, "next_steps": answer.next_steps}
        await self._move(by, "reply", body, REPLIES[kind])
        if self.state == "handling":
            lead = await self.cast.agency_lead(self.demand["lead_unit_code"])
            self._expect("handling", "approval_requested")
            self._told(lead, "approval_to_sign")
            await self._decide(lead, "签发答复")
        self._expect("replied", "replied")
        self._told(self.liaison, "demand_replied")

    async def rate(self, mark: Mark) -> None:
        body = {"satisfaction": mark.satisfaction, "solved": mark.solved, "comment": mark.comment}
        await self._move(self.liaison, "rating", body, f"评价“{STARS[mark.satisfaction]}”，{mark.comment}")
        content = mark.satisfaction >= 3 and mark.solved != "no"
        self._expect("closed" if content else "replied", "rated", *(["closed"] if content else []))
        if self.demand["lead_unit_code"]:
            self._told(await self.cast.agency_contact(self.demand["lead_unit_code"]), "demand_rated")
        if not content:
            self._told(await self.cast.centre_operator(), "centre_look_back_due")

    async def withdraw(self, reason: str) -> None:
        await self._move(self.liaison, "withdraw", {"reason": reason}, f"撤回，{reason}")
        self._expect("withdrawn", "withdrawn")
        self._told(await self.cast.agency_contact(self.demand["lead_unit_code"]), "demand_withdrawn")
        self._told(await self.cast.centre_operator(), "centre_demand_withdrawn")

    async def _move(self, by: Person, verb: str, body: Json, told: str) -> None:
        path = f"/demands/{self.demand['id']}/{verb}"
        self.demand = await by.post(path, body, version=self.demand["version"])
        self._line(by, told)

    def _line(self, who: Person, what: str) -> None:
        lead = self.demand["lead_unit_name"]
        where = STATES[self.state] + (f"·{lead}" if lead and self.state in ("dispatched", "handling") else "")
        self._tell(f"    {who.name}：{what}  →  {where}")

    def _expect(self, state: str, *events: str, lead: str | None = None) -> None:
        if self.state != state or (lead and self.demand["lead_unit_code"] != lead):
            raise Astray(
                f"{self.serial} 应为{STATES[state]} {lead or ''}，实为 {self.state} {self.demand['lead_unit_code']}"
            )
        self.events += events

    def _told(self, person: Person, kind: str) -> None:
        self.notices[person.id, kind] += 1
        self.people[person.id] = person


def _workday_ahead() -> str:
    calendar = WorkingCalendar.from_library()
    return calendar.day_of(calendar.add_workdays(datetime.now(UTC), PROMISE_WORKDAYS).at).isoformat()
