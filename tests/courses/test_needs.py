"""Needs, and the list of those that nothing answers."""

import pytest
from fahu.courses.v1 import need_service_pb2 as rpc
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from tests.courses.conftest import HOST, OTHER_HOST, SUPERVISOR, YEAR, World, refusal
from tests.courses.office import Office, need_draft, on_need


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


async def test_a_need_is_a_gap_until_courseware_that_may_be_taught_answers_it(office: Office) -> None:
    need, other = await office.add_need(), await office.add_need("工伤如何认定", unit_code="", category_code="labour")
    assert need.serial.startswith(f"XQ{YEAR}-")
    item = await office.draft(need_ids=[need.id])
    assert [(one.need_id, one.text) for one in item.needs] == [(need.id, "如何解除劳动合同")]
    await office.upload(item)
    item = await office.submit(item)
    assert [one.id for one in await office.list_needs(HOST, gaps=True)] == [need.id, other.id]
    item = await office.approve(item)
    assert [one.id for one in await office.list_needs(gaps=True)] == [other.id]
    assert [one.courseware_count for one in await office.list_needs()] == [1, 0]
    await office.retire(item)
    assert [one.id for one in await office.list_needs(gaps=True)] == [need.id, other.id]


async def test_a_retired_need_is_no_gap_and_is_named_by_nothing_new(office: Office) -> None:
    need = await office.add_need()
    item = await office.draft(need_ids=[need.id])
    need = (await office.needs(SUPERVISOR).RetireNeed(rpc.RetireNeedRequest(on=on_need(need), reason="已解决"))).need
    assert need.end_reason == "已解决"
    assert await office.list_needs(gaps=True) == []
    assert (await refusal(office.draft(need_ids=[need.id]))).reason == "NEED_RETIRED"
    assert len((await office.update(item, need_ids=[need.id])).needs) == 1
    again = rpc.RetireNeedRequest(on=on_need(need), reason="再次")
    assert (await refusal(office.needs().RetireNeed(again))).reason == "NEED_RETIRED"
    assert (await office.add_need()).id != need.id


async def test_the_same_need_is_not_there_twice(office: Office) -> None:
    await office.add_need()
    assert (await refusal(office.add_need())).reason == "NEED_EXISTS"
    await office.add_need(unit_code="justice")
    nobodys = await refusal(office.add_need("无主", unit_code=""))
    assert nobodys.violations[0].field == "draft.unit_code"
    assert (await refusal(office.add_need("税收优惠", unit_code="tax"))).reason == "UNIT_NOT_FOUND"


async def test_needs_are_put_better_by_who_keeps_them(office: Office) -> None:
    need = await office.add_need()
    better = rpc.NeedDraft(unit_code="justice", text="如何合法解除劳动合同", source=rpc.NEED_SOURCE_DEMAND)
    request = rpc.UpdateNeedRequest(on=on_need(need), draft=better)
    changed = (await office.needs().UpdateNeed(request)).need
    assert (changed.text, changed.unit_code, changed.version) == ("如何合法解除劳动合同", "justice", 2)
    stale = rpc.UpdateNeedRequest(on=on_need(need), draft=better)
    assert (await refusal(office.needs().UpdateNeed(stale))).reason == "STALE_VERSION"
    assert (await refusal(office.needs(HOST).UpdateNeed(request))).reason == "PERMISSION_DENIED"


async def test_enterprises_do_not_read_what_others_need(world: World, office: Office) -> None:
    await office.add_need()
    assert (await refusal(office.list_needs(world.firms[0].contact))).reason == "PERMISSION_DENIED"
    assert len(await office.list_needs(OTHER_HOST)) == 1


async def test_an_item_answers_needs_of_its_year_and_none_once_submitted(world: World, office: Office) -> None:
    request = rpc.AddNeedRequest(year=YEAR + 1, draft=need_draft("来年"), request_id="n")
    later = (await office.needs().AddNeed(request)).need
    assert (await refusal(office.draft(need_ids=[later.id]))).reason == "NEED_NOT_FOUND"
    need, item = await office.add_need(), await office.submitted()
    values = "(CAST(:item AS uuid), CAST(:need AS uuid), :year)"
    with pytest.raises(IntegrityError) as caught:
        await world.change(
            f"INSERT INTO courseware_need (courseware_id, need_id, year) VALUES {values}",
            item=item.id,
            need=need.id,
            year=YEAR,
        )
    assert constraint_of(caught.value) == "courseware_settled"
