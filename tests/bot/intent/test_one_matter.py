"""What is about one matter and nothing else, in whatever order of its words; and what is not."""

from __future__ import annotations

from bot.intent.one_matter import (
    asks_erasure,
    asks_progress,
    drops_order,
    how_many_more,
    leaves_photo,
    takes_change_back,
    wants_more,
    wants_no_change,
    wants_other_subject,
    wants_resent,
)

DROPPED = (
    *("さっきの絵、なしの方向で", "さっきお願いした絵、やめにします"),
    *("描くの中止して", "お願いを撤回します", "いらなくなった"),
    *("かかんでよか", "ごめん今のまちがい", "さっきの依頼、無効にしてください", "描くな"),
    *("間違えて送ったので描かないでください", "先程のお願いは取り下げさせてください"),
    *("ちょっとタンマ、やめる", "いまのキャンセルさせて", "もう結構です", "やーめた", "かかないで"),
    *("やっぱええわ", "今回は見送ります", "とりけし！", "おねがい、とりさげていい？"),
)
NOT_DROPPED = (
    *("やめる人", "ストップの標識", "中止になった花火大会", "ぜんぶやめたい", "私のこと忘れて"),
    *("間違えました", "人は描かないで", "犬をやめて猫にして"),
    *("なしの絵", "ナシの絵描いて", "なしを描いて", "なしください", "おはなしの絵"),
)
PROGRESS = (
    *("今日中に間に合う?", "明日までにできますか?", "受け付けてもらえてるのか不安です", "おそーい"),
    *("時間かかるなあ", "こんやじゅうにできる?", "まあだだよ?", "ちゃんと受け付けられてます?"),
    *("もうできたころ？", "頼んだやつどうなりました？", "描いてる途中？", "絵はまだ完成しませんか"),
    *("いつまで待てばええの", "かけたかな？", "返事がないけどどうしたの", "でけた？", "今何%?"),
    *("もうちょい？", "あとちょっとかな？", "えらい待たすのう", "はよせえや", "何割できた"),
    *("はやくして", "どないなってる", "混んでますか？", "もうすぐできる感じ？", "えはー？"),
    *("前に何人並んでますか", "今どんな状況ですか", "送れてるよね？"),
)
NO_PROGRESS = (
    *(
        "雪が溶けてきたところ",
        "何ができるの？",
        "どうしたらいいの",
        "待ってるね",
        "猫はまだ寝てる？",
    ),
    *("待ってる人描いてよ", "待つ人の絵がいいな", "時間が止まる"),
    *("まだ生きてていいの？", "まだ生きてる？"),
    *("もうすぐ行くよ", "もうすぐ着くから", "もう寝るね"),
    *("もうちょい赤く", "あとちょっと大きく", "もうすぐ春", "もう少し明るくして"),
    *("人が描いてるの？", "終わらない夏", "どうやって描いてるの", "もう一枚描いて"),
)
MORE = {
    **{
        "もう一つ別のパターンも見たいです": 1,
        "ほかのパターンもある?": 1,
        "もっぺん描いてくれへん?": 1,
    },
    **{
        "もう2つほど案がほしいです": 2,
        "さっきのと似たのをあと二枚": 2,
        "もう2、3枚描いてくれると嬉しい": 3,
    },
    **{"もういっこちょうだい": 1, "あとふたつ": 2},
    **{"同じ絵をもういちまい": 1, "リトライで": 1, "もう少し違うバージョンが欲しいです": 1},
}
NO_MORE = (
    *(
        "もっと花",
        "違う気がする",
        "頼んだのと違う",
        "別の猫がほしい",
        "もっと明るくして",
        "他に何ができる?",
    ),
    *(
        "さっき描いてもろた絵、ほかしといて",
        "風をもっと描いて",
        "風の絵いっぱい描いて",
        "雰囲気をもっと出して",
    ),
    *("画像もう一回ください", "同じ絵じゃん", "違うのを頼みたかったのに", "もう一匹ほしい"),
)
TAKEN_BACK = (
    *("さっきの方がよくない?戻そう", "元のやつくれ", "一回前の状態にしてください", "ひとつ戻って"),
    *("夜にする前のに戻しちくり", "夜にするのやめた", "夜じゃなくしていい、元通りで", "undo"),
    *(
        "夜はナシで!",
        "夜は違うな 最初ので頼む",
        "今の変更いらない",
        "変更をなかったことにできますか",
    ),
    *("リセットして元のお城に", "いっこまえのにして", "夜にしないでよかった", "undo that"),
    *("はじめの絵にもどしてほしい", "あれ、なんか違う。戻してくれん？", "さっきのやつ返して"),
    *("なおすまえのえをもういっかいみせて",),
    *("一個前の", "ひとつ前に戻れる？", "前のんに戻したって", "戻しんさい", "オリジナルに戻して"),
    *("取り消しでお願いします", "夜にしたの取り消して", "なんか暗いし、前のに戻す"),
    *("変更しないで元のままで", "まえのえにもどちて", "直さんでよかった、前のにしてや"),
    *("前のがいがったなや、戻してけさい", "夜にしたのはなかったことにして", "前のやつプリーズ"),
    *("ないわー、さっきのに戻してw", "暗くしたのは無しにしてもらえますか", "変更前プリーズ"),
    *("お城の絵のほうを使いたいので戻していただけますか", "夜のバージョンは却下、前のに"),
    *("元の明るいのに戻して", "前のまんまがよかったわ", "revert please"),
)
NOT_TAKEN_BACK = (
    *("前の家に戻して", "さっきの犬を返して"),
    *(
        "昼のほうに戻して",
        "前の家に戻る犬",
        "ただいま、戻りました",
        "猫にするのやめた",
        "夜空にして",
    ),
    *(
        "お城を前に",
        "夜の星",
        "お城じゃなくて塔",
        "もう戻れない",
        "昔に戻りたい",
        "寒いから家に戻る人",
        "却下された企画書",
        "前足を上げて",
        "花に戻して",
    ),
)
ERASED = {
    **dict.fromkeys(
        (
            *(
                "今の画像さくじょ",
                "残さんとって",
                "見られたくないので消してもらえますか",
                "いまの絵ほかして",
            ),
            *(
                "その絵なげて、いらんから",
                "これ送ったの無かったことにして",
                "親にばれるとやばいから今すぐ消して",
                "これネットに残るのやだ消して",
                "すいませんが消してもろてもええですか",
                "さっき描いてもろた絵、ほかしといて",
                "この絵はもういらない、消して",
                "絵、ほってくれへん",
            ),
        ),
        "erase.picture",
    ),
    **dict.fromkeys(
        (
            *("全部忘れて", "これまでのやりとり消せますか", "私に関する情報を破棄してください"),
            *("うちのことぜんぶわすれて", "解約したいんだけど"),
            *("登録解除したいです", "送ったもんもデータもぜんぶなくして", "跡形もなく消して"),
        ),
        "erase.all",
    ),
    **dict.fromkeys(
        ("わたしのしゃしんけして", "まちごうて送った写真けしといてな", "この写真残さないで"),
        "erase.photo",
    ),
    **dict.fromkeys(
        (
            *("文字を消して", "ひとをけして", "全部の雲消して", "はるのけしき", "データを消す人"),
            *(
                "背景が邪魔だから消して",
                "消しゴム",
                "もう消えたい",
                "過去を捨てた男",
                "私なんか消して",
                "自分を消したい",
                "女の人を消して",
                "もうほっといてよ",
            ),
        ),
    ),
}


