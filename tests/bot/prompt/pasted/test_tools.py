"""The syntax of many tools, as it is pasted: one test lists every row that is read otherwise."""

from __future__ import annotations

from pathlib import Path

from bot.prompt import read
from tests.bot.prompt.examples import wrong_rows
from tests.bot.prompt.test_corpus import notation

ROWS = [
    (text.replace("\\n", "\n"), prompt, rest[0] if rest else "")
    for text, prompt, *rest in (
        line.split("\t")
        for line in Path(__file__).with_name("pasted.tsv").read_text("utf-8").splitlines()
        if not line.startswith("# ")
    )
]


def test_what_tools_write_is_read_and_never_painted() -> None:
    assert len(ROWS) > 200
    readings = [(text, read(text), prompt, rest) for text, prompt, rest in ROWS]
    assert not wrong_rows(
        (text, (reading.prompt, notation(reading)), (prompt, rest))
        for text, reading, prompt, rest in readings
    )


def test_what_is_left_to_paint_reads_as_itself() -> None:
    prompts = {read(text).prompt for text, *_ in ROWS}
    assert not wrong_rows((prompt, read(prompt).prompt, prompt) for prompt in prompts)
