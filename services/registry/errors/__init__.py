"""The ways registry says no. Each reason stands in fahu/registry/v1/error_reason.proto."""

from services.registry.errors.participants import (
    AccountWithoutRole,
    BoundToAnotherWechat,
    ContactNeedsSuccessor,
    CredentialsWrong,
    EnterpriseNotFound,
    LiaisonConsentMissing,
    LiaisonExists,
    LiaisonNotFound,
    LoginNameTaken,
    NotOnRoster,
    PersonNotFound,
    PhoneInUse,
    PhoneInvalid,
    SessionEnded,
    UnitNotFound,
    WechatNotBound,
)
from services.registry.errors.sheets import ImportColumnsMissing, ImportTooLarge, ImportUnreadable

__all__ = [
    "AccountWithoutRole",
    "BoundToAnotherWechat",
    "ContactNeedsSuccessor",
    "CredentialsWrong",
    "EnterpriseNotFound",
    "ImportColumnsMissing",
    "ImportTooLarge",
    "ImportUnreadable",
    "LiaisonConsentMissing",
    "LiaisonExists",
    "LiaisonNotFound",
    "LoginNameTaken",
    "NotOnRoster",
    "PersonNotFound",
    "PhoneInUse",
    "PhoneInvalid",
    "SessionEnded",
    "UnitNotFound",
    "WechatNotBound",
]
