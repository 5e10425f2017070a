"""Why courses refuses: sessions of consultation, their slots, and records."""

from services.gateway.texts import Text
from services.gateway.texts.problems.base import problem as _of

CONSULTATIONS = {
    "CONSULTATION_NOT_FOUND": _of(404, "没有这场咨询，或您无权查看", "There is no such session, or it is not yours to see"),
    "CONSULTATION_WRONG_STATE": _of(409, "咨询目前的状态不允许这样做", "The session's present state does not allow this"),
    "CONSULTATION_CLOSED": _of(409, "咨询已经开始，或现在不接受预约", "The session has begun, or takes no bookings"),
    "CONSULTATION_NOT_STARTED": _of(409, "咨询还没有开始", "The session has not begun"),
    "CONSULTATION_TIMES_INVALID": _of(
        422,
        "时间须在今后、在同一天，且至少够一个时段",
        "The times lie ahead, on one day of the session's year, with room for one slot at least",
    ),
    "CONSULTATION_WITHOUT_STAFF": _of(409, "请先安排到场的咨询员", "Name who sits in the session first", "consultant_ids"),
    "CONSULTATION_OF_OTHER_ZONE": _of(409, "这场咨询面向其他片区的企业", "The session is for enterprises of another zone"),
    "UNIT_IN_NO_GROUP": _of(409, "您所在的单位不属于任何咨询组", "Your unit is in no consultation group"),
    "CONSULTANT_NOT_FOUND": _of(404, "本组没有这位在任咨询员", "The group has no such consultant now", "consultant_ids"),
    "CONSULTANT_BUSY": _of(409, "有咨询员在这个时间另有咨询", "A consultant sits in another session then", "consultant_ids"),
    "SLOTS_TAKEN": _of(409, "已有企业预约，不能这样调整", "Enterprises have booked what would be gone"),
    "DISTRICT_LEVEL_FIRST": _of(
        409, "现在由区级联系点优先预约，稍后向您开放", "District-level points book first; it opens to you later"
    ),
    "SLOT_NOT_FOUND": _of(404, "没有这个时段", "The session has no such slot", "slot_number"),
    "SLOT_TAKEN": _of(409, "这个时段已被预约，请另选", "The slot is taken: choose another", "slot_number"),
    "SLOT_BOOKED_ALREADY": _of(409, "贵企业已预约这场咨询", "The enterprise has a slot of this session"),
    "SLOT_BOOKING_NOT_FOUND": _of(404, "没有这次预约，或您无权查看", "There is no such booking, or it is not yours to see"),
    "SLOT_BOOKING_WRONG_STATE": _of(409, "预约目前的状态不允许这样做", "The booking's present state does not allow this"),
    "CONSULTATION_RECORD_NOT_FOUND": _of(
        404, "没有这条咨询记录，或您无权查看", "There is no such record, or it is not yours to see"
    ),
    "FOLLOW_UP_NOT_POSSIBLE": _of(
        409,
        "只有联系点、且写明需继续办理的事项，才能征求意见",
        "A liaison point is asked about what is left to do",
    ),
    "FOLLOW_UP_WRONG_STATE": _of(
        409, "企业尚未被征求意见，或已经答复", "The enterprise is not asked, or has answered already"
    ),
}
CONSULTATION_DETAILS: dict[str, Text] = {
    "DISTRICT_LEVEL_FIRST": Text("{open_to_all_at} 起可以预约", "Open to all from {open_to_all_at} on"),
}
