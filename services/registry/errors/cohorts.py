"""Why a change of a year's cohort, of a nomination or of a published liaison point is refused."""

import grpc

from kit.errors import AlreadyExists, FailedPrecondition, FieldsInvalid, InvalidArgument, NotFound


class CohortNotFound(NotFound):
    reason = "COHORT_NOT_FOUND"
    message = "There is no cohort of {year}."


class CohortExists(AlreadyExists):
    reason = "COHORT_EXISTS"
    message = "There is a cohort of {year} already."


class CohortWrongState(FailedPrecondition):
    reason = "COHORT_WRONG_STATE"
    message = "The cohort of {year} is {state}, which does not allow it."


class CohortIsRun(FailedPrecondition):
    reason = "COHORT_IS_RUN"
    message = "The cohort of {year} is made here, from nominations; it takes no import."


class CohortIncomplete(FieldsInvalid):
    """Each violation is a gap: its area, its kind, and "area=… have=… want=…"."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "COHORT_INCOMPLETE"
    message = "The list lacks something; nothing was published."


class AreaNotInCohort(InvalidArgument):
    reason = "AREA_NOT_IN_COHORT"
    message = "The area has no liaison points in {year}."


class NominationNotFound(NotFound):
    reason = "NOMINATION_NOT_FOUND"
    message = "There is no such nomination."


class NominationExists(AlreadyExists):
    reason = "NOMINATION_EXISTS"
    message = "The enterprise is nominated for the year already."


class NominationWrongState(FailedPrecondition):
    reason = "NOMINATION_WRONG_STATE"
    message = "The nomination is {state}, which does not allow it."


class NominationsRefused(FieldsInvalid):
    """Each violation is a nomination, with the reason for which it would be refused alone."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "NOMINATIONS_REFUSED"
    message = "Something stands against some of the nominations; none was accepted."


class NominationWrongArea(FailedPrecondition):
    reason = "NOMINATION_WRONG_AREA"
    message = "The enterprise is in another area than the one that nominates it."


class SeatsTaken(FailedPrecondition):
    reason = "SEATS_TAKEN"
    message = "All {seats} district-level seats of the area are taken."


class UsccInvalid(InvalidArgument):
    reason = "USCC_INVALID"
    message = "The code is no 统一社会信用代码: 18 characters, the last fits the others."


class EnterpriseNameMissing(InvalidArgument):
    reason = "ENTERPRISE_NAME_MISSING"
    message = "The enterprise is not known yet; its name is needed."


class EnterpriseNameDiffers(InvalidArgument):
    reason = "ENTERPRISE_NAME_DIFFERS"
    message = "The code is that of an enterprise with another name."


class DesignationNotFound(NotFound):
    reason = "DESIGNATION_NOT_FOUND"
    message = "There is no such liaison point."


class DesignationWithdrawn(FailedPrecondition):
    reason = "DESIGNATION_WITHDRAWN"
    message = "The liaison point is withdrawn already."


class DesignationReplaced(FailedPrecondition):
    reason = "DESIGNATION_REPLACED"
    message = "The liaison point is replaced already."


class EnterpriseDesignated(AlreadyExists):
    reason = "ENTERPRISE_DESIGNATED"
    message = "The enterprise is a liaison point of the year already."
