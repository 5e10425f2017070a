"""Somebody signed in for every column of the table, and things of each kind: theirs, somebody else's, and none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from kit.auth import TokenSigner
from kit.calendar import BEIJING
from stack.demo.client import Json, Person, Platform
from stack.demo_data import Enterprise
from stack.loading import Loaded
from stack.supervisor import Stack
from tests.journeys.courses_world import things_of_courses
from tests.journeys.projects_world import projects_and_records
from tests.journeys.table import COLUMNS, NOBODY, ROLES, SERVICES
from tests.journeys.things import Things
from tests.kit.uploads.makers import png

STAFF = {
    "agency contact": "hrss.contact",
    "agency handler": "hrss.handler",
    "agency lead": "hrss.lead",
    "centre operator": "centre.operator",
    "centre lead": "centre.lead",
    "supervisor": "committee.supervisor",
    "area officer": "zhujing.officer",
}
DEMAND = {"kind": "demand", "category_code": "hrss", "title": "矩阵示例", "body": "谁能看到这条需求？"}


@dataclass
class World:
    """`demands` are all there are, `enterprises` all of the year; `things` are by kind and column.

    `neighbour` is the contact of an enterprise of another area, `bystander` one of whom the table knows nothing.
    """

    stack: Stack
    loaded: Loaded
    people: dict[str, Person]
    neighbour: Person
    bystander: Person
    tokens: dict[str, str]
    demands: dict[str, str] = field(default_factory=dict)
    enterprises: list[str] = field(default_factory=list)
    things: dict[str, dict[str, Things]] = field(default_factory=dict)

    @property
    def home(self) -> str:
        """The enterprise whose contact and whose area's officer are in the table."""
        return str(self.people["liaison"].account["enterprise_id"])

    @property
    def next_door(self) -> str:
        """An enterprise of another area."""
        return str(self.neighbour.account["enterprise_id"])


@asynccontextmanager
async def settled(stack: Stack) -> AsyncIterator[World]:
    """The world once everybody has signed in and everything has arrived."""
    assert stack.loaded
    async with Platform(stack.url(), stack.url("wechat")) as platform:
        first, second, third, *_ = stack.loaded.enterprises
        people = {"liaison": await _contact(platform, first)}
        for column, login in STAFF.items():
            people[column] = await _staff(platform, stack.loaded, login)
        tokens = {column: person.token for column, person in people.items()} | {NOBODY: ""}
        tokens |= {name: TokenSigner(stack.layout.signing_key(name).read_text()).for_service() for name in SERVICES}
        neighbour, bystander = await _contact(platform, second), await _contact(platform, third)
        world = World(stack, stack.loaded, people, neighbour, bystander, tokens)
        await _fill(platform, world)
        yield world


async def _staff(platform: Platform, loaded: Loaded, login: str) -> Person:
    one = next(account.staff for account in loaded.accounts if account.staff.login == login)
    return await platform.sign_in_through_wechat(one.name, one.openid, one.phone)


async def _contact(platform: Platform, enterprise: Enterprise) -> Person:
    return await platform.sign_in_through_wechat(enterprise.name, enterprise.openid, enterprise.phone)


async def _fill(platform: Platform, world: World) -> None:
    people, home = world.people, world.home
    on_behalf = {"channel": "phone", "enterprise_id": home}
    sent = {
        "home": await _send(people["liaison"]),
        "home unsure": await _send(people["liaison"], category_code="unsure"),
        "home withdrawn": await _send(people["liaison"], category_code="court"),
        "home by office": await _send(people["area officer"], **on_behalf),
        "home by centre": await _send(people["centre operator"], **on_behalf),
        "next door": await _send(world.neighbour, category_code="eco_env"),
        "next door, same agency": await _send(world.neighbour),
        "home joint": await _send(people["liaison"]),
        "home joint too": await _send(people["liaison"]),
        "next door joint": await _send(world.neighbour, category_code="eco_env"),
        "next door joint too": await _send(world.neighbour, category_code="eco_env"),
    }
    world.demands = {name: str(demand["id"]) for name, demand in sent.items()}
    taken_back = sent["home withdrawn"]
    await people["liaison"].post(f"/demands/{taken_back['id']}/withdraw", {"reason": "示例"}, version=taken_back["version"])
    await world.stack.settle()
    world.enterprises = [str(one["id"]) async for one in people["supervisor"].all_of("/enterprises", "enterprises")]
    world.things = {
        "demand": _demands(world.demands),
        "deliveries": _for_all(Things([world.demands["home"]], [world.demands["next door"]])),
        "enterprise": _enterprises(world),
        "submission": _enterprises(world),
        "message": await _messages(world),
        "person": _for_all(Things([people["liaison"].id], [world.neighbour.id])),
        "attachment": await _attachments(world),
        "upload": await _uploads(world),
        "joint case": await _joint_cases(world),
        "reply template": await _templates(platform, world),
        "plaque": await _plaques(world),
        "survey": _for_all(Things([await _survey(people["supervisor"])])),
        "recommendation": await _recommendations(world),
        "nomination": await _nominations(platform, world),
        "designation": await _designations(world),
        **await _programme(platform, world),
        "call task": _for_all(Things([await _call_task(world)])),
    }


