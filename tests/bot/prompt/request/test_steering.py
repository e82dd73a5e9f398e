from __future__ import annotations

from bot.prompt import LANDSCAPE, PORTRAIT, SQUARE, read
from tests.bot.prompt.examples import wrong_rows

COUNTS = [
    ("猫 1枚", 1, "猫"),
    ("猫4枚", 4, "猫"),
    ("猫 ４枚", 4, "猫"),
    ("猫を四枚", 4, "猫"),
    ("猫 ４まい", 4, "猫"),
    ("猫を3枚ほど描いて", 3, "猫"),
    ("猫の絵を2枚", 2, "猫の絵"),
    ("猫4枚の絵", 4, "猫"),
    ("猫 2、3枚", 3, "猫"),
    ("猫 10枚", 4, "猫"),
    ("猫 十二枚", 4, "猫"),
    ("猫 0枚", 1, "猫"),
    # counts of things, not of pictures
    ("りんごを3つ描いて", 1, "りんごを3つ"),
    ("猫3匹", 1, "猫3匹"),
    ("花びら5枚の花", 1, "花びら5枚の花"),
    ("花びらが5枚", 1, "花びらが5枚"),
    ("皿を4枚、テーブルに", 1, "皿を4枚、テーブルに"),
    ("二枚目の俳優", 1, "二枚目の俳優"),
    ("千枚漬け", 1, "千枚漬け"),
    ("一枚岩", 1, "一枚岩"),
    ("まいたけ", 1, "まいたけ"),
]
SHAPES = [
    ("海 横長", LANDSCAPE, "海"),
    ("海を横長で", LANDSCAPE, "海"),
    ("海、横長の絵で", LANDSCAPE, "海"),
    ("横長で海", LANDSCAPE, "海"),
    ("海 縦長", PORTRAIT, "海"),
    ("海 縦長サイズでお願いします", PORTRAIT, "海"),
    ("海 正方形", SQUARE, "海"),
    ("海を正方形にして", SQUARE, "海"),
    ("海 横長 縦長", PORTRAIT, "海"),
    # part of the picture
    ("横長のソファ", (None, None), "横長のソファ"),
    ("縦長の帽子をかぶった魔女", (None, None), "縦長の帽子をかぶった魔女"),
    ("正方形に並んだ花", (None, None), "正方形に並んだ花"),
]
SEEDS = [
    ("猫 シード42", 42, "猫"),
    ("シード 42 猫", 42, "猫"),
    ("猫、シード値：４２", 42, "猫"),
    ("猫 seed=0", 0, "猫"),
    ("猫 Seed: 4294967295 で", 4294967295, "猫"),
    ("猫 シード4294967296", 0, "猫"),
    ("シード権を得た猫", None, "シード権を得た猫"),
    ("第1シードの猫", None, "第1シードの猫"),
]


def test_counts_of_pictures_but_not_of_things() -> None:
    readings = [(text, read(text), expected) for text, *expected in COUNTS]
    assert not wrong_rows(
        (text, [reading.count, reading.prompt], expected) for text, reading, expected in readings
    )


def test_shapes_of_the_picture_but_not_of_things() -> None:
    readings = [(text, read(text), size, prompt) for text, size, prompt in SHAPES]
    assert not wrong_rows(
        (text, ((reading.width, reading.height), reading.prompt), (size, prompt))
        for text, reading, size, prompt in readings
    )


def test_seeds() -> None:
    readings = [(text, read(text), expected) for text, *expected in SEEDS]
    assert not wrong_rows(
        (text, [reading.seed, reading.prompt], expected) for text, reading, expected in readings
    )


def test_laughter_beside_the_subject_is_not_painted() -> None:
    expected = {
        "(笑) 犬": "犬",
        "猫、(笑)": "猫",
        "いい感じに (笑) りんご": "りんご",
        "笑う犬": "笑う犬",
    }
    assert not wrong_rows((text, read(text).prompt, prompt) for text, prompt in expected.items())
