"""People: who a number belongs to, the staff of units, and looking at a whole number with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from services.registry.errors import BoundToAnotherWechat, LoginNameTaken, PersonNotFound, PhoneInUse, PhoneInvalid
from services.registry.models import Person, StaffAccount
from services.registry.personal import PersonalData
from services.registry.queries import people as queries
from services.registry.queries import units as unit_queries
from services.registry.rules import normal_phone
from services.registry.service import audit, rebindings, sessions, units
from services.registry.service.units import Handover, Vacancy


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """A member of staff as an operator describes one. Without `login_name` there is no console sign-in.

    `password_hash` and `totp_secret` may be None for somebody who has them already. `successor` and `force` are for who
    leaves another unit for this one: the number of whoever takes over there, or that nobody does.
    """

    unit_code: str
    roles: frozenset[int]
    name: str
    phone: str
    login_name: str | None = None
    password_hash: str | None = None
    totp_secret: str | None = None
    successor: str | None = None
    force: bool = False


async def reveal_phone(
    session: AsyncSession, personal: PersonalData, actor: Actor, person_id: UUID, reason: str, now: datetime
) -> tuple[str, str]:
    """Whole number and whole name of a person. The audit keeps who looked, and why."""
    person = await session.get(Person, person_id)
    if person is None:
        raise PersonNotFound
    await audit.record(session, actor, "PHONE_REVEALED", f"person/{person_id}", now, reason)
    return personal.phone(person), personal.name(person)


async def claim_person(session: AsyncSession, personal: PersonalData, name: str, phone: str, now: datetime) -> UUID:
    """The one person of `claim_people`."""
    return (await claim_people(session, personal, {phone: name}, now))[phone]


async def claim_people(
    session: AsyncSession, personal: PersonalData, names: Mapping[str, str], now: datetime
) -> dict[str, UUID]:
    """The people to appoint, by number: known by name and number, or new. Locked, and without a role. Raises PhoneInUse.

    A number that came to somebody of another name leaves the person who had it before.
    """
    by_index = {personal.phone_index(phone): phone for phone in names}
    holders = await queries.people_by_phones(session, list(by_index))
    if await queries.any_role(session, [person.id for person in holders]):
        raise PhoneInUse
    claimed: dict[str, UUID] = {}
    for person in holders:
        phone = by_index[person.phone_index]
        if personal.name(person) == names[phone]:
            claimed[phone] = person.id
        else:
            person.active, person.openid, person.openid_index = False, None, None
    await session.flush()
    new = [_sealed(personal, name, phone, now) for phone, name in names.items() if phone not in claimed]
    return claimed | {by_index[index]: person_id for index, person_id in await _insert_people(session, new)}


def _sealed(personal: PersonalData, name: str, phone: str, now: datetime) -> dict[str, object]:
    person_id = uuid7()
    return {
        "id": person_id,
        "name": personal.seal(Person.name, person_id, name),
        "phone": personal.seal(Person.phone, person_id, phone),
        "phone_index": personal.phone_index(phone),
        "active": True,
        "created_at": now,
    }


async def _insert_people(session: AsyncSession, rows: list[dict[str, object]]) -> list[tuple[bytes, UUID]]:
    """Raises PhoneInUse if another transaction gave one of the numbers to somebody in this very moment."""
    if not rows:
        return []
    added = insert(Person).on_conflict_do_nothing().returning(Person.phone_index, Person.id)
    found = [(index, person_id) for index, person_id in await session.execute(added, rows)]
    if len(found) != len(rows):
        raise PhoneInUse
    return found


async def put_staff(
    session: AsyncSession, personal: PersonalData, actor: Actor, draft: StaffDraft, now: datetime
) -> tuple[UUID, list[Vacancy]]:
    """Add a member of staff, or change the one who has this number: unit, roles, name, console sign-in.

    Returns who it is, and the duties that nobody has after this person left another unit. Raises ContactNeedsSuccessor.
    """
    phone = normal_phone(draft.phone)
    if phone is None:
        raise PhoneInvalid
    await unit_queries.unit_for_update(session, draft.unit_code)
    account, vacant = await _account_of(session, personal, draft, phone, now), list[Vacancy]()
    if (account.unit_code, frozenset(account.roles), account.active) != (draft.unit_code, draft.roles, True):
        left = account.unit_code != draft.unit_code
        account.unit_code, account.roles, account.active = draft.unit_code, sorted(draft.roles), True
        if left:
            vacant = await _leave_duties(session, personal, account.person_id, draft.successor, draft.force, now)
        await sessions.shut_out(session, account.person_id)
    await _set_console_sign_in(session, personal, account, draft)
    given = ", ".join(Role.Name(Role.ValueType(role)) for role in sorted(draft.roles))
    reason = _with_vacancies(f"{draft.unit_code}: {given}", vacant)
    await audit.record(session, actor, "STAFF_PUT", f"person/{account.person_id}", now, reason)
    return account.person_id, vacant


async def _account_of(
    session: AsyncSession, personal: PersonalData, draft: StaffDraft, phone: str, now: datetime
) -> StaffAccount:
    """The account behind a number, under the name given; a new one if nobody on the staff has the number."""
    holder = await queries.person_by_phone(session, personal.phone_index(phone))
    account = await session.get(StaffAccount, holder.id) if holder else None
    if holder and account and account.active:
        if personal.name(holder) != draft.name:
            holder.name = personal.seal(Person.name, holder.id, draft.name)
        return account
    person_id = await claim_person(session, personal, draft.name, phone, now)
    account = await session.get(StaffAccount, person_id)
    if account is None:
        account = StaffAccount(person_id=person_id, unit_code=draft.unit_code, roles=sorted(draft.roles), active=True)
        session.add(account)
    return account


async def _set_console_sign_in(
    session: AsyncSession, personal: PersonalData, account: StaffAccount, draft: StaffDraft
) -> None:
    if draft.login_name is None:
        return
    other = await queries.staff_by_login(session, draft.login_name)
    if other is not None and other.person_id != account.person_id:
        raise LoginNameTaken
    account.login_name = draft.login_name
    if draft.password_hash is not None:
        account.password_hash = draft.password_hash
    if draft.totp_secret is not None:
        account.totp_secret = personal.seal(StaffAccount.totp_secret, account.person_id, draft.totp_secret)
        account.last_totp_step = None


async def staff_by_phone(session: AsyncSession, personal: PersonalData, phone: str) -> UUID:
    """The member of staff with a number, locked. Raises PersonNotFound."""
    person = await queries.person_by_phone(session, personal.phone_index(normal_phone(phone) or phone))
    account = await session.get(StaffAccount, person.id) if person else None
    if account is None or not account.active:
        raise PersonNotFound
    return account.person_id


async def end_staff(
    session: AsyncSession,
    personal: PersonalData,
    actor: Actor,
    phone: str,
    now: datetime,
    successor: str | None = None,
    force: bool = False,
) -> list[Vacancy]:
    """A member of staff leaves: no roles, no duties, no sign-in, from now on. Returns the duties that nobody has now.

    `successor` is the number of the colleague who takes the duties over. Raises ContactNeedsSuccessor.
    """
    person_id = await staff_by_phone(session, personal, phone)
    account = await session.get_one(StaffAccount, person_id)
    account.active = False
    account.login_name = account.password_hash = account.totp_secret = None
    vacant = await _leave_duties(session, personal, person_id, successor, force, now)
    await sessions.shut_out(session, person_id)
    await rebindings.cancel_open(session, person_id, now)
    await audit.record(session, actor, "STAFF_ENDED", f"person/{person_id}", now, _with_vacancies("", vacant))
    return vacant


async def bind_wechat(session: AsyncSession, personal: PersonalData, person: Person, openid: str, index: bytes) -> None:
    """Give a person, who is locked, the WeChat account they sign in with from now on. Raises BoundToAnotherWechat."""
    await session.flush()
    person.openid, person.openid_index = personal.seal(Person.openid, person.id, openid), index
    try:
        await session.flush()
    except IntegrityError as error:  # somebody else bound this openid in the same moment
        raise BoundToAnotherWechat from error


async def unbind_wechat(session: AsyncSession, personal: PersonalData, actor: Actor, phone: str, now: datetime) -> None:
    """Free a person of the WeChat account they signed in with; whoever still uses it is out."""
    person = await queries.person_by_phone(session, personal.phone_index(normal_phone(phone) or phone))
    if person is None:
        raise PersonNotFound
    person.openid = person.openid_index = None
    await sessions.shut_out(session, person.id)
    await rebindings.cancel_open(session, person.id, now)
    await audit.record(session, actor, "WECHAT_UNBOUND", f"person/{person.id}", now)


async def _leave_duties(
    session: AsyncSession, personal: PersonalData, person_id: UUID, successor: str | None, force: bool, now: datetime
) -> list[Vacancy]:
    heir = await staff_by_phone(session, personal, successor) if successor else None
    return await units.leave_duties(session, person_id, Handover(heir, force), now)


def _with_vacancies(reason: str, vacant: Sequence[Vacancy]) -> str:
    return "; ".join([*filter(None, [reason]), *map(str, vacant)])
