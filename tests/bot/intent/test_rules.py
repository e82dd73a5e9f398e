"""What short texts plainly are: questions about the bot, complaints, and what only sounds so."""

from __future__ import annotations

from bot.intent.between_people import ruled_between_people
from bot.intent.erasures import erases_all, erases_one, erases_plainly, takes_away_all
from bot.intent.remarks import drops_wish, tells_news, thanks_for_it
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
    "描いた絵の著作権ってどうなるん": "question.copyright",
    "日本語しかだめ？": "question.languages",
    "おばあちゃんのLINEでも使えるかしら": "help",
    "うちのおじいちゃんでも使えますか": "help",
    "子供の写真を送るのはちょっと心配なんですが": "question.privacy",
    "何文字まで書いていいの": "question.limit",
    "この絵、印刷したら荒くならない？": "question.print",
    "AIが描いてんの？それとも人？": "question.human",
    "ロボットが描いてる？": "question.human",
    "描いた絵はいつまで残ってるの？": "question.privacy",
    "消えるまで何日ありますか、絵": "question.privacy",
    "月額いくらよ": "question.price",
    "どのAI使ってますか": "question.model",
    "どこの会社のAIですか": "question.model",
    "モデルは何？": "question.model",
    "どのモデルさんも綺麗": None,
    "いくらする？": "question.price",
    "いくらの軍艦巻き": None,
    "AIが支配する世界？": None,
    "残っている雪はある？": None,
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


def test_displeasure_with_a_picture_is_no_cry_and_no_wish() -> None:
    displeased = (
        *("指が溶けてて怖い", "顔が崩れてて気持ち悪い", "足が3本あって怖いです"),
        *("もっとかわいいのかと思った", "全然お願いしたのと違うんだけど", "言った通りになってない"),
    )
    others = (
        "手が震えて怖い",
        "体がおかしくなりそうで怖い",
        "顔が怖い人",
        "思ったより大きい猫",
        "3本足のカラス",
        "綺麗だと思った",
    )
    told = [
        text
        for text in (*displeased, *others)
        if ruled_complaint(text, has_picture=True) == "talk.complaint"
    ]
    assert told == list(displeased)
    assert ruled_complaint("指が溶けてて怖い", has_picture=False) is None


def test_thanks_for_what_was_painted_want_no_more_of_it() -> None:
    thanks = (
        *("四枚も描いてくれてありがとう!", "4枚もありがとうございます", "四枚も!うれしい"),
        *("もう一枚描いてくれてありがとう", "こんなにいっぱい、ありがとう"),
    )
    wishes = (
        *("もう一枚描いてくれたらうれしい", "4枚描いてくれると嬉しい", "もう一枚ください"),
        *("ありがとうと言う猫を描いて", "たくさんの花でありがとう"),
    )
    assert [text for text in (*thanks, *wishes) if thanks_for_it(text)] == list(thanks)


def test_news_and_what_is_taken_back_are_told_from_wishes() -> None:
    news = (
        "誕生日なんだ、今日",
        "明日運動会なんだよね",
        "犬を飼ったんです",
        "いま電車。座れた。ラッキー",
        "今レジ待ち。長い",
    )
    wishes = (
        "猫が並んだ",
        "今、電車の中の猫",
        "駅。夕焼け。水彩で",
        "飛んだ",
        "ゾウが見たいんだ",
        "誕生日なんだ、ケーキ描いて",
        "畳んだ布団",
    )
    assert [text for text in (*news, *wishes) if tells_news(text)] == list(news)
    dropped = (
        "猫描いて、あ、やっぱりいいや",
        "犬！もういいです",
        "富士山…なんでもない",
        "海を描いて、なんでもない、ごめんね",
    )
    kept = ("やっぱりいい天気の海", "人物、いらない", "もういいかいと言う子供", "なんでもない一日")
    assert [text for text in (*dropped, *kept) if drops_wish(text)] == list(dropped)


