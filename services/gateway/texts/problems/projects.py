"""Why registry refuses: projects of a year, and services to enterprises."""

from services.gateway.texts.problems.base import problem as _of

PROJECTS = {
    "PROJECT_NOT_FOUND": _of(404, "没有这个项目，或您无权查看", "There is no such project, or it is not yours to see"),
    "PROJECT_WRONG_STATE": _of(409, "项目目前的状态不允许这样做", "The project's present state does not allow this"),
    "PROJECT_UNIT_INVALID": _of(
        409, "只有承办部门和镇、园区可以设立年度项目", "Only agencies, towns and parks define projects"
    ),
    "PROJECT_DAYS_INVALID": _of(
        422, "起止日期须在项目年度内，且结束不早于开始", "The days lie in the project's year, in their order", "ends_on"
    ),
    "PROJECT_LEADER_MISSING": _of(409, "项目启动前须明确责任领导", "A project begins with a leader"),
    "PROJECT_NODES_MISSING": _of(409, "项目启动前须至少有一个时间节点", "A project begins with at least one node"),
    "PROJECT_NODES_OPEN": _of(409, "还有时间节点没有完成", "Nodes of the project are still open"),
    "PROJECT_NOT_OF_AREA": _of(
        409, "只有镇、园区的项目登记对联系点的服务", "Services are recorded for projects of areas only"
    ),
    "STAFF_NOT_OF_UNIT": _of(422, "不是本单位的在册人员", "The person is not on the staff of the unit"),
    "NODE_NOT_FOUND": _of(404, "项目没有这个时间节点", "The project has no such node"),
    "NODE_DAY_INVALID": _of(
        422, "节点日期须在项目起止日期内；改期须改到另一天", "A node is due within the days of its project", "due_on"
    ),
    "NODE_DONE": _of(409, "这个时间节点已经完成", "The node is done"),
    "DONE_DAY_INVALID": _of(
        422, "完成日期不能晚于今天，也不能早于项目开始", "The day lies neither ahead nor before the project began", "done_on"
    ),
    "TOO_MANY_NODES": _of(409, "时间节点数量已达上限", "The project has as many nodes as it may"),
    "SERVICE_RECORD_NOT_FOUND": _of(
        404, "没有这条服务记录，或您无权查看", "There is no such record, or it is not yours to see"
    ),
    "SERVICE_RECORD_WRONG_STATE": _of(
        409, "服务记录目前的状态不允许这样做", "The record's present state does not allow this"
    ),
    "SERVICE_DAY_INVALID": _of(
        422, "服务日期须在项目起止日期内，且不晚于今天", "The day is one of the project's, and not ahead", "served_on"
    ),
    "SERVICES_REFUSED": _of(
        409, "有的联系点不能这样登记，一条也没有登记", "Some liaison points stand against it; nothing was recorded"
    ),
    "POINT_NOT_OF_AREA": _of(409, "不是本区域该年度的联系点", "Not a liaison point of the area in that year"),
    "SERVICE_RECORDED_ALREADY": _of(409, "同一次服务已经登记过", "The same service is recorded already"),
}
