"""Letters over a picture, as somebody asks for them in a chat."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import jobs
from bot.conversation.picture_refs import painted_key
from bot.jobs import DELIVERED, DRAWING
from bot.jobs.picture_secrets import plain_key, possible_keys
from bot.prompt import StoredRequest
from bot.prompt.options.letters import Letters
from bot.prompt.options.media import Purpose
from bot.settings import Settings
from bot.texts import gettext
from tests.bot.conversation.test_image_to_image import LARGE, quoting, send
from tests.bot.conversation.test_router import HARUTO, Talk, bring_to, kinds
from tests.bot.conversation.test_variations import tap
from tests.bot.harness import AOI, House, event, in_group


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


def delivered(talk: Talk, text: str) -> dict[str, Any]:
    talk.says(text)
    job = talk.jobs[-1]
    bring_to(talk.house, job["id"], DELIVERED)
    return job


def last_request(talk: Talk) -> StoredRequest:
    return StoredRequest.from_json(talk.jobs[-1]["request"])


def test_a_wish_with_letters_is_painted_without_them_in_its_words(talk: Talk) -> None:
    talk.says("花束、『ありがとう』と入れて")
    assert last_request(talk).prompt == "花束"
    assert last_request(talk).letters == Letters("ありがとう")


def test_letters_for_the_last_picture_paint_nothing_anew(talk: Talk) -> None:
    delivered(talk, "花束")
    talk.says("『ありがとう』と縦書きで入れて")
    request = last_request(talk)
    assert (request.prompt, request.seed) == ("花束", 7)
    assert request.letters == Letters("ありがとう", vertical=True)
    assert request.plain_key is not None
    assert len(talk.jobs) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("文字入れて『また会おうね』って", "また会おうね"),
        ("メッセージを添えてください「お元気で」", "お元気で"),
        ("字を書いて、入学おめでとうって", "入学おめでとう"),
        ("ありがとうの文字を入れて", "ありがとう"),
        ("『合格』って書いて", "合格"),
    ],
)
def test_what_to_write_may_come_last(talk: Talk, text: str, words: str) -> None:
    delivered(talk, "花束")
    talk.says(text)
    assert (last_request(talk).prompt, last_request(talk).letters) == ("花束", Letters(words))
    assert last_request(talk).plain_key is not None
    send(talk)
    talk.says(text)
    assert (last_request(talk).from_photo, last_request(talk).letters) == (True, Letters(words))


def test_other_letters_keep_what_is_not_said_of_them(talk: Talk) -> None:
    before = delivered(talk, "花束、筆文字で『ありがとう』と右に入れて")
    talk.says("文字を『感謝』に変えて")
    request = last_request(talk)
    assert request.letters == Letters("感謝", "right", face="brush")
    # Not over the letters that are there: over the picture as it was painted.
    assert request.plain_key is not None
    assert request.plain_key.endswith("0-plain.png")
    assert before["id"] != talk.jobs[-1]["id"]


def test_letters_are_set_across_and_elsewhere_again(talk: Talk) -> None:
    before = delivered(talk, "花束、『ありがとう』と縦書きで入れて")
    talk.says("文字を横書きにして")
    assert last_request(talk).letters == Letters("ありがとう", vertical=False)
    assert last_request(talk).plain_key is not None
    bring_to(talk.house, talk.jobs[-1]["id"], DELIVERED)
    talk.says("『感謝』と縦書きで入れて")
    bring_to(talk.house, talk.jobs[-1]["id"], DELIVERED)
    talk.says("『感謝』と横書きで下に入れて")
    asked = [StoredRequest.from_json(job["request"]).letters for job in talk.jobs]
    assert asked[2:] == [Letters("感謝", vertical=True), Letters("感謝", "bottom", vertical=False)]
    assert before["id"] == talk.jobs[0]["id"]


def test_how_letters_look_is_a_wish_where_there_are_none(talk: Talk) -> None:
    delivered(talk, "花束")
    talk.says("筆文字にして")
    assert last_request(talk).letters is None


def test_letters_that_are_not_there_are_asked_for(talk: Talk) -> None:
    delivered(talk, "花束")
    talk.says("文字を筆文字にして")
    assert gettext("problem.letters_which", "ja").split("。")[0] in talk.answers[-1]
    assert len(talk.jobs) == 1


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("字もっと大きく", Letters("ありがとう", "top", size=1)),
        ("文字がちょっと大きい", Letters("ありがとう", "top", size=-1)),
        ("字の色ピンクで", Letters("ありがとう", "top", colour="pink")),
        ("右下に小さく", Letters("ありがとう", "bottom_right", size=-1)),
        ("もっと右に", Letters("ありがとう", "top_right")),
        ("筆で書いたみたいな字にして", Letters("ありがとう", "top", face="brush")),
        ("やっぱ『感謝』で", Letters("感謝", "top")),
        ("値段も入れて「500円」", Letters("ありがとう\n500円", "top")),
    ],
)
def test_letters_get_another_look_and_nothing_is_painted(
    talk: Talk, text: str, look: Letters
) -> None:
    delivered(talk, "花束、上に『ありがとう』と入れて")
    talk.says(text)
    assert (last_request(talk).prompt, last_request(talk).letters) == ("花束", look)
    assert last_request(talk).plain_key is not None


def test_what_letters_cannot_be_is_answered(talk: Talk) -> None:
    delivered(talk, "花束、とても大きく『ありがとう』と入れて")
    for text, key in (
        ("文字薄くして", "letters_looks"),
        ("文字は英語で", "letters_script"),
        ("文字をもっと大きく", "letters_same"),
    ):
        talk.says(text)
        assert gettext(f"problem.{key}", "ja").split("。")[0] in talk.answers[-1]
    assert len(talk.jobs) == 1


def test_whether_letters_can_be_had_is_asked_back_and_their_words_come_next(talk: Talk) -> None:
    delivered(talk, "うさぎ")
    talk.says("名前も入れられる？")
    assert gettext("problem.letters_which", "ja").split("。")[0] in talk.answers[-1]
    talk.says("みみちゃん")
    assert (last_request(talk).prompt, last_request(talk).letters) == (
        "うさぎ",
        Letters("みみちゃん"),
    )
    bring_to(talk.house, talk.jobs[-1]["id"], DELIVERED)
    talk.says("ひまわり")
    assert last_request(talk).prompt == "ひまわり"


def test_another_wish_is_no_answer_to_which_letters(talk: Talk) -> None:
    delivered(talk, "うさぎ")
    talk.says("文字入れて")
    talk.says("夜にして")
    assert (last_request(talk).prompt, last_request(talk).letters) == ("うさぎ、夜", None)


def test_quoted_greetings_are_set_on_a_picture(talk: Talk) -> None:
    talk.says("「ありがとう」")
    assert talk.jobs == []
    delivered(talk, "花束")
    talk.says("「ありがとう」")
    assert last_request(talk).letters == Letters("ありがとう")
    bring_to(talk.house, talk.jobs[-1]["id"], DELIVERED)
    talk.says("「死にたい」")
    assert len(talk.jobs) == 2


def test_letters_while_a_picture_is_painted_are_set_on_one_like_it(talk: Talk) -> None:
    talk.says("運動会")
    bring_to(talk.house, talk.jobs[-1]["id"], DRAWING)
    talk.says("「がんばれ」って入れて")
    request = last_request(talk)
    assert (request.prompt, request.letters) == ("運動会", Letters("がんばれ"))
    assert request.plain_key is None


def test_letters_are_taken_off(talk: Talk) -> None:
    delivered(talk, "花束、『ありがとう』と入れて")
    talk.says("文字を消して")
    assert last_request(talk).letters is None
    assert last_request(talk).plain_key is not None


def test_what_starts_from_a_picture_starts_without_its_letters(talk: Talk) -> None:
    before = delivered(talk, "花束、『ありがとう』と入れて")
    tap(talk, f"similar:{before['number']}:0")
    request = last_request(talk)
    assert request.source_key is not None
    assert request.source_key.endswith("plain.png")
    assert request.letters == Letters("ありがとう")


def test_a_picture_without_letters_is_its_own_plain_one(talk: Talk) -> None:
    before = delivered(talk, "花束")
    job = talk.house.job(before["id"])
    with talk.house.database.read() as db:
        (picture,) = jobs.pictures_of(db, job.id)
    assert painted_key(job, picture) == picture.key


def test_letters_without_any_picture_are_asked_about(talk: Talk) -> None:
    talk.says("『ありがとう』と入れて")
    assert talk.jobs == []
    assert gettext("problem.letters_without_picture", "ja").split("。")[0] in talk.answers[-1]


@pytest.mark.parametrize("chars", [61, 500])
def test_too_many_letters_are_answered_kindly(talk: Talk, chars: int) -> None:
    talk.says(f"花束、『{'あ' * chars}』と入れて")
    assert talk.jobs == []
    assert "60文字まで" in talk.answers[-1]


def test_letters_are_moderated(talk: Talk) -> None:
    talk.says("花束、『死ね、殺してやる』と入れて")
    assert talk.jobs == []
    assert talk.answers != []


def test_a_card_has_letters_and_a_purpose(talk: Talk) -> None:
    talk.says("年賀状に使いたいので羊、『謹賀新年』を筆で右に入れてください")
    request = last_request(talk)
    assert request.prompt == "羊"
    assert request.purpose == "new_year_card"
    assert request.letters == Letters("謹賀新年", "right", face="brush")


def test_erasing_takes_the_plain_picture_along(talk: Talk) -> None:
    before = delivered(talk, "花束、『ありがとう』と入れて")
    job = talk.house.job(before["id"])
    keys = set(possible_keys(job, [], 1))
    assert {plain_key(job.secret, 0), plain_key(job.secret, 0, "image/jpeg")} <= keys


ON_THE_PHOTO = {
    "『誕生日おめでとう』と入れて": ("誕生日おめでとう", None),
    "これに「ありがとう」と縦書きで入れて": ("ありがとう", None),
    "この写真に『ありがとう』と入れて": ("ありがとう", None),
    "年賀状にしたいので、『謹賀新年』と入れて": ("謹賀新年", Purpose.NEW_YEAR_CARD),
}


@pytest.mark.parametrize("text", ON_THE_PHOTO)
def test_letters_are_set_on_a_photo_just_sent_without_painting(talk: Talk, text: str) -> None:
    delivered(talk, "花束")
    photo = send(talk)
    talk.says(text)
    request = last_request(talk)
    assert request.letters is not None
    assert (request.letters.text, request.purpose) == ON_THE_PHOTO[text]
    assert (request.plain_key, request.from_photo) == (photo["key"], True)
    assert request.unmet(replace(LARGE, image_to_image=False)) == ()


def test_a_wish_with_letters_after_a_photo_is_none_of_it(talk: Talk) -> None:
    send(talk)
    talk.says("花束、『ありがとう』と入れて")
    assert (last_request(talk).prompt, last_request(talk).plain_key) == ("花束", None)


def test_letters_on_a_quoted_photo_in_a_group(talk: Talk) -> None:
    photo = send(talk, source=in_group(HARUTO))
    made = quoting("@絵筆 『ありがとう』と入れて", "7", source=in_group(AOI))
    bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
    made["message"]["mention"] = {"mentionees": [bot]}
    assert "fetch_photo" in kinds(talk.tell(made))
    assert last_request(talk).plain_key == photo["key"]


def test_letters_on_a_photo_are_moderated_and_go_with_it(talk: Talk) -> None:
    send(talk)
    talk.says("『死ね』と入れて")
    assert talk.jobs == []
    assert "refused" not in talk.answers[-1]
    talk.says("『ありがとう』と入れて")
    assert last_request(talk).letters == Letters("ありがとう")
    talk.tell(event(type="unsend", unsend={"messageId": "7"}))
    [job] = talk.jobs
    assert (job["state"], job["request"]) == (jobs.CANCELLED, None)
