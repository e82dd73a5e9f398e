from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.line.events import Mention, Span
from bot.prompt import Command, parse_command
from bot.prompt.commands.parser import COMMAND_PHRASES
from tests.bot.prompt.examples import MENTIONS, SPANS, wrong_rows

COMMANDS = [
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
    ("ちゅうし", Command("cancel", conversational=True)),
    ("とりけしで！", Command("cancel", conversational=True)),
    ("ちゅうもんをきゃんせるして", Command("cancel", conversational=True)),
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
    ("a1b-2co", Command("number", "A1B-2C0")),
    ("A1L-2CIを消して", Command("remove", "A11-2C1")),
    ("消して A1B-2C", Command("remove", "A1B-2C")),
    ("消して ZZZ-ZZZ", Command("remove", "ZZZ-ZZZ")),
    ("消してください A1B2C33", Command("remove", "A1B2C33")),
    ("キャンセル 1234", Command("cancel", "1234")),
    ("まだ？ A1B-2CC", Command("status", "A1B-2CC")),
    ("受け取る A1B-2C3", Command("pick", "A1B-2C3")),
    ("キャンセル　受付番号A1B-2C3", Command("cancel", "A1B-2C3")),
    ("キャンセルしてください A1B-2C3", Command("cancel", "A1B-2C3")),
    ("ありがとう A1B-2C3", None),
]
NO_COMMANDS = [
    None,
    "",
    "？",
    "猫",
    "ちゅうしんの花",
    "いらい",
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
]


def test_commands() -> None:
    assert not wrong_rows((text, parse_command(text), expected) for text, expected in COMMANDS)


def test_every_phrase_is_its_command() -> None:
    phrases = [(phrase, kind) for kind, each in COMMAND_PHRASES.items() for phrase in each]
    assert len(phrases) == len(dict(phrases))
    assert not wrong_rows(
        (phrase, parse_command(phrase), Command(kind)) for phrase, kind in phrases
    )


def test_other_texts_are_no_commands() -> None:
    assert not wrong_rows((text, parse_command(text), None) for text in NO_COMMANDS)


def test_a_command_beside_a_mention() -> None:
    assert parse_command("@絵筆 まだ？", [Mention(0, 3, is_self=True)]) == Command("status")


@given(st.text(), MENTIONS, SPANS)
def test_parse_command_never_raises(text: str, mentions: list[Mention], spans: list[Span]) -> None:
    command = parse_command(text, mentions, spans)
    assert command is None or command.kind == "number" or command.kind in COMMAND_PHRASES
