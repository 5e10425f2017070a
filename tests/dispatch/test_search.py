"""Search in Chinese, and hints at demands that are much like one being written: what is found, by whom, in which order."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc

from kit.auth import Actor
from services.dispatch import words
from services.dispatch.queries import access
from services.dispatch.rules import State
from services.dispatch.service import search as finding
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import World

Filter = rpc.DemandFilter


async def found(world: World, actor: Actor, wanted: str, size: int = 100, **narrower: Any) -> list[Any]:
    """All pages of what a text finds, once the words of what is there are found."""
    await world.find_words()
    rows: list[Any] = []
    token = ""
    while True:
        request = rpc.ListDemandsRequest(filter=Filter(text=wanted, **narrower), page_size=size, page_token=token)
        answer = await world.call(actor, "ListDemands", request)
        rows += answer.demands
        token = answer.next_page_token
        if not token:
            return rows


async def serials(world: World, wanted: str, **narrower: Any) -> set[str]:
    return {demand.serial for demand in await found(world, world.centre(), wanted, **narrower)}


PERMIT = ("排污许可证到期如何延续", "我司ISO9001认证已过期，危废仓库在廊下。")


async def test_a_demand_is_found_by_its_words(world: World) -> None:
    demand = await world.submit(title=PERMIT[0], body=PERMIT[1])
    other = await world.submit(title="与此无关的事", body="污许可能不会出现。")
    for asked in (
        "排污许可证", "排污许可", "许可证", "排污", "到期 许可证", "认证 排污", "廊下", "iso9001", "ISO 9001", "ＩＳＯ",
        "延", "如何延续", "污许", "排污许可证到期如何延续", demand.serial, demand.serial.lower(), f"{demand.serial} 排污",
    ):  # fmt: skip
        assert demand.serial in await serials(world, asked), asked
        assert other.serial not in await serials(world, asked) or asked == "污许", asked
    for asked in (
        "排污 没有的词",
        "ISO9002",
        "危险",
        demand.serial[:-1],
        "没有 ' | '排污",
        "@centre",
        f"@c{demand.category_code}",
    ):
        assert demand.serial not in await serials(world, asked), asked


async def test_a_word_as_long_as_a_text_does_no_harm(world: World) -> None:
    demand = await world.submit(title="x" * 100, body="y" * 5000)
    assert await serials(world, "x" * 100) >= {demand.serial}
    everything = await world.submit(title="'\\:*&|!<->()", body="\U0001f600 '; DROP TABLE demand; --")
    assert everything.serial in await serials(world, "drop table")


@pytest.mark.parametrize("asked", ["ķ", "ð#", "ЖКХ", "ķ12", "\U0003fffe", "한국", "Ω 裁员", "①", "\u0378"])
async def test_what_no_dictionary_knows_is_looked_for_all_the_same(world: World, asked: str) -> None:
    demand = await world.submit(title=f"裁员 {asked}", body="无")
    found_them = await serials(world, asked)
    assert words.question(asked) is None or demand.serial in found_them


async def test_everybody_finds_what_the_list_shows_and_nothing_else(world: World) -> None:
    """Also after a demand went to another agency, or another one assists, or is the one it is about."""
    for state in scenes.PATHS:
        await scenes.demand_at(world, state)
    on_behalf = {"enterprise_id": str(world.neighbour.id), "channel": 2, "category_code": "eco_env"}
    await world.submit(world.officer(world.neighbour.area), **on_behalf)
    triaged = await world.submit(category_code="unsure")
    moved = await world.move(world.centre(), "DispatchDemand", triaged, unit_code="eco_env")
    assisted = await scenes.demand_at(world, State.ACCEPTED)
    await world.move(world.centre(), "AddCoHandler", assisted, unit_code="eco_env")
    against = await world.submit(category_code="hrss")
    await world.sql("UPDATE demand SET subject_unit_code = 'eco_env' WHERE id = :id", id=against.id)
    people = scenes.everybody(world) | {"nobody's contact": signing.person(Role.ROLE_LIAISON)}
    for name, actor in people.items():
        answer = await world.call(actor, "ListDemands", rpc.ListDemandsRequest(page_size=100))
        listed = {demand.id for demand in answer.demands if "裁员三人" in demand.title}
        assert {demand.id for demand in await found(world, actor, "裁员三人", size=7)} == listed, name
        counts = await world.call(actor, "CountDemands", rpc.CountDemandsRequest(filter=Filter(text="裁员三人")))
        assert sum(one.count for one in counts.counts) == len(listed), name
    theirs = {demand.id for demand in await found(world, world.agency("eco_env"), "裁员")}
    assert {moved.id, assisted.id} <= theirs
    assert against.id not in theirs
    assert access.marks_of(world.centre()) == []


async def test_what_is_found_comes_in_order_whatever_the_stride(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        await world.submit(title=f"顺序核对第{number}件", body="次序" if number % 7 == 0 else "无")
    # Marks of small buckets, so that thirty demands lie in several of them.
    monkeypatch.setattr(words, "LEVELS", (2, 3))
    await world.sql("DELETE FROM demand_search")
    for asked, many in (("顺序核对", 30), ("次序", 5), ("顺序 次序", 5)):
        for size in (1, 3, 100):
            numbers = [demand.serial for demand in await found(world, world.centre(), asked, size)]
            assert numbers == sorted(set(numbers), reverse=True), asked
            assert len(numbers) == many, asked
    middle = (await found(world, world.centre(), "顺序核对"))[15].submitted_at
    later = await serials(world, "顺序核对", submitted_from=middle)
    earlier = await serials(world, "顺序核对", submitted_until=middle)
    assert (len(later), len(earlier), later & earlier) == (16, 14, set())
    await world.sql("DELETE FROM demand_search")


def test_strides_touch_and_reach_the_oldest() -> None:
    for newest in (0, 1, 2047, 2048, 5000, 10_000, 1_000_000, 30_000_000):
        found_strides = words.strides(newest, 2**62)
        assert [one.high for one in found_strides[1:]] == [one.low for one in found_strides[:-1]]
        assert (found_strides[0].high, found_strides[-1].low) == (2**62, 0)
        assert all(one.low < one.high for one in found_strides)
        assert all(one.asked for one in found_strides[:-1])


def test_strides_end_at_the_floor_and_stay_within_their_marks() -> None:
    for floor in (1, 995_000, 999_999, 1_000_000 - 2**15):
        found_strides = words.strides(1_000_000, 2**62, floor)
        assert found_strides[-1].low == floor
        assert all(one.asked for one in found_strides) == (floor > 1)


def test_what_is_written_twice_is_cut_the_same() -> None:
    assert words.words("排污许可证") == {"排污", "许可", "许可证"}
    assert words.words("ＦＨ 第12号，ISO9001（2015）") == {"fh", "第", "12", "号", "iso", "9001", "2015"}
    assert words.question("%_\\ '") is None


async def similar(world: World, actor: Actor, title: str, body: str = "", **more: Any) -> dict[str, float]:
    await world.find_words()
    request = rpc.ListSimilarDemandsRequest(title=title, body=body, **more)
    answer = await world.call(actor, "ListSimilarDemands", request)
    assert [one.score for one in answer.similar] == sorted((one.score for one in answer.similar), reverse=True)
    assert not any(one.demand.body for one in answer.similar)
    return {one.demand.id: one.score for one in answer.similar}


async def test_a_demand_much_like_it_is_pointed_at(world: World) -> None:
    twin = await world.submit(
        title="危险废物转移联单怎么填写", body="危废转移联单的填写口径不清楚。", category_code="eco_env"
    )
    await world.submit(title="消防通道被占用", body="园区通道被占用。", category_code="eco_env")
    theirs = await world.submit(world.neighbour.actor(), title="危险废物转移联单如何填写", category_code="eco_env")
    mine = await similar(world, world.enterprise.actor(), "危险废物转移联单如何填写")
    assert list(mine) == [twin.id]
    assert 0.3 < mine[twin.id] < 1
    nearer = await similar(world, world.enterprise.actor(), "危险废物转移联单如何填写", "危废转移联单的填写口径不清楚。")
    assert nearer[twin.id] > mine[twin.id]
    assert list(await similar(world, world.agency("eco_env"), "危险废物转移联单如何填写", category_code="eco_env")) == [
        theirs.id,
        twin.id,
    ]
    assert await similar(world, world.centre(), "危险废物转移联单如何填写", category_code="hrss") == {}
    own = {"category_code": "hrss"}  # of no account for a contact
    assert list(await similar(world, world.enterprise.actor(), "危险废物转移联单如何填写", **own)) == [twin.id]
    only = {"enterprise_id": str(world.neighbour.id)}
    assert list(await similar(world, world.centre(), "危险废物转移联单如何填写", **only)) == [theirs.id]
    assert await similar(world, world.agency("hrss"), "危险废物转移联单如何填写") == {}
    for nothing in ("？？？", "完全不同的文字"):
        assert await similar(world, world.centre(), nothing) == {}


async def test_at_most_five_are_pointed_at_and_none_that_is_old(world: World) -> None:
    for number in range(8):
        await world.submit(title=f"外籍员工就业许可延期办理{number}")
    assert len(await similar(world, world.enterprise.actor(), "外籍员工就业许可延期办理")) == 5


async def rows(world: World) -> list[Any]:
    kept = "SELECT demand_id, number, words::text, complete FROM demand_search ORDER BY demand_id"
    return await world.sql(kept)


async def lacking(world: World) -> set[str]:
    """Serials of demands without words."""
    found_none = "SELECT serial FROM demand WHERE id NOT IN (SELECT demand_id FROM demand_search WHERE complete)"
    return {row.serial for row in await world.sql(found_none)}


async def test_words_come_after_the_submission_and_all_come(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In batches, and when two replicas look at once."""
    await world.find_words()
    sent = await asyncio.gather(*[world.submit(title=f"一起写下{number}") for number in range(20)])
    assert await lacking(world) == {demand.serial for demand in sent}
    monkeypatch.setattr(finding, "BATCH", 3)
    await asyncio.gather(world.find_words(), world.find_words())
    await world.find_words()
    assert await lacking(world) == set()


