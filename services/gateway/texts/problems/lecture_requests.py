"""Why courses refuses: lectures that enterprises ask for."""

from services.gateway.texts import Text
from services.gateway.texts.problems.base import problem as _of

LECTURE_REQUESTS = {
    "LECTURE_REQUEST_NOT_FOUND": _of(
        404, "没有这次预约，或您无权查看", "There is no such request, or it is not yours to see"
    ),
    "LECTURE_REQUEST_WRONG_STATE": _of(409, "预约目前的状态不允许这样做", "The request's present state does not allow this"),
    "LECTURE_REQUEST_NOT_YOUR_TURN": _of(409, "现在轮到对方答复", "It is the other side's move"),
    "LECTURE_REQUEST_EXISTS": _of(409, "贵企业的同一预约还在办理中", "The enterprise has an open request for this already"),
    "SLOTS_INVALID": _of(
        422,
        "时段须在今后、在同一年度，按先后排列，互不重叠，每段最长 12 小时",
        "The slots lie ahead in one year, one after the other, each of at most 12 hours",
        "slots",
    ),
    "REQUEST_SLOT_NOT_FOUND": _of(404, "没有提出过这个时段", "There is no such slot on the table", "slot"),
    "SLOT_PAST": _of(409, "这个时段已经过了", "The slot has passed", "slot"),
    "CAPACITY_TOO_SMALL": _of(409, "座位数少于参加的人数", "More come than there would be seats", "offer.capacity"),
    "ALREADY_JOINED": _of(409, "贵企业已经参加", "The enterprise comes already"),
    "NOT_JOINED": _of(
        409, "贵企业没有报名一同参加；自己的预约请撤回", "The enterprise has not joined; its own is withdrawn"
    ),
    "LECTURE_REQUEST_FULL": _of(409, "座位不够了", "There are not enough seats", "heads"),
    "AGENCY_NOT_FOUND": _of(404, "没有这个承办部门", "There is no such agency", "topic.unit_code"),
}
LECTURE_REQUEST_DETAILS: dict[str, Text] = {
    "CAPACITY_TOO_SMALL": Text("共 {heads} 人参加", "{heads} come"),
    "LECTURE_REQUEST_FULL": Text("还余 {free} 个座位", "{free} seats are left"),
}
