"""``make soak-privacy``: what somebody without a right could learn, at full size, each part with its own table.

A part is a module of this folder with ``async run(database_url, redis_url, size) -> bool``: it gets a migrated
database of its own, prints what it measured and says whether that is as promised. ``YIMA_SOAK_PARTS=oracle`` runs one,
``YIMA_SOAK_SIZE=0.05`` a twentieth of everything.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys

from tests.services.databases import PostgresDatabases

PARTS = ("oracle", "rotation", "record")


def main() -> int:
    databases = PostgresDatabases(os.environ["YIMA_TEST_DATABASE_URL"])
    redis_url, size = os.environ["YIMA_TEST_REDIS_URL"], float(os.environ.get("YIMA_SOAK_SIZE", "1"))
    wanted = os.environ.get("YIMA_SOAK_PARTS", "").split() or PARTS
    well = []
    try:
        for name in wanted:
            part = importlib.import_module(f"tests.soak.{name}")
            url = asyncio.run(databases.fresh())
            print(f"\n== {name}", flush=True)
            well.append(asyncio.run(part.run(url, redis_url, size)))
            asyncio.run(databases.drop(url))
    finally:
        databases.close()
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
