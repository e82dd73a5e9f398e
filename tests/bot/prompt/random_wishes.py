"""Random wishes by a seed, to find what the bot says back in other words than it reads.

python -m tests.bot.prompt.random_wishes --count 20000 prints each that reads as another one.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator

from bot.messages import prompt_summary
from bot.prompt import Reading, StoredRequest, read

SEED = 13
_SUBJECTS = """
    猫 柴犬 夜の富士山 赤いりんご 横長のソファ なしの木 花びら5枚の花 栓抜き 正方形の窓 猫3匹
    まいたけ 桜の木の下の少女 耳なし芳一 絵を描いている画家 三匹の子豚 2025年の街 4枚羽の鳥
    ありがとうの花束 海 森の中の古い図書館 雨の京都 宇宙飛行士の猫 ラーメン ロボット
    青い海と白い砂浜 雪の日の東京タワー 龍 油絵の具 水彩画を描く少女 人のいない街 影絵 写真家
    笑う門には福来る 名無しの猫 コーヒーとケーキ カフェでくつろぐ女の子 窓辺で本を読む猫
    夕焼けの海を走る電車 空を飛ぶくじら 花火 祭り 侍 縦に長い塔 小さい家 アイコンタクト
    壁紙の部屋 ポスターのある部屋 ドラゴン メカ 妖精 ひまわり畑 金魚 おにぎり
    """.split()  # noqa: SIM905 one to a line would be a page
_STEERING = """
    4枚 ２枚 三枚 3パターン 2、3枚 数枚 横長 縦長 正方形 16:9 横長で 縦長にして ワイドで
    スマホの壁紙 アイコンで 水彩 水彩風 水彩で 油絵 油絵の 油絵風に 浮世絵風 浮世絵 アニメ調
    アニメ ドット絵で 写真みたいに 写真風 リアル 水墨画 鉛筆画で ゆるキャラ風 絵本風 切り絵
    ジブリっぽく パステル 3D 人物なし 文字抜きで 背景なし 看板なしで 赤い車はいらない
    人は入れないで 犬なし 雲抜き 文字はなしで シード42 シード値は7 seed:123 種12 丁寧に 速く
    急いで ざっと 綺麗に 忠実に 自由に おまかせで いい感じに 適当に 少しだけ変えて
    半分くらい変えて 大きく変えて 変化30% 変化50%
    """.split()  # noqa: SIM905
_ASKING = """
    描いて を描いて の絵を描いて の絵 のイラスト をお願いします お願い ください がほしい
    を見せて を作って 描いてください を描いてほしい の絵を描いてください を描いてくれる？
    を描いてもらえますか よろしく 頼む の画像 のイラストを描いて を生成して で
    """.split()  # noqa: SIM905
_AROUND = """
    ありがとう！ こんにちは、 できれば やっぱり えっと、 あと 🐱 😊 ✨ ！ 。 ？ … 〜 笑 w (笑)
    🙏 ❤️ ♪ ね お願いします🙏 とりあえず ちなみに もし良かったら なるべく
    """.split()  # noqa: SIM905
_JOINTS = ("、", "、", "、", " ", "　", "\n", "。", "", "で", "の", "を", "，")


def random_wishes(seed: int = SEED) -> Iterator[str]:
    """Yield wishes for ever: a subject or two, steering words and small talk, in any order."""
    chance = random.Random(seed)
    while True:
        parts = [chance.choice(_SUBJECTS)]
        if chance.random() < 0.2:
            parts[0] += chance.choice(("と", "、", "の隣の")) + chance.choice(_SUBJECTS)
        if chance.random() < 0.4:
            parts[0] += chance.choice(_ASKING)
        steering = chance.sample(_STEERING, chance.choice((0, 1, 1, 2, 2, 3, 4)))
        parts += steering
        if chance.random() < 0.35:
            parts += chance.sample(_AROUND, chance.choice((1, 1, 2)))
        if chance.random() < 0.5:
            chance.shuffle(parts)
        text = parts[0]
        for part in parts[1:]:
            text += chance.choice(_JOINTS) + part
        if chance.random() < 0.15:
            text += chance.choice(_AROUND)
        yield text + (chance.choice(_ASKING) if chance.random() < 0.2 else "")


def read_back(reading: Reading) -> str:
    """Return the prompt and the bot's summary of the request, as a person would copy them."""
    summary = prompt_summary.summary_items(StoredRequest.from_reading(reading), "ja")
    return "、".join([reading.prompt, *summary])


def read_otherwise(seed: int, count: int) -> Iterator[tuple[str, str, Reading, Reading]]:
    """Yield each of so many wishes whose read-back reads otherwise.

    That is the wish, what is said back, how the wish was read, and how that is.
    """
    for _, wish in zip(range(count), random_wishes(seed), strict=False):
        reading = read(wish)
        if reading.problem is None and (again := read(sentence := read_back(reading))) != reading:
            yield wish, sentence, reading, again


def main() -> int:
    """Print the wishes that are said back in words that read otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.bot.prompt.random_wishes")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=20_000)
    options = parser.parse_args()
    since, wrong = time.monotonic(), 0
    for wish, sentence, reading, again in read_otherwise(options.seed, options.count):
        wrong += 1
        old, new = vars(reading), vars(again)
        differences = {name: (old[name], new[name]) for name in old if old[name] != new[name]}
        print(f"{wish!r} is said back as {sentence!r}: {differences}", flush=True)
    seconds = time.monotonic() - since
    print(
        f"{wrong} of {options.count} wishes, seed {options.seed}, read otherwise; {seconds:.0f} s"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
