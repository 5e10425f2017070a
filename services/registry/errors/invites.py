"""Why there is no invite, or why one does not let in."""

from kit.errors import FailedPrecondition, NotFound, PermissionDenied


class InviteInvalid(PermissionDenied):
    """Wrong, expired, used, revoked, too often tried: whoever guesses learns nothing."""

    reason = "INVITE_INVALID"
    message = "The invite code opens nothing."


class InviteNotNeeded(FailedPrecondition):
    reason = "INVITE_NOT_NEEDED"
    message = "The contact has signed in already."


class InviteNotFound(NotFound):
    reason = "INVITE_NOT_FOUND"
    message = "The contact has no invite that lives."