async def _programme(platform: Platform, world: World) -> dict[str, dict[str, Things]]:
    """What the year's programme makes, in registry and in courses."""
    by_unit = {one.staff.unit_code: one.staff.login for one in reversed(world.loaded.accounts)}

    def staff_of(unit: str) -> Awaitable[Person]:
        return _staff(platform, world.loaded, by_unit[unit])

    projects, records = await projects_and_records(world.people, world.neighbour, staff_of)
    of_courses = await things_of_courses(world.stack, world.people, world.neighbour, staff_of)
    return {"project": projects, "service record": records} | of_courses


async def _survey(supervisor: Person) -> str:
    """One that is being prepared; whoever may ask for surveys sees it."""
    days = {"opens_on": "2031-01-10", "closes_on": "2031-02-28"}
    made = await supervisor.post("/surveys", {"title": "矩阵示例", "year": 2031, "audience": "census"} | days)
    return str(made["id"])


async def _recommendations(world: World) -> dict[str, Things]:
    """One for the agency in the table, one for the office of the area, one for another agency."""
    supervisor, days = world.people["supervisor"], {"opens_on": "2031-01-10", "closes_on": "2031-02-28"}
    asked = {"title": "矩阵示例", "kind": "other", "audience": "liaison_points", "year": datetime.now(BEIJING).year}
    survey = await supervisor.post("/surveys", asked | days)
    path = f"/surveys/{survey['id']}"
    headers = {"authorization": f"Bearer {world.people['centre lead'].token}", "idempotency-key": str(survey["id"])}
    async with httpx.AsyncClient(base_url=f"{world.stack.url()}/api/v1", trust_env=False, timeout=15) as http:
        (await http.post(f"{path}/invitations", json={}, headers=headers)).raise_for_status()
    for verb in ("open", "close", "analyse"):
        survey = await supervisor.post(f"{path}/{verb}", {}, version=survey["version"])
    texts = {"text": "矩阵示例", "due_on": "2031-12-31"}
    units = ("hrss", f"area-{world.people['area officer'].account['area_code']}", "eco_env")
    made = [await supervisor.post(f"{path}/recommendations", texts | {"owner_unit": unit}) for unit in units]
    agencys, offices, others = (str(one["id"]) for one in made)
    whole = _for_all(Things([agencys], [others]))
    return whole | {"area officer": Things([offices], [agencys, others])}


async def _send(person: Person, **changes: str) -> Json:
    return await person.post("/demands", DEMAND | changes)


def _for_all(things: Things) -> dict[str, Things]:
    return dict.fromkeys(COLUMNS, things)


def _demands(ids: dict[str, str]) -> dict[str, Things]:
    mine, elsewhere = ids["home"], ids["next door"]
    agency = Things([mine, ids["next door, same agency"]], [elsewhere, ids["home unsure"]])
    return _for_all(Things([mine], [elsewhere])) | {
        "liaison": Things([mine, ids["home by office"]], [elsewhere]),
        "agency contact": agency,
        "agency handler": agency,
        "agency lead": agency,
        "area officer": Things([ids["home by office"]], [elsewhere, mine, ids["home by centre"]]),
    }


def _enterprises(world: World) -> dict[str, Things]:
    return _for_all(Things([world.home], [world.next_door]))


async def _joint_cases(world: World) -> dict[str, Things]:
    async def joined(whose: str) -> str:
        ids = [world.demands[f"{whose} joint"], world.demands[f"{whose} joint too"]]
        case = await world.people["centre operator"].post("/joint-cases", {"title": "矩阵示例", "demand_ids": ids})
        return str(case["id"])

    return _for_all(Things([await joined("home")], [await joined("next door")]))


