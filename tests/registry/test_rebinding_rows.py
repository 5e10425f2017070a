"""What the database holds of a request for another WeChat account: no address to read, and one way to go."""

import pytest

from kit.crypto import Keyring
from services.registry import commands
from services.registry.models import Rebinding
from services.registry.personal import PersonalData
from tests.registry.conftest import KEYRING_TEXT, World
from tests.registry.test_rebindings import ask, bound


async def test_the_new_address_is_sealed_and_moves_with_the_key(world: World) -> None:
    await bound(world)
    await ask(world, "oNEWACCOUNT123")
    held = str(await world.rows("SELECT rebinding::text FROM rebinding"))
    assert "oNEWACCOUNT123" not in held
    assert b"oNEWACCOUNT123".hex() not in held
    renewed = PersonalData(Keyring.parse(Keyring.generate(KEYRING_TEXT)))
    moved = await commands.rotate_keys(world.database, renewed)
    assert moved == "6 values moved to key k2"  # two names, two numbers, the present address and the new one
    row = (await world.rows("SELECT id, openid FROM rebinding"))[0]
    assert renewed.open(Rebinding.openid, row.id, row.openid) == "oNEWACCOUNT123"


IMPOSSIBLE = {
    "decided by oneself": ("state = 'APPROVED', decided_by = person_id, decided_at = now()", "four_eyes"),
    "approved by nobody": ("state = 'APPROVED'", "decided"),
    "effective too soon": ("effective_at = asked_at + interval '23 hours'", "goes one way"),
    "from asked to effected": (
        "state = 'EFFECTED', openid = NULL, openid_index = NULL, ended_at = effective_at,"
        " decided_by = gen_random_uuid(), decided_at = now()",
        "goes one way",
    ),
    "ended with the address kept": ("state = 'OBJECTED', ended_at = now()", "openid_while_open"),
}


async def test_the_database_refuses_what_must_never_be(world: World) -> None:
    await bound(world)
    await ask(world)
    for change, told in IMPOSSIBLE.values():
        with pytest.raises(Exception, match=told):
            await world.change(f"UPDATE rebinding SET {change}")
