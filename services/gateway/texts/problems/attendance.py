"""Why courses refuses a check-in, a rating, or a calendar."""

from services.gateway.texts import Text
from services.gateway.texts.problems.base import problem as _of

ATTENDANCE = {
    "CHECK_IN_CLOSED": _of(409, "还没到签到时间，或签到已经结束", "Check-in has not begun yet, or is over"),
    "CHECK_IN_CODE_WRONG": _of(
        404, "签到码不对，或已失效；请看现场最新的签到码", "The code is wrong or has ended: look at the one shown now"
    ),
    "HEADS_OVER_BOOKED": _of(422, "到场人数多于报名人数", "More came than were booked", "heads"),
    "LECTURE_FULL": _of(409, "空余座位不够", "Not enough seats are free"),
    "BOOKING_NOT_ATTENDED": _of(409, "到场签到后才能评价", "Only who came can rate the lecture"),
    "EVALUATION_GIVEN": _of(409, "已经评价过了，每次宣讲评价一次", "It was rated already; once is all"),
    "EVALUATION_NOT_FOUND": _of(404, "还没有评价", "It was not rated yet"),
    "RATING_LINK_NOT_FOUND": _of(404, "评价链接无效", "There is no such link"),
    "RATING_LINKS_TAKEN": _of(
        409, "这场宣讲的评价链接已经领完", "All links of this lecture are taken: there are as many as seats"
    ),
    "CALENDAR_FEED_NOT_FOUND": _of(
        404, "日历订阅地址无效，或已更换", "There is no such calendar, or its address was renewed"
    ),
}
ATTENDANCE_DETAILS = {
    "HEADS_OVER_BOOKED": Text("报名 {heads} 人；多到的须说明原因", "Booked for {heads}: say why more came"),
    "LECTURE_FULL": Text("还剩 {free} 个座位", "Seats free: {free}"),
}
