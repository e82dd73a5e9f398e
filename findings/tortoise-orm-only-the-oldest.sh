#!/usr/bin/env bash
# tortoise-orm 1.1.9: limit() before delete() or update() is left out without a word, and every row is deleted or changed.
# Guess: Wish.filter(...).order_by("id").limit(1).delete() deletes the oldest wish, or raises as Django does.
# Seen: in SQLite all are deleted, and with update all are changed: the SQL has no LIMIT. It is written for backends that are marked as
#   able to, which PostgreSQL's isn't either. count() and a plain query keep the limit. exists() leaves offset out: with offset(100)
#   there is a row among two. By the ids of the limited query it is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tortoise-orm==1.1.9
cd "$folder"
cat > wishes.py <<'PY'
import asyncio

from tortoise import Tortoise, fields
from tortoise.backends.base_postgres.client import BasePostgresClient
from tortoise.models import Model


class Wish(Model):
    id = fields.IntField(primary_key=True)
    text = fields.CharField(max_length=20)


async def texts():
    return await Wish.all().order_by("id").values_list("text", flat=True)


async def main():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["wishes"]})
    await Tortoise.generate_schemas()

    async def renewed():
        await Wish.all().delete()
        for text in ("cat", "dog", "owl"):
            await Wish.create(text=text)
        return Wish.all().order_by("id").limit(1)

    assert not BasePostgresClient.capabilities.support_update_limit_order_by
    oldest = await renewed()
    assert await oldest.values_list("text", flat=True) == ["cat"] and await oldest.count() == 1

    print("limit(1).update(...) is", oldest.update(text="painted").sql())
    changed = await oldest.update(text="painted")
    print("it changes", changed, "rows:", await texts())
    assert await texts() == ["painted"] * 3, "update has a limit now"

    oldest = await renewed()
    print("limit(1).delete() is", oldest.delete().sql())
    deleted = await oldest.delete()
    print("it deletes", deleted, "rows and leaves", await texts())
    assert await texts() == [], "delete has a limit now"

    oldest = await renewed()
    await Wish.filter(id__in=await oldest.values_list("id", flat=True)).delete()
    assert await texts() == ["dog", "owl"]

    behind = Wish.all().offset(100)
    print("offset(100) among two: rows", await behind.count(), "exists", await behind.exists())
    assert await behind.count() == 0 and await behind.exists(), "exists looks at the offset now"
    await Tortoise.close_connections()


if __name__ == "__main__":
    asyncio.run(main())
PY
venv/bin/python -W ignore -c 'import asyncio, wishes; asyncio.run(wishes.main())'
