"""What an operator types: loading, importing, staff and duties, and telling it all again."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyotp
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_service_pb2 as accounts_pb
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import registry_service_pb2 as pb

from kit.crypto import Keyring
from services.registry import commands
from services.registry.errors import ContactNeedsSuccessor, LoginNameTaken, PersonNotFound, PhoneInUse, UnitNotFound
from tests.conftest import MakeDatabase
from tests.registry.conftest import YEAR, World, prepare
from tests.registry.files import csv_file, line, xlsx_file

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ZHAO = ["--unit", "hrss", "--roles", "agency_contact,AGENCY_HANDLER", "--name", "赵六", "--phone", "13900000001"]


async def run(world: World, command: Any, *arguments: object) -> str:
    told: str = await command(world.database, world.personal, *map(str, arguments))
    return told


async def duties(world: World, unit_code: str = "hrss") -> dict[str, str]:
    units = (await world.registry().ListUnits(pb.ListUnitsRequest())).units
    unit = next(unit for unit in units if unit.code == unit_code)
    return {{1: "leader", 2: "contact"}[duty.duty]: duty.name for duty in unit.duties}


async def test_loading_the_reference_again_changes_nothing(world: World) -> None:
    before = await world.snapshot()
    assert before["outbox"] == 27
    assert await run(world, commands.load_reference) == "0 areas and units changed"
    assert await world.snapshot() == before


async def test_loading_mends_what_differs_and_tells_it(world: World) -> None:
    await world.change("UPDATE unit SET name = '旧名' WHERE code = 'hrss'")
    await world.change("DELETE FROM area_name WHERE area_code = '310116503' AND lower_inf(valid)")
    assert await run(world, commands.load_reference) == "2 areas and units changed"
    told = await world.events(events_pb2.UnitChanged, "hrss")
    assert [(event.name, event.version) for event in told] == [("区人社局", 1), ("区人社局", 2)]


async def test_importing_a_file(world: World, tmp_path: Path) -> None:
    good, bad = tmp_path / "好.xlsx", tmp_path / "坏.csv"
    good.write_bytes(xlsx_file([line(1), line(2)]))
    bad.write_bytes(csv_file([line(3), line(4, level="市级"), line(5, area="火星")], "gb18030"))
    assert await run(world, commands.import_cohort, YEAR, good) == f"2 rows, 2 new liaison points of {YEAR}"
    assert await run(world, commands.import_cohort, YEAR, good) == f"2 rows, 0 new liaison points of {YEAR}"
    with pytest.raises(SystemExit) as caught:
        await run(world, commands.import_cohort, YEAR, bad)
    printed = str(caught.value)
    assert "LEVEL_UNKNOWN" in printed
    assert "AREA_UNKNOWN" in printed
    assert "共 2 处错误" in printed


@pytest.mark.parametrize("year", [1, 2020, 99999])
async def test_importing_for_a_year_without_cohorts(world: World, tmp_path: Path, year: int) -> None:
    file = tmp_path / "好.csv"
    file.write_bytes(csv_file([line(1)]))
    before = await world.snapshot()
    for arguments in [(year, file), (YEAR, tmp_path / "nowhere.csv")]:
        with pytest.raises(SystemExit):
            await run(world, commands.import_cohort, *arguments)
    assert await world.snapshot() == before


async def test_made_up_secrets_are_shown_once_and_open_the_console(world: World) -> None:
    told = await run(world, commands.add_staff, *ZHAO, "--login", "zhao", "--duty", "contact")
    login, password, uri = told.splitlines()[1].split("\t")
    assert "zhao" not in await run(world, commands.add_staff, *ZHAO, "--login", "zhao", "--duty", "contact")
    code = pyotp.TOTP(pyotp.parse_uri(uri).secret).now()
    request = accounts_pb.SignInWithPasswordRequest(login_name=login, password=password, totp=code)
    account = (await world.accounts().SignInWithPassword(request)).account
    assert set(account.roles) == {Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER}
    assert await duties(world) == {"contact": "赵六"}


async def test_secrets_may_come_from_standard_input(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"correct horse\n{SECRET}\n"))
    assert await run(world, commands.add_staff, *ZHAO, "--login", "zhao", "--stdin") == "1 members of staff"
    request = accounts_pb.SignInWithPasswordRequest(
        login_name="zhao", password="correct horse", totp=pyotp.TOTP(SECRET).now()
    )
    assert (await world.accounts().SignInWithPassword(request)).account.name == "赵六"


async def test_staff_come_in_files_all_or_none(world: World, tmp_path: Path) -> None:
    entry = {"unit": "hrss", "roles": ["AGENCY_CONTACT"], "name": "赵六", "phone": "13900000001", "duty": "contact"}
    other = entry | {"name": "钱七", "phone": "13900000002", "roles": "AGENCY_LEAD", "duty": "leader"}
    file = tmp_path / "staff.json"
    file.write_text(json.dumps([entry, other | {"unit": "nowhere"}]))
    before = await world.snapshot()
    with pytest.raises(UnitNotFound):
        await run(world, commands.add_staff, "--file", file)
    assert await world.snapshot() == before
    file.write_text(json.dumps([entry, other]))
    await run(world, commands.add_staff, "--file", file)
    assert await duties(world) == {"leader": "钱七", "contact": "赵六"}


@pytest.mark.parametrize(
    "arguments",
    [
        ZHAO[:-2],
        [*ZHAO, "--roles", "KING"],
        [*ZHAO, "--roles", "LIAISON"],
        [*ZHAO, "--name", "=赵六"],
        [*ZHAO, "--name", " "],
        [*ZHAO, "--login", "z", "--stdin"],
        ["--file", "nowhere.json"],
    ],
)
async def test_what_is_no_member_of_staff(world: World, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\nshort\n"))
    with pytest.raises(SystemExit):
        await run(world, commands.add_staff, *arguments)
    assert await world.rows("SELECT 1 FROM person") == []


async def test_whose_number_or_login_is_taken(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"))
    with pytest.raises(PhoneInUse):
        await run(world, commands.add_staff, *ZHAO[:-1], "13800000001")
    await run(world, commands.add_staff, *ZHAO, "--login", "zhao")
    with pytest.raises(LoginNameTaken):
        await run(world, commands.add_staff, *ZHAO[:-1], "13900000002", "--login", "zhao")


async def test_a_duty_passes_on_and_every_change_is_told(world: World) -> None:
    await run(world, commands.add_staff, *ZHAO, "--duty", "contact")
    await run(world, commands.add_staff, *ZHAO[:-3], "钱七", "--phone", "13900000002")
    await run(world, commands.set_duty, "hrss", "contact", "13900000002")
    await run(world, commands.set_duty, "hrss", "contact", "13900000002")  # again: nothing
    assert await duties(world) == {"contact": "钱七"}
    await run(world, commands.end_staff, "13900000002", "--force")
    assert await duties(world) == {}
    told = await world.events(events_pb2.UnitChanged, "hrss")
    assert [(event.version, len(event.contact_person_ids)) for event in told] == [(1, 0), (2, 1), (3, 1), (4, 0)]
    assert told[1].contact_person_ids != told[2].contact_person_ids


async def test_only_the_units_own_staff_take_its_duties(world: World) -> None:
    await run(world, commands.add_staff, *ZHAO)
    for unit, phone, error in (
        ("court", "13900000001", PersonNotFound),
        ("hrss", "13900000009", PersonNotFound),
        ("nowhere", "13900000001", UnitNotFound),
    ):
        with pytest.raises(error):
            await run(world, commands.set_duty, unit, "leader", phone)


async def test_who_changes_the_unit_leaves_its_duties(world: World) -> None:
    await run(world, commands.add_staff, *ZHAO, "--duty", "leader")
    told = await run(world, commands.add_staff, "--unit", "justice", *ZHAO[2:], "--duty", "contact")
    assert told.endswith("hrss has no leader now")
    assert (await duties(world), await duties(world, "justice")) == ({}, {"contact": "赵六"})


async def test_no_contact_leaves_without_a_word_about_who_takes_over(world: World) -> None:
    """Otherwise the agency's demands would go to the centre, and nobody would know why."""
    qian = [*ZHAO[:-3], "钱七", "--phone", "13900000002"]
    await run(world, commands.add_staff, *ZHAO, "--duty", "contact")
    await run(world, commands.add_staff, *qian)
    before = await world.snapshot()
    for leaving in ([commands.end_staff, "13900000001"], [commands.add_staff, "--unit", "justice", *ZHAO[2:]]):
        with pytest.raises(ContactNeedsSuccessor, match="hrss"):
            await run(world, *leaving)
        for nobody in ("13900000001", "13900000009"):
            with pytest.raises(PersonNotFound):
                await run(world, *leaving, "--successor", nobody)
    assert await world.snapshot() == before
    assert await duties(world) == {"contact": "赵六"}

    moved = await run(world, commands.add_staff, "--unit", "justice", *ZHAO[2:], "--successor", "13900000002")
    assert (moved, await duties(world)) == ("1 members of staff", {"contact": "钱七"})
    told = (await world.events(events_pb2.UnitChanged, "hrss"))[-1]
    assert len(told.contact_person_ids) == 1
    forced = await run(world, commands.end_staff, "13900000002", "--force")
    assert forced == "ended\nhrss has no contact now: its demands go to the centre"
    assert (await duties(world), (await world.events(events_pb2.UnitChanged, "hrss"))[-1].version) == ({}, told.version + 1)
    assert (await world.rows("SELECT reason FROM audit ORDER BY position DESC"))[0][0] == "hrss has no contact"


