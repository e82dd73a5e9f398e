"""What a prompt says of a thing in it: its colour, its number, its position.

`describe` adds a description and removes what contradicts it: 「青い」 makes 「大きな青い車」 of
「赤い大きな車」.
"""

from __future__ import annotations

import re

from bot.prompt.changes.categories import STATE_CATEGORIES, attributive, category_of, split_segments
from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import NUMERAL, numeral_value
from bot.prompt.japanese.morphology import Word

_COLOURS = (
    "赤|青|緑|黒|白|紫|紺|金|銀|朱|藍|黄緑|ピンク|オレンジ|グレー|ブルー|レッド|グリーン|イエロー|ゴールド|シルバー|"
    "ベージュ|ブラウン|ブラック|ホワイト|パープル|カラフル"
)
# Those that are things without 「色」: 水, 桃, 空.
_HUES = f"{_COLOURS}|黄|灰|茶|桃|橙|水|虹|空|肌|紅|赤茶|こげ茶|焦げ茶|クリーム|エメラルド"
_COLOUR = re.compile(
    rf"(?:真っ?|薄い?|濃い|明るい|暗い|淡い)?(?:(?:{_HUES})色|{_COLOURS}|真っ赤|真っ青|真っ白|真っ黒)|"
    "(?:赤|青|黒|白|黄色|茶色|(?<![ぁ-ん])(?:あか|あお|くろ|しろ|きいろ|ちゃいろ))(?=い)|虹色"
)
_COLOUR_ATTRIBUTIVE = re.compile(rf"(?<![一-鿿々ァ-ヶー])(?:{_COLOUR.pattern})(?:い|っぽい|の|な)")
_TOGETHER = re.compile(  # 「赤と黄色の花」 has one colour too many to change
    rf"(?:(?:{_COLOUR.pattern})[とや])++(?=(?:{_COLOUR.pattern})(?:い|っぽい|の|な))"
)
_IS_COLOUR = re.compile(  # 「紺か黒」, too
    rf"(?:(?:{_COLOUR.pattern})か)?(?:{_COLOUR.pattern})(?:い|っぽい|っぽ|の|な)?"
)

_COUNTER = "色|匹|頭|羽|人|つ|個|コ|本|台|輪|軒|隻|機|杯|冊|体|株|束|粒|棟|両|足|艘|名"
_MANY = "たくさん|大勢|いっぱい|複数|数匹|数人|数羽|数個|数本"
QUANTITY = (
    rf"(?<![0-9一二三四五六七八九十第何数])(?:(?:{NUMERAL}) ?(?:{_COUNTER})|"
    rf"ひとり|ふたり|ひとつ|ふたつ|みっつ|よっつ|いつつ|{_MANY})(?![一-鿿々])"
)
_QUANTITY = re.compile(QUANTITY)
_DIRECTION = "左上|右上|左下|右下|左|右|中央|真ん中|まん中|手前|奥"
_POSITION = re.compile(rf"(?:画面の?)?(?:{_DIRECTION})(?:側|がわ|の方|のほう|の隅|の端|端|隅)?")
_POSITION_IN_PROMPT = re.compile(
    rf"(?<![一-鿿々])(?:{_POSITION.pattern})(?=に(?!行|な)|の(?!目|手|耳|足|翼|羽)|寄り|へ|を(?:向|見))"
)
_VIEW = re.compile(
    "(?:真?(?:正面|後ろ|うしろ|横|上|下|左|右)|斜め(?:上|下|前|後ろ|横)?|背後|背中側|遠く|近く|足元|空)"
    "(?:から|向き|側)(?:の|見た|見上げた|見下ろした)?"
)
_PICTURE = re.compile("絵|画像|イラスト|写真|作品")
_TWICE = re.compile("([ぁ-んァ-ヶ]{2})\\1")
_JOINT = re.compile("[とや、,]|そして")


def is_colour(word: str) -> bool:
    """Return whether a word is a colour, in any form: 「赤い」, 「ピンク」, 「真っ白」."""
    return _IS_COLOUR.fullmatch(word) is not None


def is_quantity(word: str) -> bool:
    """Return whether a word is a number of things: 「3匹」, 「ふたり」, 「たくさん」."""
    return re.fullmatch(rf"(?:{QUANTITY})の?", word) is not None


def is_view(word: str) -> bool:
    """Return whether a word says from where one looks, or which way a thing faces: 「正面から」."""
    return _VIEW.fullmatch(word) is not None


def is_position(word: str) -> bool:
    """Return whether a word is a place in the picture: 「左」, 「画面の右側」."""
    return _POSITION.fullmatch(word) is not None


def is_description(word: str) -> bool:
    """Return whether a word describes a thing rather than replaces it: 「静か」, 「笑顔」."""
    words = morphology.tokenize(word)
    adjective = bool(words) and words[-1].part_of_speech in {"形容詞", "形状詞", "副詞"}
    return adjective or is_colour(word) or category_of(word, STATE_CATEGORIES) is not None


