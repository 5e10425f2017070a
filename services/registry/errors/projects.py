"""Why a change of a project, or a record of a service, is refused."""

import grpc

from kit.errors import AlreadyExists, FailedPrecondition, FieldsInvalid, InvalidArgument, NotFound


class ProjectNotFound(NotFound):
    reason = "PROJECT_NOT_FOUND"
    message = "There is no such project."


class ProjectWrongState(FailedPrecondition):
    reason = "PROJECT_WRONG_STATE"
    message = "The project is {state}, which does not allow this."


class ProjectUnitInvalid(FailedPrecondition):
    reason = "PROJECT_UNIT_INVALID"
    message = "Only agencies and area offices define projects."


class ProjectDaysInvalid(InvalidArgument):
    reason = "PROJECT_DAYS_INVALID"
    message = "First and last day are not in order, or not in the project's year."


class ProjectLeaderMissing(FailedPrecondition):
    reason = "PROJECT_LEADER_MISSING"
    message = "An active project has a leader."


class ProjectNodesMissing(FailedPrecondition):
    reason = "PROJECT_NODES_MISSING"
    message = "An active project has at least one node."


class ProjectNodesOpen(FailedPrecondition):
    reason = "PROJECT_NODES_OPEN"
    message = "Nodes of the project are still open."


class ProjectNotOfArea(FailedPrecondition):
    reason = "PROJECT_NOT_OF_AREA"
    message = "Services are recorded for projects of area offices only."


class StaffNotOfUnit(InvalidArgument):
    reason = "STAFF_NOT_OF_UNIT"
    message = "The person named in {field} is not on the staff of the project's unit."


class NodeNotFound(NotFound):
    reason = "NODE_NOT_FOUND"
    message = "The project has no such node."


class NodeDayInvalid(InvalidArgument):
    reason = "NODE_DAY_INVALID"
    message = "A node is due within the days of its project, and moved to another day."


class NodeDone(FailedPrecondition):
    reason = "NODE_DONE"
    message = "The node is done."


class DoneDayInvalid(InvalidArgument):
    reason = "DONE_DAY_INVALID"
    message = "A node is done neither ahead of today nor before its project began."


class TooManyNodes(FailedPrecondition):
    reason = "TOO_MANY_NODES"
    message = "A project has at most {limit} nodes."


class ServiceRecordNotFound(NotFound):
    reason = "SERVICE_RECORD_NOT_FOUND"
    message = "There is no such record of a service."


class ServiceRecordWrongState(FailedPrecondition):
    reason = "SERVICE_RECORD_WRONG_STATE"
    message = "The record is {state}, which does not allow this."


class ServiceDayInvalid(InvalidArgument):
    reason = "SERVICE_DAY_INVALID"
    message = "A service took place on a day of its project, {starts_on} to {ends_on}, and not ahead of today."


class ServicesRefused(FieldsInvalid):
    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "SERVICES_REFUSED"
    message = "Some liaison points stand against it; nothing was recorded."


class PointNotOfArea(FailedPrecondition):
    """Told for one point among several (ServicesRefused)."""

    reason = "POINT_NOT_OF_AREA"
    message = "Not an active liaison point of the area in that year."


class ServiceRecordedAlready(AlreadyExists):
    """Told for one point among several (ServicesRefused)."""

    reason = "SERVICE_RECORDED_ALREADY"
    message = "The same service is recorded already."
