"""How a picture or photo shall look, in words that order nothing: 「秋っぽい感じがいい」."""

from __future__ import annotations

import re

_MAX_CHARS = 40
_LOOK = (
    "感じ|雰囲気|テイスト|タッチ|(?<=.)(?:風|調)|カラー|色合い|色味|色調|トーン|スタイル|仕様|っぽさ|"
    "(?:水彩|油|水墨|版|日本|鉛筆|色鉛筆|クレヨン|切り|貼り|ちぎり|ドット|線|墨|絵手紙の|アニメ|漫画|マンガ|影|砂|壁)(?:画|絵)|"
    "水彩|クレヨン|色鉛筆|パステル|デッサン|スケッチ|モノクロ|白黒|セピア|アニメ|漫画|マンガ|浮世絵|ドット"
)
_WANTED = (
    "(?:が|の(?:ほう|方)が|で)?(?:いい|良い|よい|ええ|よか|好き|すき|好み|嬉しい|うれしい)"
    "(?:です|と思います|かな|かも|な|ね|え|よ|わ|ん(?:や|だ)けど|の|ー|あ|ぁ)*+"
    "|(?:が|を)?(?:ほしい|欲しい|希望)(?:です|します|な|かな|ね)*"
)
_ORDERED = (
    "(?:お願い|おねがい)(?:し(?:ます|たい(?:です)?|ゃす)|いたします|致します)?|おなしゃす|オナシャス|"
    "(?:頼|たの)(?:む|みます|んます|んだ|める|みたい)(?:わ|よ|ね)?|よろ(?:しく)?(?:です|ね)?|希望(?:です|します)?"
)
_MARKS = "[。!！〜~ー♪]*+"
_LIKED = re.compile(
    f"(?P<look>[^、。をは]{{0,20}}?(?:{_LOOK}))(?:の(?:絵|イラスト|やつ))?(?:{_WANTED}){_MARKS}"
)
_LIKED_OF_DRAWING = re.compile(  # 「ポップな感じのイラスト希望」
    f"(?P<look>[^、。をは]{{0,20}}?(?:感じ|雰囲気|風|調|タッチ|っぽい))の?(?:絵|イラスト)(?:{_WANTED}|で(?:{_ORDERED})){_MARKS}"
)
_BRIEF = re.compile(  # 「かっこよく頼む」, 「鉛筆デッサンでよろ」
    f"(?P<look>[^、。をはが]{{1,20}}?(?:(?<=[しよくなるたかわ])く|(?:{_LOOK})(?:で|に)))(?:{_ORDERED}){_MARKS}"
)
_DRESSED = re.compile(  # 「おひなさまの格好させて」
    "(?P<look>[^、。をはが]{1,16}の(?:格好|恰好|かっこう|衣装|服装|姿|コスプレ))(?:を|に)?"
    f"(?:さ?せて|着替えさせて)(?:ください|下さい|ほしい|みて|や|ね|よ)*{_MARKS}"
)
_MADE_PICTURE = re.compile(
    "(?:(?:この|さっきの|今の)?(?:しゃしん|写真)(?:を|で|から)?|これを?|)(?:お?え|お絵描き|おえかき)(?:に|を)?(?:して|かいて)"
    f"(?:ください|ほしい|ちょうだい|くれ|ね|よ)*{_MARKS}"
)
_BARE = re.compile(  # 「セピア」, 「刺繍で」: nothing but a technique
    "(?P<look>セピア(?:色|調)?|白黒|モノクロ|単色|シルエット|影絵|線画|塗り絵|ぬりえ|切り絵|貼り絵|ちぎり絵|版画|木版画|点描画?|"
    "ステンドグラス|ポップアート|モザイク(?:画|アート)?|ドット絵|刺繍|羊毛フェルト|編みぐるみ|あみぐるみ|紙粘土|粘土|レゴ|フィギュア|"
    "ゆるキャラ|似顔絵|絵手紙|水墨画|日本画|油絵|油彩画?|ネオン|ミニチュア)"
    f"(?:風|調)?(?:で|に|がいい|希望|化)?{_MARKS}"
)
_CARICATURE = re.compile(  # 「スタンプみたいな二頭身のデフォルメ」
    "(?P<look>(?:[^、。をはが]{1,12}?(?:みたいな|みたいに|っぽい|っぽく|風の?|ふうの?|系の?|調の?|の))?"
    "(?:[2-4二三四]頭身|デフォルメ|ちびキャラ|チビキャラ|ミニキャラ|ゆるキャラ|(?i:SD)キャラ|マスコット|似顔絵|マンガ絵|漫画絵)"
    "(?:っぽい|風)?(?:の?(?:デフォルメ|似顔絵|キャラ(?:クター)?|イラスト|絵|マスコット|ちびキャラ|スタンプ))?)"
    f"(?:に|で|が(?:いい|ほしい))?(?:{_ORDERED})?{_MARKS}"
)
_LOOK_THEN_HOW = re.compile(  # 「ドット絵にして、昔のゲームみたいなやつ」
    f"(?P<look>[^、。をはが]{{0,10}}?(?:{_LOOK}|イラスト|フィギュア|レゴ|ポスター|挿絵|絵本|粘土|ぬいぐるみ|油彩|切手|ステッカー|スタンプ))"
    "に(?:して|変えて|仕上げて|できる)(?:ほしい|欲しい|ください|くれる|くれ|もらえる|や|"
    "ね)?[?？、。!！ ]*(?P<how>[^、。]{1,22}?(?P<like>みたいな|みたい|っぽい|ような|風|ふう|"
    "系|の|な|る|い))"
    f"(?:の|やつ|ん|感じ|もの|イラスト|絵){{0,2}}(?:で|に|が(?:いい|好き))?(?:{_ORDERED})?{_MARKS}"
)
_HEADWEAR_OFF = re.compile(  # 「メガネはずした感じにして」
    "(?P<what>メガネ|眼鏡|めがね|サングラス|グラサン|帽子|ぼうし|マスク|ヘルメット|イヤリング|ピアス)(?:を|は)?"
    "(?:外し|はずし|取っ|とっ)た(?:感じ|姿|状態|とこ|ところ|風|顔|バージョン)(?:に|で)?(?:して|できる|お願い|見たい)?"
    f"(?:ください|ほしい|くれる|もらえる|{_ORDERED}){{0,2}}{_MARKS}"
)
_CAN_BE_CLEARER = re.compile(  # 「きれいになるかいな」, 「直りますか」
    "(?:もっと|もう少し|少し|ちょっと|ちゃんと|また){0,2}(?:(?P<how>きれい|綺麗|鮮やか|鮮明|クリア|カラー|くっきり|はっきり|明る)[にくと]?"
    "(?:なる|なり|なん|でき|直[るりせ]|戻[るりせ])|(?:直|なお)(?:る|り|せ)|(?:復元|修復|補正)(?:でき|して))"
    "(?:ます|ません|ない|へん|ん|る|もらえ|くれ|そう|です|でしょう|だろう|やろう?|じゃろう?|かいな|かのう|かな|かね|か|の|べ){0,4}[?？]?"
)
_ENGLISH_ORDER = re.compile(
    "(?:please |can you |could you |pls ){0,2}(?:turn|make|change|convert|transform|edit) "
    "(?:this|it|him|her|me|us|them|(?:the|my|our|this) [a-z]{2,12})\\b.{2,40}",
    re.IGNORECASE,
)
_NOT_PHOTO = re.compile(
    "^(?:これ|なんか|うーん|ちょっと|、)*+(?:(?:写真|実写|フォト|リアル|本物)(?:みたい|っぽ[いく]?|ぽ[いく]?|風|調|的)?(?:な|の)?(?:の)?"
    "(?:じゃ|では|で)な(?:く(?:て)?|い(?:ほう|方)?(?:が(?:いい|良い)|で)?)|"
    "(?:写真|実写|リアル|本物)(?:みたい|っぽい?|ぽい?)?(?:より(?:も)?|(?:すぎる|過ぎる)?(?:な)?(?:の)?(?:で|から|を?やめて)))"
)
_DRAWN = re.compile(
    f"、?(?:もっと)?(?:イラスト|絵)(?:風|調|っぽ[くい]?|ぽ[くい]?|らしく|みたい)?(?:の?(?:感じ|方|ほう))?(?:に|で|が|な)?"
    f"(?:して(?:ください|ほしい(?:です)?|くれ(?:る|ない)?|もらえ(?:る|ます)?か?|ね|よ)?|{_WANTED}|{_ORDERED}|したい(?:です)?|なる|できる|変えて)?"
    "[?？。!！]*"
)
_LIKE = {"みたいな", "みたい", "っぽい"}
_ILLUSTRATED = re.compile("(?:もっと)?イラスト(?:風|調|っぽ|ぽ|らしく|みたい|に)")


