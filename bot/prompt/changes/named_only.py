"""Parses what is only named after a picture, with no verb: 「水彩」, 「それと猫」."""

from __future__ import annotations

import re

from bot.prompt.changes import attributes
from bot.prompt.changes.categories import attributive
from bot.prompt.changes.fragments import names_subject, one_step
from bot.prompt.changes.steps import Change, ChangeStep
from bot.prompt.japanese import morphology
from bot.prompt.request.reading import read

_ENDING = (
    "(?:に(?:して|する|変えて|かえて)?|で)?(?:お願い(?:します)?|ください|頼む)?"
    "(?:です|だ|かな|ね|よ|な)*[。!！〜]*"
)
_STYLE_ALONE = re.compile(  # which is no thing: 「鉛筆」, 「絵本」 are
    "[^、。をはがのに]{0,6}(?:彩|絵|画|アニメ|漫画|マンガ|コミック|モノクロ|白黒|セピア|3D|ピクセル|ドット|レトロ|パステル)"
)
_ALSO = re.compile(
    "(?:それと|あと|ついでに|それから|おまけに|そして)(?:は)?[、 ]?"
    "(?P<thing>[^、。をはがでに0-9]{1,12}?)も?"
)
_NO_ADDITION = re.compile(
    "同じ|おなじ|少し|すこし|ちょっと|もう|[一二三四]|数|何|なに|お願い|おねがい|質問|相談|話|よろしく|これ|それ|あれ|全部|"
    "別|他|ほか|違|は|時間|値段|料金|どれ|どう|どの"
)
_WHO_DOES = re.compile(
    "(?P<does>[^、。はが]{2,16}[てで]い?る)の(?:は|が)?[、 ]?"
    "(?P<who>[^、。をはがに]{1,8}?)(?:です|で|ね|な|だ|よ)*"
)
_ONE_IN_IT = re.compile(
    "(?:真ん中|まんなか|中央|右|左|手前|奥|前|後ろ|うしろ|端|上|下|先頭)(?:側)?の(?:人|ひと|子|やつ|男|女|男の子|女の子|犬|猫)"
)
_TWO_COLOURS = re.compile(  # 「親の色緑で子供が水色」
    "(?P<what_a>[^、。をはがもで]{1,6}?)(?:の色)?(?:は|が|を)?"
    "(?P<a>[^、。をはがもでの]{1,5})(?:色)?で[、 ]?"
    f"(?P<what_b>[^、。をはがもで]{{1,6}}?)(?:の色)?(?:は|が|を)(?P<b>[^、。をはがもで]{{1,5}}?){_ENDING}"
)


def parse_named_only(words: str, prompt: str) -> Change | None:
    """Return the change of a style, a thing or a look that is only named: 「水彩」, 「それと猫」,
    「トロフィー持ってるの真ん中の人」, 「親の色緑で子供が水色」."""
    if _STYLE_ALONE.fullmatch(words) and words not in prompt:
        controls = read(f"{words}で")
        if controls.styles and controls.problem == "only_controls":
            return Change(True, (), controls)
    if match := _ALSO.fullmatch(words):
        thing = match["thing"]
        is_thing = morphology.is_noun_phrase(thing) and not _NO_ADDITION.match(thing)
        return one_step(ChangeStep("add", thing)) if is_thing else None
    if match := _WHO_DOES.fullmatch(words):
        if _ONE_IN_IT.fullmatch(match["who"]) or names_subject(match["who"], prompt):
            return one_step(ChangeStep("add", f"{match['who']}が{match['does']}"))
        return None
    if (match := _TWO_COLOURS.fullmatch(words)) and all(
        map(attributes.is_colour, match.group("a", "b"))
    ):
        whats = match["what_a"], match["what_b"]
        if any(what in prompt or morphology.spelled_in(prompt, what) in prompt for what in whats):
            looks = zip(whats, (match["a"], match["b"]), strict=True)
            added = (ChangeStep("add", f"{attributive(colour)}{what}") for what, colour in looks)
            return Change(True, tuple(added), read(""))
    return None
