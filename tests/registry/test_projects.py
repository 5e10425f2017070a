"""Projects of a year (PRJ-1, PRJ-2, PRJ-4): led, with nodes, moved with a reason only, late without anybody's report."""

import io
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import project_service_pb2 as pb
from fahu.registry.v1.project_pb2 import (
    PROJECT_STATE_ACTIVE,
    PROJECT_STATE_CANCELLED,
    PROJECT_STATE_COMPLETED,
    PROJECT_STATE_PLANNED,
)
from python_calamine import CalamineWorkbook
from sqlalchemy.exc import DBAPIError

from kit.db import constraint_of
from tests.registry.conftest import YEAR, World, race, refusal
from tests.registry.files import FENGJING
from tests.registry.project_people import CENTRE, FIRST, LAST, SUPERVISOR, TODAY, Office, content, days, office, on
from tests.registry.test_recommendations import propose, survey_of


def get(project: Any) -> pb.GetProjectRequest:
    return pb.GetProjectRequest(project_id=project.id)


def done(project: Any, node: Any, day: str = TODAY.isoformat()) -> pb.CompleteNodeRequest:
    return pb.CompleteNodeRequest(on=on(project), node_id=node.id, done_on=day, evidence="走访台账 15 份")


async def test_a_project_from_the_first_word_to_its_end(world: World) -> None:
    hrss = await office(world, "hrss")
    create = pb.CreateProjectRequest(year=YEAR, content=content(), request_id="once")
    made = (await hrss.projects.CreateProject(create)).project
    again = (await hrss.projects.CreateProject(create)).project
    assert (again.id, again.serial, made.state, made.unit_code) == (made.id, made.serial, PROJECT_STATE_PLANNED, "hrss")
    assert made.serial.startswith(f"XM{YEAR}-")
    activate = pb.ActivateProjectRequest(on=on(made))
    assert (await refusal(hrss.projects.ActivateProject(activate))).reason == "PROJECT_LEADER_MISSING"
    update = pb.UpdateProjectRequest(on=on(made), content=content("新名称", leader_id=hrss.person))
    project = (await hrss.projects.UpdateProject(update)).project
    assert (await refusal(hrss.projects.UpdateProject(pb.UpdateProjectRequest(on=on(made), content=content())))).reason == (
        "STALE_VERSION"
    )
    activate = pb.ActivateProjectRequest(on=on(project))
    assert (await refusal(hrss.projects.ActivateProject(activate))).reason == "PROJECT_NODES_MISSING"
    project = await hrss.add_node(await hrss.add_node(project, TODAY), LAST)
    project = (await hrss.projects.ActivateProject(pb.ActivateProjectRequest(on=on(project)))).project
    first, last = project.nodes
    project = (await hrss.projects.CompleteNode(done(project, first))).project
    assert (project.nodes[0].done_on, project.nodes[0].evidence) == (TODAY.isoformat(), "走访台账 15 份")
    complete = pb.CompleteProjectRequest(on=on(project))
    assert (await refusal(hrss.projects.CompleteProject(complete))).reason == "PROJECT_NODES_OPEN"
    assert (await refusal(hrss.projects.CompleteNode(done(project, first)))).reason == "NODE_DONE"
    project = (await hrss.projects.CompleteNode(done(project, last))).project
    project = (await hrss.projects.CompleteProject(pb.CompleteProjectRequest(on=on(project)))).project
    assert (project.state, project.overdue) == (PROJECT_STATE_COMPLETED, False)
    cancel = pb.CancelProjectRequest(on=on(project), reason="不再需要")
    assert (await refusal(hrss.projects.CancelProject(cancel))).reason == "PROJECT_WRONG_STATE"
    told = await world.events(events_pb2.ProjectChanged, project.id)
    assert [event.version for event in told] == list(range(1, project.version + 1))
    assert (told[-1].state, [node.done_on for node in told[-1].nodes]) == (project.state, [TODAY.isoformat()] * 2)


