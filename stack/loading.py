"""What reference and demonstration data a stack is given, once for each database and year, by its services' own commands."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pyotp
import xlsxwriter  # type: ignore[import-untyped]

from kit.calendar import BEIJING
from stack.demo_data import Enterprise, Staff, enterprises, of_last_year_only, one_for_each_area, staff
from stack.environment import Layout, write_json

# Counts up when the data changes, so that folders made before get the new data too.
EDITION = 2
DATABASE_IDENTITY = """
SELECT system_identifier::text, oid::text FROM pg_control_system(), pg_database WHERE datname = current_database()
"""
HAS_LISTS = "SELECT to_regclass('cohort_area') IS NOT NULL"
LISTS_MADE_HERE = "SELECT year FROM cohort WHERE origin = 'RUN'"
HEADERS = ("统一社会信用代码", "企业名称", "街镇(园区)", "级别", "联系人", "手机号", "同意")
LEVEL_NAMES = {"district": "区级", "town": "镇级"}


@dataclass(frozen=True)
class Account:
    """A member of staff and how they sign in to the console."""

    staff: Staff
    password: str
    totp_secret: str


@dataclass(frozen=True)
class Loaded:
    """Whom a stack's data knows."""

    year: int
    enterprises: Sequence[Enterprise]
    last_year: Enterprise
    accounts: Sequence[Account]

    def as_json(self) -> dict[str, Any]:
        """What other tools read: contacts and staff with all that their sign-in needs."""
        return {
            "year": self.year,
            "contacts": [_plain(one) for one in self.enterprises],
            "last_year_only": _plain(self.last_year),
            "staff": [
                _plain(one.staff) | {"password": one.password, "totp_secret": one.totp_secret} for one in self.accounts
            ],
        }


def _plain(one: Enterprise | Staff) -> dict[str, Any]:
    return asdict(one) | {"openid": one.openid}


@dataclass(frozen=True)
class Loading:
    """What will be known once `commands`, by service, have run. Then call done(), so that they do not run again."""

    loaded: Loaded
    commands: Mapping[str, Sequence[Sequence[str]]]
    _marker: Path
    _state: Sequence[object]

    def done(self) -> None:
        write_json(self._marker, self._state)


def prepare(layout: Layout, registry_url: str, minimal: bool) -> Loading:
    """Write the files to load, and say how; no commands for a database that has it all."""
    year = datetime.now(BEIJING).year
    loaded = Loaded(year, one_for_each_area() if minimal else enterprises(), of_last_year_only(), _accounts(layout))
    marker, state = layout.folder / "loaded.json", [EDITION, year, minimal, *_identity_of(registry_url)]
    if marker.exists() and json.loads(marker.read_text()) == state:
        return Loading(loaded, {}, marker, state)
    commands = {
        "registry": [
            ["load-reference"],
            *_imports(layout, registry_url, {year: loaded.enterprises, year - 1: [loaded.last_year]}),
            ["add-staff", "--file", _staff_file(layout, loaded.accounts)],
        ],
        "dispatch": [["load-categories"]],
        "courses": [["load-groups"]],
    }
    return Loading(loaded, commands, marker, state)


def _identity_of(database_url: str) -> tuple[str, ...]:
    """Tells this database from one that was made anew under the same name."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(DATABASE_IDENTITY).fetchone()
    return tuple(row or ())


def _accounts(layout: Layout) -> list[Account]:
    """Staff with secrets of their own, made once for each folder and kept for their owner's eyes."""
    file = layout.accounts
    known: dict[str, list[str]] = json.loads(file.read_text()) if file.exists() else {}
    fresh = {one.login: [secrets.token_urlsafe(9), pyotp.random_base32()] for one in staff() if one.login not in known}
    if fresh:
        known |= fresh
        write_json(file, known)
    return [Account(one, *known[one.login]) for one in staff()]


def _imports(layout: Layout, registry_url: str, cohorts: Mapping[int, Sequence[Enterprise]]) -> list[list[str]]:
    """A list that was made on the platform, by a demonstration of the year before, takes no import."""
    with psycopg.connect(registry_url) as connection:
        (has_lists,) = connection.execute(HAS_LISTS).fetchone() or (False,)
        made = {year for (year,) in connection.execute(LISTS_MADE_HERE)} if has_lists else set()
    wanted = {year: cohort for year, cohort in cohorts.items() if year not in made}
    return [["import-cohort", str(year), _cohort_file(layout, f"cohort-{year}", cohort)] for year, cohort in wanted.items()]


def _cohort_file(layout: Layout, name: str, cohort: Sequence[Enterprise]) -> str:
    """The cohort as its importers get it: one sheet, one row for each enterprise."""
    path = layout.folder / f"{name}.xlsx"
    rows = [(one.uscc, one.name, one.area_code, LEVEL_NAMES[one.level], one.liaison, one.phone, "是") for one in cohort]
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate([HEADERS, *rows]):
            sheet.write_row(number, 0, row)
    return str(path)


def _staff_file(layout: Layout, accounts: Sequence[Account]) -> str:
    entries = [
        {
            "unit": one.staff.unit_code,
            "roles": [one.staff.role],
            "name": one.staff.name,
            "phone": one.staff.phone,
            "login": one.staff.login,
            "duty": one.staff.duty,
            "password": one.password,
            "totp_secret": one.totp_secret,
        }
        for one in accounts
    ]
    path = layout.folder / "staff.json"
    write_json(path, entries)
    return str(path)
