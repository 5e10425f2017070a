"""What an operator types: `python -m services.registry <command>`. Their events leave through the running service."""

import argparse
import asyncio
import json
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
from fahu.access.v1.access_pb2 import Role
from sqlalchemy import Column
from sqlalchemy.orm import InstrumentedAttribute

from kit.db import Database, with_retries
from kit.rotation import rotate_column
from kit.sheets import spreadsheet
from kit.sheets.rows import RowError
from kit.texts import is_person_name
from services.registry.models import Person, Rebinding, SealedAnswer, StaffAccount
from services.registry.personal import Passwords, PersonalData
from services.registry.queries import people as people_queries
from services.registry.rules import Duty
from services.registry.rules.cohorts import FILE
from services.registry.service import audit, cohort_years, cohorts, people, units
from services.registry.service.audit import OPERATOR
from services.registry.service.people import StaffDraft
from services.registry.service.units import Vacancy

ISSUER = "法护金企"
YEARS = range(2021, 2201)  # the first cohort's, and as far as the interface goes


async def load_reference(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Bring areas and units to the notice's data."""
    _parser("load-reference").parse_args(arguments)
    async with database.begin() as session:
        changed = await units.load_reference(session, OPERATOR, datetime.now(UTC))
    return f"{changed} areas and units changed"


async def import_cohort(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Import a year's liaison points from XLSX or CSV; with errors, print all of them and exit 1."""
    parser = _parser("import-cohort")
    parser.add_argument("year", type=int, choices=YEARS, metavar="YEAR")
    parser.add_argument("file", type=_file)
    parser.add_argument("--dry-run", action="store_true", help="check only")
    given = parser.parse_args(arguments)
    rows = await asyncio.to_thread(lambda: spreadsheet.read_rows(given.file.name, given.file.read_bytes(), FILE))
    async with database.begin() as session:
        outcome = await cohorts.import_cohort(
            session, personal, OPERATOR, given.year, rows, datetime.now(UTC), given.dry_run
        )
    if outcome.errors:
        raise SystemExit(_table(outcome.errors))
    return f"{outcome.row_count} rows, {outcome.created_count} new liaison points of {given.year}"


def _table(errors: Sequence[RowError]) -> str:
    lines = [f"{error.row:>6}  {error.column or '—'}\t{error.reason:<22}{error.message}" for error in errors]
    return "\n".join([f"{'行':>5}  列\t{'原因':<20}说明", *lines, f"共 {len(errors)} 处错误，没有写入任何数据。"])


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """One person as given on the command line or in a file, secrets in clear."""

    draft: StaffDraft
    duty: Duty | None
    password: str | None


async def add_staff(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Add or change staff: one by options, or many from a JSON file. Secrets that it makes up are printed once."""
    parser = _parser("add-staff")
    parser.add_argument("--file", type=_file, help="a JSON list of objects with the names of the options as keys")
    parser.add_argument("--unit")
    parser.add_argument("--roles", help="AGENCY_CONTACT,AGENCY_HANDLER,…")
    parser.add_argument("--name")
    parser.add_argument("--phone")
    parser.add_argument("--login", help="login name, for those who use the console")
    parser.add_argument("--duty", choices=[str(duty) for duty in Duty], type=str.upper)
    parser.add_argument("--stdin", action="store_true", help="read password and TOTP secret from two lines of input")
    _add_handover(parser)
    given = parser.parse_args(arguments)
    described = json.loads(given.file.read_text("utf-8")) if given.file else [vars(given)]
    if given.stdin:
        described[0] |= {"password": sys.stdin.readline().strip(), "totp_secret": sys.stdin.readline().strip()}
    entries = [_entry(description) for description in described]
    passwords = Passwords()
    prepared = await asyncio.gather(*[_with_secrets(database, passwords, entry) for entry in entries])

    async def write() -> list[Vacancy]:
        now, vacant = datetime.now(UTC), list[Vacancy]()
        async with database.begin() as session:
            for entry, _ in prepared:
                person_id, left = await people.put_staff(session, personal, OPERATOR, entry.draft, now)
                vacant += left
                if entry.duty:
                    await units.set_duty(session, OPERATOR, entry.draft.unit_code, entry.duty, person_id, now)
        return vacant

    vacant = await with_retries(write)
    return "\n".join([f"{len(entries)} members of staff", *(told for _, told in prepared if told), *_warnings(vacant)])


def _add_handover(parser: argparse.ArgumentParser) -> None:
    """The options of who takes over from a contact that leaves."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--successor", metavar="PHONE", help="a colleague who takes over the duties in the unit that is left")
    one.add_argument("--force", action="store_true", help="leave a unit without contact: its demands go to the centre")


def _warnings(vacant: Sequence[Vacancy]) -> list[str]:
    return [f"{one} now{': its demands go to the centre' if one.duty is Duty.CONTACT else ''}" for one in vacant]


def _entry(given: dict[str, Any]) -> StaffEntry:
    missing = [key for key in ("unit", "roles", "name", "phone") if not given.get(key)]
    if missing:
        raise SystemExit(f"add-staff: missing {', '.join(missing)}")
    roles = given["roles"].split(",") if isinstance(given["roles"], str) else given["roles"]
    known = {name.removeprefix("ROLE_"): value for name, value in Role.items() if value > Role.ROLE_LIAISON}
    if unknown := [role for role in roles if role.upper() not in known]:
        raise SystemExit(f"add-staff: no such role: {', '.join(unknown)}; known: {', '.join(known)}")
    if not is_person_name(given["name"]):
        raise SystemExit(f"add-staff: not a person's name: {given['name']!r}")
    if given.get("duty") and given["duty"].upper() not in set(Duty):
        raise SystemExit(f"add-staff: no such duty: {given['duty']}; known: {', '.join(Duty)}")
    _check_totp(given.get("totp_secret"))
    draft = StaffDraft(
        unit_code=given["unit"],
        roles=frozenset(known[role.upper()] for role in roles),
        name=given["name"],
        phone=given["phone"],
        login_name=given.get("login") or None,
        totp_secret=given.get("totp_secret") or None,
        successor=given.get("successor") or None,
        force=given.get("force") is True,
    )
    duty = Duty(given["duty"].upper()) if given.get("duty") else None
    return StaffEntry(draft, duty, given.get("password") or None)


def _check_totp(secret: str | None) -> None:
    try:
        pyotp.TOTP(secret or pyotp.random_base32())
    except ValueError as error:
        raise SystemExit(f"add-staff: the TOTP secret must be base32 of at least 112 bits: {error}") from error


async def _with_secrets(database: Database, passwords: Passwords, entry: StaffEntry) -> tuple[StaffEntry, str]:
    """Fill in what a console sign-in needs; returns what was made up, to be shown once."""
    draft, password, told = entry.draft, entry.password, ""
    if draft.login_name is None:
        return entry, told
    async with database.read() as session:
        known = await people_queries.staff_by_login(session, draft.login_name) is not None
    if not known:
        made_up = [password is None, draft.totp_secret is None]
        password = password or secrets.token_urlsafe(15)
        draft = replace(draft, totp_secret=draft.totp_secret or pyotp.random_base32())
        if any(made_up):
            uri = pyotp.TOTP(str(draft.totp_secret)).provisioning_uri(name=draft.login_name, issuer_name=ISSUER)
            told = f"{draft.login_name}\t{password}\t{uri}"
    hashed = await passwords.hash(password) if password else None
    return replace(entry, draft=replace(draft, password_hash=hashed)), told


async def end_staff(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Take a member of staff's roles, duties and sign-in away."""
    parser = _parser("end-staff")
    parser.add_argument("phone")
    _add_handover(parser)
    given = parser.parse_args(arguments)
    handover = given.successor, given.force

    async def write() -> list[Vacancy]:
        async with database.begin() as session:
            return await people.end_staff(session, personal, OPERATOR, given.phone, datetime.now(UTC), *handover)

    return "\n".join(["ended", *_warnings(await with_retries(write))])


async def unbind_wechat(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Let somebody sign in with another WeChat account than before. See first that it is them who ask."""
    parser = _parser("unbind-wechat")
    parser.add_argument("phone")
    given = parser.parse_args(arguments)
    async with database.begin() as session:
        await people.unbind_wechat(session, personal, OPERATOR, given.phone, datetime.now(UTC))
    return "unbound"


async def set_duty(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Make a member of a unit's staff its leader or contact."""
    parser = _parser("set-duty")
    parser.add_argument("unit")
    parser.add_argument("duty", choices=[str(duty) for duty in Duty], type=str.upper)
    parser.add_argument("phone")
    given = parser.parse_args(arguments)
    async with database.begin() as session:
        person_id = await people.staff_by_phone(session, personal, given.phone)
        await units.set_duty(session, OPERATOR, given.unit, Duty(given.duty), person_id, datetime.now(UTC))
    return "set"


async def announce(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Tell the present state of all units, liaison points and years' lists again, for a new listener."""
    _parser("announce").parse_args(arguments)
    async with database.begin() as session:
        told = await units.announce_units(session), await cohorts.announce_points(session)
        lists = await cohort_years.announce_lists(session)
    return f"{told[0]} units, {told[1]} liaison points and {lists} lists announced"


async def rotate_keys(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Bring every encrypted column to the key ring's current key. May be stopped and run again."""
    _parser("rotate-keys").parse_args(arguments)
    columns = [(column, Person.id) for column in (Person.name, Person.phone, Person.openid)]
    columns += [(StaffAccount.totp_secret, StaffAccount.person_id), (Rebinding.openid, Rebinding.id)]
    columns.append((SealedAnswer.sealed, SealedAnswer.id))
    counts = [
        await rotate_column(database.engine, personal.keyring, _column(column), _column(row_id))
        for column, row_id in columns
    ]
    return f"{sum(counts)} values moved to key {personal.keyring.current}"


def _column(attribute: InstrumentedAttribute[object]) -> Column[bytes]:
    return attribute.property.columns[0]  # type: ignore[no-any-return]


async def check_audit(database: Database, personal: PersonalData, *arguments: str) -> str:
    """Follow the chain of the audit from its first row; exit 1 where it is broken."""
    _parser("check-audit").parse_args(arguments)
    async with database.begin() as session:
        count, broken = await audit.first_broken(session)
    if broken is not None:
        raise SystemExit(f"the audit is broken at row {broken}")
    return f"{count} rows of the audit fit together"


def _file(given: str) -> Path:
    if not Path(given).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {given}")
    return Path(given)


def _parser(command: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"python -m services.registry {command}")
