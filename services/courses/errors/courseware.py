"""Why courseware, its files, a need or a catalogue is refused."""

import grpc

from kit.errors import AlreadyExists, FailedPrecondition, FieldsInvalid, InvalidArgument, NotFound


class CoursewareWrongState(FailedPrecondition):
    reason = "COURSEWARE_WRONG_STATE"
    message = "The courseware is {state}, which does not allow this."


class CoursewareNotAnonymised(InvalidArgument):
    reason = "COURSEWARE_NOT_ANONYMISED"
    message = "Its agency has to say that no one can be told from the case."


class CoursewareFilesMissing(FailedPrecondition):
    reason = "COURSEWARE_FILES_MISSING"
    message = "The courseware has no file."


class CoursewareFilesWaiting(FailedPrecondition):
    reason = "COURSEWARE_FILES_WAITING"
    message = "The virus scanner has not come to a verdict on a file."


class CoursewareInUse(FailedPrecondition):
    reason = "COURSEWARE_IN_USE"
    message = "{lectures} lectures are still to be given from it, or offered with it."


class CoursewareFileNotFound(NotFound):
    reason = "COURSEWARE_FILE_NOT_FOUND"
    message = "There is no such file."


class CoursewareFileNotClean(FailedPrecondition):
    reason = "COURSEWARE_FILE_NOT_CLEAN"
    message = "The file is {state}; only what is clean is handed out."


class CoursewareFilesTooMany(FailedPrecondition):
    reason = "COURSEWARE_FILES_TOO_MANY"
    message = "The courseware has {limit} files already."


class NeedNotFound(NotFound):
    reason = "NEED_NOT_FOUND"
    message = "The year has no such need."


class NeedRetired(FailedPrecondition):
    reason = "NEED_RETIRED"
    message = "The need is retired."


class NeedExists(AlreadyExists):
    reason = "NEED_EXISTS"
    message = "The year has the same need already."


class UnitNotFound(NotFound):
    reason = "UNIT_NOT_FOUND"
    message = "There is no such agency at work."


class CatalogueNotFound(NotFound):
    reason = "CATALOGUE_NOT_FOUND"
    message = "The year has no such version of a catalogue."


class CatalogueIncomplete(FieldsInvalid):
    """Each violation is an agency that lacks items: its code, AGENCY_COURSEWARE_MISSING, and "area=… have=… want=…"."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "CATALOGUE_INCOMPLETE"
    message = "The catalogue lacks something; nothing was published."


class CatalogueUnchanged(FailedPrecondition):
    reason = "CATALOGUE_UNCHANGED"
    message = "Nothing changed since version {version}."
