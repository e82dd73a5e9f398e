from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Mention, Span
from bot.prompt import (
    LANDSCAPE,
    MAX_PROMPT,
    PORTRAIT,
    SQUARE,
    Command,
    Reading,
    clean,
    command,
    cut,
    read,
)
from bot.prompt.asking import shortened
from bot.prompt.commands import WORDS
from bot.prompt.spoken import without_small_talk
from inference.request import DrawRequest


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def shape(reading: Reading) -> tuple[int | None, int | None]:
    return reading.width, reading.height


# --- The whole --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "夜の富士山 横長 4枚 人物なし",
        "夜の富士山を横長で4枚、人物なしで描いてください。",
        "夜の富士山、４まい、横長で、人物なしでお願いします！",
        "横長で夜の富士山を四枚描いて 人物無し",
        "4枚横長で 夜の富士山 人物は入れないでください",
        "夜の富士山人物なし横長で4枚",
        "夜の富士山\n横長\n4枚\n人物なし",
    ],
)
def test_one_wish_said_in_many_ways(text: str) -> None:
    width, height = LANDSCAPE
    assert read(text) == Reading("夜の富士山", "人物", 4, width, height)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("赤いりんご", "赤いりんご"),
        ("赤いりんごを描いて", "赤いりんご"),
        ("赤いりんごをお願いします。", "赤いりんご"),
        ("赤いりんごの絵を描いてくれませんか？", "赤いりんご"),
        ("赤いりんご、浮世絵風", "赤いりんご、浮世絵風"),
        ("赤いりんご、横長、浮世絵風", "赤いりんご、浮世絵風"),
        ("赤いりんご 横長 浮世絵風", "赤いりんご 浮世絵風"),
        ("Mt. Fuji at night, 2枚", "Mt. Fuji at night"),
        ("{braces} と %s と \\n", "{braces} と %s と \\n"),
        ("少女が絵を描いている", "少女が絵を描いている"),
        ("手紙を書いている人", "手紙を書いている人"),
    ],
)
def test_the_prompt_is_what_remains(text: str, prompt: str) -> None:
    assert read(text).prompt == prompt


def test_nothing_asked_for_nothing_set() -> None:
    assert read("猫") == Reading("猫", "", 1, None, None, None, None, False)


# --- The words that steer ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count", "prompt"),
    [
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
    ],
)
def test_count(text: str, count: int, prompt: str) -> None:
    reading = read(text)
    assert (reading.count, reading.prompt) == (count, prompt)


@pytest.mark.parametrize(
    ("text", "size", "prompt"),
    [
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
    ],
)
def test_shape(text: str, size: tuple[int | None, int | None], prompt: str) -> None:
    reading = read(text)
    assert (shape(reading), reading.prompt) == (size, prompt)


@pytest.mark.parametrize(
    ("text", "negative", "prompt"),
    [
        ("海 人物なし", "人物", "海"),
        ("海、文字なしで", "文字", "海"),
        ("海 人抜きで", "人", "海"),
        ("海 電車ぬきで", "電車", "海"),
        ("海 ビルなし 人物なし 人物なし", "人物、ビル", "海"),
        ("海 人物と文字なし", "人物、文字", "海"),
        ("海 人物ももじもなし", "人物、もじ", "海"),
        ("背景なしの猫", "背景", "猫"),
        ("人物なしで海", "人物", "海"),
        ("海 文字は入れないで", "文字", "海"),
        ("夜の富士山人物なし", "人物", "夜の富士山"),
        # part of the picture
        ("山梨のぶどう", "", "山梨のぶどう"),
        ("おいしいなし", "", "おいしいなし"),
        ("赤いりんごと洋なし", "", "赤いりんごと洋なし"),
        ("赤いりんご 洋なし", "", "赤いりんご 洋なし"),
        ("耳なし芳一", "", "耳なし芳一"),
        ("名無しの権兵衛", "", "名無しの権兵衛"),
        ("栓抜き", "", "栓抜き"),
        ("机の上 栓抜き", "", "机の上 栓抜き"),
        ("種なしぶどう", "", "種なしぶどう"),
        ("電車なし", "", "電車なし"),
    ],
)
def test_negatives(text: str, negative: str, prompt: str) -> None:
    reading = read(text)
    assert (reading.negative, reading.prompt) == (negative, prompt)


