"""Plain Japanese in, and told back how it was read."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.store.schema import jobs, pictures
from bot.texts import gettext
from tests.scenarios.house import PATIENCE, House
from tests.scenarios.processes import eventually

pytestmark = pytest.mark.core


def sizes(house: House, room: str) -> list[tuple[int, int]]:
    """Width and height of the files that arrived."""
    files = [
        house.get(message.image["original"])[1] for message in house.pictures(room) if message.image
    ]
    return [Image.open(io.BytesIO(path)).size for path in files]


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
    cut = gettext("reading.cut", "ja", words="").strip()
    reply = house.wait_for_text(mio, cut).alt_text or ""
    assert house.job(mio)["request"]["cut"].endswith("空を飛ぶ緑の竜")
    assert "山のふもと" not in reply.partition(cut)[2]


def test_words_beside_the_picture_are_answered_and_never_painted(house: House) -> None:
    """Asking how long, thanking and asking what is left: one talks to it as to a person."""
    mio = house.person()
    house.simulator.send(mio, "こんにちは〜")
    house.wait_for_text(mio, gettext("talk.greeting", "ja"))
    house.simulator.send(mio, "赤いりんご描いてくれへん？", wait=True)
    house.wait_for_picture(mio)
    house.simulator.send(mio, "わあ、ありがとう！")
    house.wait_for_text(mio, gettext("talk.thanks", "ja"))
    house.simulator.send(mio, "残り何枚描けますか？")
    house.wait_for_text(mio, "今日お描きできるのは、あと")
    house.simulator.send(mio, "さっきと同じシードで、青い車")
    house.wait_for_text(mio, "「青い車」を描きました。")
    wishes = house.rows(jobs, jobs.c.chat_id == mio)
    assert sorted(wish["request"]["prompt"] for wish in wishes) == ["赤いりんご", "青い車"]


def test_a_shape_is_the_shape_of_the_picture(house: House) -> None:
    """「アイコン」 is square, 「待ち受け」 tall: the file that arrives has that form."""
    mio = house.person()
    house.simulator.send(mio, "LINEのアイコン用に白い犬", wait=True)
    house.wait_for_picture(mio)
    [(width, height)] = sizes(house, mio)
    assert width == height
    house.simulator.send(mio, "スマホの待ち受けにしたいので、月", wait=True)
    house.wait_for_text(mio, "「月」を描きました。")
    width, height = max(sizes(house, mio), key=lambda item: item[1] / item[0])
    assert height > width


def test_letters_are_set_changed_and_taken_off(house: House) -> None:
    """The picture under them is painted once; each time the file that arrives is another."""
    mio = house.person()
    house.simulator.send(mio, "赤いりんご、『おめでとう』と縦書きで入れて", wait=True)
    house.wait_for_text(mio, "縦書きで『おめでとう』の文字")
    house.simulator.send(mio, "文字を『ありがとう』に変えて", wait=True)
    house.wait_for_text(mio, "縦書きで『ありがとう』の文字")
    house.simulator.send(mio, "文字を消して", wait=True)
    eventually("three pictures", lambda: len(house.pictures(mio)) == 3, PATIENCE)
    files = [house.get(each.image["original"])[1] for each in house.pictures(mio) if each.image]
    assert len(set(files)) == 3
    own = {row["id"] for row in house.rows(jobs, jobs.c.user_id == mio)}
    seeds = {row["seed"] for row in house.rows(pictures) if row["job_id"] in own}
    assert (len(own), len(seeds)) == (3, 1)


def test_a_new_years_card_is_large_enough_for_the_printer(house: House) -> None:
    mio = house.person()
    house.simulator.send(mio, "年賀状に使いたいので羊、縦長で、『謹賀新年』と入れて")
    house.wait_for_picture(mio)
    assert sizes(house, mio) == [(1252, 1819)]
