"""The words that steer: how many, which shape, which seed, how carefully, how freely."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from bot import japanese
from bot.prompt.asking import shortened
from bot.prompt.cleaning import has_words
from bot.prompt.grammar import (
    AFTER,
    APART,
    ASKING,
    BEFORE,
    FAREWELL,
    GREETING,
    LABEL,
    LAUGHING,
    NUMERAL,
    POLITE,
    SEAM,
    SOFTENER,
    mend,
    value,
)
from bot.prompt.negatives import take_any, take_instead, take_known
from bot.prompt.spoken import without_small_talk
from bot.prompt.styles import take_styles
from inference.request import MAX_COUNT, MAX_SEED

Size = tuple[int, int]  # pixels, for a model of 512 x 512
LANDSCAPE, PORTRAIT, SQUARE = (768, 512), (512, 768), (512, 512)
WIDE, TALL, TABLE, STAND = (896, 512), (512, 896), (768, 576), (576, 768)

# How a shape is said back, in words that are read again.
SHAPES: dict[Size, str] = {
    LANDSCAPE: "横長",
    PORTRAIT: "縦長",
    SQUARE: "正方形",
    WIDE: "16:9",
    TALL: "9:16",
    TABLE: "4:3",
    STAND: "3:4",
}
_PHONE = "スマホ|スマートフォン|携帯|ケータイ|iPhone|アイフォン|アイフォーン|Android"
_DESK = "PC|パソコン|デスクトップ|モニター|ディスプレイ"
_WORDS: dict[Size, str] = {
    LANDSCAPE: "横長|よこなが|横画面|ワイド画面|ワイド|横サイズ|横位置|3:2",
    PORTRAIT: "縦長|たてなが|縦画面|縦サイズ|縦位置|2:3",
    SQUARE: "正方形|せいほうけい|真四角|ましかく|スクエア|1:1|(?:LINE|ライン|インスタ)?の?"
    "(?:プロフィール|プロフ)(?:画像|写真)?|(?:LINE|ライン|インスタ|SNS)?の?アイコン(?:画像)?",
    WIDE: rf"16:9|16対9|(?:{_DESK})用?の?(?:壁紙|背景)|(?:YouTube|ユーチューブ)?の?サムネ(?:イル)?",
    TALL: rf"9:16|9対16|(?:{_PHONE})用?の?(?:壁紙|待ち受け|待受け?|ロック画面|背景)"
    r"|待ち受け(?:画面|画像)?|待受け?(?:画面|画像)?|ロック画面|壁紙|ストーリーズ?",
    TABLE: "4:3|4対3",
    STAND: "3:4|3対4",
}
_SHAPE_WORD = "|".join(
    rf"(?P<s{width}x{height}>{words})" for (width, height), words in _WORDS.items()
)
_KEPT_WORD = "|".join(  # 「猫のアイコン」: a form, but the words also say what to paint
    rf"(?P<s{width}x{height}>{words})"
    for (width, height), words in {
        SQUARE: "アイコン(?:画像)?|プロフィール画像|プロフ画像",
        WIDE: rf"(?:{_DESK})用?の?壁紙|サムネイル|サムネ",
        TALL: rf"(?:{_PHONE})用?の?(?:壁紙|待ち受け|待受け?|ロック画面)"
        "|待ち受け画面|待ち受け|ロック画面|壁紙",
    }.items()
)
_LEADING = {
    **{"横長": LANDSCAPE, "よこなが": LANDSCAPE, "横": LANDSCAPE},
    **{"縦長": PORTRAIT, "たてなが": PORTRAIT, "縦": PORTRAIT},
    **{"正方形": SQUARE},
}
_PICTURE = r"(?:の?(?:サイズ|構図|画面|画像|絵|イラスト|写真|比率|向き|アスペクト比))?"
_USE = (
    r"(?:用(?:の(?:絵|画像|イラスト)|に|で)?|に(?:したい|使いたい|使う|使える|する)"
    r"(?:ん?です(?:けど|が)?|んだけど|のですが|から|ので|やつ|もの|と思(?:って|い)(?:い?ます)?)?)?"
)
_SHAPE = re.compile(
    rf"{BEFORE}(?:{_SHAPE_WORD}){_USE}{_PICTURE}{POLITE}{AFTER}"
    rf"|{APART}(?P<side>縦|横){POLITE}{AFTER}"
    rf"|{APART}(?P<leading>横長|縦長|正方形|よこなが|たてなが)で"
)
_FOR = re.compile(  # 「アイコン用に柴犬を」, 「待ち受けにしたいので、満月」
    rf"{APART}(?:{_SHAPE_WORD})(?:用に|用の|(?:にし|として使い|に使い)たい(?:の|ん)で|"
    rf"にしたい(?:ん)?(?:だ)?から|"
    r"に(?:する|使う)(?:の|ん)?で)(?=[^\n])"
)
_KEPT_SHAPE = re.compile(
    rf"の(?:{_KEPT_WORD})(?=(?:用に?|に(?:して|したい|する|使いたい))?{POLITE}{AFTER})"
)
_SEED = re.compile(
    rf"(?<![a-z])(?:シード|しーど|seed|種)(?:値|番号)? ?[:=はを]? ?(?P<seed>[0-9]{{1,20}})"
    rf"(?:番)? ?(?:{POLITE}{AFTER}|で)",
    re.IGNORECASE,
)
_COUNT = re.compile(  # 「2、3枚」 is three
    rf"(?<![0-9一二三四五六七八九十.第])(?:(?P<from>(?<![一-鿿A-Za-z:/])[1-9一二三四五][、,~〜-])?"
    rf"(?:[×x] ?)?(?P<count>{NUMERAL}) ?"
    r"(?:枚|まい|パターン|案|通り|バリエーション|バージョン)"
    rf"|{BEFORE}(?P<kana>いち|に|さん|よん|し)まい|{BEFORE}(?P<some>数枚|何枚か|なんまいか))"
    rf"(?:ずつ|ほど|くらい|ぐらい|だけ|ばかり|分)?{_PICTURE}{POLITE}{AFTER}"
)
_KANA = {"いち": 1, "に": 2, "さん": 3, "よん": 4, "し": 4}
# Things that are themselves counted in 枚: 「花びら5枚」 is one picture.
_FLAT_THINGS = re.compile(
    "(?:花びら|花弁|葉|葉っぱ|もみじ|紅葉|落ち葉|羽|羽根|翼|皿|お皿|紙|布|板|窓|扉|鏡|札|お札|"
    "シャツ|"
    "着物|浴衣|コイン|硬貨|カード|トランプ|かるた|切手|はがき|ハガキ|ハンカチ|タオル|毛布|布団|"
    "座布団|"
    "畳|瓦|せんべい|煎餅|パン|トースト|クッキー|ピザ|パンケーキ|ホットケーキ|チョコ|チョコレート|"
    "海苔|"
    "チケット|レコード|ポスター|旗|帆|写真|DVD|CD)[をがはに]? ?$"
)
_A_LITTLE = (
    "ちょっと|ちょい|なるべく|できるだけ|できる限り|とにかく|すごく|めっちゃ|超|もっと|"
    "もう少し|かなり"
)
_MAKE = "(?=(?:[描書画]い|かい|えがい|作っ|つくっ|仕上げ|生成し)て)"
_MORE_OR_LESS = "もっと|もう少し|なるべく|できるだけ"
_EFFORT: dict[Literal["quick", "careful"], str] = {
    "quick": "速く|速め|早め|はやめ|早く|はやく|急いで|急ぎ|いそいで|いそぎ|ざっと|ざっくり|さっと|"
    "さくっと|すぐに|すぐ|手早く|てばやく|簡単に|かんたんに|雑に|ラフに|低画質|はよう?|なるはや|"
    "ぱぱっと|パパッと|"
    "ささっと|サクッと|大急ぎ|超特急|スピード重視",
    "careful": "きれいに|綺麗に|キレイに|美しく|丁寧に|ていねいに|じっくり|細かく|こまかく|"
    "しっかり|本気|全力|高精細|高品質|最?高画質|高解像度|(?:ハイ|高)クオリティ|"
    "じっくり時間を?かけて|時間を?かけて|"
    "(?:きれい|キレイ|綺麗|丁寧|ていねい)め|気合を?入れて|こだわって|細部まで(?:丁寧に|きれいに|"
    "こだわって)",
}
_FIDELITY: dict[Literal["free", "faithful"], str] = {
    "free": "自由な発想|いい感じに|いいかんじに|よしなに|自由に|じゆうに|おまかせ|お任せ|"
    "好きなように|好きに|ゆるく|"
    "(?:大胆に)?アレンジして|"
    "適当に|てきとうに|自由なアレンジ",
    "faithful": f"(?:(?:(?:元|もと)の?(?:写真|画像)|プロンプト|文章|文|言葉|ことば|指示|"
    f"説明)に(?:{_MORE_OR_LESS})?)?(?:忠実に|ちゅうじつに)|言葉通りに?|ことばどおりに?|"
    f"言葉どおりに?|"
    "指示通りに?|指示どおりに?|文章通りに?|(?:書いた|言った|言われた|書いてある)(?:通り|とおり)に?|"
    "指定(?:通り|どおり)に?|その通りに|きっちり|厳密に",
}
_STRENGTH = {
    0.35: "(?:ほんの)?(?:少し|すこし|ちょっと|ちょっぴり|軽く|わずかに)(?:だけ)?"
    "(?:変え|かえ|変化させ|アレンジし)て|(?:あまり|あんまり|なるべく|できるだけ|ほとんど)(?:変え|"
    "かえ)"
    "(?:ないで|ずに)|変化[はを]?(?:少なめ|小さめ|控えめ|ひかえめ)(?:で|に(?:して)?)?",
    0.55: "(?:半分|ほどほど|そこそこ|ある程度|まあまあ)(?:くらい|ぐらい|に)?"
    "(?:変え|かえ|変化させ)て",
    0.8: "(?:大きく|おおきく|がらっと|ガラッと|がらりと|ガラリと|思い切り|思いきり|"
    "おもいきり|思いっきり|大胆に|かなり|すごく|全然違う感じに)(?:変え|かえ|変化させ)て|"
    "変化[はを]?(?:大きめ|多め|強め)(?:で|に(?:して)?)?",
}


def _manner(words: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:{_A_LITTLE})?(?:{words}){_MAKE}|{BEFORE}(?:{_A_LITTLE})?(?:{words})(?:[でに]|"
        rf"め(?:に|で))?(?:して)?{AFTER}"
    )


_EFFORTS = {level: _manner(words) for level, words in _EFFORT.items()}
_FIDELITIES = {level: _manner(words) for level, words in _FIDELITY.items()}
_STRENGTHS = {
    amount: re.compile(rf"{BEFORE}{words}(?:ください|下さい|ほしい(?:です)?|みて|ね|な)*{AFTER}")
    for amount, words in _STRENGTH.items()
}
_SHARE = re.compile(  # in figures: 「変化50%」, 「変える強さは0.5で」
    rf"{BEFORE}(?:変化|変える|変化の|画像の|写真の)?(?:量|率|強さ|つよさ|強度|"
    rf"度合い?)?(?<=[化量率さ度合い])[はを:=]? ?"
    rf"(?:(?P<percent>[0-9]{{1,3}}) ?(?:%|パーセント)|(?P<share>[01]?\.[0-9]{{1,3}})|"
    rf"(?P<tenths>[0-9]|10)割)"
    rf"(?:くらい|ぐらい|程度)?{POLITE}{AFTER}"
)
_ENOUGH = 40  # passes; people's sentences need two


@dataclass
class Wish:
    """What the steering words said; None and empty: nothing."""

    count: int | None = None
    size: Size | None = None
    seed: int | None = None
    negatives: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    effort: Literal["quick", "careful"] | None = None
    fidelity: Literal["free", "faithful"] | None = None
    strength: float | None = None

    def take_seed(self, match: re.Match[str]) -> str:
        self.seed = int(match["seed"]) % (MAX_SEED + 1)
        return SEAM

    def take_count(self, match: re.Match[str]) -> str:
        if _FLAT_THINGS.search(match.string[max(0, match.start() - 12) : match.start()]):
            return match[0]
        before = match["from"] or ""
        if before and 0 < value(match["count"] or "", 0) - value(before[:-1], 0) < 3:
            before = ""  # a range; in 「16:9、4枚」 there is none
        if match["kana"]:
            asked = _KANA[match["kana"]]
        else:
            asked = value(match["count"], MAX_COUNT) if match["count"] else 3
        self.count = max(1, min(asked, MAX_COUNT))
        return before + SEAM

    def take_shape(self, match: re.Match[str]) -> str:
        self.size = _size(match) or _LEADING[match["side"] or match["leading"]]
        return SEAM

    def keep_shape(self, match: re.Match[str]) -> str:
        self.size = self.size or _size(match)
        return match[0]

    def take_share(self, match: re.Match[str]) -> str:
        if match["percent"]:
            share = int(match["percent"]) / 100
        else:
            share = int(match["tenths"]) / 10 if match["tenths"] else float(match["share"])
        self.strength = min(1.0, round(share, 2))
        return SEAM

    def take_manners(self, text: str) -> str:
        for effort, pattern in _EFFORTS.items():
            text, times = pattern.subn(SEAM, text)
            self.effort = effort if times else self.effort
        for fidelity, pattern in _FIDELITIES.items():
            text, times = pattern.subn(SEAM, text)
            self.fidelity = fidelity if times else self.fidelity
        text = _SHARE.sub(self.take_share, text)
        for amount, pattern in _STRENGTHS.items():
            text, times = pattern.subn(SEAM, text)
            self.strength = amount if times else self.strength
        return text


def take_steering_words(text: str) -> tuple[str, Wish]:
    """The text without its steering words, and what they said.

    Repeated until nothing more is found, so that what is left reads as itself.
    """
    wish = Wish()
    for _ in range(_ENOUGH):
        before = text
        text = GREETING.sub("", shortened(without_small_talk(text)))
        text = FAREWELL.sub("", LAUGHING.sub(SEAM, text))
        text = take_known(LABEL.sub(SEAM, SOFTENER.sub(SEAM, text)), wish.negatives)
        text = _take_any(take_instead(text, wish.negatives), wish)
        text = _without_joint(mend(_pass(text, wish)))
        if text == before:
            break
    return text, wish


def _without_joint(text: str) -> str:
    """Without the 「で」 that joined the subject to what was taken: 「柴犬で」, not 「遊んで」."""
    if not text.endswith("で"):
        return text
    last = japanese.words(text)[-2:]
    joined = len(last) == 2 and last[1].text == "で" and last[0].kind in {"名詞", "接尾辞"}
    return text[:-1] if joined else text


def _take_any(text: str, wish: Wish) -> str:
    """Take out any thing with its 「なし」, unless it is the only thing there."""
    found = list(wish.negatives)
    rest = take_any(text, found)
    if rest == text or not has_words(mend(_pass(rest, Wish()))):
        return text
    wish.negatives = found
    return rest


def _pass(text: str, wish: Wish) -> str:
    text = ASKING.sub(SEAM, take_styles(text, wish.styles))
    text = _SEED.sub(wish.take_seed, text)
    text = _COUNT.sub(wish.take_count, text)
    text = _SHAPE.sub(wish.take_shape, text)
    text = _KEPT_SHAPE.sub(wish.keep_shape, _FOR.sub(wish.take_shape, text))
    text = take_styles(text, wish.styles)
    return wish.take_manners(text)


def _size(match: re.Match[str]) -> Size | None:
    for size in SHAPES:
        if match.groupdict().get("s{}x{}".format(*size)) is not None:
            return size
    return None
