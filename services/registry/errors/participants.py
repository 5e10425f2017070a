"""Why a change of who takes part, or a sign-in, is refused."""

from kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied, Unauthenticated


class EnterpriseNotFound(NotFound):
    reason = "ENTERPRISE_NOT_FOUND"
    message = "There is no such enterprise."


class PersonNotFound(NotFound):
    reason = "PERSON_NOT_FOUND"
    message = "There is no such person."


class UnitNotFound(NotFound):
    reason = "UNIT_NOT_FOUND"
    message = "There is no unit {unit}."


class LiaisonNotFound(NotFound):
    reason = "LIAISON_NOT_FOUND"
    message = "The enterprise has no contact."


class LiaisonExists(AlreadyExists):
    reason = "LIAISON_EXISTS"
    message = "The enterprise has a contact already; replace it instead."


class LiaisonConsentMissing(InvalidArgument):
    reason = "LIAISON_CONSENT_MISSING"
    message = "A contact is appointed only with consent."


class PhoneInvalid(InvalidArgument):
    reason = "PHONE_INVALID"
    message = "The phone is not a mainland mobile number of 11 digits."


class PhoneInUse(AlreadyExists):
    reason = "PHONE_IN_USE"
    message = "The phone belongs to a member of staff or to the contact of another enterprise."


class LoginNameTaken(AlreadyExists):
    reason = "LOGIN_NAME_TAKEN"
    message = "The login name belongs to somebody else."


class ContactNeedsSuccessor(FailedPrecondition):
    reason = "CONTACT_NEEDS_SUCCESSOR"
    message = "Nobody would be left to tell of what arrives for {unit}; name a successor on its staff, or --force it."


class WechatNotBound(FailedPrecondition):
    reason = "WECHAT_NOT_BOUND"
    message = "This WeChat account is not known yet; the phone number is needed."


class NotOnRoster(PermissionDenied):
    reason = "NOT_ON_ROSTER"
    message = "The phone is not on the roster of contacts and staff."


class BoundToAnotherWechat(FailedPrecondition):
    reason = "BOUND_TO_ANOTHER_WECHAT"
    message = "The person signed in with another WeChat account before."


class AccountWithoutRole(PermissionDenied):
    reason = "ACCOUNT_WITHOUT_ROLE"
    message = "The person holds no role now."


class CredentialsWrong(Unauthenticated):
    reason = "CREDENTIALS_WRONG"
    message = "Login name, password or one-time code is wrong."


class SessionEnded(Unauthenticated):
    reason = "SESSION_ENDED"
    message = "The session ended; sign in again."
