"""The caller's own account."""

from fahu.registry.v1 import account_pb2
from fahu.registry.v1 import account_service_pb2 as pb
from fastapi import APIRouter

from services.gateway.auth import AnyRole
from services.gateway.openapi import tells
from services.gateway.schemas import ROLES, Id, Out, RoleWord

router = APIRouter(prefix="/api/v1/me", tags=["me"])


class AccountOut(Out):
    """A person with the roles they hold now."""

    person_id: Id
    name: str
    phone: str
    roles: list[RoleWord]
    unit_code: str | None
    unit_name: str | None
    enterprise_id: Id | None
    enterprise_name: str | None
    area_code: str | None

    @classmethod
    def of(cls, account: account_pb2.Account) -> "AccountOut":
        return cls(
            person_id=account.person_id,
            name=account.name,
            phone=account.phone,
            roles=[ROLES.of(role) for role in account.roles],
            unit_code=account.unit_code or None,
            unit_name=account.unit_name or None,
            enterprise_id=account.enterprise_id or None,
            enterprise_name=account.enterprise_name or None,
            area_code=account.area_code or None,
        )


@router.get("", summary="本人账号", openapi_extra=tells("PERSON_NOT_FOUND"))
async def get_account(caller: AnyRole) -> AccountOut:
    """The caller's account: name, masked number, roles, unit or enterprise."""
    answer = await caller.clients.accounts.GetAccount(pb.GetAccountRequest())
    return AccountOut.of(answer.account)
