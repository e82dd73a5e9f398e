"""Letters over a picture, read from people's words."""

from __future__ import annotations

import itertools
from pathlib import Path

from bot.messages.prompt_summary import summary_text
from bot.prompt import StoredRequest, read
from bot.prompt.options.letter_looks import Look, combine, read_look
from bot.prompt.options.letters import COLOURS, FACES, PLACES, Letters

ROWS = Path(__file__).with_name("letters.tsv").read_text(encoding="utf-8").splitlines()


def described(letters: Letters | None) -> tuple[str, str]:
    if letters is None:
        return "", ""
    how = [letters.place, "vertical" if letters.vertical else None, letters.face, letters.colour]
    how.append(f"{letters.size:+}" if letters.size else None)
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
    every_way = itertools.chain(
        itertools.product((None, *PLACES), (None, True), (None, *FACES), (None,), (0,)),
        itertools.product((None, "top_left"), (None, True), FACES, COLOURS, range(-2, 3)),
    )
    for (place, vertical, face, colour, size), lang in itertools.product(every_way, ("ja", "en")):
        letters = Letters("お誕生日おめでとう！", place, vertical, face, colour, size)
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
    letters = Letters("迎春", "top", vertical=True, face="brush", colour="gold", size=2)
    request = StoredRequest("羊", letters=letters, plain_key="p/x/0-plain.png")
    assert StoredRequest.from_json(request.to_json()) == request
    newer = request.to_json()
    newer["letters"] |= {"place": "diagonal", "face": "neon", "colour": "puce", "size": 9}
    assert StoredRequest.from_json(newer).letters == Letters("迎春", vertical=True, size=2)
    older = {"text": "迎春", "place": "top", "vertical": True, "face": None}
    assert Letters.from_json(older) == Letters("迎春", "top", vertical=True)


def test_how_letters_shall_look_is_read_by_itself() -> None:
    rows: dict[str, Look | None] = {
        "横書きに": Look(Letters("", vertical=False), named=True),
        "文字を横書きにして": Look(Letters("", vertical=False), named=True),
        "たて書きに変えてください。": Look(Letters("", vertical=True), named=True),
        "筆文字にして": Look(Letters("", face="brush"), named=True),
        "文字は下にしてほしい": Look(Letters("", "bottom"), named=True),
        "下にして": Look(Letters("", "bottom"), named=False),
        "文字を赤くして": Look(Letters("", colour="red"), named=True),
        "字もっと大きく": Look(Letters("", size=1), named=True),
        "文字めっちゃでかく": Look(Letters("", size=2), named=True),
        "でっかい字がいいねんけど": Look(Letters("", size=1), named=True),
        "字がちょっと小さい": Look(Letters("", size=1), named=True, complains=True),
        "字ちっさくない？": Look(Letters("", size=1), named=True, complains=True),
        "文字が大きすぎます": Look(Letters("", size=-1), named=True, complains=True),
        "文字が読みにくい": Look(Letters("", size=1), named=True, complains=True),
        "字の色ピンクで": Look(Letters("", colour="pink"), named=True, aspect=True),
        "色は金色で": Look(Letters("", colour="gold"), named=False, aspect=True),
        "右下に小さく": Look(Letters("", "bottom_right", size=-1), named=False),
        "筆で書いたみたいな字にして": Look(Letters("", face="brush"), named=True),
        "もうちょい細い字がいい": Look(Letters("", face="serif"), named=True),
        "文字変えて": Look(Letters(""), named=True, lack="words"),
        "文字は英語で": Look(Letters(""), named=True, lack="script"),
        "字の色変えて": Look(Letters(""), named=True, lack="look"),
        "文字薄くして": Look(Letters(""), named=True, lack="look"),
        # These are about the picture.
        "横長にして": None,
        "もっと赤く": None,
        "文字の入った看板を足して": None,
        "上手に描いて": None,
        "白い鳥も": None,
        "背景を赤に": None,
        "筆で": Look(Letters("", face="brush"), named=False),
    }
    got = {text: read_look(text) for text in rows}
    assert {text: look for text, look in got.items() if look != rows[text]} == {}


def test_what_is_not_said_of_a_look_stays() -> None:
    before = Letters("感謝", "top", face="brush", size=2)
    assert combine(Letters("", "right", size=1), before) == Letters(
        "感謝", "top_right", face="brush", size=2
    )
    assert combine(Letters("", colour="red", size=-1), before, text="祝") == Letters(
        "祝", "top", face="brush", colour="red", size=1
    )