async def test_a_project_rests_on_a_recommendation_that_its_unit_sees(world: World) -> None:
    theirs = await propose(world, await survey_of(world))
    hrss, other = await office(world, "hrss"), await office(world, "eco_env")
    assert (await hrss.create(basis_id=theirs.id)).content.basis_id == theirs.id
    request = pb.CreateProjectRequest(year=YEAR, content=content(basis_id=theirs.id), request_id="unseen")
    assert (await refusal(other.projects.CreateProject(request))).reason == "RECOMMENDATION_NOT_FOUND"
    made = await hrss.create()
    update = pb.UpdateProjectRequest(on=on(made), content=content(basis_id=str(uuid4())))
    assert (await refusal(hrss.projects.UpdateProject(update))).reason == "RECOMMENDATION_NOT_FOUND"
    assert (await hrss.projects.GetProject(get(made))).project == made
    assert not (await other.projects.ListProjects(pb.ListProjectsRequest(year=YEAR))).projects


async def test_a_due_day_moves_with_a_reason_that_stays(world: World) -> None:
    town = await office(world)
    project = await town.active(TODAY)
    node, later = project.nodes[0], (TODAY + days(1) if TODAY < LAST else FIRST)

    def move(day: str, reason: str = "防汛停产") -> pb.MoveNodeRequest:
        return pb.MoveNodeRequest(on=on(project), node_id=node.id, due_on=day, reason=reason)

    for day, reason in ((TODAY.isoformat(), "NODE_DAY_INVALID"), (f"{YEAR + 1}-01-01", "NODE_DAY_INVALID")):
        assert (await refusal(town.projects.MoveNode(move(day)))).reason == reason
    assert (await refusal(town.projects.MoveNode(move(later.isoformat(), " ")))).reason == "FIELDS_INVALID"
    assert (await refusal(town.projects.MoveNode(move(f"{YEAR}-02-30")))).reason == "FIELDS_INVALID"
    project = (await town.projects.MoveNode(move(later.isoformat()))).project
    project = (await town.projects.MoveNode(move(FIRST.isoformat(), "改回"))).project
    moves = [(one.from_day, one.to_day, one.reason, one.moved_by) for one in project.nodes[0].moves]
    assert moves == [
        (TODAY.isoformat(), later.isoformat(), "防汛停产", town.person),
        (later.isoformat(), FIRST.isoformat(), "改回", town.person),
    ]
    ahead = done(project, node, (TODAY + days(1)).isoformat())
    assert (await refusal(town.projects.CompleteNode(ahead))).reason == "DONE_DAY_INVALID"
    assert (await refusal(town.projects.RemoveNode(pb.RemoveNodeRequest(on=on(project), node_id=node.id)))).reason == (
        "PROJECT_WRONG_STATE"
    )


async def test_a_unit_has_its_own_projects_and_its_own_people(world: World) -> None:
    hrss, justice = await office(world, "hrss"), await office(world, "justice")
    project = await hrss.create()
    assert (await refusal(justice.projects.GetProject(get(project)))).reason == "PROJECT_NOT_FOUND"
    assert (await refusal(justice.add_node(project, TODAY))).reason == "PROJECT_NOT_FOUND"
    assert list((await justice.projects.ListProjects(pb.ListProjectsRequest())).projects) == []
    stranger = pb.UpdateProjectRequest(on=on(project), content=content(leader_id=justice.person))
    refused = await refusal(hrss.projects.UpdateProject(stranger))
    assert (refused.reason, refused.metadata["field"]) == ("STAFF_NOT_OF_UNIT", "leader_id")
    backwards = pb.UpdateProjectRequest(
        on=on(project), content=content(starts_on=LAST.isoformat(), ends_on=FIRST.isoformat())
    )
    assert (await refusal(hrss.projects.UpdateProject(backwards))).reason == "PROJECT_DAYS_INVALID"
    law_society = await office(world, "law_society")
    assert (await refusal(law_society.create())).reason == "PROJECT_UNIT_INVALID"
    supervisor = Office(world, SUPERVISOR)
    noted = pb.NoteProjectRequest(on=on(project), text="请补充节点")
    project = (await supervisor.projects.NoteProject(noted)).project
    assert [note.text for note in (await hrss.projects.GetProject(get(project))).project.notes] == ["请补充节点"]
    cancel = pb.CancelProjectRequest(on=on(project), reason="与区级项目合并")
    project = (await hrss.projects.CancelProject(cancel)).project
    assert (project.state, project.end_reason) == (PROJECT_STATE_CANCELLED, "与区级项目合并")


