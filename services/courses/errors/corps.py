"""Why a change of the corps, the groups or the zones is refused."""

from kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound


class CorpsSeatsTaken(FailedPrecondition):
    reason = "CORPS_SEATS_TAKEN"
    message = "Both seats of the unit are taken."


class AlreadyInCorps(AlreadyExists):
    reason = "ALREADY_IN_CORPS"
    message = "A person of that name is in the corps for the unit."


class UnitNotInCorps(FailedPrecondition):
    reason = "UNIT_NOT_IN_CORPS"
    message = "The unit sends nobody into this corps."


class MemberNotFound(NotFound):
    reason = "MEMBER_NOT_FOUND"
    message = "There is no such member."


class MemberEnded(FailedPrecondition):
    reason = "MEMBER_ENDED"
    message = "Their time in the corps has ended."


class LecturesAhead(FailedPrecondition):
    reason = "LECTURES_AHEAD"
    message = "{count} lectures, open requests or sessions ahead are theirs."


class YearOver(FailedPrecondition):
    reason = "YEAR_OVER"
    message = "{year} is over."


class GroupNotFound(NotFound):
    reason = "GROUP_NOT_FOUND"
    message = "There is no such group."


class AreaUnknown(InvalidArgument):
    reason = "AREA_UNKNOWN"
    message = "There are no such areas: {areas}."


class AreaWithoutZone(FailedPrecondition):
    reason = "AREA_WITHOUT_ZONE"
    message = "Areas would be in no zone: {areas}."