@pytest.mark.parametrize(
    ("text", "seed", "prompt"),
    [
        ("猫 シード42", 42, "猫"),
        ("シード 42 猫", 42, "猫"),
        ("猫、シード値：４２", 42, "猫"),
        ("猫 seed=0", 0, "猫"),
        ("猫 Seed: 4294967295 で", 4294967295, "猫"),
        ("猫 シード4294967296", 0, "猫"),
        ("シード権を得た猫", None, "シード権を得た猫"),
        ("第1シードの猫", None, "第1シードの猫"),
    ],
)
def test_seed(text: str, seed: int | None, prompt: str) -> None:
    reading = read(text)
    assert (reading.seed, reading.prompt) == (seed, prompt)


# --- Ways of asking ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("猫を描いていただいてもよろしいでしょうか", "猫を描いて"),
        ("猫を描いてもらえへんやろか", "猫を描いて"),
        ("猫を描くことはできますか、横長で", "猫を描いて、横長で"),
        ("猫をお願いできればと思います", "猫をお願い"),
        ("人は入れないでいただけると助かります", "人は入れないで"),
        # tells of somebody who asks
        ("絵を描いている少女", "絵を描いている少女"),
        ("祖母に手紙を書いてもらった", "祖母に手紙を書いてもらった"),
        ("母が作ってくれたお弁当", "母が作ってくれたお弁当"),
        ("神様にお願いしたい少女", "神様にお願いしたい少女"),
        ("なんでもいいから", "なんでもいいから"),
        ("描くことが好きな少女", "描くことが好きな少女"),
    ],
)
def test_ways_of_asking_are_cut_short(text: str, short: str) -> None:
    assert shortened(text) == short


@pytest.mark.parametrize(
    ("text", "rest"),
    [
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
    ],
)
def test_small_talk_before_the_point_is_no_part_of_it(text: str, rest: str) -> None:
    assert without_small_talk(clean(text)) == clean(rest)


ASKS = st.lists(
    st.sampled_from(
        ["描いて", "描か", "ないで", "もらえ", "いただけ", "ますか", "お願い", "し", "たいの",
         "ですが", "猫", "、", "頼んで", "描くこと", "できますか", "けれ", "ずに"]
    )
    | st.text(max_size=3),
    max_size=10,
).map("".join)  # fmt: skip


@given(ASKS)
def test_what_is_cut_short_stays_so(text: str) -> None:
    short = shortened(clean(text))
    assert shortened(short) == short
    assert len(short) <= len(clean(text)) + 2 * text.count("頼")  # 「頼んで」 becomes 「お願い」


# --- What cannot be painted -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "empty"),
        ("", "empty"),
        (" \u3000\n\t", "empty"),
        ("\u200b\u2060\ufeff\u3164", "empty"),
        ("\x00\x01", "empty"),
        ("？！。、…", "empty"),
        ("(^_^)", "empty"),
        ("🍎", "only_emoji"),
        ("🍎🍏 ❤️", "only_emoji"),
        ("👨‍👩‍👧‍👦", "only_emoji"),
        ("1️⃣2️⃣", "only_emoji"),
        ("🇯🇵", "only_emoji"),
        ("🍎 4枚", "only_emoji"),
        ("4枚", "only_controls"),
        ("何か描いて", "anything"),
        ("適当に何か描いて！", "anything"),
        ("なんでもいいから描いて", "anything"),
        ("絵をください", "anything"),
        ("イラストお願いします", "anything"),
        ("横長で4枚、人物なし", "only_controls"),
        ("描いてください", "only_controls"),
        ("シード42", "only_controls"),
        ("あ" * (MAX_PROMPT + 1), "too_long"),
        ("長い" * 5_000, "too_long"),
    ],
)
def test_problems(text: str | None, problem: str) -> None:
    reading = read(text)
    assert (reading.problem, reading.prompt) == (problem, "")


def test_a_thousand_characters_are_not_too_many() -> None:
    assert read("あ" * MAX_PROMPT).prompt == "あ" * MAX_PROMPT
    assert read(" " * 3_000 + "猫" + "\u200b" * 3_000).prompt == "猫"


# --- Mentions, emojis, spans ------------------------------------------------------------------


def test_mentions_and_line_emojis_are_no_part_of_the_prompt() -> None:
    text = "𩸽@絵筆 夜の海(love)と月"
    mention = Mention(2, 3, is_self=True, user_id="U0")
    reading = read(text, [mention], [Span(utf16("𩸽@絵筆 夜の海"), 6)])
    assert reading.prompt == "𩸽 夜の海 と月"
    assert reading.mentioned_self


def test_somebody_else_is_mentioned() -> None:
    assert not read("@ゆい 猫", [Mention(0, 3, is_self=False)]).mentioned_self


