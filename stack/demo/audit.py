"""After the play: is every demand where it should be, and was everybody told, once, on the way they agreed to?"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stack.demo.cast import Cast
from stack.demo.client import Json, Person
from stack.demo.tale import STATES, Tale

PATIENCE_SECONDS = 30.0
GRACE_SECONDS = 1.0
POLL_SECONDS = 0.2
# A slow play may meet a clock's warning or breach; whether they come depends on the hour.
BY_THE_CLOCK = ("deadline_", "rating_reminder", "info_reminder", "centre_deadline", "centre_overdue")
# What WeChat must deliver or the centre must call about; all else may stay in the inbox.
MUST_REACH = ("demand_dispatched", "demand_replied", "demand_parked")


@dataclass(frozen=True)
class Findings:
    """What is wrong, and how many notifications were found."""

    problems: list[str]
    notifications: int


async def audit(tales: Sequence[Tale], unreachable: Person, cast: Cast) -> Findings:
    """Look until all is right, for half a minute; then once more, for what came too often."""
    end = time.monotonic() + PATIENCE_SECONDS
    findings = await _look(tales, unreachable, cast)
    while findings.problems and time.monotonic() < end:
        await asyncio.sleep(POLL_SECONDS)
        findings = await _look(tales, unreachable, cast)
    if findings.problems:
        return findings
    await asyncio.sleep(GRACE_SECONDS)
    return await _look(tales, unreachable, cast)


async def _look(tales: Sequence[Tale], unreachable: Person, cast: Cast) -> Findings:
    people = {person.id: person for tale in tales for person in tale.people.values()}
    inboxes = await _inboxes(people, {tale.demand["id"]: tale.demand["submitted_at"] for tale in tales})
    supervisor = await cast.supervisor()
    problems: list[str] = []
    for tale in tales:
        problems += await _place_of(tale, supervisor)
        problems += _notices_of(tale, inboxes, people)
        problems += await _deliveries_of(tale, unreachable, supervisor, cast)
    problems += await _call_task_of(unreachable, cast)
    return Findings(problems, sum(inboxes.values()))


async def _place_of(tale: Tale, supervisor: Person) -> list[str]:
    """State and timeline, as somebody sees them who took no part."""
    demand = await supervisor.get(f"/demands/{tale.demand['id']}")
    lines = (await supervisor.get(f"/demands/{tale.demand['id']}/timeline"))["events"]
    problems = []
    if demand["state"] != tale.state:
        problems.append(f"{tale.serial} 应为{STATES[tale.state]}，实为 {demand['state']}")
    if [line["type"] for line in lines] != tale.events:
        problems.append(f"{tale.serial} 的过程应为 {tale.events}，实为 {[line['type'] for line in lines]}")
    if [line["sequence"] for line in lines] != list(range(1, len(lines) + 1)):
        problems.append(f"{tale.serial} 的过程有断号")
    return problems


async def _inboxes(people: dict[str, Person], demands: dict[str, str]) -> Counter[tuple[str, str, str]]:
    """How often each person's inbox holds each kind of message about each of these demands, given with their times."""
    begun = min(map(datetime.fromisoformat, demands.values()))
    found: Counter[tuple[str, str, str]] = Counter()
    for person in people.values():
        async for message in person.all_of("/notifications", "notifications"):
            if datetime.fromisoformat(message["happened_at"]) < begun:
                break  # newest first: the rest is of former days
            if message["subject_id"] in demands and not message["kind"].startswith(BY_THE_CLOCK):
                found[message["subject_id"], person.id, message["kind"]] += 1
    return found


def _notices_of(tale: Tale, inboxes: Counter[tuple[str, str, str]], people: dict[str, Person]) -> list[str]:
    present = {key[1:]: count for key, count in inboxes.items() if key[0] == tale.demand["id"]}
    problems = []
    for person_id, kind in sorted({*present, *tale.notices}):
        wanted, got = tale.notices[person_id, kind], present.get((person_id, kind), 0)
        if got != wanted:
            fault = "缺少通知" if got < wanted else "重复通知" if wanted else "多余通知"
            problems.append(f"{tale.serial} {fault}：{people[person_id].name} {kind} 应 {wanted} 条，实 {got} 条")
    return problems


async def _deliveries_of(tale: Tale, unreachable: Person, supervisor: Person, cast: Cast) -> list[str]:
    """Whether what must reach people did, through WeChat or as a call task, and as often as the phones say."""
    deliveries = (await supervisor.get(f"/demands/{tale.demand['id']}/deliveries"))["deliveries"]
    problems = []
    for one in deliveries:
        wanted = "call_task" if one["person_id"] == unreachable.id else "sent"
        if one["kind"] in MUST_REACH and one["state"] != wanted:
            problems.append(f"{tale.serial} {one['kind']} 送达状态应为 {wanted}，实为 {one['state']}")
    for person in tale.people.values():
        if person.openid:
            sent = sum(one["state"] == "sent" for one in deliveries if one["person_id"] == person.id)
            got = sum(_is_about(message, tale.serial) for message in await cast.platform.received(person))
            if sent != got:
                problems.append(f"{tale.serial} 微信应送达{person.name} {sent} 条，手机实收 {got} 条")
    return problems


def _is_about(message: Json, serial: str) -> bool:
    return any(item.get("value") == serial for item in message["data"].values())


async def open_calls(person: Person, cast: Cast) -> list[Json]:
    """The centre's open call tasks about a person."""
    centre = await cast.centre_operator()
    return [task async for task in centre.all_of("/call-tasks", "call_tasks") if task["person_id"] == person.id]


async def _call_task_of(unreachable: Person, cast: Cast) -> list[str]:
    """The one contact who agreed to nothing must be on the centre's list, once however many messages wait."""
    tasks = await open_calls(unreachable, cast)
    if [task["cause"] for task in tasks] == ["no_consent"]:
        return []
    return [f"未授权微信消息的{unreachable.name}应有一项电话联系任务，实有 {len(tasks)} 项：{tasks}"]