async def test_a_file_may_name_the_new_contact_before_the_old_one_leaves(world: World, tmp_path: Path) -> None:
    await run(world, commands.add_staff, *ZHAO, "--duty", "contact")
    entry = {"unit": "hrss", "roles": ["AGENCY_CONTACT"], "name": "钱七", "phone": "13900000002", "duty": "contact"}
    moving = {"unit": "justice", "roles": ["AGENCY_CONTACT"], "name": "赵六", "phone": "13900000001"}
    file = tmp_path / "staff.json"
    file.write_text(json.dumps([moving, entry]))
    with pytest.raises(ContactNeedsSuccessor):
        await run(world, commands.add_staff, "--file", file)
    file.write_text(json.dumps([entry, moving]))
    await run(world, commands.add_staff, "--file", file)
    assert await duties(world) == {"contact": "钱七"}


async def test_announcing_tells_the_present_state_under_the_same_versions(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"), line(2))
    told = {event.designation_id: event for event in await world.events(events_pb2.LiaisonPointChanged)}
    await world.change("DELETE FROM outbox")
    assert await run(world, commands.announce) == "27 units, 2 liaison points and 1 lists announced"
    assert {event.designation_id: event for event in await world.events(events_pb2.LiaisonPointChanged)} == told
    assert len(await world.events(events_pb2.UnitChanged)) == 27
    assert [event.version for event in await world.events(events_pb2.CohortChanged)] == [1]


def test_commands_run_as_an_operator_types_them(make_database: MakeDatabase, tmp_path: Path) -> None:
    url = make_database("registry", prepare)
    (tmp_path / "名单.csv").write_bytes(csv_file([line(1, level="市级")]))
    environment = {"FAHU_DATABASE_URL": url, "FAHU_KEYRING": Keyring.generate(), "PYTHONPATH": "gen"}

    def typed(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.registry", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert typed("load-reference").stdout == "0 areas and units changed\n"
    failed = typed("import-cohort", str(YEAR), str(tmp_path / "名单.csv"))
    assert (failed.returncode, "LEVEL_UNKNOWN" in failed.stderr) == (1, True)
    refused = typed("end-staff", "13900000001")
    assert (refused.returncode, refused.stderr) == (1, "PERSON_NOT_FOUND: There is no such person.\n")