def test_only_a_mention_or_only_line_emojis() -> None:
    assert read("@絵筆 ", [Mention(0, 3, is_self=True)]) == Reading(
        "", problem="empty", mentioned_self=True
    )
    assert read("(love)", [], [Span(0, 6)]).problem == "only_emoji"


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ([], "a𩸽b"),
        ([Span(1, 2)], "a b"),
        ([Span(0, 4)], " "),
        ([Span(3, 99)], "a𩸽 "),
        ([Span(50, 5)], "a𩸽b "),
        ([Span(0, 1), Span(0, 3)], "  b"),
        ([Span(0, 3), Span(1, 1)], "  b"),
        ([Span(3, 1), Span(0, 1)], " 𩸽 "),
        ([Span(1, 1)], "a \ufffdb"),
    ],
)
def test_cut_counts_in_utf16(spans: list[Span], left: str) -> None:
    assert cut("a𩸽b", spans) == left


# --- Cleaning ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("ﾈｺ　ＡＢＣ１２３", "ネコ ABC123"),
        ("か\u3099", "が"),
        ("夜\u200bの\u2066海\u2069\ufeff", "夜の海"),
        ("夜\u00adの\u200d海", "夜の海"),
        ("夜\x07の\x00海\ue000\ufffd", "夜の海"),
        ("一行目\r\n二行目\u2028三行目", "一行目 二行目 三行目"),
        ("葛\U000e0100城", "葛城"),
        ("👨‍👩‍👧 家族", "👨‍👩‍👧 家族"),
        ("❤️ と 1️⃣", "❤️ と 1️⃣"),
        ("猫\ufe0f", "猫"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


# --- Commands ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("受け取る", Command("pick")),
        ("「受け取る」", Command("pick")),
        ("うけとる！", Command("pick")),
        ("まだ", Command("status")),
        ("まだ？", Command("status")),
        ("まだー?🥺", Command("status")),
        ("まだですか", Command("status")),
        ("できた？", Command("status")),
        ("ヘルプ", Command("help")),
        ("ﾍﾙﾌﾟ", Command("help")),
        ("使い方", Command("help")),
        ("HELP", Command("help")),
        ("キャンセル", Command("cancel")),
        ("やめる", Command("cancel")),
        ("取り消し。", Command("cancel")),
        ("A1B-2C3", Command("number", "A1B-2C3")),
        ("a1b2c3", Command("number", "A1B-2C3")),
        ("ａ１ｂ－２ｃ３", Command("number", "A1B-2C3")),
        ("A1B−2C3", Command("number", "A1B-2C3")),
        ("Ａ１Ｂー２Ｃ３", Command("number", "A1B-2C3")),
        ("受付番号 A1B-2C3", Command("number", "A1B-2C3")),
        ("受付番号：A1B-2C3", Command("number", "A1B-2C3")),
        ("受付番号はA1B-2C3です。", Command("number", "A1B-2C3")),
        ("No.A1B-2C3", Command("number", "A1B-2C3")),
        ("№ A1B2C3", Command("number", "A1B-2C3")),
        ("123-456", Command("number", "123-456")),
        ("受け取る A1B-2C3", Command("pick", "A1B-2C3")),
        ("キャンセル　受付番号A1B-2C3", Command("cancel", "A1B-2C3")),
        ("キャンセルしてください A1B-2C3", Command("cancel", "A1B-2C3")),
        ("ありがとう A1B-2C3", None),
    ],
)
def test_commands(text: str, expected: Command | None) -> None:
    assert command(text) == expected


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
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
    ],
)  # fmt: skip
def test_commands_as_people_speak_them(kind: str, texts: str) -> None:
    for text in texts.split():
        found = command(text)
        assert (found and found.kind) == kind, text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
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
    ],
)
def test_commands_as_people_speak_them_in_english(text: str, kind: str) -> None:
    found = command(text)
    assert (found and found.kind) == kind


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "？",
        "猫",
        # begin or end like a command, and are wishes
        "どのくらい大きい鯨",
        "遅い電車",
        "ありがとうと書かれた看板",
        "ありがとうの花束",
        "かわいい猫",
        "すごいドラゴン",
        "こんにちはと言う犬",
        "おはようの朝日",
        "はい上がる侍",
        "うんこ",
        "草",
        "草原",
        "何番目かの扉",
        "完成した城",
        "アルバムをめくるおばあさん",
        "記録を破る選手",
        "全部赤いりんご",
        "いい絵描きの老人",
        "きれいな海",
        "おやすみ中の猫",
        "テストを受ける学生",
        "もう一度会いたい人",
        "やめておけばよかったと泣く鬼",
        "まだ雪がある",
        "いつも笑う人",
        "利用される人形",
        "まだ雪の残る山",
        "荷物を受け取る人",
        "使い方のわからない機械",
        "ABC-DEF",  # no digit
        "school",
        "robot1",  # O is in no number
        "ABCD-123",
        "A1B-2C34",
        "A1B--2C3",
        "猫 A1B-2C3",
        "A1B-2C3 の猫",
        "A1B-2C3 " * 1_000,
    ],
)
def test_what_is_no_command(text: str | None) -> None:
    assert command(text) is None


