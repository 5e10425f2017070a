"""Why courses refuses: courseware with its files, needs, and the catalogue. And what a catalogue may lack."""

from services.gateway.texts import Text
from services.gateway.texts.problems.base import problem as _of

COURSEWARE = {
    "COURSEWARE_NOT_FOUND": _of(404, "没有这个课件，或您无权查看", "There is no such courseware, or it is not yours to see"),
    "COURSEWARE_WRONG_STATE": _of(409, "课件目前的状态不允许这样做", "The courseware's present state does not allow this"),
    "COURSEWARE_NOT_ANONYMISED": _of(
        422,
        "提交前须确认课件已隐去当事人信息，看不出是谁",
        "Say that no one can be told from the case before handing it in",
        "anonymised",
    ),
    "COURSEWARE_FILES_MISSING": _of(409, "请先上传课件文件", "Upload a file first"),
    "COURSEWARE_FILES_WAITING": _of(
        409, "有文件还在安全检查，请稍后再提交", "A file is still being checked: hand it in a little later"
    ),
    "COURSEWARE_IN_USE": _of(
        409,
        "还有讲座或待答复的上门宣讲预约要用这个课件，请先更换课件、取消讲座或答复预约",
        "Lectures or open requests need it: change, cancel or answer them first",
    ),
    "COURSEWARE_FILE_NOT_FOUND": _of(404, "没有这个文件，或您无权查看", "There is no such file, or it is not yours to see"),
    "COURSEWARE_FILE_NOT_CLEAN": _of(
        409, "文件尚未通过安全检查，不能下载", "The file has not passed the virus scan: it cannot be downloaded"
    ),
    "COURSEWARE_FILES_TOO_MANY": _of(409, "课件的文件数量已达上限", "The courseware has as many files as it may"),
    "NEED_NOT_FOUND": _of(404, "该年度没有这项普法需求", "The year has no such need"),
    "NEED_RETIRED": _of(409, "这项需求已停用", "The need is retired"),
    "NEED_EXISTS": _of(409, "该年度已有相同的需求", "The year has the same need already", "text"),
    "CATALOGUE_NOT_FOUND": _of(404, "课程目录尚未发布", "There is no such catalogue"),
    "CATALOGUE_INCOMPLETE": _of(409, "有部门的课件不足，未发布", "Agencies lack courseware: nothing was published"),
    "CATALOGUE_UNCHANGED": _of(409, "与上一版相同，无须重新发布", "Nothing changed since the last version"),
}
COURSEWARE_DETAILS: dict[str, Text] = {
    "COURSEWARE_IN_USE": Text("还有 {lectures} 场", "Lectures: {lectures}"),
    "COURSEWARE_FILES_TOO_MANY": Text("最多 {limit} 个", "At most {limit}"),
    "CATALOGUE_UNCHANGED": Text("上一版是第 {version} 版", "The last version is {version}"),
}
COURSEWARE_GAPS: dict[str, Text] = {
    "AGENCY_COURSEWARE_MISSING": Text(
        "{area}：审核通过的课件应有 {want} 个，现有 {have} 个", "Approved courseware: {have} of {want}"
    ),
    "CORPS_UNKNOWN": Text("还没有收到宣讲部门的名单", "No agency of the corps is known yet"),
}
