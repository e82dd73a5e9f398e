"""Letters over a picture, read from people's words."""

from __future__ import annotations

import itertools
from pathlib import Path

from bot.messages.prompt_summary import summary_text
from bot.prompt import StoredRequest, read
from bot.prompt.options.letters import FACES, PLACES, Letters, read_style

ROWS = Path(__file__).with_name("letters.tsv").read_text(encoding="utf-8").splitlines()


def described(letters: Letters | None) -> tuple[str, str]:
    if letters is None:
        return "", ""
    how = [letters.place, "vertical" if letters.vertical else None, letters.face]
    return letters.text, " ".join(each for each in how if each)


def test_letters_are_told_from_what_is_painted() -> None:
    wrong = []
    for row in ROWS:
        text, prompt, words, how = row.split("\t")
        reading = read(text)
        got = (reading.prompt, *described(reading.letters))
        if got != (prompt, words, how):
            wrong.append(f"{text}: {got}")
    assert wrong == []


def test_what_is_said_back_reads_as_itself() -> None:
    wrong = []
    every_way = itertools.product((None, *PLACES), (None, True), (None, *FACES), ("ja", "en"))
    for place, vertical, face, lang in every_way:
        letters = Letters("お誕生日おめでとう！", place, vertical=vertical, face=face)
        request = StoredRequest("りんご", letters=letters)
        sentence = summary_text(request, lang).partition("：" if lang == "ja" else ": ")[2]
        text = f"りんご、{sentence}" if lang == "ja" else f"りんご, {sentence}"
        if read(text).letters != letters or read(text).prompt != "りんご":
            wrong.append(f"{text}: {read(text)}")
    assert wrong == []


def test_the_characters_stay_as_they_were_typed() -> None:
    reading = read("花、「ＨＡＰＰＹ〜♡\r\n みおへ！\u200b」と入れて")
    assert reading.letters == Letters("ＨＡＰＰＹ〜♡\nみおへ！")
    assert reading.prompt == "花"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # one emoji, by its joiners
    reading = read(f"花、「{family}へ\u202e\ufffd」と入れて")
    assert reading.letters == Letters(f"{family}へ")


def test_a_stored_request_keeps_them() -> None:
    letters = Letters("迎春", "top", vertical=True, face="brush")
    request = StoredRequest("羊", letters=letters, plain_key="p/x/0-plain.png")
    assert StoredRequest.from_json(request.to_json()) == request
    newer = request.to_json()
    newer["letters"] |= {"place": "diagonal", "face": "neon", "colour": "red"}
    assert StoredRequest.from_json(newer).letters == Letters("迎春", vertical=True)


def test_how_letters_shall_look_is_read_by_itself() -> None:
    rows = {
        "横書きに": Letters("", vertical=False),
        "文字を横書きにして": Letters("", vertical=False),
        "たて書きに変えてください。": Letters("", vertical=True),
        "筆文字にして": Letters("", face="brush"),
        "文字は下にしてほしい": Letters("", "bottom"),
        "下にして": None,
        "横長にして": None,
        "文字を赤くして": None,
        "筆": None,
    }
    assert {text: read_style(text) for text in rows} == rows