def test_erasures_in_other_words() -> None:
    everything = (
        "りれきけして",
        "過去に送った写真もまとめて処分してほしいです",
        "やりとりの記録、破棄してもらえますか",
    )
    assert [text for text in everything if not erases_all(text)] == []
    one = (
        "誰にも見られたくないからこの絵消せる？",
        "この子の絵けしといてな",
        "送った写真取り除いて",
    )
    assert [text for text in one if not erases_one(text)] == []
    painted = ("過去を消したい男", "記録的な大雪", "履歴書を書く人", "雨が上がったから虹")
    assert [text for text in painted if erases_all(text) or erases_one(text)] == []


def test_an_open_question_is_no_order() -> None:
    asked = ("何の絵が人気？", "どれがおすすめですか", "なんで海が出てくるの？")
    others = (
        "どんな猫でもいいから描いて？",
        "どこか遠くの街",
        "いつも笑っている猫",
        "何もない部屋？",
    )
    assert [text for text in (*asked, *others) if asks_openly(text)] == list(asked)


BETWEEN_PEOPLE = {
    **dict.fromkeys(
        (
            "鈴木さん、3時の会議よろしくです",
            "田中さんお電話ありました",
            "加藤さん、見積もりの確認をお願いできますか",
            "渡辺先生、来週の面談の件、承知しました",
            "店長、来週のシフト出しました",
            "みんな、飲み会は19時からだよ",
            "パパ、駅まで迎えに来て",
            "岡田くん、鍵しめといて",
        ),
        "talk",
    ),
    **dict.fromkeys(
        ("明日の配達お願いします", "松本さん、15時会議", "サンタさん、荷物を届けてください"), "ask"
    ),
    **dict.fromkeys(
        (
            "鈴木さんの似顔絵",
            "鈴木さん、会議中の猫を描いて",
            "うさぎさん、くまさん、りすさん",
            "絵筆さん、会議よろしく",
            "郵便屋さんが荷物を届けています",
            "社長の椅子に座る猫お願いします",
            "朝のお迎えを待つ犬",
            "会議室",
            "赤い車を明日までにお願いします",
            "",
        ),
    ),
}


def test_what_people_say_to_each_other_is_told_from_wishes() -> None:
    result = {text: ruled_between_people(text, names_look=False) for text in BETWEEN_PEOPLE}
    assert result == BETWEEN_PEOPLE
    assert ruled_between_people("鈴木さん、3時の会議よろしくです", names_look=True) is None


NAMED_ERASURES = {
    "さっきのやつ、なしにしてデータも消して": "erase.all",
    "履歴クリアして": "erase.all",
    "データ消してほしいんだけど": "erase.all",
    "登録を消してほしい": "erase.all",
    "1個前に描いたやつ消して": "erase.picture",
    "その絵いらんから捨てて": "erase.picture",
    "これ消せる？": "erase.picture",
    "前の絵、削除でお願いします": "erase.picture",
    "サーバーからも消えるようにして": "erase.all",
    "サーバー室から煙が出る絵": None,
    "データを消している人": None,
    "記録を消した男": None,
    "壁の絵を消して": None,
    "今の絵の雲を消して": None,
    "これの背景消して": None,
}
ALL_OF_A_THING = {
    "全部の雲消して": True,
    "星を全部消して": True,
    "文字全部消して": True,
    "人を全員消して": True,
    "全部消して": False,
    "写真を全部消して": False,
    "全部のデータ消して": False,
    "友達の絵を全部消して": False,
}


def test_what_is_erased_is_named() -> None:
    named = {words: erases_plainly(words) for words in NAMED_ERASURES}
    assert named == NAMED_ERASURES


def test_all_of_a_thing_is_no_erasure() -> None:
    assert {words: takes_away_all(words) for words in ALL_OF_A_THING} == ALL_OF_A_THING
