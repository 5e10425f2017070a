import random
from sqlalchemy import select, text, insert, delete
from services.registry import envelopes
from services.registry.models import SealedAnswer, AnonymousAnswer
from services.registry.rules.anonymity import coarsened
from uuid import uuid4


async def close(world):
    async with world.database.begin() as session:
        await session.execute(text("SELECT FROM survey FOR UPDATE"))
        found = list(await session.scalars(select(SealedAnswer)))
        opened = [envelopes.unseal(world.personal, one) for one in found]
        random.SystemRandom().shuffle(opened)
        places = coarsened([(o.area_code, o.industry) for o in opened])
        await session.execute(
            insert(AnonymousAnswer),
            [
                dict(id=uuid4(), survey_id=found[0].survey_id, area_code=p[0], industry=p[1], answers=o.answers)
                for o, p in zip(opened, places)
            ],
        )
        await session.execute(delete(SealedAnswer))
        await session.execute(text("UPDATE survey SET state = 'CLOSED', closed_at = now(), version = version + 1"))
