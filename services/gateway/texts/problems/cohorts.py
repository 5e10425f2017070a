"""Why registry refuses: a year's list, nominations for it, and what was published. And what a list may lack."""

from services.gateway.texts import Text
from services.gateway.texts.problems.base import problem as _of

COHORTS = {
    "COHORT_NOT_FOUND": _of(404, "该年度还没有联系点名单", "The year has no list of liaison points"),
    "COHORT_EXISTS": _of(409, "该年度已有联系点名单", "The year has a list already", "year"),
    "COHORT_WRONG_STATE": _of(409, "名单目前的阶段不允许这样做", "The list's stage does not allow it"),
    "COHORT_IS_RUN": _of(
        409, "该年度的名单由推荐产生，不能导入", "The year's list is made of nominations and takes no import"
    ),
    "COHORT_INCOMPLETE": _of(409, "名单尚不完整，未公布", "The list lacks something: nothing was published"),
    "AREA_NOT_IN_COHORT": _of(422, "该区域本年度不设联系点", "The area has no liaison points in that year"),
    "NOMINATION_NOT_FOUND": _of(404, "没有这条推荐，或您无权查看", "There is no such nomination, or it is not yours to see"),
    "NOMINATION_EXISTS": _of(409, "该企业本年度已有推荐", "The enterprise is nominated for that year already", "uscc"),
    "NOMINATION_WRONG_STATE": _of(409, "推荐目前的状态不允许这样做", "The nomination's state does not allow it"),
    "NOMINATIONS_REFUSED": _of(
        409, "有的推荐不能通过，一条也没有通过", "Something stands against some nominations; none was accepted"
    ),
    "NOMINATION_WRONG_AREA": _of(
        409, "该企业不在这个街镇（园区）", "The enterprise is in another area than the one it is named by", "uscc"
    ),
    "SEATS_TAKEN": _of(409, "区级席位已满", "All district-level seats of the area are taken"),
    "USCC_INVALID": _of(422, "统一社会信用代码有误", "Not a 18-character code whose last character fits", "uscc"),
    "ENTERPRISE_NAME_MISSING": _of(
        422, "平台还没有这家企业，请填写名称", "The enterprise is not known yet: name it", "enterprise_name"
    ),
    "ENTERPRISE_NAME_DIFFERS": _of(
        422, "与该代码登记的企业名称不同", "The code is that of an enterprise with another name", "enterprise_name"
    ),
    "DESIGNATION_NOT_FOUND": _of(
        404, "没有这个联系点，或您无权查看", "There is no such liaison point, or it is not yours to see"
    ),
    "DESIGNATION_WITHDRAWN": _of(409, "该联系点已被撤销", "The liaison point is withdrawn already"),
    "DESIGNATION_REPLACED": _of(409, "该联系点已有替补", "The liaison point is replaced already"),
    "ENTERPRISE_DESIGNATED": _of(409, "该企业已是本年度联系点", "The enterprise is a liaison point already", "uscc"),
}
GAPS: dict[str, Text] = {
    "AREA_SEATS_OPEN": Text("{area}：区级联系点应有 {want} 个，现有 {have} 个", "District-level points: {have} of {want}"),
    "TOWN_TARGET_OFF": Text("{area}：镇级联系点应有 {want} 个，现有 {have} 个", "Town-level points: {have} of {want}"),
    "NOMINATIONS_UNDECIDED": Text("{area}：还有 {have} 条推荐未审核", "Nominations undecided: {have}"),
    "TOTAL_OFF_TARGET": Text("联系点总数应为 {want} 个，现有 {have} 个", "Points in all: {have} of {want}"),
    "SURVEY_NOT_CLOSED": Text("年度问卷调查尚未结束", "The annual survey is not closed"),
}