async def test_a_table_that_was_emptied_is_filled_again(world: World) -> None:
    await world.submit(title="'排污'许可证\\", body="ISO9001 的认证")
    triaged = await world.submit(category_code="unsure")
    await world.move(world.centre(), "DispatchDemand", triaged, unit_code="eco_env", co_unit_codes=["hrss"])
    await world.find_words()
    before = await rows(world)
    await world.sql("DELETE FROM demand_search")
    await world.find_words()
    assert await rows(world) == before


async def test_who_came_late_into_sight_is_found_within_a_minute(world: World) -> None:
    """A demand whose transaction ended long after those of its neighbours."""
    late = await world.submit(title="迟到的提交")
    await world.submit()
    await world.find_words()
    await world.sql("DELETE FROM demand_search WHERE demand_id = :id", id=late.id)
    await finding.fill_all(world.database, timedelta())
    assert await lacking(world) == {late.serial}
    await finding.fill_all(world.database, finding.FAR)
    assert await lacking(world) == set()


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
async def test_an_agency_finds_what_came_to_it_whenever_that_was(
    world: World, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Before its words were there, between reading and writing them, and later."""
    await world.find_words()
    demand = await world.submit(category_code="unsure", title=f"经手{when}")

    async def hand_on() -> None:
        await world.move(world.centre(), "DispatchDemand", demand, unit_code="eco_env", co_unit_codes=["hrss"])

    cut = finding._cut

    async def cut_meanwhile(found: Any) -> Any:
        await hand_on()
        return await cut(found)

    if when == "before":
        await hand_on()
    with monkeypatch.context() as patch:
        if when == "meanwhile":
            patch.setattr(finding, "_cut", cut_meanwhile)
        await world.find_words()
    if when == "after":
        await hand_on()
    for unit in ("eco_env", "hrss"):
        assert [one.id for one in await found(world, world.agency(unit), f"经手{when}")] == [demand.id], unit
