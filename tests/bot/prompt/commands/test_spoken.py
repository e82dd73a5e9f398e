from __future__ import annotations

import time
from itertools import product

from bot.prompt import clean, parse_command
from bot.prompt.commands.spoken import says_no, strip_small_talk
from tests.bot.prompt.examples import wrong_rows

# (kind, texts between blanks)
SPOKEN = [
    ("status", "あとどれくらい？ あとどのくらいかかりますか いつできるの？ いつごろできますか"),
    ("status", "何番目？ 今何番目ですか 順番は？ あと何分ですか 進捗どうですか 状況を教えて"),
    ("status", "もうできた？ できあがりましたか 完成した？ まだかいな まだなん？ まだ届かない"),
    ("status", "絵が届かないんだけど 遅い… まだですかね まだ描けないの？ 描けた？"),
    ("help", "使い方を教えて 使い方がわかりません どうやって使うの？ 何ができるの？"),
    ("help", "なにができますか できることは？ どうすればいいですか 使い方おしえて！"),
    ("cancel", "キャンセルして キャンセルしてください キャンセルお願いします 取り消して"),
    ("cancel", "やっぱりやめます やっぱいいや もういいです さっきのはなしで 今のやめて"),
    ("cancel", "やめときます いや、いいです ごめん、やっぱりやめて"),
    ("album", "アルバムちょうだい アルバムはどこ？ 今まで描いた絵を見せて 作品一覧"),
    ("erase", "データを全て削除して わたしの情報を消してください 履歴を消して 退会したい"),
    ("erase", "私のことを忘れて 個人情報を削除してほしい"),
    ("left", "今日あと何枚描けますか？ 残り何枚？ 1日何枚までですか"),
    ("terms", "利用規約 ご利用の決まりを見せて 規約はどこ"),
    ("thanks", "ありがとう！ ありがとうございます🙏 どうもありがとう あざっす おおきに"),
    ("thanks", "ありがとう、またお願いします Thanks! 助かりました"),
    ("praise", "かわいい！ めっちゃかわいい すごいですね いい感じ♪ 素敵な絵 最高やん"),
    ("praise", "わあ、きれい わああああああああすごい えー、かわいい！すごい！"),
    ("praise", "わ、かわいい！！"),
    ("thanks", "わあ、ありがとう！ かわいい！！ありがとうございます🙏 ありがとう、いい感じ"),
    ("nod", "はい、わかりました ごめん、間違えた えっ"),
    ("praise", "2枚目が好き 1枚目のほうがいいね"),
    ("doubt", "違う ちょっと違うかな なんか変 いまいちだなあ もっとちゃんと描いて なにこれ"),
    ("remove_last", "さっきの絵を消して 今の絵消して 最後のやつを削除してください"),
    ("hello", "こんにちは おはようございます 絵筆さんこんばんは よろしくお願いします"),
    ("nod", "はい 了解です！ ごめんなさい おやすみなさい またね うん OK なるほど"),
]  # fmt: skip
ENGLISH: list[tuple[str, str | None]] = [
    ("How long will it take?", "status"),
    ("Is it ready yet?", "status"),
    ("What can you do?", "help"),
    ("Never mind.", "cancel"),
    ("please cancel it", "cancel"),
    ("Show me the album, please", "album"),
    ("How many are left today?", "left"),
    ("Terms of use", "terms"),
    ("Thank you very much!", "thanks"),
    ("Hi!", "hello"),
    ("I don't like it.", "doubt"),
    ("i really don’t like this one", "doubt"),
    ("not quite what I wanted", "doubt"),
    ("Hmm, that's not what I had in mind", "doubt"),
    ("This isn't right", "doubt"),
    ("it looks weird", "doubt"),
    ("I don't like dogs", None),
    ("not a cat", None),
    ("the wrong turn", None),
]
WITHOUT_SMALL_TALK = [
    ("犬じゃなくて猫だった ごめん", "犬じゃなくて猫だった"),
    ("いいね！夜にして", "夜にして"),
    ("ありがとう！次は青い車で", "次は青い車で"),
    ("すごい!もう1枚お願い!", "もう1枚お願い!"),
    ("わあ、かわいい!! もう1枚", "もう1枚"),
    ("うーん、もう少し明るく", "もう少し明るく"),
    ("こんにちは、赤いりんご", "赤いりんご"),
    # of the picture that is wished for
    ("かわいい、白い猫", "かわいい、白い猫"),
    ("きれいな海!", "きれいな海!"),
    ("ありがとう!", "ありがとう!"),
    ("変、な猫", "変、な猫"),
    ("", ""),
]
TALK = ("わあ、", "おお", "わー", "すごい", "です", "ね", "な", "かな", "んだ", "けど", "まだ",
        "もう", "はい、", "ありがとう", "ねえ", "よろしく", "絵筆", "やっぱり", "、", "どれ",
        "くらい", "うん", "いや")  # fmt: skip


def _kind(text: str) -> str | None:
    command = parse_command(text)
    return command.kind if command else None


def test_commands_as_people_speak_them() -> None:
    spoken = [(text, kind) for kind, texts in SPOKEN for text in texts.split()]
    assert not wrong_rows((text, _kind(text), kind) for text, kind in [*spoken, *ENGLISH])


def test_leading_small_talk_is_removed_and_praise_of_the_picture_stays() -> None:
    assert not wrong_rows(
        (text, strip_small_talk(clean(text)), clean(rest)) for text, rest in WITHOUT_SMALL_TALK
    )


def test_a_no_is_told_from_other_nods() -> None:
    assert says_no("いいえ")
    assert says_no("No")
    assert not says_no("はい")


def test_repeated_small_talk_is_read_in_no_time() -> None:
    """A pattern that matches a text in many ways takes for ever where it does not match."""
    slow = []
    for first, second in product(TALK, TALK):
        text = (40 * (first + second))[:38] + "x"
        started = time.process_time()
        parse_command(text)
        parse_command(text[:-1])
        seconds = time.process_time() - started
        if seconds >= 0.1:  # measured: under 0.001
            slow.append(f"{text}: {seconds:.3f} s")
    assert not slow
