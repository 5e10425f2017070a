"""Plaques: one for each liaison point with the names of its year, a life that goes one way, and who sees and does what."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import plaque_pb2 as one
from fahu.registry.v1 import plaque_service_pb2 as pb
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import BEIJING
from kit.db import constraint_of
from services.registry.models import Plaque
from services.registry.queries import plaques as queries
from services.registry.queries.plaques import Candidate
from tests import signing
from tests.registry.conftest import YEAR, World, race, refusal
from tests.registry.files import FENGJING, HIGH_TECH_PARK, ZHUJING, Line, line
from tests.registry.plaques import issued, listed, made, on, staff_of, verified, withdrawn
from tests.registry.programme import Year

DISTRICT = "金山区法治化营商环境联系点"


async def test_each_level_and_area_has_its_wording_and_its_place_in_the_order(world: World) -> None:
    found = await made(
        world,
        line(1),
        line(2, area=FENGJING),
        line(3, area=FENGJING, level="区级"),
        line(4, area="jinshan2"),
        line(5, level="区级"),
        line(6, area=HIGH_TECH_PARK),
        year=2021,
    )
    assert [(plaque.serial, plaque.wording, plaque.enterprise_name, plaque.area_name) for plaque in found] == [
        ("金法联〔2021〕001号", DISTRICT, "示例005有限公司", "朱泾镇"),
        ("金法联〔2021〕002号", DISTRICT, "示例003有限公司", "枫泾镇"),
        ("金法联〔2021〕003号", "朱泾镇法治化营商环境联系点", "示例001有限公司", "朱泾镇"),
        ("金法联〔2021〕004号", "枫泾镇法治化营商环境联系点", "示例002有限公司", "枫泾镇"),
        ("金法联〔2021〕005号", "金山工业区法治化营商环境联系点", "示例006有限公司", "金山工业区"),
        ("金法联〔2021〕006号", "金山第二工业区法治化营商环境联系点", "示例004有限公司", "金山第二工业区"),
    ]
    assert {plaque.state for plaque in found} == {one.PLAQUE_STATE_MADE}
    assert len({plaque.verification_url for plaque in found}) == 6
    told = await world.events(events_pb2.PlaqueChanged)
    assert {(event.plaque_id, event.version) for event in told} == {(plaque.id, 1) for plaque in found}


async def test_making_again_makes_what_is_missing_since(world: World) -> None:
    first = await made(world, line(1), line(2, level="区级"))
    before = await world.snapshot()
    again = await world.plaques().MakePlaques(pb.MakePlaquesRequest(year=YEAR))
    assert (again.made_count, again.live_count) == (0, 2)
    assert await world.snapshot() == before
    await world.import_lines(line(3))
    answers, refused = await race(*[world.plaques().MakePlaques(pb.MakePlaquesRequest(year=YEAR)) for _ in range(5)])
    assert (sorted(answer.made_count for answer in answers), refused) == ([0, 0, 0, 0, 1], [])
    found = await listed(world)
    assert [plaque.number for plaque in found] == [1, 2, 3]
    assert found[:2] == first
    unpublished = world.plaques().MakePlaques(pb.MakePlaquesRequest(year=YEAR + 1))
    assert (await refusal(unpublished)).reason == "PLAQUE_YEAR_NOT_PUBLISHED"


async def test_a_list_that_is_only_being_made_gets_no_plaques(world: World) -> None:
    year = Year(world, 2030)
    await year.begin()
    making = pb.MakePlaquesRequest(year=2030)
    assert (await refusal(world.plaques().MakePlaques(making))).reason == "PLAQUE_YEAR_NOT_PUBLISHED"
    await year.advance()
    assert (await refusal(world.plaques().MakePlaques(making))).reason == "PLAQUE_YEAR_NOT_PUBLISHED"


async def test_without_lock_and_constraints_plaques_would_double(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the race above: each of the two is enough, and with neither every caller makes its own."""
    looked = queries.candidates

    async def unlocked(session: AsyncSession, year: int) -> int:
        return await session.scalar(select(func.max(Plaque.number)).where(Plaque.year == year)) or 0

    async def slow(session: AsyncSession, year: int, day: date) -> list[Candidate]:
        found = await looked(session, year, day)
        await asyncio.sleep(0.5)  # until all have looked
        return found

    monkeypatch.setattr(queries, "lock_numbers", unlocked)
    monkeypatch.setattr(queries, "candidates", slow)
    await world.import_lines(line(1))
    making = pb.MakePlaquesRequest(year=YEAR)
    answers, refused = await race(*[world.plaques().MakePlaques(making) for _ in range(3)])
    assert (len(answers), len(refused)) == (1, 2)
    for index in ("uq_plaque_first", "uq_plaque_live"):
        await world.change(f"DROP INDEX {index}")
    for constraint in ("uq_plaque_year_number", "uq_plaque_serial"):
        await world.change(f"ALTER TABLE plaque DROP CONSTRAINT {constraint}")
    await world.import_lines(line(2))
    answers, _ = await race(*[world.plaques().MakePlaques(making) for _ in range(3)])
    assert sum(answer.made_count for answer in answers) == 3


