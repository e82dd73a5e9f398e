"""What short texts plainly are: questions about the bot, complaints, and what only sounds so."""

from __future__ import annotations

from bot.intent.rules import asks_openly, ruled_complaint, ruled_question

QUESTIONS: dict[str, str | None] = {
    "これってお金かかります？": "question.price",
    "クレカ登録いりますか": "question.price",
    "無課金でもいける？": "question.price",
    "夜中でも動いてますか": "question.hours",
    "お正月もやってますか": "question.hours",
    "アルバム見たいんだけど": "album",
    "昔の絵はどこにありますか": "album",
    "写真の顔ってどうなっちゃうの？": "question.privacy",
    "親に見られちゃう？": "question.privacy",
    "色ちがいある？": "question.edit",
    "時間かかりますか": "question.slow",
    "上限ってあるの": "question.limit",
    "これSNSにあげてもだいじょぶ？": "question.share",
    "なにすればいいですか": "help",
    "いくら丼ある？": None,
    "色違いの猫ある？": None,
    "深夜営業のラーメン屋": None,
    "アルバムをめくるおばあさん": None,
    "お金ほしい": None,
    "もう休みたい": None,
    "夜中に一人でいるのがつらいんだけど": None,
    "個人情報を消してほしい": None,
    "退会するにはどうすればいいですか": None,
    "顔が変じゃない？": None,
    "人間って描ける？": None,
}
COMPLAINTS = {
    **dict.fromkeys(
        ("おもんな", "しょーもな", "キモ", "つまらん", "指おかしいよ"), "talk.complaint"
    ),
    **dict.fromkeys(("うざいんだけど", "黙って", "役立たず"), "insult"),
    **dict.fromkeys(("もう飽きてきたかも", "あきたー", "さすがに飽きました"), "talk.bored"),
    "飽きっぽい猫": None,
    "秋田": None,
    "ゴミみたいな絵": "insult",
    **dict.fromkeys(("おっそ", "遅すぎ"), "status"),
    **dict.fromkeys(("つまらなそうな猫", "雑貨屋", "怖い絵", "黙っている女の子", "手"), None),
}


def test_questions_about_the_bot_are_told_by_naming_nothing_else() -> None:
    assert {text: ruled_question(text) for text in QUESTIONS} == QUESTIONS


def test_complaints_are_nothing_else() -> None:
    assert {text: ruled_complaint(text, has_picture=True) for text in COMPLAINTS} == COMPLAINTS
    assert ruled_complaint("これのどこが猫なの", has_picture=True) == "talk.complaint"
    assert ruled_complaint("どこが富士山？", has_picture=False) is None


def test_an_open_question_is_no_order() -> None:
    asked = ("何の絵が人気？", "どれがおすすめですか", "なんで海が出てくるの？")
    others = (
        "どんな猫でもいいから描いて？",
        "どこか遠くの街",
        "いつも笑っている猫",
        "何もない部屋？",
    )
    assert [text for text in (*asked, *others) if asks_openly(text)] == list(asked)
