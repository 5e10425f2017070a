"""Everything that queries show of a database: each row with its ids, its values, its sizes, its place and its age.

What is told here of a row is what anybody with the right to read every table can find out: also what no SELECT * shows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

TABLES = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attlen = -1 AND a.attstorage <> 'p')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.relname ORDER BY c.relname
"""
# What could be an id or be made from one: UUIDs, hashes, tokens.
TOKEN = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|[A-Za-z0-9_-]{20,}")
# An id in more rows than this stands for what many share: a survey, an area.
HUB = 12


@dataclass(frozen=True)
class Row:
    """`traces` are values by name that can be put in order, numbers where they can be."""

    table: str
    ids: frozenset[str]
    text: str
    traces: Mapping[str, Any]


@dataclass
class Sights:
    """All rows of a database, and which of them share an id."""

    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._with: defaultdict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self.rows):
            for one in row.ids:
                self._with[one].append(place)

    def reached_from(self, given: str) -> set[int]:
        """The rows that lead to each other by ids that few share, beginning with one id."""
        seen_ids, reached, ahead = {given}, set[int](), [given]
        while ahead:
            for place in self._with.get(ahead.pop(), ()):
                if place in reached:
                    continue
                reached.add(place)
                new = [one for one in self.rows[place].ids if one not in seen_ids and len(self._with[one]) <= HUB]
                seen_ids.update(new)
                ahead += new
        return reached


def look(url: str) -> Sights:
    """Read every table."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        timed = connection.execute("SHOW track_commit_timestamp").fetchone() == {"track_commit_timestamp": "on"}
        with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
            tables = cursor.execute(TABLES).fetchall()
        return Sights([row for name, long in tables for row in _rows(connection, name, long or (), timed)])


def _rows(connection: psycopg.Connection[Any], table: str, long: Iterable[str], timed: bool) -> Iterable[Row]:
    hidden: list[sql.Composable] = [
        sql.SQL('ctid::text AS "(ctid)", xmin::text::bigint AS "(xmin)", pg_column_size(t.*) AS "(size)"'),
        sql.SQL('cmin::text::bigint AS "(cmin)", xmax::text::bigint AS "(xmax)"'),
    ]
    if timed:
        hidden.append(sql.SQL('pg_xact_commit_timestamp(xmin) AS "(committed)"'))
    for column in long:
        for what in ("pg_column_size", "pg_column_toast_chunk_id"):
            name = sql.Identifier(f"({what} {column})")
            hidden.append(sql.SQL("{}({}) AS {}").format(sql.SQL(what), sql.Identifier(column), name))
    query = sql.SQL("SELECT t.*, {} FROM {} AS t").format(sql.SQL(", ").join(hidden), sql.Identifier(table))
    for found in connection.execute(query):
        text = " ".join(_text(value) for name, value in found.items() if not name.startswith("("))
        traces = {name: orderly for name, value in found.items() for name, orderly in _traces(name, value)}
        yield Row(table, frozenset(one.replace("-", "") for one in TOKEN.findall(text)), text, traces)


def _text(value: Any) -> str:
    """As text in which ids are found again; an event's bytes hold its ids as they are."""
    return value.hex() + " " + value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _traces(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    """What of a value can be put in order: the value, and how long it is."""
    if value is None:
        return
    if name == "(ctid)":
        page, line = value.strip("()").split(",")
        yield name, int(page) * 100_000 + int(line)
    elif isinstance(value, datetime):
        yield name, value.timestamp()
    elif isinstance(value, bool | int | float | Decimal):
        yield name, float(value)
    elif isinstance(value, UUID):
        yield name, float(value.int)
    elif isinstance(value, date):
        yield name, float(value.toordinal())
    else:
        text = _text(value)
        yield f"{name} as text", text
        yield f"{name} as length", float(len(text))
