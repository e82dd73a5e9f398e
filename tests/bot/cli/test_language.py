"""The commands' language: how it is chosen, and the sentences in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli.language import shell_language
from bot.operations.setting_errors import SettingProblems
from bot.settings import SettingError, Settings
from bot.texts import command_sentences, placeholders, sentences
from bot.texts.written import Written, in_english
from tests import ROOT
from tests.bot.cli.japanese import JAPANESE, english_words

BLANK = re.compile(r"\{\w+\}")


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "java"}, "en"),
        ({"LC_MESSAGES": "ja_JP.eucJP", "LANG": "en_US.UTF-8"}, "ja"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_CTYPE": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "fr:ja", "LANG": "en_US.UTF-8"}, "ja"),
        ({"LANGUAGE": "en:ja", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "ja", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANGUAGE": "ja"}, "en"),
    ],
)
def test_the_locale_chooses(environ: dict[str, str], lang: str) -> None:
    assert shell_language(environ) == lang


def test_english_is_found() -> None:
    found = list(
        english_words("worker が alive です\n装置 cuda:0、python -m bot worker\nSeen 3分前")
    )
    assert found == ["alive: worker が alive です", "Seen: Seen 3分前"]


def test_no_sentence_of_the_commands_is_half_english() -> None:
    japanese = {key: BLANK.sub("", text) for key, text in command_sentences("ja").items()}
    assert [found for text in japanese.values() for found in english_words(text)] == []
    plain = {key for key, text in japanese.items() if not JAPANESE.search(text)}
    assert plain == NAMES_ALONE


# They consist of a name, or of values and marks.
NAMES_ALONE = {
    *("doctor.chosen", "doctor.then"),
    *("storage_error.failed", "alarm_detail.worker_hung.hung", "numerics.painted"),
    *(
        "command.column.pid",
        "command.job.asked_in",
        "command.alarms.guide",
        "command.switches.state",
    ),
}


# Tables whose entries are looked up by names of the database or the code.
BY_NAME = (
    "check_name",
    "storage_hint",
    "line_error",
    "command.column",
    "command.who",
    "command.job",
    "not_identified",
    "command.help",
)


def test_every_sentence_of_the_commands_is_used() -> None:
    paths = [*(ROOT / "bot").rglob("*.py"), ROOT / "scripts" / "demo.py"]
    code = "".join(path.read_text("utf-8") for path in paths)
    quoted = set(re.findall(r"[\"']([a-z_0-9]+(?:\.[a-z_0-9]+)*)[\"']", code))
    unused = [
        key
        for key in command_sentences("en")
        if not {
            key,
            key.removeprefix("command."),
            key.removesuffix("_one")[8:],
            key.removeprefix("demo."),
        }
        & quoted
        and not (key.rpartition(".")[0] in BY_NAME and key.rpartition(".")[2] in quoted)
        and not key.startswith(
            (
                "storage_hint.",
                "command.who.",
                "command.kind.",
                "command.limit.",
                "setting_error.",
                "choice.",
                "model_file.",
            )
        )
        and key not in ("alarm_detail.clock_skew.off_line", "alarm_detail.clock_skew.off_database")
    ]
    assert unused == []


def test_what_is_stored_in_english_is_read_again() -> None:
    keys = [key for key in sentences("en") if key.startswith(("alarm_detail.", "audit_detail."))]
    assert len(keys) > 10
    for key in keys:
        values = {name: f"1-{name}" for name in placeholders(sentences("en")[key])}
        table = key.rpartition(".")[0]
        read = Written(table, in_english(key, **values)).in_language("ja")
        assert read == sentences("ja")[key].format_map(values)


QUESTIONS = {
    "mame: precision, 2 threads": "mame の精度（2スレッド）",
    "mame: precision, openvino 2026.1.0, 2 threads": "mame の精度（OpenVINO 2026.1.0、2スレッド）",
    "mame: memory order, float32, 8 channels, 64 cells, 1 threads": (
        "mame のメモリーの並び（float32、8チャネル、64セル、1スレッド）"
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_was_chosen_by_timing_is_told_in_japanese(question: str) -> None:
    assert Written("choice", question).in_language("ja") == QUESTIONS[question]


def test_several_with_commas_are_read_one_by_one() -> None:
    text = "a:1 at 4F7-K2M, b:2 at 4F7-K2N"
    assert (
        Written("alarm_detail.worker_hung", text).in_language("ja")
        == "a:1（4F7-K2M）、b:2（4F7-K2N）"
    )
    assert str(Written("alarm_detail.worker_hung", text)) == text


WRONG_SETTINGS = (
    *(("LINE_CHANNEL_SECRET", ""), ("LINE_CHANNEL_SECRET", "a\x1b"), ("PUBLIC_URL", "http://[x")),
    *(("PUBLIC_URL", "ftp://x"), ("PORT", "x"), ("PORT", "0"), ("DATABASE_URL", "mysql://x")),
    ("DATABASE_URL", "sqlite:///:memory:"),
    *(("PUBLIC_URL", "https://x?y"), ("METRICS_TOKEN", "x y"), ("GUIDANCE_SCALE", "x")),
    *(("PUSH_ENABLED", "so"), ("ENGINE_COMPILE", "so"), ("LOG_FORMAT", "so")),
    *(("BROKER_URL", "redis://[x"), ("BROKER_URL", "redis://:a#b@x"), ("BROKER_URL", "redis://")),
    *(
        ("BROKER_URL", "redis://x,y"),
        ("BROKER_URL", "redis://x/y"),
        ("BROKER_URL", "redis://x?y=1"),
    ),
    *(
        ("BROKER_URL", "redis://x?ssl_cert_reqs=none"),
        ("BROKER_URL", "rediss://x?ssl_cert_reqs=so"),
    ),
    *(("DAILY_PICTURES", "3"), ("PORT_FILE", "/no/such/file"), ("PORT_FILE", "{folder}/latin")),
    *(("PUSH_ENABLED_FILE", "x"), ("TICKET_AFTER_SECONDS", "40"), ("METRICS_HOST", "0.0.0.0")),
)
BESIDE = {
    "DAILY_PICTURES": {"MAX_PICTURES_PER_DAY": "4"},
    "PUSH_ENABLED_FILE": {"PUSH_ENABLED": "on"},
    "TICKET_AFTER_SECONDS": {"REPLY_TOKEN_TTL_SECONDS": "40"},
    "METRICS_HOST": {"METRICS_PORT": "9464"},
}


def test_every_wrong_setting_is_told_in_japanese(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9")
    keys = [key for key in sentences("en") if key.startswith("setting_error.")]
    # The encoding takes a server: tests/scenarios/test_database_encoding.py.
    found = {"setting_error.title", "setting_error.database_encoding"}
    for name, value in WRONG_SETTINGS:
        required = {"LINE_CHANNEL_SECRET": "a", "LINE_CHANNEL_ACCESS_TOKEN": "a"}
        environ = required | {name: value.format(folder=tmp_path)} | BESIDE.get(name, {})
        with pytest.raises(SettingError) as raised:
            Settings.from_env(environ)
        problem = str(raised.value).splitlines()[1].removeprefix("  - ")
        found.add(next(key for key in keys if fits(sentences("en")[key], problem)))
        said = SettingProblems(raised.value).in_language("ja")
        assert str(SettingProblems(raised.value)) == str(raised.value)
        typed = (
            "so",
            "licence",
            "yes",
            "no",
            "x",
            "y",
            "json",
            "text",
            "directory",
            "such",
            "file",
        )
        assert [each for each in english_words(said, *typed) if "No such file" not in each] == []
    assert found == set(keys)


def fits(sentence: str, text: str) -> bool:
    pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(sentence))
    return re.fullmatch(pattern, text) is not None


@pytest.mark.parametrize("text", ["", "nothing like it", "12 wait, the oldest for", "x, y"])
def test_what_no_sentence_made_stays(text: str) -> None:
    for table in ("alarm_detail.queue_old", "alarm_detail.worker_hung", "no_such_table"):
        assert Written(table, text).in_language("ja") == text
