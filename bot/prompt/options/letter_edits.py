"""Words that change which letters are on a picture, and name no others: 「文字を二行にして」,
「すみません13日でした」, 「大文字で」."""

from __future__ import annotations

import re

from bot.prompt.options.letter_lines import in_rows, rows_wanted

_SOFT = "(?:ください|下さい|ほしい|お願い(?:します)?|です|ね|よ|な|わ){0,3}[。!！]*"
_CASE = re.compile(
    "(?:(?:スペル|つづり|綴り|文字|字|英語|全部|ぜんぶ)(?:は|を|も)?、?){0,2}"
    "(?:(?P<upper>大文字)|小文字)(?:で|に)?"
    "(?P<words>[A-Za-z0-9][A-Za-z0-9 !'&.-]{0,40})?"
    "(?:に|で)?(?:して|変えて|直して|書いて|お願い(?:します)?)?"
    f"{_SOFT}"
)
_CORRECTION = re.compile(
    "(?:(?:すみません|すいません|ごめん(?:なさい)?|あ|いや|違う|ちがう|間違えた|間違えました|"
    "まちがえた|訂正|正しくは)"
    "[、。! ]{0,2}){0,3}(?P<number>[0-9]{1,4})(?P<unit>日|月|時|分|年|円|才|歳|組|回|人|周年)"
    "(?:でした|だった(?:わ)?|です|の間違い(?:です|でした)?|が正しい(?:です)?|に(?:直して|"
    "訂正して|変えて))"
    f"{_SOFT}"
)
_SAME = re.compile(
    "(?:(?:そっち|こっち|そちら|こちら|それ|これ|この絵|その絵|[1-4](?:番|枚目)(?:の(?:ほう|方|"
    "絵))?)(?:にも|に|へ|も)?、?)?"
    f"(?:同じ|おなじ|さっきの)(?:文字|もじ|字|言葉|ことば)(?:を|も)?(?:入れ|いれ|書い|つけ|付け|"
    f"載せ)て{_SOFT}"
)
_OTHERS = re.compile(  # 「『参加費無料』を『先着20名』に変えて」
    "(?:文字|字)?(?:の)?[「『](?P<old>[^「」『』]{1,60})[」』](?:を|は|って(?:いう)?のを|"
    "じゃなくて|ではなくて)、?"
    "[「『](?P<new>[^「」『』]{1,60})[」』](?:に|へ|で)?"
    f"(?:変更|訂正|修正)?(?:して|変えて|かえて|替えて|直して|なおして)?{_SOFT}"
)
_KEPT = re.compile(
    "(?:文字|もじ|字|言葉|ことば)(?:は|を)?、?(?:そのまま(?:で|に(?:して)?)?|残して(?:おいて)?|"
    "変えず(?:に)?|"
    "変えないで|いじらないで|消さないで|消さずに)[、。 ]{0,2}(?P<rest>.{2,})"
)


def edited(text: str, letters: str) -> str | None:
    """Return the letters of a picture as a text wants them, or None if it is about anything else.

    text: cleaned.
    """
    if rows := rows_wanted(text):
        return in_rows(letters, rows)
    if (match := _CASE.fullmatch(text)) and re.search("[A-Za-z]", match["words"] or letters):
        words = (match["words"] or letters).strip()
        return words.upper() if match["upper"] else words.lower()
    if match := _CORRECTION.fullmatch(text):
        same_unit = rf"[0-9]{{1,4}}(?={match['unit']})"
        corrected = re.sub(same_unit, match["number"], letters, count=1)
        return corrected if corrected != letters else None
    return None


def parse_other_letters(text: str) -> tuple[str, str] | None:
    """Return the letters that a text wants others in the place of, and those: 「『A』を『B』に」.

    text: as typed. Returns None if it asks for anything else.
    """
    match = _OTHERS.fullmatch(text.strip())
    return (match["old"], match["new"]) if match else None


def wants_same_letters(text: str) -> bool:
    """Return whether a text wants the letters of the last picture on another one."""
    return _SAME.fullmatch(text) is not None


def beside_letters(text: str) -> str | None:
    """Return what a text wants beside its letters: 「文字そのままで夜にして」."""
    match = _KEPT.fullmatch(text)
    return match["rest"] if match else None
