"""What the databases hold, so that a test can tell whether anything was written."""

import asyncio
from collections.abc import Mapping

import psycopg
from psycopg import sql

from stack.supervisor import Stack

SERVICES = ("registry", "dispatch", "courses", "notify")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
ROWS = "SELECT count(*), md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {} AS row"
WORDLESS = "SELECT count(*) FROM demand WHERE id NOT IN (SELECT demand_id FROM demand_search WHERE complete)"
# Longer than the pause between two rounds of any work that goes on by itself, such as dispatch's look for demands whose
# words are not yet found, each second.
QUIET_SECONDS = 2.5
TRIES = 60
Contents = Mapping[str, tuple[int, str]]


def contents(stack: Stack) -> Contents:
    """Number and digest of the rows of every table of every service."""
    found: dict[str, tuple[int, str]] = {}
    for service in SERVICES:
        with psycopg.connect(stack.database_url(service)) as connection:
            for (table,) in connection.execute(TABLES).fetchall():
                row = connection.execute(sql.SQL(ROWS).format(sql.Identifier(table))).fetchone()
                found[f"{service}.{table}"] = row or (0, "")
    return found


async def quiet(stack: Stack) -> Contents:
    """What is there once nothing moves of itself any more: events are taken in, messages sent or given up, words found."""
    await stack.settle()
    await _until_words_are_found(stack)
    before = await asyncio.to_thread(contents, stack)
    for _ in range(TRIES):
        await asyncio.sleep(QUIET_SECONDS)
        now = await asyncio.to_thread(contents, stack)
        if now == before:
            return now
        before = now
    raise AssertionError("the databases do not come to rest")


async def _until_words_are_found(stack: Stack) -> None:
    for _ in range(TRIES):
        with psycopg.connect(stack.database_url("dispatch")) as connection:
            if connection.execute(WORDLESS).fetchone() == (0,):
                return
        await asyncio.sleep(QUIET_SECONDS)
    raise AssertionError("dispatch does not find the words of its demands")


def differences(before: Contents, after: Contents) -> list[str]:
    """The tables that are no longer as they were."""
    return [f"{name}: {before[name][0]} rows, then {after[name][0]}" for name in before if before[name] != after[name]]
