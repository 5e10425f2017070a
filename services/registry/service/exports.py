"""Lists as rows of a file: what the caller may list, nothing more. The audit keeps who took which, and how many rows."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.calendar import BEIJING
from kit.crypto import mask_name, mask_phone
from services.registry.errors import ExportTooLarge
from services.registry.models import Recommendation
from services.registry.personal import PersonalData
from services.registry.queries import cohorts, enterprises, liaisons, people, recommendations, service_records, units
from services.registry.queries import projects as project_queries
from services.registry.queries.enterprises import EnterpriseFilter, EnterpriseView
from services.registry.queries.recommendations import RecommendationFilter
from services.registry.queries.service_records import RecordFilter, RecordView
from services.registry.queries.units import UnitView
from services.registry.rules import Duty, Level, UnitKind, projects, service_sheets
from services.registry.rules.cohorts import AREA, CONTACT, LEVEL, LEVEL_NAMES, NAME, PHONE, USCC
from services.registry.rules.duties import COLUMNS, DUTY_NAMES, UNIT_KIND_NAMES
from services.registry.rules.recommendations import WORDS, RecommendationState, is_late
from services.registry.rules.service_records import KIND_NAMES, STATE_NAMES, ServiceKind, serial_of, shown_state
from services.registry.service import audit

MOST_ROWS = 5_000
ENTERPRISES = (USCC, NAME, AREA, LEVEL, CONTACT, PHONE, "同意时间", "同意文本版本", "已用微信登录")
UNITS = (*COLUMNS, "单位代码", "单位类型")
RECOMMENDATIONS = (
    *("年度", "调研", "对策建议", "责任单位", "完成时限", "状态", "逾期"),
    *("调整的举措", "落实情况", "不采纳的理由", "提出日期", "落实日期"),
)
LIAISONS = (USCC, NAME, AREA, CONTACT, "任职开始", "同意文本版本", "任职结束", "结束原因")
LATE_NODES = ("项目编号", "年度", "单位", "项目名称", "责任领导", "时间节点", "应完成日期", "逾期天数", "改期次数")
SERVICES = (
    *service_sheets.COLUMNS,  # those of the import, so that what was taken out can be put in
    *("服务编号", "企业名称", "街镇(园区)", "状态", "答复期限", "企业异议", "撤回理由"),
)
Rows = list[list[object]]
Found = TypeVar("Found")


async def enterprise_rows(
    session: AsyncSession, personal: PersonalData, actor: Actor, wanted: EnterpriseFilter, now: datetime
) -> Rows:
    """Enterprises of a year with designation and contact, masked as in the list. Raises ExportTooLarge."""
    views = _whole(await enterprises.enterprises_of(session, actor, wanted, MOST_ROWS + 1))
    areas = {area.code: area.names[-1] for area in await cohorts.areas_of_year(session, wanted.year)}
    rows = [_enterprise(view, personal, areas) for view in views]
    told = {"year": wanted.year, "area": wanted.area_code, "level": wanted.level, "text": wanted.text}
    await _record(session, actor, "ENTERPRISES_EXPORTED", f"cohort/{wanted.year}", told, len(rows), now)
    return rows


def _enterprise(view: EnterpriseView, personal: PersonalData, areas: dict[str, str]) -> list[object]:
    found, designation = view.enterprise, view.designation
    row: list[object] = [found.uscc, found.name]
    if designation:
        row += [areas.get(designation.area_code, designation.area_code), LEVEL_NAMES[Level(designation.level)]]
    if view.liaison and view.person:
        consented = view.liaison.consented_at.astimezone(BEIJING)
        row += [mask_name(personal.name(view.person)), mask_phone(personal.phone(view.person))]
        row += [f"{consented:%Y-%m-%d %H:%M}", view.liaison.consent_version, view.person.openid_index is not None]
    return row


async def liaison_rows(
    session: AsyncSession, personal: PersonalData, actor: Actor, year: int, area_code: str, now: datetime
) -> Rows:
    """Who is and was the contact of which enterprise, masked as in the list. Raises ExportTooLarge."""
    found = _whole(await liaisons.liaisons_for_file(session, actor, year, area_code, MOST_ROWS + 1))
    areas = {area.code: area.names[-1] for area in await cohorts.areas_of_year(session, year)}
    rows: Rows = []
    for liaison, person, enterprise, area in found:
        ended = f"{liaison.ended_at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if liaison.ended_at else None
        row: list[object] = [enterprise.uscc, enterprise.name, areas.get(area, area), mask_name(personal.name(person))]
        row += [f"{liaison.consented_at.astimezone(BEIJING):%Y-%m-%d %H:%M}", liaison.consent_version]
        rows.append([*row, ended, liaison.end_reason])
    await _record(session, actor, "LIAISONS_EXPORTED", f"liaisons/{year}", {"area": area_code}, len(rows), now)
    return rows


async def late_node_rows(
    session: AsyncSession, personal: PersonalData, actor: Actor, year: int, unit_code: str, now: datetime
) -> Rows:
    """Open nodes past their due day, the longest first, with who leads. Raises ExportTooLarge."""
    day = projects.today(now)
    found = _whole(await project_queries.late_nodes_for_file(session, actor, year, unit_code, day, MOST_ROWS + 1))
    leaders = await people.people(session, list({of.leader_id for _, of, _ in found if of.leader_id}))
    names = {person.id: personal.name(person) for person in leaders}
    rows: Rows = []
    for node, of, unit in found:
        leader = names.get(of.leader_id, "") if of.leader_id else ""
        row: list[object] = [projects.serial_of(of.year, of.number), of.year, unit, of.title, leader]
        late = projects.days_late(node.due_on, None, day)
        rows.append([*row, node.title, node.due_on, late, node.move_count])
    told: dict[str, object] = {"year": year, "unit": unit_code}
    await _record(session, actor, "LATE_NODES_EXPORTED", f"late-nodes/{year or 'all'}", told, len(rows), now)
    return rows


async def unit_rows(
    session: AsyncSession, personal: PersonalData, actor: Actor, kind: UnitKind | None, now: datetime
) -> Rows:
    """A row for each duty of each unit, held or not. Staff are named whole, their numbers masked."""
    views = await units.units(session, kind)
    rows = [row for view in views for row in _unit(view, personal)]
    await _record(session, actor, "UNITS_EXPORTED", "units", {"kind": kind}, len(rows), now)
    return rows


def _unit(view: UnitView, personal: PersonalData) -> Rows:
    holders = {held.duty: person for held, person in view.holders}
    rows: Rows = []
    for duty in Duty:
        person = holders.get(duty)
        named = [personal.name(person), mask_phone(personal.phone(person))] if person else ["", ""]
        unit = view.unit
        rows.append([unit.name, DUTY_NAMES[duty], *named, unit.code, UNIT_KIND_NAMES[UnitKind(unit.kind)]])
    return rows


async def recommendation_rows(session: AsyncSession, actor: Actor, wanted: RecommendationFilter, now: datetime) -> Rows:
    """Recommendations with what became of each. Raises ExportTooLarge."""
    today = now.astimezone(BEIJING).date()
    found = _whole(await recommendations.for_file(session, actor, wanted, today, MOST_ROWS + 1))
    rows = [[year, survey, *_recommendation(one, unit, today)] for one, year, survey, unit in found]
    subject = f"survey/{wanted.survey_id}" if wanted.survey_id else "recommendations"
    told: dict[str, object] = {"unit": wanted.owner_unit, "state": wanted.state, "late": wanted.late}
    await _record(session, actor, "RECOMMENDATIONS_EXPORTED", subject, told, len(rows), now)
    return rows


def _recommendation(one: Recommendation, unit: str, today: date) -> list[object]:
    state = RecommendationState(one.state)
    done = one.done_at.astimezone(BEIJING).date() if one.done_at else None
    row: list[object] = [one.text, unit, one.due_on, WORDS[state], is_late(state, one.due_on, today)]
    return [*row, one.measure, one.evidence, one.decline_reason, one.created_at.astimezone(BEIJING).date(), done]


async def service_rows(session: AsyncSession, actor: Actor, wanted: RecordFilter, now: datetime) -> Rows:
    """Services to enterprises with what these say of them. Raises ExportTooLarge."""
    views = _whole(await service_records.for_file(session, actor, wanted, now, MOST_ROWS + 1))
    areas = {area.code: area.names[-1] for area in await cohorts.areas_of_year(session, wanted.year)}
    rows = [_service(view, areas, now) for view in views]
    told: dict[str, object] = {"year": wanted.year, "area": wanted.area_code, "state": wanted.state}
    told |= {"project": wanted.project_id, "designation": wanted.designation_id}
    await _record(session, actor, "SERVICES_EXPORTED", f"services/{wanted.year}", told, len(rows), now)
    return rows


def _service(view: RecordView, areas: dict[str, str], now: datetime) -> list[object]:
    one, enterprise, project = view.record, view.enterprise, view.project
    row: list[object] = [enterprise.uscc, projects.serial_of(project.year, project.number), one.served_on]
    row += [KIND_NAMES[ServiceKind(one.kind)], one.note, serial_of(one.year, one.number), enterprise.name]
    until = one.answer_until.astimezone(BEIJING).date() if one.answer_until else None
    state = STATE_NAMES[shown_state(one.state, one.answer_until, now)]
    return [*row, areas.get(one.area_code, one.area_code), state, until, one.dispute_reason, one.withdrawal_reason]


def _whole(found: Sequence[Found]) -> Sequence[Found]:
    """What was found, if that is all of it: a file that stops in the middle would be taken for the list."""
    if len(found) > MOST_ROWS:
        raise ExportTooLarge(rows=str(MOST_ROWS))
    return found


async def _record(
    session: AsyncSession, actor: Actor, action: str, subject: str, told: dict[str, object], rows: int, now: datetime
) -> None:
    narrowed = [f"{name}={value}" for name, value in told.items() if value]
    await audit.record(session, actor, action, subject, now, "; ".join([*narrowed, f"{rows} rows"]))
