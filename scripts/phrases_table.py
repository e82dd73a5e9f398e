"""docs/what-you-can-say.md, made from the code that reads sentences, so that it cannot go stale.

python -m scripts.phrases_table            write it
python -m scripts.phrases_table --check    only look: 1 if it is stale
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from bot import going_on, groups, languages, readback
from bot.prompt import clean, read, reading_of, request_of, stored, styles
from bot.prompt.applying import apply
from bot.prompt.changes import change
from bot.prompt.commands import WORDS
from bot.prompt.pointing import about_photo, of_photo, wish
from bot.prompt.wish import GUIDANCE, STEPS
from inference.catalog import ModelInfo
from inference.request import MAX_COUNT
from scripts import made

PAGE = Path(__file__).parent.parent / "docs" / "what-you-can-say.md"
EXAMPLES: dict[str, tuple[str, ...]] = {
    "How many": (
        "赤い車を4枚", "赤い車、三枚ください", "赤い車を２、３まい", "赤い車を4パターンで",
        "四枚羽の扇風機", "4枚羽の鳥を2枚お願いします", "花びらが5枚",
    ),
    "Shape": (
        "海を横長で", "海、縦長サイズで", "海 正方形", "海 16:9", "海をスマホの壁紙に",
        "海をPCの壁紙にしたい", "猫のアイコン", "横長のソファ", "正方形の窓がある家",
    ),
    "Style": (
        "朝の湖を水彩で", "浮世絵の富士山", "猫をアニメっぽく", "猫を写真みたいに",
        "勇者をドット絵で", "油絵を描く猫", "水彩絵の具", "写真を撮る人",
    ),
    "What to leave out": (
        "渋谷の交差点、人なし", "人物なしの街", "海、文字は入れないで", "ラーメン、ネギ抜きで",
        "浜辺、赤い車と看板はいらない", "森、動物は出さないでね", "道頓堀、人入れんといて",
        "富士山、できれば人が写り込まないようにお願いします", "雨じゃなくて雪の京都",
        "洋なしとりんご", "底なし沼",
    ),
    "How to paint": (
        "猫を速く描いて", "猫、急ぎで", "猫を丁寧に描いてください", "猫、高画質で", "猫、忠実に",
        "宇宙の猫、おまかせで", "猫を少しだけ変えて", "猫、変化は30%で", "速く走る犬", "自由の女神",
    ),
    "The same picture again": ("猫 シード42", "猫、シード値は42で", "シード権を獲得したチーム"),
    "Everything at once": (
        "夜の富士山を浮世絵風に、横長で4枚、人物なしでお願いします",
        "ねえねえ、お城の絵を水彩で2枚、縦長で描いてくれる？",
        "お忙しいところ恐れ入ります。孫の着物姿を水彩画で描いていただけますでしょうか。",
        "おはようさん。LINEのアイコン用に柴犬描いてもらえへんやろか",
        "お題：雪だるま　枚数：2枚　形：横長",
    ),
}  # fmt: skip
CHANGES = (
    ("朝の富士山、浮世絵風", "さっきのを夜にして"),
    ("夜の富士山、浮世絵風", "油絵風にしてください"),
    ("猫", "もっと明るく"),
    ("青い目の猫", "猫を犬に変えて"),
    ("白い猫", "猫を黒にして"),
    ("猫", "背景を青に"),
    ("青い背景の犬", "背景をピンクに"),
    ("赤い屋根の白い家", "屋根を緑に"),
    ("赤い車", "青くして"),
    ("雨の街", "晴れにして"),
    ("3匹の猫", "5匹にして"),
    ("左に犬", "右にして"),
    ("公園で遊ぶ犬", "場所を海辺に"),
    ("女の子", "髪を短くして"),
    ("猫", "この絵を水彩画に"),
    ("朝の海", "さっきと同じ感じで夜に"),
    ("犬と海", "犬じゃなくて猫にして"),
    ("夜の街", "雪を降らせてもらえますか"),
    ("猫", "月を追加して"),
    ("浜辺", "人を消して"),
    ("猫", "横長で、4枚"),
    ("猫", "犬の絵にして"),
    ("猫", "夜の街"),
)
PHOTOS = (
    *("これを水彩画に", "この写真を浮世絵風にして", "これをアニメ調で、もう少し忠実に"),
    *("写真を油絵に、縦長で", "これ水彩画にできますか？", "これを少しだけ変えて水彩に"),
    *("この子を絵本風に", "この写真の背景を海に", "これに帽子をかぶせて"),
    *("この写真をもとに、夕焼けの海を描いて", "これはうちの犬です。水彩画にして"),
    *(
        "うちの猫です！水彩画にしてください",
        "水彩画に",
        "夜にして",
        "赤いりんご",
        "写真を撮る人",
        "これからの街",
    ),
)
HEAD = """# What you can say

