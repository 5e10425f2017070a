"""Why nothing becomes of a plaque."""

import grpc

from kit.errors import FailedPrecondition, InvalidArgument, NotFound, ServiceError, Unavailable


class PlaqueNotFound(NotFound):
    reason = "PLAQUE_NOT_FOUND"
    message = "There is no such plaque."


class PlaqueWrongState(FailedPrecondition):
    reason = "PLAQUE_WRONG_STATE"
    message = "The plaque is {plaque_state}."


class PlaqueYearNotPublished(FailedPrecondition):
    reason = "PLAQUE_YEAR_NOT_PUBLISHED"
    message = "There is no published list of liaison points of {year}."


class PlaqueCharacterUnknown(FailedPrecondition):
    reason = "PLAQUE_CHARACTER_UNKNOWN"
    message = "No font at hand has {characters}, in {names}."


class PlaquesNone(NotFound):
    reason = "PLAQUES_NONE"
    message = "There is no plaque of {year} to draw."


class PlaqueDayInvalid(InvalidArgument):
    reason = "PLAQUE_DAY_INVALID"
    message = "A plaque is handed over on a day that has come, and at most a year before its own."


class PlaquePointWithdrawn(FailedPrecondition):
    reason = "PLAQUE_POINT_WITHDRAWN"
    message = "The liaison point was withdrawn."


class PlaqueFontMissing(Unavailable):
    reason = "PLAQUE_FONT_MISSING"
    message = "There is no font with Chinese characters in FAHU_FONT_FOLDER."


class PlaqueDrawingFailed(ServiceError):
    code = grpc.StatusCode.INTERNAL
    reason = "PLAQUE_DRAWING_FAILED"
    message = "The drawing failed; it is logged."


class PlaquesTooMany(FailedPrecondition):
    reason = "PLAQUES_TOO_MANY"
    message = "At most {limit} fit into one file."