def with_last_colour(words: str) -> str:
    """Return words with one colour where they have several: 「黄色の花」 for 「赤と黄色の花」."""
    return _TOGETHER.sub("", words)


def set_colour(prompt: str, colour: str) -> str:
    """Return the prompt with another colour, of its subject if that has a colour."""
    first, *others = split_segments(with_last_colour(prompt))
    colours = list(_COLOUR_ATTRIBUTIVE.finditer(first))
    of_things = [
        match for match in colours if not re.match("背景|空|床|壁|地面|海", first[match.end() :])
    ]
    joint = _JOINT.search(first)
    of_subject = [match for match in of_things if joint is None or match.start() < joint.start()]
    if match := next(iter((of_subject or of_things or colours)[-1:]), None):
        first = first[: match.start()] + attributive(colour) + first[match.end() :]
    elif head := head_noun(first):
        first = describe(first, head, colour)
    else:
        others = [segment for segment in others if not is_colour(segment)] + [attributive(colour)]
    return "、".join(dict.fromkeys([first, *others]))


_OTHER_COLOURS = {
    **{"赤": "青", "青": "赤", "白": "黒", "黒": "白", "黄": "紫", "紫": "黄色", "緑": "ピンク"},
    **{"ピンク": "水色", "水": "ピンク", "茶": "白", "金": "銀", "銀": "金", "オレンジ": "青"},
}


def other_colour(thing: str) -> str:
    """Return a colour that a thing does not have: of 「赤い車」 「青」."""
    colour = _COLOUR_ATTRIBUTIVE.search(thing)
    name = colour[0] if colour else ""
    return next((new for old, new in _OTHER_COLOURS.items() if old in name), "青")


def recolour(prompt: str, thing: str) -> str:
    """Return the prompt with any other colour of a thing in it, or of its subject if empty."""
    if not thing:
        return set_colour(prompt, other_colour(split_segments(prompt)[0]))
    end = prompt.index(thing) + len(thing)
    start = max(
        (m.end() for m in re.finditer("[、とやにをがで]", prompt[: end - len(thing)])), default=0
    )
    return describe(prompt, thing, other_colour(prompt[start:end]))


def add_quantity(prompt: str, thing: str, quantity: str) -> str:
    """Return the prompt with so many more of a thing, or of its subject: 「1匹」, 「たくさん」."""
    if thing and thing not in prompt:
        return (
            f"{prompt}、{thing}"
            if re.match("[1一]", quantity)
            else f"{prompt}、{quantity}の{thing}"
        )
    if not quantity[0].isdecimal():
        return describe(prompt, thing, quantity)
    counter = quantity.lstrip("0123456789")
    numbers = {"ひとり": 1, "ふたり": 2, "ひとつ": 1, "ふたつ": 2, "みっつ": 3}
    before = next((m for m in _QUANTITY.finditer(prompt) if m[0].endswith((counter, "り"))), None)
    count = 1
    if before:
        numeral = before[0].removesuffix(counter)
        count = numbers.get(before[0]) or numeral_value(numeral.strip(), 1)
    total = f"{count + int(quantity.removesuffix(counter))}{counter}"
    return describe(prompt, thing, total) if thing else set_quantity(prompt, total)


def set_quantity(prompt: str, quantity: str) -> str:
    """Return the prompt with another number of its subject."""
    quantities = list(_QUANTITY.finditer(prompt))
    same_counter = [match for match in quantities if match[0][-1] == quantity[-1]]
    if match := next(iter(same_counter or quantities), None):
        return prompt[: match.start()] + quantity + prompt[match.end() :]
    first = split_segments(prompt)[0]
    if head := head_noun(first):
        return _insert_before(prompt, first.rindex(head), f"{quantity}の")
    return f"{prompt}、{quantity}"


def set_position(prompt: str, position: str) -> str:
    """Return the prompt with its subject at another place of the picture."""
    positions = list(_POSITION_IN_PROMPT.finditer(prompt))
    if len(positions) == 1:
        return prompt[: positions[0].start()] + position + prompt[positions[0].end() :]
    first, *others = split_segments(prompt)
    if not positions and head_noun(first) and morphology.is_noun_phrase(first):
        return "、".join([f"{position}に{first}", *others])
    return f"{prompt}、{position}に"


def mirror(prompt: str) -> str:
    """Return the prompt with left and right exchanged."""
    opposite = {"左": "右", "右": "左"}
    return _POSITION_IN_PROMPT.sub(
        lambda position: re.sub("[左右]", lambda side: opposite[side[0]], position[0]), prompt
    )