async def test_who_has_no_project_yet_is_known(world: World) -> None:
    centre, town, court = Office(world, CENTRE), await office(world), await office(world, "court")

    async def gaps() -> dict[str, int]:
        answer = await centre.projects.ListProjectGaps(pb.ListProjectGapsRequest())
        return {gap.unit_code: gap.planned_count for gap in answer.gaps}

    before = await gaps()
    assert len(before) == 9 + 11  # 石化街道 has no liaison points
    await court.create()
    await town.active()
    after = await gaps()
    assert before.keys() - after.keys() == {town.actor.unit_code}
    assert after["court"] == 1
    assert len((await centre.projects.ListProjectGaps(pb.ListProjectGapsRequest(year=YEAR - 1))).gaps) == 20


@pytest.mark.skipif(TODAY == FIRST, reason="nothing of a year is late on its first day")
async def test_late_nodes_show_without_a_report_and_the_longest_first(world: World) -> None:
    town, other, centre = await office(world), await office(world, f"area-{FENGJING}"), Office(world, CENTRE)
    late = await town.active(FIRST, TODAY, title="迟")
    await town.create("计划中", leader_id=town.person)
    await other.active(TODAY - days(1))

    async def listed(who: Office, **more: Any) -> list[Any]:
        return list((await who.projects.ListLateNodes(pb.ListLateNodesRequest(**more))).nodes)

    assert [node.days_late for node in await listed(centre)] == [(TODAY - FIRST).days, 1]
    assert [node.project_title for node in await listed(town)] == ["迟"]
    # A new year does not make them good: they stay on the list while their projects run.
    await world.change("ALTER TABLE project DISABLE TRIGGER USER")
    year_back = "starts_on = starts_on - interval '1 year', ends_on = ends_on - interval '1 year'"
    await world.change(f"UPDATE project SET year = year - 1, {year_back}")
    assert [node.days_late for node in await listed(centre)] == [(TODAY - FIRST).days, 1]
    assert (await listed(centre, year=YEAR), len(await listed(centre, year=YEAR - 1))) == ([], 2)
    await world.change(f"UPDATE project SET year = year + 1, {year_back.replace('-', '+')}")
    page = await centre.projects.ListLateNodes(pb.ListLateNodesRequest(page_size=1))
    rest = await listed(centre, page_size=1, page_token=page.next_page_token)
    assert [page.nodes[0].days_late, rest[0].days_late] == [(TODAY - FIRST).days, 1]
    asked = pb.ExportLateNodesRequest(year=YEAR, unit_code=town.actor.unit_code)
    book = CalamineWorkbook.from_filelike(io.BytesIO((await centre.projects.ExportLateNodes(asked)).content))
    written = [(row[2], row[3], row[4], row[7]) for row in book.get_sheet_by_index(0).to_python()[1:]]
    assert written == [("朱泾镇", "迟", "王同志", (TODAY - FIRST).days)]
    assert len(await world.rows("SELECT FROM audit WHERE action = 'LATE_NODES_EXPORTED'")) == 1
    overdue = (await town.projects.ListProjects(pb.ListProjectsRequest(overdue=True))).projects
    assert [(one.id, one.state, one.overdue) for one in overdue] == [(late.id, PROJECT_STATE_ACTIVE, True)]
    late = (await town.projects.CompleteNode(done(late, late.nodes[0]))).project
    assert late.nodes[0].days_late == (TODAY - FIRST).days
    assert await listed(town) == []
    late = (await town.projects.CompleteNode(done(late, late.nodes[1]))).project
    tallies = (await centre.projects.SummariseProjects(pb.SummariseProjectsRequest())).tallies
    kept = [(one.unit_name, one.planned_count, one.due_count, one.in_time_count, one.late_count) for one in tallies]
    assert kept == [("朱泾镇", 1, 2, 1, 0), ("枫泾镇", 0, 1, 0, 1)]


async def test_a_project_under_way_changes_hands_and_nothing_else(world: World) -> None:
    hrss = await office(world, "hrss")
    handler = await office(world, "hrss", Role.ROLE_AGENCY_HANDLER)
    project = await hrss.active()

    def update(**more: Any) -> pb.UpdateProjectRequest:
        return pb.UpdateProjectRequest(on=on(project), content=content(**({"leader_id": handler.person} | more)))

    await world.change("UPDATE staff_account SET active = false WHERE person_id = :id", id=hrss.person)
    assert (await refusal(handler.projects.UpdateProject(update()))).reason == "PERMISSION_DENIED"
    for more, reason in (
        ({"title": "另一个项目"}, "PROJECT_WRONG_STATE"),
        ({"ends_on": f"{YEAR}-11-30"}, "PROJECT_WRONG_STATE"),
        ({"leader_id": ""}, "PROJECT_LEADER_MISSING"),
    ):
        assert (await refusal(hrss.projects.UpdateProject(update(**more)))).reason == reason
    project = (await hrss.projects.UpdateProject(update(description="由他人接手"))).project
    assert (project.content.leader_id, project.content.description) == (handler.person, "由他人接手")


