"""Plain Japanese in, and told back how it was read."""

from __future__ import annotations

import io

from PIL import Image

from bot.tables import jobs
from bot.texts import say
from tests.scenarios.house import House


def sizes(house: House, room: str) -> list[tuple[int, int]]:
    """Width and height of the files that arrived."""
    files = [house.get(it.image["original"])[1] for it in house.pictures(room) if it.image]
    return [Image.open(io.BytesIO(it)).size for it in files]


def test_one_sentence_says_everything(house: House) -> None:
    """Number, shape, style, what to leave out, seed and care, in a person's own words."""
    mio = house.person()
    house.simulator.send(
        mio,
        "こんばんは！すみませんが、赤いりんごを水彩で２まい、横長で描いてもらえませんか？\n"
        "できれば人が写り込まないように、シード42で速めにお願いできればと思います🙏",
    )
    house.wait_for_picture(mio)
    house.wait_for_text(mio, "こう読みました：水彩風、横長、2枚、人なし、シード42、速く")
    house.wait_for_state(mio, "delivered")
    kept = house.job(mio)["request"]
    assert kept["prompt"] == "赤いりんご 水彩風"
    assert len(house.pictures(mio)) == 2
    assert all(width > height for width, height in sizes(house, mio))


def test_words_that_did_not_fit_are_named(house: House) -> None:
    """The model reads 77 tokens; what is cut is said, and what was read is painted."""
    mio = house.person()
    long = "、".join(f"{colour}い屋根の小さな家" for colour in "赤青白黒" * 6)
    house.simulator.send(mio, f"大きな山のふもとの町、{long}、空を飛ぶ緑の竜")
    house.wait_for_picture(mio)
    cut = say("reading.cut", words="").strip()
    told = house.wait_for_text(mio, cut).text or ""
    assert house.job(mio)["request"]["cut"].endswith("空を飛ぶ緑の竜")
    assert "山のふもと" not in told.partition(cut)[2]


def test_words_beside_the_picture_are_answered_and_never_painted(house: House) -> None:
    """Asking how long, thanking and asking what is left: one talks to it as to a person."""
    mio = house.person()
    house.simulator.send(mio, "こんにちは〜")
    house.wait_for_text(mio, say("talk.hello"))
    house.simulator.send(mio, "赤いりんご描いてくれへん？", wait=True)
    house.wait_for_picture(mio)
    house.simulator.send(mio, "わあ、ありがとう！")
    house.wait_for_text(mio, say("talk.thanks"))
    house.simulator.send(mio, "残り何枚描けますか？")
    house.wait_for_text(mio, "今日お描きできるのは、あと")
    house.simulator.send(mio, "さっきと同じシードで、青い車")
    house.wait_for_text(mio, "「青い車」を描きました。")
    wishes = house.rows(jobs, jobs.c.chat_id == mio)
    assert sorted(it["request"]["prompt"] for it in wishes) == ["赤いりんご", "青い車"]


def test_a_shape_is_the_shape_of_the_picture(house: House) -> None:
    """「アイコン」 is square, 「待ち受け」 tall: the file that arrives has that form."""
    mio = house.person()
    house.simulator.send(mio, "LINEのアイコン用に白い犬", wait=True)
    house.wait_for_picture(mio)
    [(width, height)] = sizes(house, mio)
    assert width == height
    house.simulator.send(mio, "スマホの待ち受けにしたいので、月", wait=True)
    house.wait_for_text(mio, "「月」を描きました。")
    width, height = max(sizes(house, mio), key=lambda it: it[1] / it[0])
    assert height > width
