"""Parses changes of an earlier picture: 「さっきのを夜にして」, 「猫を犬に変えて」.

A sentence is split at its marks; each part is one step, or is made of steering words (「横長で」,
「水彩画に」). Where a sentence might as well be a request of its own, it is a change only if it
refers to the picture or to something in its prompt: see `change_steps.Change.applies_to`.

One module, though a long one: its patterns, and the order in which they are tried, are one grammar.
"""

from __future__ import annotations

import re

from bot.prompt.changes.attributes import is_colour
from bot.prompt.changes.categories import STATE_CATEGORIES, category_of
from bot.prompt.changes.looks import (
    FEELING_SUFFIX,
    as_in_prompt,
    parse_look,
    parse_remark,
    straightened,
)
from bot.prompt.changes.steps import Change, ChangeStep
from bot.prompt.changes.targets import thing_meant, whole_noun
from bot.prompt.changes.typed import parse_short_change
from bot.prompt.commands.spoken import spoken_command
from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import strip_endings
from bot.prompt.japanese.grammar import MARKS, NUMERAL
from bot.prompt.japanese.request_phrases import strip_politeness
from bot.prompt.japanese.respell import respell
from bot.prompt.pasted.labels import extract_labelled
from bot.prompt.request.reading import read

_PICTURE = "絵|画像|イラスト|写真|作品|やつ|もの"
_LAST = "さっき|さきほど|先ほど|先程"
_REFERENCE = re.compile(
    rf"^(?:(?:{_LAST}|この|その|あの|今|いま|前|最後|"
    rf"直前)(?:の)?(?:{_PICTURE})の(?:中の)?(?=.{{1,20}}[をは])"
    rf"|(?:(?:{_LAST}|今|いま|前|最後|直前)の(?:{_PICTURE})?|(?:この|その|あの)(?:{_PICTURE})|"
    rf"これ|それ)"
    rf"(?:を|は|も|で|、| |と同じ(?:感じ|構図|絵)?で)[、 ]*(?:もとに|元に)?[、 ]*"
    rf"|(?:(?:{_LAST}|今|いま|前|最後|直前)(?:の(?:{_PICTURE})?)?と)?同じ"
    rf"(?:感じ|構図|雰囲気|ポーズ|の|{_PICTURE})(?:の(?:{_PICTURE}))?(?:のまま)?[、 ]?[をで][、 ]?"
    rf"|そのまま(?:で[、 ]?|[、 ])"
    rf"|(?:{_LAST}|今|いま|前|最後|直前)のやつ"
    rf"|(?:{_LAST})の"
    rf"|(?:これ|それ|その絵|この絵)の(?=[^、]{{1,12}}?(?:版|バージョン|(?i:ver)))"
    rf"|(?:これ|それ|この絵|その絵)?[にと]?似た(?:の|やつ|{_PICTURE}|感じ)(?:を|で|の|は|、)[、 ]?)"
)
_BARE_REFERENCE = re.compile("^(?:これ|それ)(?=[一-鿿ァ-ヶ])")  # 「これ夜にして」
_CHANGE_VERB = (
    "(?:して|変えて|かえて|替えて|代えて|変更して|変更|チェンジして|チェンジ|入れ替えて|置き換えて|描き替えて|"
    "描き変えて|"
    "なおして|直して|仕上げて|寄せて|増やして|ふやして|減らして|へらして)"
)
_ORDERS_CHANGE = re.compile("(?:変え|かえ|替え|代え|変更し|チェンジし|入れ替え|置き換え)て$")
_ASKING_ENDINGS = (  # at the end: 〜ください, 〜ほしいな, 〜くれますか
    *("くださいませんか", "くださいますか", "ください", "下さい", "ほしい", "欲しい"),
    *("いただけますか", "もらえますか", "もらえる", "くれますか", "くれませんか", "くれない"),
    *("くれる", "くれ", "ちょうだい", "お願いできますか", "お願いします", "お願い"),
)
_SOFT_ENDINGS = ("かな", "です", "な", "ね", "よ")
_CHANGE_VERB_ENDING = re.compile(f"{_CHANGE_VERB}$")
_ASIDES = frozenset({"doubt", "thanks", "hello", "nod"})  # which change nothing
_MAX_CONTROL_CHARS = 24
_MAX_PARTS = 20  # people's sentences have three; the rest of a longer text is one part
_ALL_OF = re.compile(  # 「全部の雲を消して」, 「雲を全部消して」
    "^(?:全部|ぜんぶ|全て|すべて|全員)の(?=.)|(?<=[^もで])(?:全部|ぜんぶ|全て|すべて|全員|一つ残らず)"
    "(?=(?:消し|けし|なくし|無くし|取[っり]|とっ|除い|外し|はずし|抜い|削除))"
)
_INTERJECTION = re.compile(
    "(?:あ{1,3}っ?|お{1,3}っ?|ん{1,3}|えー?っ?と|うー?んと?|ねえ|あのー?|いや|そうだ(?:な|ね)?ー?)"
)
_NEXT = re.compile("^(?:あと(?:は|、)?(?![で1-9一二三四数])|それと|ついでに|それから|そして)(?=.)")
_REASON = re.compile(  # 「ちょっと怖いからもっと可愛い感じで」
    "^[^、]{2,14}?(?:い|すぎる|過ぎる|だ|な|てる|てない)(?:から|ので|けん|んで|さかい)、?(?P<rest>.{2,})$"
)
_AS_SET = re.compile("(?:って|という)(?:こと|設定|感じ|てい|体)(?=に(?:して|しといて|する))")
_DEGREE = re.compile(
    "^(?:全体的?に|もっと|もう少し|もうすこし|もうちょっと|もうちょい|も少し|さらに|ちょっと|ちょい|少し|"
    "すこし|"
    "だいぶ|かなり|若干)(?:だけ)?[ 、]?"
)
_SWAP = re.compile(
    rf"^(?P<what>.{{1,20}}?)(?:を|は|だけ)(?P<into>.{{1,20}}?)(?:に{_CHANGE_VERB}?|(?P<ku>く){_CHANGE_VERB}?)$"
)
_REMOVE = re.compile(
    "^(?P<what>.{1,20}?)(?:を|は)?(?:消して|けして|なくして|無くして|取って|とって|取り除いて|"
    "除いて|外して|"
    "はずして|抜いて|削除(?:して)?|なしに(?:して)?)$"
)
_NOT_WANTED = re.compile(  # 「うさぎいらない」
    "^(?P<what>.{1,16}?)(?:は|が|も|って)?(?:もう)?(?:(?:いら|要ら|いり|要り)(?:ない|ん|ません|へん)|不要|邪魔|"
    "(?:な|無)くて(?:も)?(?:いい|ええ|大丈夫))(?:かも|かな|です|わ|よ|な|ね|や)*$"
)
_WITHOUT = re.compile("^(?P<what>.{1,12}?)(?:は|も)?(?P<none>なし|無し|抜き)(?:で|に(?:して)?)?$")
_ADD = re.compile(
    "^(?P<what>.{1,30}?)(?:を|も)(?:追加(?:して|で)?|足して|たして|加えて|くわえて|入れて|いれて|"
    "つけて|"
    "付けて|描き足して|描き加えて|描いて足して|置いて|乗せて|のせて|かぶせて|着せて|持たせて|"
    "降らせて|咲かせて|飛ばせて|飛ばして|浮かべて|散らして|散りばめて|並べて|描き入れて|(?<=も)(?:出して|だして)|"
    "(?:入れ|いれ|足し|たし|加え|つけ|付け|描き足し|追加し|置き|乗せ|のせ|着せ|かぶせ|被せ|持たせ)たい)$"
)
_GOOD_TO_HAVE = re.compile(  # 「鳥もおるとええな」, 「後ろに山があるといいな」
    "(?P<what>[^、]{1,14}?)(?:が|も)(?:おる|いる|ある|見える|写る|飛んでる)と(?:いい|良い|ええ|よか|うれしい|嬉しい)"
    "(?:です|な|ね|よ|かも|かな|ねん|のに|けど)*"
)
_NOT_BUT = re.compile(  # 「犬じゃなくて猫にして」
    rf"^(?P<what>.{{1,12}}?)(?:(?:じゃ|では)な(?:くて|く|いで)|(?:を|は)?(?:やめて|やめ、))(?P<into>.{{1,12}}?)"
    rf"(?:に{_CHANGE_VERB}?|で|(?:の(?:方|ほう))?がいい|を描いて)?$"
)
_TOPIC = re.compile(  # 「屋根、赤やめて緑」, 「車の色、黒で」
    r"(?P<what>[^、。をはが]{1,10})"
    r"(?:[、 ](?P<old>[^、。を]{1,6}?)(?:じゃなくて|ではなくて?|(?:は|を)?やめて)[、 ]?"
    r"|(?<=の色)[、 ])(?P<new>[^、。を]{1,6}?)"
    r"(?:に(?:して)?|で|が(?:いい|良い|ええ|よか))?(?:です|わ|な|ね|よ|かな|かも)*+"
)
_CAUSATIVE = re.compile("^(?P<into>[^をがに]{1,12}?)させて$")  # 「もっとキラキラさせて」
_ON_SECOND_THOUGHT = re.compile("^(?:やっぱり?|やはり|じゃあ|では)[、 ]?")
_RATHER = re.compile(
    "(?P<into>.{1,10}?)(?:で|(?:の?(?:方|ほう))?が(?:いい|良い|ええ|よか))(?:わ|な|ね|よ|です|かな|かも)*"
)
_TOPIC_IS = re.compile(  # 「ドレスは青で」, 「背景は冬のほうがいい」
    "(?P<what>[^、をがはも]{1,10})は(?P<into>[^、をがは]{1,8}?)"
    "(?:で|(?:の?(?:方|ほう))?が(?:いい|良い|ええ|よか))(?:わ|な|ね|よ|です|かな|かも)*"
)
_BACKGROUND_IS = re.compile("^背景は(?P<into>.{1,20}?)で?$")
_BECOME = re.compile(rf"^(?P<into>.{{1,15}}?)(?:に{_CHANGE_VERB}|(?P<ku>く){_CHANGE_VERB})$")
_BECOME_LOOSE = re.compile(
    rf"^(?P<into>.{{1,15}}?)(?:に{_CHANGE_VERB}?|で|(?P<ku>く){_CHANGE_VERB}?)$"
)
_BETTER = re.compile(  # 「明るめがいい」, 「優しいほうがいい」, 「大きいのがいい」
    "^(?P<into>.{1,10}?)(?:(?P<rather>め)|の|(?:な|の)?(?:ほう|方|感じ))が(?:(?:いい|良い)"
    "(?:な|かな|かも|です)?)?$"
)
_SHAPED = re.compile(  # 「縦長のも」, 「横長も見たい」
    "(?:(?:の|(?:の)?(?:やつ|もの|バージョン|版))[もがを]?|(?<=[長形])[もがを])(?:[見み]たい|見せて)?$"
)
_WHOLE_PICTURE = re.compile(f"^(?:全体|全部|{_PICTURE}|これ|それ)$")
_MORE_OF = re.compile("^(?:(?P<what>.{1,20}?)を)?(?:もっと|さらに)?(?:増やして|ふやして)$")
_MIRROR = re.compile(f"^左右(?:を|は)?(?:逆|反対|入れ替え|反転)(?:に)?(?:{_CHANGE_VERB}|して|て)?$")
_NOT_A_SUBJECT = re.compile(f"^(?:{_PICTURE}|一緒|今|自由)$")
_HINT = re.compile(
    rf"{_BARE_REFERENCE.pattern}|(?<!描い)て|^やっぱ|^やはり|じゃなく|ではなく|[くに]でき|同じ|[にく](?=$|[{MARKS}])|{_REFERENCE.pattern}|"
    rf"もっと|もう少し|もうすこし|もうちょ|ちょい|さらに|感じ|"
    "(?:入れ|いれ|足し|たし|加え|つけ|付け|追加し|着せ|かぶせ|被せ|持たせ|のせ|乗せ)たい|やめて|"
    "追加|削除|なしに|^(?:背景|季節|時間帯|天気|屋根|髪色|髪型|服装)|の色[、 ]|なし|無し|抜き|"
    "雰囲気|ふんいき|ムード|トーン|(?:背景|空|髪|服|目|瞳|表情|床|壁|地面)[でに]|すぎ|過ぎ|か[なも]|けど|気が|"
    "^(?:あと|それと|ついでに)|[長形][もがを]|"
    "いらない|いらん|いりません|不要|邪魔|[せれ](?:る|ます|ません|へん)(?:か|かな|の)?[?？]?$|"
    "は[^、をはが]{1,8}(?:で$|が[いえよ])|[おいあ]ると|えると|たって[?？]?$|(?:て|に)(?:変えて)?もろて|"
    "バージョン|色違い|色ちがい|(?:もう|あと)(?:[1-9一二三ひふ]|い[っち]|にひき)|増や|変更|向き"
)