async def test_two_who_begin_a_project_at_once_begin_it_once(world: World) -> None:
    town = await office(world)
    project = await town.add_node(await town.create(leader_id=town.person), LAST)
    calls = [town.projects.ActivateProject(pb.ActivateProjectRequest(on=on(project))) for _ in range(3)]
    passed, refused = await race(*calls)
    assert (len(passed), sorted(refused)) == (1, ["STALE_VERSION"] * 2)


TOMORROW = "(now() AT TIME ZONE 'UTC' + interval '8 hours')::date + 1"
BROKEN = {
    "an active project without a leader": ("UPDATE project SET leader_id = NULL", "ck_project_active_is_led"),
    "a leader of another unit": ("UPDATE project SET leader_id = '{stranger}'", "project_leader_of_unit"),
    "an active project without nodes": (
        "UPDATE project SET state = 'ACTIVE', leader_id = '{leader}' WHERE state = 'PLANNED'",
        "project_has_node",
    ),
    "a node of an active project taken out": ("DELETE FROM project_node", "project_node_stays"),
    "a due day moved without a reason": (
        f"UPDATE project_node SET due_on = '{FIRST}', move_count = move_count + 1",
        "project_node_move_told",
    ),
    "a due day moved uncounted": (f"UPDATE project_node SET due_on = '{FIRST}'", "project_node_moves_counted"),
    "a node outside its project": (
        f"UPDATE project SET starts_on = '{YEAR}-12-31' WHERE state = 'ACTIVE'",
        "project_holds_nodes",
    ),
    "a node done ahead of time": (
        f"UPDATE project_node SET done_on = {TOMORROW}, noted_at = now(), noted_by = id, evidence = 'x', next_look = NULL",
        "project_node_not_ahead",
    ),
    "done without evidence": (
        f"UPDATE project_node SET done_on = '{FIRST}', next_look = NULL",
        "ck_project_node_done_is_shown",
    ),
    "a cancellation without a reason": ("UPDATE project SET state = 'CANCELLED'", "ck_project_cancelled_has_reason"),
    "days of another year": (f"UPDATE project SET ends_on = '{YEAR + 1}-01-01'", "ck_project_within_year"),
    "an agency with an area": ("UPDATE project SET unit_kind = 'AGENCY'", "ck_project_office_has_area"),
    "complete with open nodes": ("UPDATE project SET state = 'COMPLETED' WHERE state = 'ACTIVE'", "project_nodes_done"),
}


async def test_the_database_refuses_what_must_never_be(world: World) -> None:
    town, stranger = await office(world), await office(world, "hrss")
    await town.active(TODAY)
    await town.create("计划中")
    people = {"stranger": stranger.person, "leader": town.person}
    for case, (statement, constraint) in BROKEN.items():
        with pytest.raises(DBAPIError) as caught:
            await world.change(statement.format(**people))
        assert constraint_of(caught.value) == constraint, case


async def test_an_export_runs_no_formula_and_is_in_the_audit(world: World) -> None:
    town = await office(world)
    await town.active(TODAY, title="=HYPERLINK(1)")
    await town.create("没有节点")
    content = (await town.projects.ExportProjects(pb.ExportProjectsRequest(year=YEAR))).content
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    found = [dict(zip(header, row, strict=False)) for row in rows]
    assert {row["项目名称"]: row["时间节点"] for row in found} == {"'=HYPERLINK(1)": "走访", "没有节点": ""}
    assert {row["责任领导"] for row in found} == {"王同志", ""}
    assert len(await world.rows("SELECT FROM audit WHERE action = 'PROJECTS_EXPORTED'")) == 1
    unknown = pb.GetProjectRequest(project_id=str(uuid4()))
    assert (await refusal(town.projects.GetProject(unknown))).reason == "PROJECT_NOT_FOUND"