async def _templates(platform: Platform, world: World) -> dict[str, Things]:
    """One of the agency in the table, and one of another."""
    texts = {"title": "矩阵示例", "state": "handling", "conclusion": "结论"}
    elsewhere = await _staff(platform, world.loaded, "eco_env.handler")
    mine, theirs = [await who.post("/reply-templates", texts) for who in (world.people["agency handler"], elsewhere)]
    return _for_all(Things([str(mine["id"])], [str(theirs["id"])]))


async def _nominations(platform: Platform, world: World) -> dict[str, Things]:
    """One of the area in the table, and one of another, for the list of a year to come."""
    await world.people["supervisor"].post("/cohorts", {"year": 2033, "target_total": 2})
    elsewhere = await _staff(platform, world.loaded, "fengjing.officer")
    mine, theirs = [
        await officer.post("/nominations", {"year": 2033, "uscc": enterprise.uscc, "level": "town"})
        for officer, enterprise in zip((world.people["area officer"], elsewhere), world.loaded.enterprises, strict=False)
    ]
    return _for_all(Things([str(mine["id"])], [str(theirs["id"])]))


async def _designations(world: World) -> dict[str, Things]:
    by_enterprise = {
        str(one["enterprise_id"]): str(one["id"])
        async for one in world.people["supervisor"].all_of(f"/cohorts/{world.loaded.year}/designations", "liaison_points")
    }
    return _for_all(Things([by_enterprise[world.home]], [by_enterprise[world.next_door]]))


async def _plaques(world: World) -> dict[str, Things]:
    """One of the enterprise and the area in the table, and one of another area."""
    supervisor = world.people["supervisor"]
    year = (await supervisor.get(f"/enterprises/{world.home}"))["designation"]["year"]
    await supervisor.post(f"/cohorts/{year}/plaques", {})
    found = {str(one["enterprise_id"]): str(one["id"]) async for one in supervisor.all_of("/plaques", "plaques")}
    return _for_all(Things([found[world.home]], [found[world.next_door]]))


async def _attached(person: Person, demand_id: str) -> str:
    """A file that this person attached to a demand."""
    file = await person.send_file("示例.png", png(), "image/png")
    await person.post(f"/demands/{demand_id}/attachments", {"attachment_ids": [file["id"]]})
    return str(file["id"])


async def _attachments(world: World) -> dict[str, Things]:
    demands, liaison = world.demands, world.people["liaison"]
    home = await _attached(liaison, demands["home"])
    by_office = await _attached(liaison, demands["home by office"])
    elsewhere = await _attached(world.neighbour, demands["next door"])
    return _for_all(Things([home], [elsewhere])) | {"area officer": Things([by_office], [home, elsewhere])}


async def _uploads(world: World) -> dict[str, Things]:
    """What each attached, and so can no longer take back."""
    foreign = Things((), [await _attached(world.neighbour, world.demands["next door"])])
    senders = ("liaison", "agency contact", "agency handler", "centre operator", "centre lead")
    mine = {column: await _attached(world.people[column], world.demands["home"]) for column in senders}
    return _for_all(foreign) | {column: Things([one], foreign.other) for column, one in mine.items()}


async def _messages(world: World) -> dict[str, Things]:
    """Nobody writes to supervisors, leads and officers yet: theirs is empty."""
    found = {column: await _first_message(person) for column, person in world.people.items()}
    foreign = await _first_message(world.neighbour)
    assert found["liaison"]
    assert found["agency contact"]
    assert found["centre operator"]
    return _for_all(Things((), foreign)) | {column: Things(own, foreign) for column, own in found.items()}


async def _first_message(person: Person) -> list[str]:
    return [str(one["id"]) for one in (await person.get("/notifications", page_size=1))["notifications"]]


async def _call_task(world: World) -> str:
    """Somebody who let WeChat bring no message has to be called."""
    for _ in range(200):
        tasks: list[dict[str, Any]] = (await world.people["centre lead"].get("/call-tasks"))["call_tasks"]
        if tasks:
            return str(tasks[0]["id"])
        await asyncio.sleep(0.1)
    raise AssertionError("WeChat reached everybody, although nobody had agreed")


assert ROLES.keys() == {"liaison", *STAFF}
