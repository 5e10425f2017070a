"""Nominations: an area's own enterprises, one for each, handed in and decided; a list of them in a file and out of it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import nomination_service_pb2 as pb
from sqlalchemy.exc import IntegrityError

from kit.auth import Actor
from kit.db import constraint_of
from kit.sheets import spreadsheet
from kit.sheets.rows import Columns
from services.registry.rules.cohorts import LEVEL, NAME, USCC
from services.registry.rules.nominations import NOMINATOR, REASON
from services.registry.servicer.sheets import NOMINATIONS
from tests import signing
from tests.registry.conftest import World, race, refusal
from tests.registry.files import FENGJING, SUBDISTRICT, ZHUJING, line, uscc
from tests.registry.programme import LEVEL_DISTRICT, LEVEL_TOWN, SUPERVISOR, Year, key, officer, on

CENTRE = signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre")


async def begun(world: World, *states: str) -> Year:
    year = Year(world, 2030)
    await year.begin()
    if states:
        await year.advance(*states)
    return year


async def under_review(world: World) -> Year:
    return await begun(world, "SURVEYING", "RECOMMENDING", "REVIEWING")


async def test_an_area_nominates_its_own_enterprises_only(world: World) -> None:
    """Acceptance 2: 朱泾镇 nominates a firm of 枫泾镇, by this year's place or, where none is written, the last one's."""
    await world.import_lines(line(1, area=FENGJING), year=2029)
    year = await begun(world)
    assert (await refusal(year.nominate(1, ZHUJING))).reason == "NOMINATION_WRONG_AREA"
    await year.nominate(1, FENGJING)
    await year.nominate(2, ZHUJING)
    assert (await refusal(year.nominate(2, FENGJING))).reason == "NOMINATION_WRONG_AREA"
    assert len(await world.rows("SELECT id FROM nomination")) == 2
    assert len(await world.rows("SELECT FROM enterprise_year WHERE year = 2030")) == 2
    with pytest.raises(IntegrityError) as caught:  # and by no other way
        await world.change("UPDATE nomination SET area_code = :area WHERE area_code <> :area", area=FENGJING)
    assert constraint_of(caught.value) == "fk_nomination_place"


async def test_what_is_wrong_with_a_nomination_is_told(world: World) -> None:
    await world.import_lines(line(1), year=2029)
    year = await begun(world)
    first = f"{uscc(5)[:17]}{'0' if uscc(5)[17] != '0' else '1'}"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"uscc": first}, "USCC_INVALID"),
        ({"uscc": ""}, "USCC_INVALID"),
        ({"enterprise_name": " "}, "ENTERPRISE_NAME_MISSING"),
        ({"uscc": uscc(1), "enterprise_name": "别的名字有限公司"}, "ENTERPRISE_NAME_DIFFERS"),
        ({"enterprise_name": "=HYPERLINK()"}, "FIELDS_INVALID"),
    ]
    for asked, reason in cases:
        assert (await refusal(year.nominate(5, **asked))).reason == reason, asked
    assert (await refusal(year.nominate(6, SUBDISTRICT))).reason == "AREA_NOT_IN_COHORT"
    assert (await refusal(Year(world, 2031).nominate(6))).reason == "COHORT_NOT_FOUND"
    assert (await refusal(Year(world, 2029).nominate(6))).reason == "COHORT_WRONG_STATE"  # an imported list takes none
    assert len(await world.rows("SELECT id FROM enterprise")) == 1
    known = await year.nominate(1, uscc=f" {uscc(1).lower()} ", enterprise_name="")
    assert (known.enterprise_name, known.area_name) == (line(1).name, "朱泾镇")
    assert (await refusal(year.nominate(1))).reason == "NOMINATION_EXISTS"


async def test_a_nomination_from_draft_to_decision(world: World) -> None:
    year = await begun(world, "SURVEYING")
    made = await year.nominate(1, level=LEVEL_TOWN)
    assert (await refusal(year.submit(made))).reason == "COHORT_WRONG_STATE"  # nobody is asked yet
    content = pb.NominationContent(level=LEVEL_DISTRICT, nominator=pb.NOMINATOR_CHAMBER, reason=" 商会推荐 ")
    changed = (await year.area().UpdateNomination(pb.UpdateNominationRequest(on=on(made), content=content))).nomination
    assert (changed.level, changed.nominator, changed.reason) == (LEVEL_DISTRICT, pb.NOMINATOR_CHAMBER, "商会推荐")
    assert (await refusal(year.submit(made))).reason == "STALE_VERSION"
    await year.advance("RECOMMENDING")
    handed = await year.submit(changed)
    assert (await refusal(year.accept(handed))).reason == "COHORT_WRONG_STATE"  # areas are still at it
    await year.advance("REVIEWING")
    rejected = await year.reject(handed)
    assert (rejected.ended_reason, rejected.ended_by) == ("材料不全", SUPERVISOR.subject)
    for late in (year.submit(rejected), year.accept(rejected), year.reject(rejected)):
        assert (await refusal(late)).metadata == {"state": "REJECTED"}
    again = await year.accept(await year.handed_in(1))
    assert (again.state, again.seat_no) == (pb.NOMINATION_STATE_ACCEPTED, 1)
    update = pb.UpdateNominationRequest(on=on(again), content=content)
    assert (await refusal(year.area().UpdateNomination(update))).reason == "NOMINATION_WRONG_STATE"


async def test_seats_are_numbered_and_free_again(world: World) -> None:
    year = await under_review(world)
    handed = [await year.handed_in(number) for number in range(1, 6)]
    seated = [await year.accept(one) for one in handed[:3]]
    assert [one.seat_no for one in seated] == [1, 2, 3]
    refused = await refusal(year.accept(handed[3]))
    assert (refused.reason, refused.metadata) == ("SEATS_TAKEN", {"seats": "3"})
    assert (await year.accept(await year.handed_in(9, FENGJING))).seat_no == 1
    assert (await year.reject(seated[1], "迁出本区")).seat_no == 0
    assert (await year.accept(handed[3])).seat_no == 2
    taken_back = pb.WithdrawNominationRequest(on=on(seated[0]), reason="企业不愿担任")
    assert (await year.area().WithdrawNomination(taken_back)).nomination.seat_no == 0
    assert (await year.accept(handed[4])).seat_no == 1
    town = await year.accept(await year.handed_in(8, level=LEVEL_TOWN))
    assert (town.state, town.seat_no) == (pb.NOMINATION_STATE_ACCEPTED, 0)


async def test_areas_see_and_touch_their_own_only(world: World) -> None:
    year = await begun(world, "SURVEYING", "RECOMMENDING")
    mine, theirs = await year.nominate(1, ZHUJING), await year.nominate(2, FENGJING)

    async def seen(actor: Actor) -> list[str]:
        stub, found = world.nominations(actor), []
        for one in (mine, theirs):
            call = stub.GetNomination(pb.GetNominationRequest(nomination_id=one.id))
            if (await race(call))[0]:
                found.append(one.id)
        listed = (await stub.ListNominations(pb.ListNominationsRequest(year=2030))).nominations
        assert [one.id for one in listed] == found
        return found

    assert await seen(officer(ZHUJING)) == [mine.id]
    assert await seen(CENTRE) == [mine.id, theirs.id]
    assert await seen(signing.person(Role.ROLE_AREA_OFFICER)) == []
    request = pb.SubmitNominationRequest(on=on(theirs))
    assert (await refusal(year.area(ZHUJING).SubmitNomination(request))).reason == "NOMINATION_NOT_FOUND"
    two_hats = signing.person(Role.ROLE_AREA_OFFICER, Role.ROLE_SUPERVISOR, area=ZHUJING)
    assert (await refusal(world.nominations(two_hats).SubmitNomination(request))).reason == "PERMISSION_DENIED"
    nowhere = pb.GetNominationRequest(nomination_id=str(uuid4()))
    assert (await refusal(year.nominations.GetNomination(nowhere))).reason == "NOMINATION_NOT_FOUND"


async def test_lists_are_filtered_and_paged(world: World) -> None:
    year = await under_review(world)
    for number in range(1, 4):
        await year.handed_in(number)
    await year.nominate(4, FENGJING)

    async def numbers(**asked: Any) -> list[str]:
        found, token = [], ""
        while True:
            request = pb.ListNominationsRequest(year=2030, page_size=2, page_token=token, **asked)
            answer = await year.nominations.ListNominations(request)
            found += [one.uscc[-4:-1] for one in answer.nominations]
            if not (token := answer.next_page_token):
                return found

    assert await numbers() == ["001", "002", "003", "004"]
    assert await numbers(state=pb.NOMINATION_STATE_DRAFT) == ["004"]
    assert await numbers(level=LEVEL_DISTRICT) == ["001", "002", "003"]
    assert await numbers(area_code=FENGJING) == ["004"]
    forged = pb.ListNominationsRequest(year=2030, page_token="x")
    assert (await refusal(year.nominations.ListNominations(forged))).reason == "PAGE_TOKEN_INVALID"


async def test_the_same_request_makes_one_and_two_at_once_make_one(world: World) -> None:
    year = await under_review(world)
    again = key()
    made, refused = await race(*[year.nominate(1, request_id=again) for _ in range(6)])
    assert (len({one.id for one in made}), refused) == (1, [])
    assert (await refusal(year.nominate(2, request_id=again))).reason == "IDEMPOTENCY_KEY_REUSED"
    made, refused = await race(*[year.nominate(3) for _ in range(6)])
    assert (len(made), set(refused)) == (1, {"NOMINATION_EXISTS"})
    made, refused = await race(*[year.nominate(4, area) for area in (ZHUJING, FENGJING) * 3])
    assert (len(made), set(refused)) == (1, {"NOMINATION_WRONG_AREA", "NOMINATION_EXISTS"})
    submit = pb.SubmitNominationRequest(on=on(made[0]))
    handed = [await year.area(made[0].area_code).SubmitNomination(submit) for _ in range(2)]
    assert handed[0] == handed[1]


async def test_a_file_is_handed_in_whole_or_not_at_all(world: World) -> None:
    await world.import_lines(line(1), line(2, area=FENGJING), line(3), year=2029)
    year = await under_review(world)
    await year.handed_in(3)
    before = await world.snapshot()
    bad = f"{uscc(9)[:17]}{'0' if uscc(9)[17] != '0' else '1'}"
    rows = [
        (uscc(4), "示例004有限公司", "区级", "商会", "依法纳税"),
        (uscc(4), "示例004有限公司", "区级", "", ""),
        (bad, "示例009有限公司", "二级", "总商会", ""),
        (uscc(2), "", "镇级", "", ""),
        (uscc(3), "", "镇级", "", ""),
        (uscc(1), "别名有限公司", "镇级", "", ""),
        (uscc(6), "", "镇级", "街镇", ""),
        (uscc(7), "=名字", "镇级", "园区", "长" * 1001),
    ]
    answer = await year.import_lines(rows)
    assert [(error.row, error.column, error.reason) for error in answer.errors] == [
        (3, USCC, "USCC_REPEATED"),
        (4, USCC, "USCC_CHECK_CHARACTER"),
        (4, LEVEL, "LEVEL_UNKNOWN"),
        (4, NOMINATOR, "NOMINATOR_UNKNOWN"),
        (5, USCC, "NOMINATION_WRONG_AREA"),
        (6, USCC, "NOMINATION_EXISTS"),
        (7, NAME, "ENTERPRISE_NAME_DIFFERS"),
        (8, NAME, "ENTERPRISE_NAME_MISSING"),
        (9, NAME, "TEXT_UNSAFE"),
        (9, REASON, "REASON_TOO_LONG"),
    ]
    assert [error.reason for error in (await year.import_lines([])).errors] == ["NO_ROWS"]
    assert await world.snapshot() == before


async def test_a_file_sent_twice_at_once_is_handed_in_once(world: World) -> None:
    year = await under_review(world)
    rows = [(uscc(number), f"示例{number:03}有限公司", "镇级", "", "") for number in range(3)]
    answers = await asyncio.gather(*[year.import_lines(rows) for _ in range(4)])
    assert sorted(answer.created_count for answer in answers) == [0, 0, 0, 3]
    assert {error.reason for answer in answers for error in answer.errors} == {"NOMINATION_EXISTS"}


async def test_a_good_file_hands_in_what_is_new_and_what_was_drafted(world: World) -> None:
    await world.import_lines(line(1), year=2029)
    year = Year(world, 2030)
    await year.begin(prepare=True)
    early = await refusal(year.import_lines([(uscc(1), "", "区级", "", "")]))
    assert early.reason == "COHORT_WRONG_STATE"
    await year.advance()
    rows = [(uscc(1), "", "区级", "商会", "@SUM(1)"), (uscc(2), "示例002有限公司", "镇级", "", "")]
    assert (await year.import_lines(rows, dry_run=True)).created_count == 0
    answer = await year.import_lines(rows)
    assert (answer.row_count, answer.created_count, list(answer.errors)) == (2, 2, [])
    found = (await year.nominations.ListNominations(pb.ListNominationsRequest(year=2030))).nominations
    assert [(one.level, one.nominator, one.state, one.suggested) for one in found] == [
        (LEVEL_DISTRICT, pb.NOMINATOR_CHAMBER, pb.NOMINATION_STATE_SUBMITTED, True),
        (LEVEL_TOWN, pb.NOMINATOR_AREA, pb.NOMINATION_STATE_SUBMITTED, False),
    ]
    assert {error.reason for error in (await year.import_lines(rows)).errors} == {"NOMINATION_EXISTS"}
    await year.accept(found[0])
    await year.reject(found[1])
    file = (await year.area().ExportNominations(pb.ExportNominationsRequest(year=2030))).content
    cells = [tuple(row.cells.values()) for row in spreadsheet.read_rows("a.xlsx", file, Columns(NOMINATIONS, NOMINATIONS))]
    assert cells == [
        (uscc(1), line(1).name, "朱泾镇", "区级", "商会", "'@SUM(1)", "已通过", "1", ""),
        (uscc(2), line(2).name, "朱泾镇", "镇级", "街镇（园区）", "", "未通过", "", "材料不全"),
    ]
    others = (await year.area(FENGJING).ExportNominations(pb.ExportNominationsRequest(year=2030))).content
    assert spreadsheet.read_rows("a.xlsx", others, Columns(NOMINATIONS, NOMINATIONS)) == []
    audited = await world.rows("SELECT count(*) FROM audit WHERE action = 'NOMINATIONS_EXPORTED'")
    assert audited[0][0] == 2