async def test_a_renamed_area_and_a_renamed_enterprise_change_no_paper_there_is(world: World) -> None:
    """Acceptance 13: the area is another since 2022, the enterprise since it was renamed."""
    (old,) = await made(world, line(1, area=HIGH_TECH_PARK), year=2021)
    drawing = pb.DrawPlaqueRequest(plaque_id=old.id)
    before = (await world.plaques().DrawPlaque(drawing)).file
    renamed = Line(line(1).uscc, "示例更名有限公司", HIGH_TECH_PARK)
    (new,) = await made(world, renamed, year=2022)
    await world.change("UPDATE area_name SET name = '又改了名' WHERE area_code = :a AND upper_inf(valid)", a=HIGH_TECH_PARK)
    assert (old.wording, new.wording) == (
        "金山工业区法治化营商环境联系点",
        "上海湾区高新技术产业开发区法治化营商环境联系点",
    )
    assert (old.enterprise_name, new.enterprise_name) == ("示例001有限公司", "示例更名有限公司")
    after = (await world.plaques().DrawPlaque(drawing)).file
    assert (after.file_name, after.content) == (before.file_name, before.content)
    assert (await listed(world, year=2021))[0] == old


async def test_a_life_from_making_to_the_next_one(world: World) -> None:
    officer = await staff_of(world, Role.ROLE_AREA_OFFICER, f"area-{ZHUJING}", "13900000001", ZHUJING)
    (plaque,) = await made(world, line(1))
    today = datetime.now(BEIJING).date()
    plaque = await issued(world, plaque, officer, issued_on=(today - timedelta(days=1)).isoformat())
    assert (plaque.issued_on, plaque.issued_by) == ((today - timedelta(days=1)).isoformat(), officer.subject)
    assert await verified(world, plaque) == (one.PLAQUE_STANDING_VALID, "朱泾镇法治化营商环境联系点", YEAR)
    lost = (await world.plaques().LosePlaque(pb.LosePlaqueRequest(on=on(plaque), reason="搬迁中遗失"))).plaque
    assert (lost.state, lost.standing, lost.HasField("ended_at")) == (
        one.PLAQUE_STATE_LOST,
        one.PLAQUE_STANDING_WITHDRAWN,
        True,
    )
    asking = pb.ReissuePlaqueRequest(on=on(lost, "again"))
    again = (await world.plaques().ReissuePlaque(asking)).plaque
    assert (again.replaces, again.state, again.number, again.wording) == (lost.id, one.PLAQUE_STATE_MADE, 2, lost.wording)
    assert (await world.plaques().ReissuePlaque(asking)).plaque == again
    old = (await world.plaques().GetPlaque(pb.GetPlaqueRequest(plaque_id=lost.id))).plaque
    assert (old.state, old.replaced_by, old.version) == (one.PLAQUE_STATE_LOST, again.id, lost.version + 1)
    twice = world.plaques().ReissuePlaque(pb.ReissuePlaqueRequest(on=on(old)))
    assert (await refusal(twice)).reason == "PLAQUE_WRONG_STATE"
    assert await verified(world, old) == (one.PLAQUE_STANDING_WITHDRAWN, lost.wording, YEAR)
    assert (await verified(world, again))[0] == one.PLAQUE_STANDING_VALID
    states = [(event.state, event.version) for event in await world.events(events_pb2.PlaqueChanged, old.id)]
    assert states == [
        (one.PLAQUE_STATE_MADE, 1),
        (one.PLAQUE_STATE_ISSUED, 2),
        (one.PLAQUE_STATE_LOST, 3),
        (one.PLAQUE_STATE_LOST, 4),
    ]
    audited = [tuple(row) for row in await world.rows("SELECT action, reason FROM audit ORDER BY position DESC LIMIT 2")]
    assert audited == [("PLAQUE_REISSUED", ""), ("PLAQUE_LOST", "搬迁中遗失")]