def may_be_change(text: str) -> bool:
    """Return whether a text is worth parsing. Quick.

    True for every change, except those of nothing but steering words.
    """
    return bool(_HINT.search(text))


def parse_change(text: str) -> Change | None:
    """Return the change that a cleaned text asks for. Never raises.

    Returns None if the text is a request of its own.
    """
    refers = _REFERENCE.match(text) is not None
    return _parse(text, loosely=refers)


def parse_as_change(text: str) -> Change:
    """Return any text as a change: the answer to what to change, or words with a quoted picture."""
    change = _parse(text, loosely=True)
    assert change is not None
    return change


def _parse(text: str, *, loosely: bool) -> Change | None:
    """Parse a change. loosely: a part that is no step is added; else the whole is no change."""
    text, unwanted = extract_labelled(respell(straightened(text)))
    reconsiders = _ON_SECOND_THOUGHT.match(text) is not None
    text = re.sub(
        r"((?:じゃ|では)な(?:くて|く|いで))[、 ]", r"\1", _ON_SECOND_THOUGHT.sub("", text)
    )
    text = re.sub("(?<=[をはが])(?:やっぱり?|やはり)(?=.)", "", text)
    text = _AS_SET.sub("", text)
    if (reason := _REASON.match(text)) and (loosely or parse_change(reason["rest"])):
        text = reason["rest"]
    topic = _TOPIC.fullmatch(text)
    if topic and is_colour(topic["old"] or topic["new"]) and is_colour(topic["new"]):
        text = f"{topic['what']}を{topic['new']}に"
    rest = _BARE_REFERENCE.sub("", _REFERENCE.sub("", text, count=1))
    refers = rest != text
    steps: list[ChangeStep] = []
    controls = [f"{thing}なし" for thing in unwanted]
    additions: list[str] = []
    for typed in re.split(rf"[{MARKS}]+", rest, maxsplit=_MAX_PARTS):
        part = _NEXT.sub("", typed).rstrip("?？!！")
        if not part or _INTERJECTION.fullmatch(part):
            continue
        words = strip_politeness(_without_polite_ending(part) or part)
        instead = _NOT_BUT.match(words)
        if instead and (control := _control(f"{instead['into']}で", instead["into"])):
            controls.append(control)  # 「水彩やめて油絵」
        elif control := _control(part, words):
            controls.append(control)
        elif (remark := parse_remark(part)) and remark.replacement:
            steps.append(ChangeStep(remark.kind, remark.target, remark.replacement))
        elif (look := parse_look(_DEGREE.sub("", words)) or parse_look(_DEGREE.sub("", part))) and (
            not look[1] or (control := _control(look[1]))
        ):
            steps.append(ChangeStep(look[0].kind, look[0].target, look[0].replacement))
            controls += [control] if control else []
        elif reconsiders and (control := _control(f"{words}で")):
            controls.append(control)  # 「やっぱ油絵」
        elif (match := _SWAP.match(words)) and (
            control := _control(f"{match['into']}{match['ku'] or 'に'}")
        ):
            steps.append(ChangeStep("about", match["what"]))
            controls.append(control)
        elif step := _parse_step(words, refers=refers) or (
            _reconsidered_step(words) if reconsiders else None
        ):
            steps.append(step)
        elif loosely:
            additions.append(part)
        else:
            return None
    if steps or controls:  # 「ちょっと怖いかも、もっと優しく」
        additions = [words for words in additions if spoken_command(words) not in _ASIDES]
    return Change(refers, tuple(steps), read("、".join(controls)), tuple(additions))


