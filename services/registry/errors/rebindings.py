"""Why another WeChat account does not take the place of the present one."""

from kit.errors import AlreadyExists, FailedPrecondition, NotFound, PermissionDenied


class RebindingNotFound(NotFound):
    reason = "REBINDING_NOT_FOUND"
    message = "There is no such request."


class RebindingWrongState(FailedPrecondition):
    reason = "REBINDING_WRONG_STATE"
    message = "The request is {state}."


class RebindingOpen(AlreadyExists):
    reason = "REBINDING_OPEN"
    message = "A request from another WeChat account is open."


class RebindingNotNeeded(FailedPrecondition):
    reason = "REBINDING_NOT_NEEDED"
    message = "The person has this WeChat account already, or none: sign in instead."


class RebindingWaiting(FailedPrecondition):
    reason = "REBINDING_WAITING"
    message = "The request is {state} and takes no effect before {effective_at}."


class RebindingBarred(FailedPrecondition):
    reason = "REBINDING_BARRED"
    message = "The person objected lately; one may ask again after {until}."


class RebindingOwn(PermissionDenied):
    reason = "REBINDING_OWN"
    message = "Nobody decides about their own request."


class WechatOfAnother(FailedPrecondition):
    reason = "WECHAT_OF_ANOTHER"
    message = "The WeChat account is that of somebody else who takes part."