async def test_no_move_that_is_not_in_the_table(world: World) -> None:
    lead = await staff_of(world, Role.ROLE_CENTRE_LEAD, "centre", "13900000001")
    (plaque,) = await made(world, line(1))
    service = world.plaques(lead)
    for call in (
        service.ReturnPlaque(pb.ReturnPlaqueRequest(on=on(plaque), reason="x")),
        service.ReissuePlaque(pb.ReissuePlaqueRequest(on=on(plaque))),
    ):
        found = await refusal(call)
        assert (found.reason, found.metadata) == ("PLAQUE_WRONG_STATE", {"plaque_state": "made"})
    given = await issued(world, plaque, lead)
    assert (await refusal(issued(world, given, lead))).reason == "PLAQUE_WRONG_STATE"
    stale = await refusal(service.LosePlaque(pb.LosePlaqueRequest(on=on(plaque), reason="x")))
    assert (stale.reason, stale.metadata) == ("STALE_VERSION", {"version": "2"})
    back = (await service.ReturnPlaque(pb.ReturnPlaqueRequest(on=on(given), reason="更名"))).plaque
    assert (await refusal(service.LosePlaque(pb.LosePlaqueRequest(on=on(back), reason="x")))).reason == "PLAQUE_WRONG_STATE"


async def test_a_handover_has_a_day_and_somebody_of_the_staff(world: World) -> None:
    lead = await staff_of(world, Role.ROLE_CENTRE_LEAD, "centre", "13900000001")
    (plaque,) = await made(world, line(1))
    tomorrow = (datetime.now(BEIJING).date() + timedelta(days=1)).isoformat()
    for fields, reason in (
        ({"issued_on": tomorrow}, "PLAQUE_DAY_INVALID"),
        ({"issued_on": f"{YEAR - 2}-12-31"}, "PLAQUE_DAY_INVALID"),
        ({"issued_on": f"{YEAR}-02-30"}, "FIELDS_INVALID"),
        ({"issued_by": str(uuid4())}, "PERSON_NOT_FOUND"),
    ):
        assert (await refusal(issued(world, plaque, lead, **fields))).reason == reason, fields
    unknown = signing.person(Role.ROLE_CENTRE_LEAD, unit="centre")
    assert (await refusal(issued(world, plaque, unknown))).reason == "PERSON_NOT_FOUND"
    assert (await issued(world, plaque, unknown, issued_by=lead.subject)).issued_by == lead.subject


async def test_a_withdrawn_point_has_a_withdrawn_plaque_and_a_year_that_is_over_an_expired_one(world: World) -> None:
    lead = await staff_of(world, Role.ROLE_CENTRE_LEAD, "centre", "13900000001")
    (old,) = await made(world, line(1), year=YEAR - 1)
    assert await verified(world, old) == (one.PLAQUE_STANDING_EXPIRED, old.wording, YEAR - 1)
    kept, gone = await made(world, line(1), line(2))
    await withdrawn(world, gone)
    assert [plaque.standing for plaque in await listed(world)] == [
        one.PLAQUE_STANDING_VALID,
        one.PLAQUE_STANDING_WITHDRAWN,
    ]
    assert (await verified(world, gone))[0] == one.PLAQUE_STANDING_WITHDRAWN
    assert (await refusal(issued(world, gone, lead))).reason == "PLAQUE_POINT_WITHDRAWN"
    lost = (await world.plaques().LosePlaque(pb.LosePlaqueRequest(on=on(gone), reason="x"))).plaque
    again = world.plaques().ReissuePlaque(pb.ReissuePlaqueRequest(on=on(lost)))
    assert (await refusal(again)).reason == "PLAQUE_POINT_WITHDRAWN"
    page = await world.plaques().ListPlaqueFiles(pb.ListPlaqueFilesRequest(year=YEAR))
    assert [file.file_name[:4] for file in page.files] == [f"{kept.number:03}_"]
    nothing = world.plaques("gateway").VerifyPlaque(pb.VerifyPlaqueRequest(token="A" * 22))
    assert (await refusal(nothing)).reason == "PLAQUE_NOT_FOUND"


