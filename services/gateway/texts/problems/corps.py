"""Why courses refuses: who is in the corps, the consultation groups, the zones."""

from services.gateway.texts import Text
from services.gateway.texts.problems.base import problem as _of

CORPS = {
    "CORPS_SEATS_TAKEN": _of(409, "该单位的两个席位都有人，换人请办理替换", "Both seats of the unit are taken"),
    "ALREADY_IN_CORPS": _of(409, "该单位已有这个姓名的成员", "Somebody of that name is in the corps for the unit", "name"),
    "UNIT_NOT_IN_CORPS": _of(409, "该单位不向这个服务团派人", "The unit sends nobody into this corps", "unit_code"),
    "MEMBER_NOT_FOUND": _of(404, "没有这名成员，或您无权查看", "There is no such member, or they are not yours to see"),
    "MEMBER_ENDED": _of(409, "这名成员已经卸任", "Their time in the corps has ended"),
    "LECTURES_AHEAD": _of(
        409,
        "还有安排给此人的宣讲、咨询，或待答复的上门宣讲预约，请先了结、改派，或由接任者一并接手",
        "Lectures, sessions or open requests are theirs: end them, reassign them, or have the successor take them over",
    ),
    "YEAR_OVER": _of(409, "这一年度已经结束", "That year is over", "year"),
    "GROUP_NOT_FOUND": _of(404, "没有这个咨询小组", "There is no such group"),
    "AREA_UNKNOWN": _of(422, "没有这样的区域", "There are no such areas", "area_codes"),
    "AREA_WITHOUT_ZONE": _of(
        409,
        "有的区域会不在任何片区；请在接收的片区里划入",
        "Areas would be in no zone: have another zone take them",
        "area_codes",
    ),
}
CORPS_DETAILS: dict[str, Text] = {
    "LECTURES_AHEAD": Text("共 {count} 场", "{count} of them"),
    "YEAR_OVER": Text("年度：{year}", "Year: {year}"),
    "AREA_UNKNOWN": Text("区域：{areas}", "Areas: {areas}"),
    "AREA_WITHOUT_ZONE": Text("区域：{areas}", "Areas: {areas}"),
}
