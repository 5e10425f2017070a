"""Why courses refuses: lectures, and the bookings of enterprises."""

from services.gateway.texts import Text
from services.gateway.texts.problems.base import problem as _of

COURSES = {
    "LECTURE_NOT_FOUND": _of(404, "没有这场宣讲，或您无权查看", "There is no such lecture, or it is not yours to see"),
    "LECTURE_WRONG_STATE": _of(409, "宣讲目前的状态不允许这样做", "The lecture's present state does not allow this"),
    "LECTURE_CLOSED": _of(409, "这场宣讲现在不接受报名", "The lecture takes no bookings now"),
    "LECTURE_STARTED": _of(409, "宣讲已经开始", "The lecture has begun"),
    "LECTURE_NOT_STARTED": _of(409, "宣讲还没有开始", "The lecture has not begun"),
    "LECTURE_TIMES_INVALID": _of(
        422,
        "时间须在今后、在同一年度，先截止报名再开讲，最长 12 小时",
        "The times lie ahead in one year: booking closes, the lecture begins, and ends within 12 hours",
    ),
    "LECTURER_BUSY": _of(409, "讲师在这个时间另有宣讲", "The lecturer gives another lecture then", "lecturer_id"),
    "LECTURER_NOT_FOUND": _of(404, "本部门没有这位在任讲师", "The agency has no such lecturer now", "lecturer_id"),
    "COURSEWARE_NOT_FOUND": _of(404, "没有这个可用的课件", "There is no such courseware to be used", "courseware_id"),
    "ZONE_NOT_FOUND": _of(404, "没有这个片区", "There is no such zone", "zone_code"),
    "CAPACITY_TAKEN": _of(
        409, "已报名或候补的人数超过新的座位数", "More come, or wait to come, than there would be seats", "capacity"
    ),
    "LECTURE_OF_OTHER_ZONE": _of(409, "这场宣讲面向其他片区的企业", "The lecture is for enterprises of another zone"),
    "TOO_MANY_HEADS": _of(409, "超过每家企业的人数上限", "More than one enterprise may have", "heads"),
    "ALREADY_BOOKED": _of(409, "贵企业已经报名或在候补", "The enterprise has booked, or waits, already"),
    "BOOKING_NOT_FOUND": _of(404, "没有这次报名，或您无权查看", "There is no such booking, or it is not yours to see"),
    "BOOKING_WRONG_STATE": _of(409, "报名目前的状态不允许这样做", "The booking's present state does not allow this"),
    "OFFER_ENDED": _of(409, "保留时间已过，座位已让给下一位", "The offer has ended, and its seats went on to the next"),
}
COURSES_DETAILS: dict[str, Text] = {
    "CAPACITY_TAKEN": Text("至少需要 {taken} 个座位", "At least {taken} seats are needed"),
    "TOO_MANY_HEADS": Text("每家最多 {most} 人", "At most {most} for one enterprise"),
}
