"""Moving a whole encrypted column to the key ring's current key, beside live readers and writers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit.crypto import CryptoError, Keyring, RowId


class RotationIncomplete(CryptoError):
    """Some rows could not be read with the ring and were left as they are; `row_ids` says which."""

    def __init__(self, column: Column[Any], row_ids: Sequence[RowId], rotated: int) -> None:
        self.row_ids = tuple(row_ids)
        self.rotated = rotated
        super().__init__(f"{len(row_ids)} rows of {column} cannot be read and keep their old token")


async def rotate_column(
    engine: AsyncEngine,
    keyring: Keyring,
    column: Column[bytes] | Column[bytes | None],
    id_column: Column[Any],
    batch: int = 500,
) -> int:
    """Re-encrypt every row of `column` whose token is not under the current key; returns how many were.

    `id_column` is the unique column whose value went into the tokens as the row id. Each batch is its own
    transaction, so the job may be killed and run again. Run it after every process has the new ring, and
    retire the old key once a run returns 0. Rows that cannot be read do not hold the others up: they are
    reported at the end with RotationIncomplete.
    """
    rotated, last = 0, None
    unreadable: list[RowId] = []
    while True:
        async with engine.begin() as connection:
            rows = await _stale_rows(connection, keyring, column, id_column, last, batch)
            rotated += await _rotate(connection, keyring, column, id_column, rows, unreadable)
        if len(rows) < batch:
            break
        last = rows[-1][0]
    if unreadable:
        raise RotationIncomplete(column, unreadable, rotated)
    return rotated


async def _stale_rows(
    connection: AsyncConnection,
    keyring: Keyring,
    column: Column[Any],
    id_column: Column[Any],
    last: Any,
    batch: int,
) -> list[tuple[RowId, bytes]]:
    prefix = keyring.current_prefix
    query = select(id_column, column).where(func.substr(column, 1, len(prefix)) != prefix)
    if last is not None:
        query = query.where(id_column > last)
    found = await connection.execute(query.order_by(id_column).limit(batch))
    return [(row_id, token) for row_id, token in found]


async def _rotate(
    connection: AsyncConnection,
    keyring: Keyring,
    column: Column[Any],
    id_column: Column[Any],
    rows: list[tuple[RowId, bytes]],
    unreadable: list[RowId],
) -> int:
    changes = []
    for row_id, token in rows:
        try:
            fresh = keyring.reencrypt(token, table=column.table.name, column=column.name, row_id=row_id)
        except CryptoError:
            unreadable.append(row_id)
            continue
        changes.append({"row_id": row_id, "old": token, "fresh": fresh})
    if not changes:
        return 0
    # Guarded by the old token: what a writer has changed since we read it is newer than ours and stays.
    guarded = (
        update(column.table)
        .where(id_column == bindparam("row_id"), column == bindparam("old"))
        .values({column: bindparam("fresh")})
    )
    return (await connection.execute(guarded, changes)).rowcount