async def test_a_retry_takes_effect_once_and_one_of_two_at_once_wins(world: World) -> None:
    lead = await staff_of(world, Role.ROLE_CENTRE_LEAD, "centre", "13900000001")
    (plaque,) = await made(world, line(1))
    request = pb.IssuePlaqueRequest(on=on(plaque, "once"))
    answers = await asyncio.gather(*[world.plaques(lead).IssuePlaque(request) for _ in range(4)])
    assert {answer.plaque.version for answer in answers} == {2}
    request.issued_by = lead.subject
    assert (await refusal(world.plaques(lead).IssuePlaque(request))).reason == "IDEMPOTENCY_KEY_REUSED"
    given = answers[0].plaque
    service = world.plaques(lead)
    done, refused = await race(
        service.LosePlaque(pb.LosePlaqueRequest(on=on(given), reason="x")),
        service.ReturnPlaque(pb.ReturnPlaqueRequest(on=on(given), reason="x")),
    )
    assert (len(done), refused) == (1, ["STALE_VERSION"])
    ended = done[0].plaque
    again, refused = await race(
        *[service.ReissuePlaque(pb.ReissuePlaqueRequest(on=on(ended))) for _ in range(4)],
        service.MakePlaques(pb.MakePlaquesRequest(year=YEAR)),
    )
    assert sorted(type(answer).__name__ for answer in again) == ["MakePlaquesResponse", "ReissuePlaqueResponse"]
    assert refused == ["STALE_VERSION"] * 3
    live = await world.rows("SELECT count(*) FROM plaque WHERE state IN ('MADE', 'ISSUED')")
    assert live[0][0] == 1


@pytest.mark.parametrize(("name", "told"), [("示例𠀀\u202e有限公司", "U+202E"), ("示例😀有限公司", "😀(U+1F600)")])
async def test_a_name_that_no_font_has_is_refused_by_its_characters(world: World, name: str, told: str) -> None:
    await world.import_lines(line(1), Line(line(2).uscc, name))
    found = await refusal(world.plaques().MakePlaques(pb.MakePlaquesRequest(year=YEAR)))
    assert (found.reason, found.metadata["names"]) == ("PLAQUE_CHARACTER_UNKNOWN", name)
    assert told in found.metadata["characters"]
    assert await listed(world) == []


BROKEN = {
    "a second live one": (
        "INSERT INTO plaque SELECT gen_random_uuid(), designation_id, year, 9, 'x', repeat('x', 22), wording,"
        " enterprise_name, area_name, awarded_by, made_on, id, 'MADE', NULL, NULL, NULL, 1 FROM plaque LIMIT 1",
        "uq_plaque_live",
    ),
    "another year than its point's": (
        "INSERT INTO plaque SELECT gen_random_uuid(), designation_id, year + 1, 9, 'x', repeat('x', 22), wording,"
        " enterprise_name, area_name, awarded_by, made_on, id, 'LOST', NULL, NULL, now(), 1 FROM plaque LIMIT 1",
        "fk_plaque_point",
    ),
    "another wording": ("UPDATE plaque SET wording = '区法治化营商环境联系点'", "plaque_frozen"),
    "another code": ("UPDATE plaque SET token = repeat('y', 22)", "plaque_frozen"),
    "a way back": ("UPDATE plaque SET state = 'RETURNED', ended_at = now(), issued_on = now()", "plaque_moves"),
    "gone": ("DELETE FROM plaque", "plaque_kept"),
    "all gone": ("TRUNCATE plaque", "plaque_kept"),
    "issued by nobody": ("UPDATE plaque SET state = 'ISSUED', issued_on = now()", "ck_plaque_issued_by_somebody"),
    "lost at no time": ("UPDATE plaque SET state = 'LOST'", "ck_plaque_ended_once"),
}


async def test_the_database_refuses_what_no_plaque_is(world: World) -> None:
    await made(world, line(1))
    for case, (statement, constraint) in BROKEN.items():
        with pytest.raises((IntegrityError, DBAPIError)) as caught:
            await world.change(statement)
        assert constraint_of(caught.value) == constraint, case


async def test_the_day_of_the_names_lies_in_the_year(world: World) -> None:
    """Made in good time for the next year, it bears the names of the first of January."""
    await world.import_lines(line(1, area=HIGH_TECH_PARK), year=YEAR + 1)
    await world.change(
        "UPDATE area_name SET valid = daterange(lower(valid), :day) WHERE area_code = :a AND upper_inf(valid)",
        a=HIGH_TECH_PARK,
        day=datetime(YEAR + 1, 1, 1, tzinfo=UTC).date(),
    )
    await world.change(
        "INSERT INTO area_name VALUES (:a, '新名园区', daterange(:day, NULL))",
        a=HIGH_TECH_PARK,
        day=datetime(YEAR + 1, 1, 1, tzinfo=UTC).date(),
    )
    await world.plaques().MakePlaques(pb.MakePlaquesRequest(year=YEAR + 1))
    (plaque,) = await listed(world, year=YEAR + 1)
    assert (plaque.wording, plaque.standing) == ("新名园区法治化营商环境联系点", one.PLAQUE_STANDING_NOT_YET_VALID)
    assert (await verified(world, plaque))[0] == one.PLAQUE_STANDING_NOT_YET_VALID
