"""Who sees whose plaques and does what with them, and lists that are narrowed."""

import grpc
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import plaque_pb2 as one
from fahu.registry.v1 import plaque_service_pb2 as pb

from kit.sheets.rows import Columns
from kit.sheets.spreadsheet import read_rows
from services.registry.rules.plaques import COLUMNS
from tests import signing
from tests.registry.conftest import YEAR, World, refusal
from tests.registry.files import FENGJING, ZHUJING, line
from tests.registry.plaques import SUPERVISOR, issued, listed, made, on, staff_of
from tests.registry.test_enterprises import people_by_name


async def test_who_sees_whose_and_who_does_what(world: World) -> None:
    officer = await staff_of(world, Role.ROLE_AREA_OFFICER, f"area-{ZHUJING}", "13900000002", ZHUJING)
    lines = line(1, contact="张三", phone="13800000001"), line(2), line(3, area=FENGJING)
    first, second, third = await made(world, *lines)
    own = signing.person(Role.ROLE_LIAISON, person_id=(await people_by_name(world))["张三"])
    operator = signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre")
    arealess = signing.person(Role.ROLE_AREA_OFFICER)
    everything = [first.id, second.id, third.id]
    for actor, seen in (
        (own, everything[:1]),
        (officer, everything[:2]),
        (operator, everything),
        (SUPERVISOR, everything),
        (arealess, []),
        (signing.person(Role.ROLE_LIAISON), []),
    ):
        assert [plaque.id for plaque in await listed(world, actor)] == seen
        for plaque_id in everything:
            service = world.plaques(actor)
            code = await service.GetPlaque(pb.GetPlaqueRequest(plaque_id=plaque_id)).code()
            assert (code is grpc.StatusCode.OK) == (plaque_id in seen), actor.roles
            if plaque_id not in seen:
                drawing = service.DrawPlaque(pb.DrawPlaqueRequest(plaque_id=plaque_id))
                assert (await refusal(drawing)).reason == "PLAQUE_NOT_FOUND"
    assert (await refusal(issued(world, third, officer))).reason == "PLAQUE_NOT_FOUND"
    both = signing.person(Role.ROLE_CENTRE_OPERATOR, Role.ROLE_AREA_OFFICER, area=ZHUJING)
    assert (await refusal(issued(world, third, both))).reason == "PERMISSION_DENIED"
    assert (await issued(world, second, officer)).state == one.PLAQUE_STATE_ISSUED
    for actor in (own, officer, operator):
        service = world.plaques(actor)
        for call in (
            service.MakePlaques(pb.MakePlaquesRequest(year=YEAR)),
            service.LosePlaque(pb.LosePlaqueRequest(on=on(first), reason="x")),
        ):
            assert (await refusal(call)).reason == "PERMISSION_DENIED"


async def test_filters_narrow_and_a_token_belongs_to_its_list(world: World) -> None:
    await made(world, line(1, level="区级"), line(2), line(3, area=FENGJING), line(4))
    numbers = [plaque.number for plaque in await listed(world, area_code=ZHUJING)]
    assert numbers == [1, 2, 3]
    assert [plaque.number for plaque in await listed(world, level=2, area_code=FENGJING)] == [4]
    assert await listed(world, state=one.PLAQUE_STATE_ISSUED) == []
    first = await world.plaques().ListPlaques(pb.ListPlaquesRequest(page_size=2))
    other = pb.ListPlaquesRequest(page_size=2, page_token=first.next_page_token, area_code=ZHUJING)
    assert (await refusal(world.plaques().ListPlaques(other))).reason == "PAGE_TOKEN_INVALID"


async def test_an_export_holds_what_the_caller_may_see_and_is_audited(world: World) -> None:
    officer = await staff_of(world, Role.ROLE_AREA_OFFICER, f"area-{ZHUJING}", "13900000002", ZHUJING)
    first, _, _ = await made(world, line(1, level="区级"), line(2), line(3, area=FENGJING))
    await issued(world, first, officer, issued_on=f"{YEAR}-01-02")
    for actor, names in ((officer, ["示例001有限公司", "示例002有限公司"]), (SUPERVISOR, 3)):
        answer = await world.plaques(actor).ExportPlaques(pb.ExportPlaquesRequest(year=YEAR))
        rows = read_rows("铭牌.xlsx", answer.content, Columns(COLUMNS, COLUMNS))
        assert ([row.cells["企业名称"] for row in rows] if isinstance(names, list) else len(rows)) == names
        assert rows[0].cells == dict(
            zip(
                COLUMNS,
                (first.serial, first.enterprise_name, line(1).uscc, "区级", "朱泾镇", first.wording, "已颁发", "有效",
                 first.made_on, f"{YEAR}-01-02"),
                strict=True,
            )
        )  # fmt: skip
    told = await world.rows("SELECT actor FROM audit WHERE action = 'PLAQUES_EXPORTED' ORDER BY position")
    assert [row[0] for row in told] == [officer.subject, SUPERVISOR.subject]