RESENT = (
    *("さっきの絵もっかい送って、トーク消しちゃった", "画像が届いとらんので、送り直してくれんね"),
    *(
        "おくりなおしてください",
        "resend the picture please",
        "さっき描いてもらったやつ、もっかい見せて",
    ),
    *("絵が消えちゃったから再送して", "can you send it again", "前の絵もう一度送って"),
)
NOT_RESENT = (
    *("もう一回描いて", "もっかい", "別の絵を送って", "手紙を送り直す人", "似た絵をもう一度送って"),
    *("友達に送って", "もう一度見たい夕日", "send a cat again"),
)
KEPT = (
    *("やっぱり変えなくていい", "このままでいいです", "変えんでええわ", "変更はやめておきます"),
    *("そのままで大丈夫です", "もう直さなくて結構です", "特にないです", "今のままにしといて"),
    *("変更なしで", "やっぱり変えたくない"),
)
NOT_KEPT = (
    *("そのまま縦長で", "空は変えなくていい", "犬は変えないで", "背景を変えて", "このまま夜にして"),
    *("変えて", "わがままな猫", "特に目を大きく", "なしの絵", "元のままがいい"),
)


LEFT_PHOTO = (
    *("写真は使わないでください", "写真からは描かなくていいよ", "今の写真なし!"),
    *("この写真、間違えて送っただけやから気にせんといて", "写真は使わんといて"),
)
NOT_LEFT_PHOTO = (
    *("写真を使わない料理", "写真なしで描いて", "人は描かないで", "この写真の人を消して"),
    *("写真を水彩にして", "気にしないで", "写真は使わなくても平気?"),
)


