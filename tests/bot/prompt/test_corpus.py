"""A corpus of what people send, and what holds for every sentence."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.messages import prompt_summary
from bot.prompt import SHAPE_LABELS, Reading, StoredRequest, read
from bot.texts import gettext
from tests.bot.prompt.examples import BLANKS, CORPUS, STEERING, SUBJECTS, TEXTS, wrong_rows


def notation(reading: Reading) -> str:
    """Return all but the prompt, in the notation of the corpus."""
    size = (reading.width or 0, reading.height or 0)
    parts = [f"×{reading.count}"] if reading.count > 1 else []
    parts += [f"▭{SHAPE_LABELS[size]}"] if size in SHAPE_LABELS else []
    parts += [f"−{reading.negative}"] if reading.negative else []
    parts += [f"#{reading.seed}"] if reading.seed is not None else []
    parts += [f"~{label}" for label in reading.styles]
    parts += [f"!{level}" for level in (reading.effort, reading.fidelity) if level]
    parts += [f"%{reading.strength}"] if reading.strength else []
    parts += [f"@{gettext(f'purpose.{reading.purpose}', 'ja')}"] if reading.purpose else []
    return " ".join(parts)


def copied_back(reading: Reading) -> str:
    """Return the prompt and the bot's summary of the request, as a person would copy them."""
    summary = prompt_summary.summary_items(StoredRequest.from_reading(reading), "ja")
    return "、".join([reading.prompt, *summary])


def test_the_corpus_is_large_and_has_no_doubles() -> None:
    assert len({text for text, *_ in CORPUS}) == len(CORPUS) >= 600


def test_the_corpus_is_read_as_written_and_reads_the_same_when_copied_back() -> None:
    readings = [(text, read(text), prompt, rest) for text, prompt, rest in CORPUS]
    assert not wrong_rows(
        (text, (reading.prompt, notation(reading)), (prompt, rest))
        for text, reading, prompt, rest in readings
    )
    assert not wrong_rows(
        (text, read(copied_back(reading)), reading) for text, reading, *_ in readings
    )


MANNERS = st.lists(
    st.sampled_from(
        ["水彩で", "浮世絵風に", "アニメ調", "写真みたいに", "ドット絵で", "速く", "丁寧に",
         "忠実に", "自由に",
         "16:9", "スマホの壁紙", "アイコンで", "看板なしで", "赤い車はいらない", "2、3枚ください",
         "少しだけ変えて", "変化30%で", "もとの絵から30%変えて",
         "できれば人が写り込まないように", "もっと忠実に",
         "なるはやで", "描いてもらえへんやろか", "お願いできますでしょうか", "やっぱり",
         "ありがとう！"]
    ),
    max_size=4,
)  # fmt: skip


@given(SUBJECTS, STEERING, MANNERS, BLANKS)
def test_the_subject_is_never_lost_among_manners(
    subject: str, before: list[str], after: list[str], blank: str
) -> None:
    reading = read(blank.join([*before, subject, *after]))
    assert subject in reading.prompt
    assert read(copied_back(reading)) == reading


@given(TEXTS)
@example("猫|縦")
@example("縦|猫|4枚")
def test_the_prompt_of_any_text_reads_as_itself(text: str) -> None:
    prompt = read(text).prompt
    assert read(prompt).prompt == prompt
