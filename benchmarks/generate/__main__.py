"""Fill a migrated dispatch database: `python -m benchmarks.generate URL NUMBER [--seed N]`; a million takes some minutes."""

import argparse
import asyncio
import time

from benchmarks.generate.load import fill

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="postgresql://…, a database that `dispatch migrate` made; as a superuser")
    parser.add_argument("number", type=int, help="how many demands")
    parser.add_argument("--seed", type=int, default=2021)
    arguments = parser.parse_args()
    begun = time.monotonic()
    asyncio.run(fill(arguments.url, arguments.number, arguments.seed))
    print(f"generate: demands={arguments.number} seconds={time.monotonic() - begun:.0f}")