def _without_polite_ending(part: str) -> str:
    part = strip_endings(part, _SOFT_ENDINGS)
    if asking := next((ending for ending in _ASKING_ENDINGS if part.endswith(ending)), ""):
        part = part.removesuffix(asking).removesuffix("みて")
    return part


def _control(*forms: str) -> str | None:
    """Return the variant of a part that is nothing but steering words, if there is one."""
    variants = [
        variant
        for form in forms
        for variant in (
            form,
            _DEGREE.sub("", form),
            _CHANGE_VERB_ENDING.sub("", form),
            _SHAPED.sub("で", form),
        )
        if variant
    ]
    return next((variant for variant in dict.fromkeys(variants) if _is_control(variant)), None)


def _is_control(words: str) -> bool:
    return len(words) <= _MAX_CONTROL_CHARS and read(words).problem == "only_controls"


def _parse_step(words: str, *, refers: bool) -> ChangeStep | None:
    words = _ALL_OF.sub("", words)
    degree = _DEGREE.match(words)
    if match := _NOT_BUT.match(words):
        return ChangeStep("swap", match["what"], match["into"])
    if _MIRROR.match(words):
        return ChangeStep("mirror")
    if match := _MORE_OF.match(words):
        target = thing_meant(match["what"] or "数")
        if target == "数":
            return ChangeStep("become", replacement="たくさん")
        return ChangeStep("swap", target, "たくさん")
    if short := parse_short_change(words):
        if short.kind == "add":
            return ChangeStep("add", short.replacement)
        return ChangeStep(short.kind, short.target, short.replacement, short.whole, short.is_order)
    if match := _ADD.match(words):
        return ChangeStep("add", whole_noun(match["what"], words))
    if match := _GOOD_TO_HAVE.fullmatch(words):
        return ChangeStep("add", match["what"])
    if match := _REMOVE.match(words):
        return ChangeStep("remove", match["what"])
    if (match := _NOT_WANTED.match(words)) and morphology.is_noun_phrase(match["what"]):
        return ChangeStep("remove", match["what"])
    if (match := _WITHOUT.match(words)) and morphology.is_word_start(words, match.start("none")):
        return ChangeStep("remove", match["what"])
    bare = words[degree.end() :] if degree else words
    if match := _SWAP.match(bare):
        replacement = as_in_prompt(_DEGREE.sub("", match["into"]), match["ku"])
        if _WHOLE_PICTURE.match(match["what"]):
            return ChangeStep("become", replacement=replacement)
        is_order = _ORDERS_CHANGE.search(words) is not None
        return ChangeStep("swap", thing_meant(match["what"]), replacement, is_order=is_order)
    if (match := _TOPIC_IS.fullmatch(bare)) and (
        is_colour(match["into"]) or category_of(match["into"], STATE_CATEGORIES)
    ):
        return ChangeStep("swap", thing_meant(match["what"]), match["into"])
    if match := _BACKGROUND_IS.match(bare):
        return ChangeStep("swap", "背景", match["into"])
    if match := (_BECOME_LOOSE if degree or refers else _BECOME).match(bare):
        replacement = as_in_prompt(match["into"], match["ku"])
        subject = re.sub(f"の(?:{_PICTURE})$", "", replacement)
        if subject != replacement and not refers:
            return None  # 「犬の絵にして」 is a request of its own
        if not _NOT_A_SUBJECT.match(subject) and not re.fullmatch(NUMERAL, subject):
            return ChangeStep("become", replacement=subject)
    if degree and (match := _BETTER.match(bare)):
        if not match["rather"]:
            return ChangeStep("become", replacement=match["into"])
        return ChangeStep("become", replacement=as_in_prompt(match["into"], "く"))
    if (degree or refers) and (match := _CAUSATIVE.match(bare)):
        return ChangeStep("become", replacement=match["into"])
    if degree and (match := FEELING_SUFFIX.search(bare)):
        return ChangeStep("become", replacement=bare[: match.start()])
    return None


def _reconsidered_step(words: str) -> ChangeStep | None:
    """Return the step of 「やっぱり緑で」; 「やっぱり犬で」 may be a request of its own."""
    match = _RATHER.fullmatch(words)
    if match is None:
        return None
    is_inside = match["into"] in {"室内", "屋内", "屋外", "部屋の中", "野外", "外"}
    if is_inside or category_of(match["into"], STATE_CATEGORIES) or is_colour(match["into"]):
        return ChangeStep("become", replacement=match["into"])
    return None