def test_nothing_is_to_be_made_of_a_photo() -> None:
    left = [text for text in (*LEFT_PHOTO, *NOT_LEFT_PHOTO) if leaves_photo(text)]
    assert left == list(LEFT_PHOTO)


def test_a_picture_is_to_be_sent_again_or_left_as_it_is() -> None:
    assert [text for text in (*RESENT, *NOT_RESENT) if wants_resent(text)] == list(RESENT)
    assert [text for text in (*KEPT, *NOT_KEPT) if wants_no_change(text)] == list(KEPT)


def test_an_order_that_is_taken_back() -> None:
    assert [text for text in (*DROPPED, *NOT_DROPPED) if drops_order(text)] == list(DROPPED)


def test_progress_is_asked_for_in_any_order_of_its_words() -> None:
    asked = [text for text in (*PROGRESS, *NO_PROGRESS) if asks_progress(text)]
    assert asked == list(PROGRESS)


def test_more_of_a_picture_and_how_many() -> None:
    wanted = {text: how_many_more(text) for text in (*MORE, *NO_MORE) if wants_more(text)}
    assert wanted == MORE


OF_A_CAT = {  # while 「白い猫」 is being painted
    **dict.fromkeys(("猫やめる", "ねこいらない", "白い猫キャンセルで"), "dropped"),
    **dict.fromkeys(("ねこまだー?", "しろいねこのえ、まだかなあ", "猫の絵もうできた?"), "progress"),
    **dict.fromkeys(("犬の絵はいらない", "犬まだ?", "猫をやめて犬にして", "猫も描いて", "白い")),
}


def test_what_is_being_painted_may_be_named() -> None:
    def matter(text: str) -> str | None:
        if drops_order(text, "白い猫"):
            return "dropped"
        return "progress" if asks_progress(text, "白い猫") else None

    assert {text: matter(text) for text in OF_A_CAT} == OF_A_CAT
    assert not drops_order("人はいらない", "人と猫"), "that is a change of it"


OTHER_SUBJECT = ("別のお題で描いて", "ほかのテーマでお願い", "違うお題がいい", "テーマ変えて")
SAME_SUBJECT = (
    "同じお題でもう一枚",
    "別のテーマで猫を描いて",
    "別の絵で",
    "お題箱",
    "違う猫がいい",
)


def test_another_subject_that_nobody_named_is_no_more_of_the_same() -> None:
    texts = (*OTHER_SUBJECT, *SAME_SUBJECT)
    assert [text for text in texts if wants_other_subject(text)] == list(OTHER_SUBJECT)
    assert not any(map(wants_more, OTHER_SUBJECT))


def test_a_change_is_taken_back_by_what_it_brought_or_by_none_of_its_words() -> None:
    taken = [
        text
        for text in (*TAKEN_BACK, *NOT_TAKEN_BACK)
        if takes_change_back(text, "お城、夜", "お城")
    ]
    assert taken == list(TAKEN_BACK)


def test_what_is_to_be_erased_is_what_the_bot_keeps() -> None:
    assert {text: asks_erasure(text) for text in ERASED} == ERASED
