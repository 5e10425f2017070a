"""Why registry refuses: plaques and certificates."""

from services.gateway.texts import Text
from services.gateway.texts.problems.base import problem as _of

PLAQUES = {
    "PLAQUE_NOT_FOUND": _of(404, "没有这块铭牌，或您无权查看", "There is no such plaque, or it is not yours to see"),
    "PLAQUE_WRONG_STATE": _of(409, "铭牌目前的状态不允许这样做", "The plaque's present state does not allow this"),
    "PLAQUE_YEAR_NOT_PUBLISHED": _of(409, "该年度的联系点名单尚未公布", "That year's list is not published"),
    "PLAQUE_CHARACTER_UNKNOWN": _of(409, "名称中有字库没有的字，无法制作", "Names hold characters that no font has"),
    "PLAQUES_NONE": _of(404, "没有可以打印的铭牌，请先制作", "There is no plaque to draw: make them first"),
    "PLAQUE_DAY_INVALID": _of(
        422, "颁发日期不能晚于今天，也不能早于上一年度", "Issued on a day that has come, a year ahead at most", "issued_on"
    ),
    "PLAQUE_POINT_WITHDRAWN": _of(409, "该联系点已撤销，不再颁发铭牌", "The liaison point was withdrawn"),
    "PLAQUE_FONT_MISSING": _of(503, "服务器缺少中文字库，请联系管理员", "The fonts are missing; somebody has to mend this"),
    "PLAQUE_DRAWING_FAILED": _of(500, "生成文件失败，请稍后再试", "The drawing failed; try again later"),
    "PLAQUES_TOO_MANY": _of(409, "铭牌过多，请下载压缩包", "Too many for one file: fetch the ZIP"),
}
PLAQUE_DETAILS = {
    "PLAQUE_CHARACTER_UNKNOWN": Text("{characters}，见于：{names}", "{characters}, in {names}"),
    "PLAQUES_TOO_MANY": Text("最多 {limit} 块", "At most {limit}"),
}