def as_order_for_photo(text: str) -> str | None:
    """Return what a text orders of a photo that names how it shall look: 「秋っぽい感じにして」.

    Returns None if it names no look. text: cleaned.
    """
    if len(text) > _MAX_CHARS:
        return None
    if _MADE_PICTURE.fullmatch(text):
        return "絵にして"
    if _ENGLISH_ORDER.fullmatch(text.rstrip("?!. ")):
        return text
    if match := _HEADWEAR_OFF.fullmatch(text):
        return f"{match['what']}を外して"
    if match := _LOOK_THEN_HOW.fullmatch(text):
        how = (
            match["how"].removesuffix(match["like"]) + "風"
            if match["like"] in _LIKE
            else match["how"]
        )
        return f"{match['look']}にして、{how}"
    if match := _CAN_BE_CLEARER.fullmatch(text):
        return f"{match['how'] or 'きれい'}にして".replace("明るに", "明るく")
    if match := _BARE.fullmatch(text) or _CARICATURE.fullmatch(text):
        return f"{match['look']}にして"
    for pattern in (_LIKED_OF_DRAWING, _LIKED, _DRESSED):
        if match := pattern.fullmatch(text):
            return f"{match['look']}にして"
    if (match := _BRIEF.fullmatch(text)) and match["look"] != "よろしく":
        look = match["look"]
        return f"{look}して" if look.endswith(("く", "に")) else f"{look[:-1]}にして"
    return None


def as_order_to_draw(text: str, prompt: str) -> str | None:
    """Return the order that a picture shall look drawn, for 「写真じゃなくてイラストにして」.

    prompt: of the picture. Returns None if the text orders anything else.
    """
    if len(text) > _MAX_CHARS:
        return None
    no_photo = _NOT_PHOTO.match(text)
    rest = text[no_photo.end() :] if no_photo else text
    is_drawn = _DRAWN.fullmatch(rest) is not None and (no_photo or _ILLUSTRATED.match(rest))
    if not is_drawn and (rest or not no_photo):
        return None
    return "写真風をイラスト風に" if "写真風" in prompt else "イラスト風にして"