def test_a_command_beside_a_mention() -> None:
    assert command("@絵筆 まだ？", [Mention(0, 3, is_self=True)]) == Command("status")


# --- Whatever comes ---------------------------------------------------------------------------

CONTROLS = [
    "横長",
    "縦長で",
    "4枚",
    "三枚",
    "人物なし",
    "文字抜きで",
    "シード42",
    "お願いします",
    "を",
    "の",
    "。",
]
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [*CONTROLS, "夜の富士山", "なし", "枚", "で", " ", "、", "🍎", "\u200d", "(love)", "\n"]
    )
    | st.text(max_size=3),
    max_size=12,
).map("".join)
NUMBERS = st.integers(0, 80) | st.integers(0, 2**31)
SPANS = st.lists(st.builds(Span, NUMBERS, NUMBERS), max_size=5)
MENTIONS = st.lists(st.builds(Mention, NUMBERS, NUMBERS, st.booleans()), max_size=5)


@given(TEXTS, MENTIONS, SPANS)
def test_read_never_raises_and_gives_what_can_be_painted(
    text: str, mentions: list[Mention], spans: list[Span]
) -> None:
    reading = read(text, mentions, spans)
    assert (reading.problem is None) == bool(reading.prompt)
    assert reading.mentioned_self == any(mention.is_self for mention in mentions)
    assert len(reading.prompt) <= MAX_PROMPT
    assert "\n" not in reading.prompt + reading.negative
    for character in reading.prompt.replace("\u200d", ""):
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    if reading.prompt:
        request = DrawRequest(
            reading.prompt, reading.negative, reading.count, reading.seed, None, None,
            reading.width, reading.height,
        )  # fmt: skip
        request.check()


@given(st.text(), MENTIONS, SPANS)
def test_command_never_raises(text: str, mentions: list[Mention], spans: list[Span]) -> None:
    found = command(text, mentions, spans)
    assert found is None or found.kind == "number" or found.kind in WORDS


SUBJECTS = st.sampled_from(
    [
        "夜の富士山", "赤いりんご", "横長のソファ", "なしの木",
        "花びら5枚の花", "栓抜き", "正方形の窓", "猫3匹",
        "桜の木の下の少女", "耳なし芳一", "まいたけ", "絵を描いている画家",
        "Mt. Fuji", "三匹の子豚", "2025年の街", "4枚羽の鳥", "ありがとうの花束",
    ]
)  # fmt: skip
STEERING = st.lists(
    st.sampled_from(
        ["横長", "縦長で", "4枚", "三枚", "人物なし", "文字抜きで", "シード42", "お願いします"]
    ),
    max_size=5,
)


@given(SUBJECTS, STEERING, STEERING, st.sampled_from([" ", "、", "\n", "。", "　"]))
def test_the_subject_is_never_lost(
    subject: str, before: list[str], after: list[str], blank: str
) -> None:
    assert subject in read(blank.join([*before, subject, *after])).prompt


@pytest.mark.parametrize(
    "piece",
    ["枚", "4枚", "なし", "人物と", "を描いて", "横長で", "シード1", "描いて、", "1 枚",
     "2、", "\ufdfa", "\u200b"],
)  # fmt: skip
def test_a_hostile_text_costs_little(piece: str) -> None:
    text = (piece * MAX_PROMPT)[: MAX_PROMPT - 1] + "猫"
    began = time.process_time()
    read(text)
    command(text)
    assert time.process_time() - began < 1  # measured: under 0.1


TALK = ("わあ、", "おお", "わー", "すごい", "です", "ね", "な", "かな", "んだ", "けど", "まだ",
        "もう", "はい、", "ありがとう", "ねえ", "よろしく", "絵筆", "やっぱり", "、", "どれ",
        "くらい", "うん", "いや")  # fmt: skip


@pytest.mark.parametrize("first", TALK)
@pytest.mark.parametrize("second", TALK)
def test_talk_that_goes_on_and_on_is_read_in_no_time(first: str, second: str) -> None:
    """A pattern that matches a text in many ways takes for ever where it does not match."""
    text = (40 * (first + second))[:38] + "x"
    began = time.process_time()
    command(text)
    command(text[:-1])
    assert time.process_time() - began < 0.1  # measured: under 0.001
