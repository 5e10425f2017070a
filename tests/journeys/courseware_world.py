"""Courseware in the world of the matrix: an item of the agency in the table, one of another, both submitted; and a need."""

from collections.abc import Mapping
from datetime import datetime

import httpx

from kit.calendar import BEIJING
from stack.demo.client import Person
from tests.journeys.table import COLUMNS
from tests.journeys.things import Things
from tests.kit.uploads.makers import png

AGENCY_COLUMNS = ("agency contact", "agency handler", "agency lead")
OVERSEEING = ("centre operator", "centre lead", "supervisor")


async def courseware_and_needs(url: str, people: Mapping[str, Person], other_agency: Person) -> dict[str, dict[str, Things]]:
    """Things of the kinds "courseware", "courseware file" and "need", by column."""
    mine, my_file = await _submitted(url, people["agency handler"])
    theirs, their_file = await _submitted(url, other_agency)
    text = {"year": datetime.now(BEIJING).year, "unit_code": "hrss", "text": "矩阵示例", "source": "other"}
    need = await people["centre operator"].post("/needs", text)
    return {
        "courseware": _by_column(mine, theirs),
        "courseware file": _by_column(my_file, their_file),
        "need": dict.fromkeys(COLUMNS, Things([str(need["id"])])),
    }


def _by_column(mine: str, theirs: str) -> dict[str, Things]:
    """What was submitted is seen by its agency and by those who oversee."""
    found = dict.fromkeys(COLUMNS, Things((), [mine, theirs]))
    found |= dict.fromkeys(AGENCY_COLUMNS, Things([mine], [theirs]))
    return found | dict.fromkeys(OVERSEEING, Things([mine], [theirs]))


async def _submitted(url: str, person: Person) -> tuple[str, str]:
    """An item with its one file."""
    draft = {"year": datetime.now(BEIJING).year, "title": "矩阵示例", "minutes": 45}
    item = await person.post("/courseware", draft)
    path = f"/courseware/{item['id']}"
    headers = {"authorization": f"Bearer {person.token}", "idempotency-key": str(item["id"]), "content-type": "image/png"}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", trust_env=False, timeout=15) as http:
        sent = await http.post(f"{path}/files", params={"file_name": "示例.png"}, content=png(), headers=headers)
    sent.raise_for_status()
    await person.post(f"{path}/submit", {"anonymised": True}, version=item["version"])
    return str(item["id"]), str(sent.json()["id"])
