"""Reads what comes into a picture at a place in it: 「手前に湖かいて」, 「煙突から煙もくもく」.

Behind a picture a place that stands alone is one in that picture; 「夜の海に花火」 is a scene of
its own.
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology

_MAX_CHARS = 40
_SIDES = (
    "手前|奥|おく|そこ|ここ|横|よこ|隣|となり|そば|脇|わき|近く|ちかく|後ろ|うしろ|上|うえ|下|した|右|みぎ|左|ひだり|"
    "まわり|周り|周囲|外|遠く|とおく|向こう|むこう|真ん中|まんなか|隅|すみ|端|はし"
)
_PARTS = (  # of what most pictures show
    "背景|空|そら|おそら|地面|床|壁|窓|まど|窓の外|屋根|やね|煙突|ドア|玄関|庭|門|入り口|てっぺん|頂上|根元|ねもと|"
    "足元|足もと|あしもと|頭|あたま|首|くび|手|口|くち|鼻|背中|せなか|耳|しっぽ|肩|ひざ|膝|胸|枝|えだ|幹|"
    "砂浜|海面|川面|波打ち際|波打ちぎわ|沖|岸|水面|湖面|ふもと|麓|山頂|道|道ばた|花びら|テーブル|机|皿|お皿|"
    "助手席|運転席|荷台|ボンネット|帽子"
)
_AT = (
    "(?:の?(?:ほう|方|とこ|ところ|あたり|へん|上|うえ|下|した|横|そば|まわり|中|なか|前|近く|端|はし|"
    "外))?"
)
_PLACED = re.compile(
    f"(?:(?:右|左|みぎ|ひだり)(?:上|下|うえ|した|はし|端|側)|(?P<side>(?:{_SIDES})(?:側|がわ)?)|"
    f"(?P<part>[^、。をはが]{{1,8}}?)){_AT}(?P<by>に(?:は|も)?|から|へ|で)(?P<thing>[^、。]{{1,24}})"
)
_DRAWN = re.compile(
    "(?:を|も|が|とか|なんか){0,2}(?:(?:描|か|書|えが)いて(?!あ|い?る)|(?:描|か)き足して|置いて|おいて|"
    "(?:おっ|い)て(?=ほし|欲し)|(?:ほ|欲)しい|お願い|おねがい|希望|ちょうだい|頂戴)"
    "(?:ください|下さい|ほしい|欲しい|けろ|けれ|や|な|ね|よ|わ|です|します|くれん?|んか|くれへん|くれる|もらえる|"
    "みて|ちょうだい|ちょ|んだけど|ですけど|[?？]){0,4}"
)
_IN_SOME_WAY = re.compile(  # 「煙|もくもく」, 「花火|どーん」, 「蝶々|とまってるとこ」
    "(?:(?:を|が|も)?(?:([ぁ-んァ-ヶ]{2,3})\\1|[ぁ-んァ-ヶ]{1,2}(?:ーん|ーっ|んと|っと|りと)|いっぱい|たくさん|沢山|"
    "(?:何|いく|数)[つ個匹羽本人艘隻台枚輪頭]か?|少し|すこし|ちょっと)"
    "(?:と)?(?:して|させて|って)?(?:い?る)?(?:感じ(?:で|に)?|とこ|ところ)?"
    "|(?:が|も)?(?:とま|止ま|乗|のっか|座|すわ|咲|浮か|飛|泳|並|寝|立|隠れ|かくれ)[いっんて](?:て|で)?(?:い)?る"
    "(?:とこ|ところ|感じ)(?:で|に|を)?(?:して|がいい|ほしい)?)$"
)
_NO_THING = re.compile(
    "(?:絵|画像|イラスト|写真|やつ|もの|こと|何|なに|何か|なにか|どれ|これ|それ|字|文字|名前|枚|回|方|ほう)$|"
    "描いてもら|かいてもら|頼んだ|さっき|って$"
)
_BESIDE = re.compile("(?:わき|脇|沿い|ぎわ|際)$")
_RISING = re.compile(  # 「湯気ほわほわ」: what is in the air of any picture
    "(?:湯気|煙|けむり|雪|粉雪|花びら|花吹雪|桜吹雪|紙吹雪|落ち葉|泡|しゃぼん玉|シャボン玉|ホタル|蛍|火の粉|霧|光|星|ハート|キラキラ)"
    "(?:が|を)?([ぁ-んァ-ヶ]{2,3})\\1(?:と)?(?:して|させて|な感じ(?:で|に)?)?"
)
_KANA = re.compile("[ぁ-んー]{2,}")
_OPEN = re.compile("空|そら|おそら|地面|床|外|遠く|道|庭")  # where a scene may be, too
_AIR = re.compile("空|そら|お空|おそら|地面|床|庭|道")  # of which there is one in the picture
_SIDE_OF = re.compile("(?:左|右|上|下|手前|奥|真ん中|中央|端)の(?=.)")  # 「左の|島」, of two
_NAMED_AT = re.compile(
    "[^、。をはがにもで]{1,10}(?:の(?:上|下|中|横|前|奥))?に(?P<thing>[^、。をはがもで]{1,12})"
)
_OF_LOOKS = {"連体詞", "形容詞", "形状詞", "名詞", "接頭辞", "接尾辞", "代名詞"}
_SCENE_WORD = re.compile("(?:感じ|とこ|ところ)(?:[でに])?(?:して|がいい|ほしい)?$")


def added_at_place(words: str, prompt: str) -> str | None:
    """Return the order to add what a text wants at a place of the picture with this prompt.

    Returns None if it names no thing, or no such place. words: cleaned.
    """
    words = words.rstrip("。!！?？♪〜~ー ")
    if len(words) > _MAX_CHARS:
        return None
    if _RISING.fullmatch(words):
        return f"{words}を足して"
    match = _PLACED.fullmatch(words)
    if match is None or (match["part"] and not _is_part(match["part"], prompt)):
        return None
    place, said = words[: match.start("thing")], match["thing"]
    if _NO_THING.search(said) or morphology.tokenize(said)[0].part_of_speech == "動詞":
        return None
    start = _where_drawn(said)
    if start is not None:
        if _NO_THING.search(said[:start]) or said[:start] in prompt:
            return None
        return f"{place}{said[:start]}を足して"
    if match["by"] == "で":
        return None
    if manner := _IN_SOME_WAY.search(said):
        thing = re.sub("[をがも]$", "", said[: manner.start()])
        return f"{place}{_as_seen(said)}を足して" if _ends_in_noun(thing) else None
    if match["part"] and _BESIDE.search(match["part"]) and not re.fullmatch(_PARTS, match["part"]):
        return None
    is_open = _OPEN.match(place) and not _AIR.fullmatch(match["part"] or "")
    is_open = is_open and not (match["part"] and match["part"] in prompt)
    is_bare = not is_open and said not in prompt and _names_thing(said)
    return f"{place}{said}を足して" if is_bare else None


def _is_part(part: str, prompt: str) -> bool:
    if re.fullmatch(_PARTS, part) or _BESIDE.search(part):
        return True
    nouns = {noun.text for noun in morphology.nouns_of(prompt)}
    part = _SIDE_OF.sub("", part)
    of, _, own = part.rpartition("の")  # 「くじらの背中」
    if of and re.fullmatch(_PARTS, own):
        return of in prompt or morphology.spelled_in(prompt, of) in nouns
    return part in nouns or morphology.spelled_in(prompt, part) in nouns


def _where_drawn(said: str) -> int | None:
    """Return where the order begins in 「湖かいて」, if a noun stands before it."""
    for start in range(1, len(said)):
        if _DRAWN.fullmatch(said, start):
            thing = said[:start]
            if _KANA.fullmatch(thing) or _ends_in_noun(thing):
                return start
    return None


def names_thing_at_place(words: str) -> bool:
    """Return whether words name nothing but a place and a thing: 「カウンターに客のペンギン」."""
    match = _NAMED_AT.fullmatch(words)
    return match is not None and _names_thing(match["thing"])


def _names_thing(said: str) -> bool:
    """Return whether words are a thing and how it looks: 「大きな海蛇」."""
    if morphology.is_noun_phrase(said):
        return True
    found = morphology.tokenize(said)
    looks = [word for word in found if word.text not in {"な", "の"}]
    is_plain = all(word.part_of_speech in _OF_LOOKS for word in looks)
    return bool(looks) and is_plain and _ends_in_noun(said)


def _as_seen(said: str) -> str:
    """Return what is to be seen, without 「ところ」 and the like."""
    return _SCENE_WORD.sub("", said)


def _ends_in_noun(words: str) -> bool:
    found = morphology.tokenize(words)
    return bool(found) and found[-1].part_of_speech in {"名詞", "接尾辞", "代名詞"}
