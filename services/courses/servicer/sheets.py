"""Lists of courses as files: their headers, and a row for each thing."""

from collections.abc import Mapping
from datetime import datetime

from services.courses.models import Booking
from services.courses.queries.consultation_records import RecordView
from services.courses.queries.consultations import ConsultationView
from services.courses.queries.lecture_files import LectureLine
from services.courses.queries.lecture_requests import RequestView
from services.courses.rules import consultations, lecture_requests, lectures
from services.courses.rules.attendance_sheet import LEVELS
from services.courses.rules.consultations import ConsultationState, FollowUpState
from services.courses.rules.lecture_files import COLUMNS, cells_of, shown_time
from services.courses.rules.lecture_requests import RequestState, Side
from services.courses.rules.lectures import BookingState, EndedBy, LectureKind, LectureState

Row = tuple[object, ...]
LECTURES = (
    *COLUMNS,  # those of the import, so that what was taken out can be put in
    *("编号", "部门", "标题", "类型", "状态", "报名截止", "已占座位", "候补企业数", "到场企业数", "到场人数", "取消原因"),
)
LECTURE_STATES: Mapping[str, str] = {
    LectureState.PLANNED: "已安排",
    LectureState.OPEN: "报名中",
    LectureState.DELIVERED: "已举办",
    LectureState.CANCELLED: "已取消",
}
LECTURE_KINDS: Mapping[str, str] = {LectureKind.SCHEDULED: "集中宣讲", LectureKind.ON_DEMAND: "上门宣讲"}
BOOKINGS = (
    *("企业名称", "区域代码", "级别", "报名人数", "状态", "座位保留至", "到场人数", "超员原因"),
    *("报名时间", "由谁结束", "结束原因"),
)
BOOKING_STATES: Mapping[str, str] = {
    BookingState.CONFIRMED: "已报名",
    BookingState.WAITING: "候补",
    BookingState.OFFERED: "待确认",
    BookingState.LAPSED: "已失效",
    BookingState.CANCELLED: "已取消",
    BookingState.ATTENDED: "已到场",
    BookingState.NO_SHOW: "未到场",
}
ENDERS: Mapping[str, str] = {EndedBy.ENTERPRISE: "企业", EndedBy.HOST: "部门", EndedBy.TIME: "逾时"}
CONSULTATIONS = (
    *("编号", "季度", "咨询组", "片区", "地点", "开始时间", "结束时间", "每档分钟数", "档数", "已约档数"),
    *("咨询员", "状态", "全部开放时间", "取消原因"),
)
CONSULTATION_STATES: Mapping[str, str] = {
    ConsultationState.PLANNED: "已安排",
    ConsultationState.ANNOUNCED: "已公布",
    ConsultationState.HELD: "已举办",
    ConsultationState.CANCELLED: "已取消",
}
RECORDS = (
    *("场次编号", "咨询组", "咨询时间", "企业名称", "区域代码", "级别", "问题类别", "咨询的问题", "现场答复"),
    *("需要继续办理", "是否转为需求", "企业答复时间", "登记单位", "登记时间"),
)
FOLLOW_UPS: Mapping[str, str] = {
    FollowUpState.NONE: "不需要",
    FollowUpState.ASKED: "待企业答复",
    FollowUpState.AGREED: "同意",
    FollowUpState.DECLINED: "不同意",
}
REQUESTS = (
    *("编号", "部门", "课件或主题", "企业名称", "区域代码", "片区", "地点", "参加企业数", "预计人数", "状态"),
    *("待谁答复", "答复期限", "时段", "讲师", "座位数", "提出时间", "首次答复时间", "结束原因"),
)
REQUEST_STATES: Mapping[str, str] = {
    RequestState.REQUESTED: "待答复",
    RequestState.COUNTERED: "协商中",
    RequestState.ACCEPTED: "已约定",
    RequestState.DECLINED: "已谢绝",
    RequestState.WITHDRAWN: "已撤回",
    RequestState.EXPIRED: "已过期",
}
SIDES: Mapping[str, str] = {Side.AGENCY: "部门", Side.ENTERPRISE: "企业"}


def lecture_row(line: LectureLine) -> Row:
    view, one = line.view, line.view.lecture
    times = (one.starts_at, one.ends_at)
    said = cells_of(line.courseware_serial, view.lecturer_name, one.place, view.zone_name, *times, one.capacity)
    what = (lectures.serial_of(one.year, one.number), view.unit_name, one.title, LECTURE_KINDS[one.kind])
    seats = (one.taken, one.waiting, line.came, line.heads)
    return *said[:-1], one.capacity, *what, LECTURE_STATES[one.state], _time(one.closes_at), *seats, one.end_reason


def booking_row(one: Booking) -> Row:
    who = (one.enterprise_name, one.area_code, LEVELS[one.level], one.heads)
    came = (BOOKING_STATES[one.state], _time(one.offered_until), one.attended_heads, one.over_reason)
    return *who, *came, _time(one.booked_at), ENDERS.get(one.ended_by or ""), one.end_reason


def consultation_row(view: ConsultationView) -> Row:
    one = view.consultation
    what = (consultations.serial_of(one.year, one.number), one.quarter, view.group_name, view.zone_name, one.place)
    when = (_time(one.starts_at), _time(one.ends_at), one.slot_minutes, one.slot_count, view.taken)
    advisers = "、".join(f"{adviser.name}（{adviser.unit_name}）" for adviser in view.advisers)
    return *what, *when, advisers, CONSULTATION_STATES[one.state], _time(one.open_to_all_at), one.end_reason


def record_row(view: RecordView) -> Row:
    one, of = view.record, view.consultation
    where = (consultations.serial_of(of.year, of.number), of.group_number, _time(of.starts_at))
    who = (one.enterprise_name, one.area_code, LEVELS.get(one.level or ""))
    said = (one.category_code, one.question, one.advice, one.follow_up)
    after = (FOLLOW_UPS[one.follow_up_state], _time(one.answered_at))
    return *where, *who, *said, *after, view.unit_name, _time(one.recorded_at)


def request_row(view: RequestView) -> Row:
    """Who may only join is told no more than in the list: not who asked, nor where it will be."""
    one = view.request
    what = (lecture_requests.serial_of(one.year, one.number), view.unit_name, one.title)
    who = (one.enterprise_name, one.area_code) if view.told else (None, None)
    where = (view.zone_name, one.place if view.told else None)
    parties = (view.party_count, view.head_count if view.told else None)
    turn = (SIDES[one.turn], _time(one.due_at)) if one.turn else (None, None)
    slots = "；".join(f"{_time(slot.starts_at)} 至 {_time(slot.ends_at)}" for slot in view.slots)
    offer = (view.lecturer_name, one.capacity) if view.told else (None, None)
    dates = (_time(one.created_at), _time(one.answered_at))
    reason = one.end_reason if view.told else None
    return *what, *who, *where, *parties, REQUEST_STATES[one.state], *turn, slots, *offer, *dates, reason


def _time(moment: datetime | None) -> str | None:
    return shown_time(moment) if moment else None
