"""What asks for several pictures, and what only looks like it."""

from __future__ import annotations

import time

from bot.prompt import MAX_PROMPT
from bot.prompt.request.several import split_wishes
from tests.bot.prompt.examples import wrong_rows

SEVERAL = [
    ("猫の絵1枚と犬の絵1枚お願いします", ["猫の絵1枚", "犬の絵1枚"]),
    ("りんごの絵とバナナの絵をお願い", ["りんごの絵", "バナナの絵"]),
    ("犬の絵1枚、猫の絵1枚", ["犬の絵1枚", "猫の絵1枚"]),
    ("海の絵と山の絵を一枚ずつ", ["海の絵", "山の絵"]),
    ("うさぎとかめを一枚ずつ描いて", ["うさぎ", "かめ"]),
    ("たぬきときつねを1枚ずつ", ["たぬき", "きつね"]),
    ("いもうととおとうとを一枚ずつ", ["いもうと", "おとうと"]),
    ("赤い車と青い車、それぞれ1枚ずつ", ["赤い車", "青い車"]),
    ("トマト、ナス、きゅうりを1枚ずつおねがい", ["トマト", "ナス", "きゅうり"]),
    ("猫と犬を水彩で1枚ずつ", ["猫、水彩風", "犬、水彩風"]),
    ("猫と犬を別々に描いて", ["猫", "犬"]),
    ("りんごとみかんを別々の画像で", ["りんご", "みかん"]),
    ("①富士山②桜③新幹線", ["富士山", "桜", "新幹線"]),
    ("1.富士山 2.桜", ["富士山", "桜"]),
    ("1、富士山\n2、桜", ["富士山", "桜"]),
    ("まずライオン、つぎにキリンをかいて", ["ライオン", "キリン"]),
    ("猫を描いて、あと犬も描いて", ["猫", "犬"]),
    ("猫を描いてくれる？それから犬も頼みます", ["猫", "犬"]),
    ("海と山を1枚ずつ描いてほしいな", ["海", "山"]),
    ("桜と紅葉を別々で描いてほしいです", ["桜", "紅葉"]),
    ("パンダとコアラを1枚ずつ、よろしくお願いします", ["パンダ", "コアラ"]),
    ("ライオン描いて。それとキリンも別に描いて", ["ライオン", "キリン"]),
]
ONE = [
    *("猫と犬", "海と山の絵を一枚", "猫の絵と犬の絵が並ぶ美術館", "別々に飛ぶ鳥", "別の猫"),
    *("犬が花を一輪ずつ持っている", "花びらを一枚ずつ数える少女", "皿を一枚ずつ洗う男と女"),
    *("葉っぱを1枚ずつ描いて", "バージョン1.5で猫", "①縦長②水彩", "①猫", "②猫③犬", "", "①②"),
    *("猫と犬を横長で1枚ずつ", "①猫②犬③馬④牛⑤羊", "猫の絵を描いて、次に進む男"),
]


def test_several_pictures_are_asked_for_in_so_many_words() -> None:
    assert not wrong_rows((text, split_wishes(text), wishes) for text, wishes in SEVERAL)


def test_what_stands_together_is_one_picture() -> None:
    assert not wrong_rows((text, split_wishes(text), []) for text in ONE)


def test_a_hostile_text_costs_little() -> None:
    for piece in ("①", "1. ", "と1枚ずつ", "描いて、あと", "の絵と", "まず、次に"):
        started = time.process_time()
        split_wishes((piece * MAX_PROMPT)[:200])
        split_wishes(piece * 100_000)
        assert time.process_time() - started < 1, "measured: under 0.05"
