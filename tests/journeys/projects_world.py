"""The programme in the world of the matrix: a project of each unit in the table and of a neighbour, with their services."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from kit.calendar import BEIJING
from stack.demo.client import Json, Person
from tests.journeys.table import COLUMNS
from tests.journeys.things import Things

AGENCY_COLUMNS = ("agency contact", "agency handler", "agency lead")
StaffOf = Callable[[str], Awaitable[Person]]


async def projects_and_records(
    people: Mapping[str, Person], neighbour: Person, staff_of: StaffOf
) -> tuple[dict[str, Things], dict[str, Things]]:
    """Things of the kinds "project" and "service record", by column."""
    officer, next_door = people["area officer"], await staff_of(f"area-{neighbour.account['area_code']}")
    home, other = await _active(officer), await _active(next_door)
    agency, elsewhere = await _planned(people["agency handler"]), await _planned(await staff_of("eco_env"))
    mine, theirs = await _served(officer, home, people["liaison"]), await _served(next_door, other, neighbour)
    records = dict.fromkeys(COLUMNS, Things([mine], [theirs]))
    projects = dict.fromkeys(COLUMNS, Things([home, agency], [other, elsewhere]))
    projects |= dict.fromkeys(AGENCY_COLUMNS, Things([agency], [home, elsewhere]))
    projects["area officer"] = Things([home], [other, agency])
    return projects, records


async def _planned(person: Person) -> str:
    return str((await person.post("/projects", _content(person)))["id"])


async def _active(officer: Person) -> str:
    made = await officer.post("/projects", _content(officer))
    path = f"/projects/{made['id']}"
    node = {"title": "矩阵示例", "due_on": made["ends_on"]}
    made = await officer.post(f"{path}/nodes", node, version=made["version"])
    await officer.post(f"{path}/activate", {}, version=made["version"])
    return str(made["id"])


def _content(person: Person) -> Json:
    year = datetime.now(BEIJING).year
    return {
        "year": year,
        "title": "矩阵示例",
        "leader_id": person.id,
        "starts_on": f"{year}-01-01",
        "ends_on": f"{year}-12-31",
    }


async def _served(officer: Person, project_id: str, contact: Person) -> str:
    """A service to the enterprise of a contact."""
    enterprise = await officer.get(f"/enterprises/{contact.account['enterprise_id']}")
    body = {
        "served_on": datetime.now(BEIJING).date().isoformat(),
        "kind": "visit",
        "designation_ids": [enterprise["designation"]["id"]],
    }
    made = await officer.post(f"/projects/{project_id}/services", body)
    return str(made["service_records"][0]["id"])