def describe(prompt: str, thing: str, words: str) -> str:
    """Return the prompt with a thing in it described by words, a number or a position."""
    if is_quantity(words):
        return _describe_quantity(prompt, thing, words)
    if is_position(words):
        return _describe_position(prompt, thing, words)
    description, start = attributive(words), _word_start(prompt, thing)
    end = prompt.index(thing, start) + len(thing)
    if is_colour(prompt[start : end - len(thing)]) and is_colour(words):  # 「黒猫」
        return prompt[:start] + description + prompt[end - len(thing) :]
    if particle := re.match(r"[がはも]", prompt[end:]):  # 「髪が長い女の子」
        after = next(iter(_attributives(prompt, end + len(particle[0]))), None)
        if after and _contradicts(prompt[slice(*after)], description):
            return prompt[: after[0]] + description + prompt[after[1] :]
    first = start
    kept: list[str] = []
    for before in reversed([span for span in _attributives(prompt, 0) if span[1] <= start]):
        if before[1] != first:
            break
        first = before[0]
        if not _contradicts(prompt[slice(*before)], description):
            kept.insert(0, prompt[slice(*before)])
    return prompt[:first] + "".join(kept) + description + prompt[start:]


def _describe_quantity(prompt: str, thing: str, quantity: str) -> str:
    word = re.escape(thing)
    quantity_of_thing = re.compile(
        rf"(?P<before>{QUANTITY})(?=の[^、と]{{0,8}}?{word})|(?<={word}[がをは])(?:{QUANTITY})|"
        rf"(?<={word})(?:{QUANTITY})"
    )
    if quantity_of_thing.search(prompt):
        return quantity_of_thing.sub(quantity, prompt, count=1)
    return _insert_before(prompt, _word_start(prompt, thing), f"{quantity}の")


def _describe_position(prompt: str, thing: str, position: str) -> str:
    word = re.escape(thing)
    before = re.compile(rf"(?:{_POSITION_IN_PROMPT.pattern})(?=[にの][^、と]{{0,12}}?{word})")
    after = re.compile(rf"(?<={word}[をが])(?:{_POSITION_IN_PROMPT.pattern})")
    for pattern in (before, after):
        if pattern.search(prompt):
            return pattern.sub(position, prompt, count=1)
    return _insert_before(prompt, _word_start(prompt, thing), f"{position}に")


def _contradicts(old: str, new: str) -> bool:
    """Return whether a thing cannot be both."""
    if is_colour(old) and is_colour(new):
        return True
    category = category_of(new)
    return old == new or (category is not None and category_of(old) is category)


def _attributives(prompt: str, start: int) -> list[tuple[int, int]]:
    """Return (start, end) of each word that describes what follows: 「赤い」, 「笑顔の」."""
    colours = [match.span() for match in _COLOUR_ATTRIBUTIVE.finditer(prompt, start)]
    words = [word for word in morphology.tokenize(prompt) if word.start >= start]
    spans = []
    for word, following in zip(words, [*words[1:], None], strict=True):
        if word.part_of_speech in {"形容詞", "連体詞"} and word.text.endswith(("い", "な")):
            spans.append((word.start, word.end))
        elif following and following.text in {"な", "の"} and _is_described_by(word, following):
            spans.append((word.start, following.end))
    in_no_colour = [
        span for span in spans if not any(first <= span[0] < last for first, last in colours)
    ]
    return sorted([*colours, *in_no_colour])


def _is_described_by(word: Word, particle: Word) -> bool:
    if particle.text == "な":
        return word.part_of_speech in {"形状詞", "名詞"}
    if word.part_of_speech in {"形状詞", "副詞"}:
        return True
    return category_of(word.text, STATE_CATEGORIES) is not None


def _word_start(prompt: str, thing: str) -> int:
    """Return where the word begins that is a thing, or else that contains it: 「子猫」."""
    word_starts = {word.start for word in morphology.tokenize(prompt)}
    positions = [match.start() for match in re.finditer(re.escape(thing), prompt)]
    at = next((position for position in positions if position in word_starts), positions[0])
    return max(start for start in word_starts if start <= at)


def head_noun(segment: str) -> str | None:
    """Return the nouns at the end of a segment about one thing. Returns None if there are none."""
    if _JOINT.search(segment):
        return None
    nouns: list[str] = []
    for word in reversed(morphology.tokenize(segment)):
        if word.part_of_speech not in {"名詞", "接尾辞", "接頭辞"}:
            if nouns and _TWICE.fullmatch(segment[: word.end]):  # 「てるてる|坊主」
                nouns.insert(0, segment[: word.end])
            break
        nouns.insert(0, word.text)
    head = "".join(nouns)
    return (
        None
        if not head or head.endswith("の絵") or _PICTURE.fullmatch(head) or _QUANTITY.search(head)
        else head
    )


def _insert_before(prompt: str, at: int, words: str) -> str:
    """Insert words before what describes the thing at this position."""
    for span in reversed([span for span in _attributives(prompt, 0) if span[1] <= at]):
        if span[1] != at:
            break
        at = span[0]
    return prompt[:at] + words + prompt[at:]
