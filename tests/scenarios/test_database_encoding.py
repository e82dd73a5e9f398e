"""A database that cannot hold Japanese is refused in one sentence, before anything is written."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from tests import ROOT
from tests.bot.harness import SECRET, TOKEN
from tests.scenarios.servers import PostgreSQL

pytestmark = pytest.mark.services


@pytest.mark.parametrize(
    ("encoding", "lang", "words"),
    [("SQL_ASCII", "C", "not SQL_ASCII"), ("LATIN1", "ja_JP.UTF-8", "いまは LATIN1")],
)
def test_a_database_in_another_encoding(
    postgres: PostgreSQL, encoding: str, lang: str, words: str
) -> None:
    server, _, name = postgres.new_database().rpartition("/")
    other = f"{name}_{encoding.lower()}"
    make = f"CREATE DATABASE {other} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(make.encode())
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LC_ALL": lang,
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "PUBLIC_URL": "https://bot.example",
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": f"{server}/{other}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", "migrate"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stdout + done.stderr
    assert "DATABASE_URL" in done.stderr
    assert words in done.stderr
    with psycopg.connect(f"{server}/{other}") as connection:
        tables = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchall() == []
