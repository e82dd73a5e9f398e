"""Patterns of how people say that words are to be set on a picture, and how."""

from __future__ import annotations

from bot.prompt.options.letters import COLOUR_WORDS, FACE_WORDS, PLACE_WORDS, any_of

ANY_PLACE = any_of(PLACE_WORDS)
ANY_FACE = "|".join(FACE_WORDS.values())
ANY_COLOUR = any_of(COLOUR_WORDS)
NOUN = "文字|もじ|言葉|ことば|セリフ|せりふ|台詞|メッセージ|タイトル|見出し|テキスト|文"
# How and where, before or after the words themselves.
INK = rf"(?:{ANY_COLOUR})(?:い|っぽい)?の?(?:文字|字)?"
SCRIPT = "吹き出し|ふきだし|ひらがな|平仮名|カタカナ|片仮名|漢字|英語|日本語|ローマ字"


def how(not_after: str) -> str:
    """Return the pattern of how and where. not_after: after which a colour is of something else,
    「背景は白で『感謝』と入れて」."""
    return (
        "(?:(?:絵|画像|イラスト|写真)の)?"
        rf"(?:縦書き|たて書き|横書き|よこ書き|(?:{ANY_FACE})(?:風)?|{SCRIPT}|"
        rf"(?<![{not_after}])(?:{INK})|(?:{ANY_PLACE})(?:の?(?:方|ほう|ところ|端|隅|すみ|角))?|"
        "(?:とても)?(?:小さ|大き)(?:く|め|[いな]文字|[いな]字)|目立つよう|控えめ)"
        "(?:に|で|の|っぽく|みたいに)?[、 　]{0,2}"
    )


HOW = how("はがもを")
QUOTED = (
    "『(?P<a>(?:[^『』]|『[^『』]*』){1,900})』|「(?P<b>(?:[^「」]|「[^「」]*」){1,900})」"
    '|“(?P<c>[^“”]{1,900})”|"(?P<d>[^"]{1,900})"'
)
PUT_STEM = "書い|入れ|いれ|載せ|のせ|乗せ|乗っけ|のっけ|添え"
PUT = (
    "(?:入れ|いれ|書い|かい|言わせ|しゃべらせ|喋らせ|載せ|のせ|乗せ|添え|そえ|付け|つけ|足し|"
    "加え|重ね|差し替え|乗っけ|のっけ|置い|書き込ん|入り|表示し|印字し)"
    "(?:といて|とって|て|で|たい(?:です|な|んですが|んだけど|のですが)?|た|る|の)?"
)
REQUEST = (
    "(?:ください|下さい|くださいませんか|くれますか|くれない|くれる|(?:ほしい|欲しい)(?:です|"
    "ねん|わ)?|"
    "もらえますか|もらえません(?:でしょう)?か|(?:いただ|頂)け(?:ます|ません|る|ない)"
    "(?:でしょう)?か?|"
    "くださいますか|くれません?か|できますか|もらえる|もらえへん|くれへん|くれん?|けろ|"
    "お願いします|おねがいします|お願い|おいて|ちょうだい|[ねよな])"
)
# 「文字入れて『感謝』って」
PUT_FIRST = (
    rf"(?:(?:{PUT_STEM}|付け|つけ|足し|変え|かえ)て(?:{REQUEST}){{0,2}}|"
    "(?:書き|入れ|いれ|載せ|のせ|添え|付け|つけ)(?:たい|られる|られます|れる|れます)"
    "(?:です|の|ん?(?:だ|です)?けど|んですが|な|か){0,2}[?？]?)"
)