<!-- Made by `python -m scripts.phrases_table`; change the code or that script instead. -->

One writes to the bot as to a person: in Japanese, politely or not, with the wishes anywhere in
the sentence. What it understood beside the subject comes back with the picture, as
「こう読みました：…」, in words that can be sent again. Where it is unclear whether a word is a
wish or part of the picture, it stays in the picture.
"""
STYLES = """## Styles that are known

Each with 「風」, 「調」, 「タッチ」, 「っぽく」, 「みたいに」 or 「で」. A large model also
gets the words of the preset; a small one, such as 豆, would only be confused by them.

| Style | Also | Added | Kept out |
|---|---|---|---|"""
BUTTONS = {
    "again": "The same words, another seed",
    "similar": "A picture that starts from that one and goes half of the way from it",
    "four": "Four of it, from other seeds",
    "fine": "The same seed with more steps, and larger where the model can",
    "change": "The question what to change; whatever is answered is added or changed",
}
COMMANDS = {
    "pick": "The picture that is ready",
    "status": "How far it is",
    "help": "What can be said",
    "cancel": "It is given up",
    "album": "The link to the chat's album",
    "album_new": "A new link; the old one opens nothing any more",
    "album_close": "The album is closed",
    "remove": "The picture is deleted, where it is one's own",
    "erase": "What is kept of the person, and the question whether to erase it",
    "erase_yes": "It is erased",
    "left": "How many more can be painted today",
    "terms": "The link to the rules of use",
    "thanks": "A kind word, and no picture",
    "praise": "A kind word, and how to go on",
    "hello": "What to write, with examples to tap",
    "nod": "A kind word",
    "doubt": "How to have it changed",
    "remove_last": "One's own last picture is deleted",
}
GROUP = (
    "合言葉を『絵筆』にして", "合言葉は絵筆です", "合い言葉「えふで」", "prefix efude",
    "合言葉は？", "合言葉をやめて", "合言葉をささやく忍者",
)  # fmt: skip
PREFIX = {
    "set": "「{}、赤いりんご」 is for the bot from now on",
    "unset": "Only mentions and replies are, from now on",
    "tell": "The word is told, and how to end it",
}
_MODEL = ModelInfo("", "cpu", "float32", 512, 50, 7.5, "", safety_checker=False)


def page() -> str:
    """The whole page."""
    parts: tuple[Iterable[str], ...] = (_head(), _examples(), _changes(), _photos(), _styles())
    parts += (_commands(), _groups(), _languages())
    return "\n".join(line for part in parts for line in part) + "\n"


def _head() -> Iterable[str]:
    yield HEAD


def _examples() -> Iterable[str]:
    for title, sentences in EXAMPLES.items():
        yield f"## {title}"
        yield ""
        yield "| You write | Painted | Read as |"
        yield "|---|---|---|"
        for sentence in sentences:
            reading = read(sentence)
            parts = "、".join(readback.parts(stored(reading))) or "–"
            yield f"| {sentence} | {reading.prompt} | {parts} |"
        yield ""
        if title == "How many":
            yield f"Up to {MAX_COUNT} pictures; more are read as {MAX_COUNT}."
            yield ""
        if title == "How to paint":
            yield (
                "Relative to what the model or `STEPS` and `GUIDANCE` say: "
                + ", ".join(
                    f"{name} × {factor:g}"
                    for name, factor in (
                        ("速く: steps", STEPS["quick"]),
                        ("丁寧に: steps", STEPS["careful"]),
                        ("忠実に: guidance", GUIDANCE["faithful"]),
                        ("自由に: guidance", GUIDANCE["free"]),
                    )
                )
                + ". How far a picture may change matters where one is changed."
            )
            yield ""


def _changes() -> Iterable[str]:
    yield "## Going on from a picture"
    yield ""
    yield (
        "A sentence that speaks of the last picture, or of what is in it, changes that picture: "
        "the same seed, other words. So does any reply to a picture. In a group it is one's own "
        "last picture; the bot is mentioned, or its picture replied to, and a reply without a "
        "mention has to be a change: 「かわいい！」 is not for the bot."
    )
    yield ""
    yield "| The picture | You write | Painted from the same seed | Read as |"
    yield "|---|---|---|---|"
    for before, sentence in CHANGES:
        wanted, old = change(sentence), read(before)
        if wanted is None or not (wanted.refers or wanted.fits(old.prompt)):
            yield f"| {before} | {sentence} | – (a wish of its own) | – |"
            continue
        new = apply(wanted, reading_of(stored(old)))
        parts = "、".join(readback.parts({**stored(new), "way": "change"})) or "–"
        yield f"| {before} | {sentence} | {new.prompt} | {parts} |"
    yield ""
    yield "The buttons under a picture may be typed, too:"
    yield ""
    yield "| You write | You get |"
    yield "|---|---|"
    for action, words in going_on.WORDS.items():
        yield f"| {'、'.join(words.split())} | {BUTTONS[action]} |"
    yield ""


def _photos() -> Iterable[str]:
    yield "## From a photo"
    yield ""
    yield (
        "Of the photo that the message replies to, whoever sent it, or of one's own last photo, "
        "ten minutes old at most. In a group the bot is mentioned. 「これ」 means the photo while "
        "nothing was painted since; 「この写真」 always."
    )
    yield ""
    yield "| You write | Painted from the photo | Read as | With a reply to the photo |"
    yield "|---|---|---|---|"
    for sentence in PHOTOS:
        text, reading = clean(sentence), read(sentence)
        wanted = about_photo(text, reading)
        bare = wanted is None and about_photo(text, reading, bare=True) is not None
        quoted = "the same" if wanted else wish(of_photo(text)).prompt
        if wanted is None and not bare:
            yield f"| {sentence} | – (a wish of its own) | – | {quoted} |"
            continue
        painted = wish(wanted or of_photo(text))
        parts = "、".join(readback.parts(stored(painted))) or "–"
        where = " (in a 1:1 chat)" if bare else ""
        yield f"| {sentence} | {painted.prompt}{where} | {parts} | {quoted} |"
    yield ""


def _styles() -> Iterable[str]:
    yield STYLES
    for style in styles().values():
        bare = request_of(stored(read("猫")), _MODEL)
        dressed = request_of(stored(read(f"猫、{style.label}")), _MODEL)
        added = dressed.prompt.removeprefix(f"{bare.prompt}、{style.label}、")
        words = "、".join(style.words)
        yield f"| {style.label} | {words} | {added} | {dressed.negative_prompt or '–'} |"
    yield ""


def _commands() -> Iterable[str]:
    yield "## About a picture that was asked for, and other talk"
    yield ""
    yield (
        "And what means the same: 「あとどのくらいかかりますか」, 「やっぱりやめときます」, "
        "「履歴を全部消してほしい」. In a group, what people say to each other anyway, 「遅い」 or "
        "「ありがとう」, is for the bot only where it is mentioned."
    )
    yield ""
    yield "| You write | You get |"
    yield "|---|---|"
    for kind, words in WORDS.items():
        yield f"| {'、'.join(words.split())} | {COMMANDS[kind]} |"
    yield "| 4F7-K2M (the 受付番号), alone or after one of these | that picture |"


def _groups() -> Iterable[str]:
    yield ""
    yield "## In a group"
    yield ""
    yield (
        "The bot is mentioned, one of its pictures is replied to, or the sentence begins with the "
        "word that the group has chosen, and a blank or a mark after it: 「絵筆、赤いりんご」. "
        "Whoever mentions the bot chooses that word. An edited message is painted anew, from the "
        "same seed."
    )
    yield ""
    yield "| You write | What happens |"
    yield "|---|---|"
    for sentence in GROUP:
        wanted = groups.wish(sentence)
        what = PREFIX[wanted.kind].format(wanted.word) if wanted else "– (a wish of its own)"
        yield f"| {sentence} | {what} |"
    yield ""
    yield (
        f"A word has {groups.SHORTEST} to {groups.LONGEST} letters or digits. It is none that asks "
        "for something else (「まだ」, 「横長」), none with which people begin to speak anyway "
        "(「ねえ」, 「はい」), and none that the bot would not paint."
    )


def _languages() -> Iterable[str]:
    yield ""
    yield "## In which language it speaks"
    yield ""
    yield (
        "A 1:1 chat begins in the language of its person's LINE: Japanese, or English for every "
        "other. A group begins in Japanese; there the bot is mentioned. What to paint is said in "
        "Japanese in any case, if the model reads nothing else."
    )
    yield ""
    yield "| You write | It speaks |"
    yield "|---|---|"
    for language, words in languages.WORDS.items():
        said = "、".join(it.replace("_", " ") for it in words.split())
        yield f"| {said} | {'English' if language == 'en' else 'Japanese'} |"


def main(arguments: list[str] | None = None, path: Path = PAGE) -> int:
    """Write the page, or with --check only compare; 1 if it was stale then."""
    parser = argparse.ArgumentParser(prog="python -m scripts.phrases_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it is stale")
    check = parser.parse_args(arguments).check
    return made.settle(path, page(), "scripts.phrases_table", check=check)


if __name__ == "__main__":
    raise SystemExit(main())
