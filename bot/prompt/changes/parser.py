"""Parses changes of an earlier picture: 「さっきのを夜にして」, 「猫を犬に変えて」.

A sentence is split at its marks; each part is one step, or is made of steering words (「横長で」,
「水彩画に」). Where a sentence might as well be a request of its own, it is a change only if it
refers to the picture or to something in its prompt: see `steps.Change.applies_to`.
"""

from __future__ import annotations

import re

from bot.prompt.changes.additions import as_added, is_complaint
from bot.prompt.changes.attributes import is_colour
from bot.prompt.changes.looks import (
    parse_look,
    parse_remark,
    straightened,
)
from bot.prompt.changes.respelled import as_usually_said
from bot.prompt.changes.step_parser import (
    CHANGE_VERB,
    DEGREE,
    NOT_BUT,
    PICTURE,
    SWAP,
    parse_reconsidered_step,
    parse_step,
)
from bot.prompt.changes.steps import Change, ChangeStep
from bot.prompt.commands.spoken import spoken_command
from bot.prompt.japanese.cleaning import strip_endings
from bot.prompt.japanese.grammar import MARKS
from bot.prompt.japanese.request_phrases import strip_politeness
from bot.prompt.japanese.respell import respell
from bot.prompt.pasted.labels import extract_labelled
from bot.prompt.request.reading import read

_LAST = "さっき|さきほど|先ほど|先程"
_REFERENCE = re.compile(
    rf"^(?:(?:{_LAST}|この|その|あの|今|いま|前|最後|"
    rf"直前)(?:の)?(?:{PICTURE})の(?:中の)?(?=.{{1,20}}[をは])"
    rf"|(?:(?:{_LAST}|今|いま|前|最後|直前)の(?:{PICTURE})?|(?:この|その|あの)(?:{PICTURE})|"
    rf"これ|それ)"
    rf"(?:を|は|も|で|、| |と同じ(?:感じ|構図|絵)?で)[、 ]*(?:もとに|元に)?[、 ]*"
    rf"|(?:(?:{_LAST}|今|いま|前|最後|直前)(?:の(?:{PICTURE})?)?と)?同じ"
    rf"(?:感じ|構図|雰囲気|ポーズ|の|{PICTURE})(?:の(?:{PICTURE}))?(?:のまま)?[、 ]?[をで][、 ]?"
    rf"|そのまま(?:で[、 ]?|[、 ])"
    rf"|(?:{_LAST}|今|いま|前|最後|直前)のやつ"
    rf"|(?:{_LAST})の"
    rf"|(?:これ|それ)の(?=[^、]{{1,20}}[をは])"
    rf"|(?:これ|それ|その絵|この絵)の(?=[^、]{{1,12}}?(?:版|バージョン|(?i:ver)))"
    rf"|(?:これ|それ|この絵|その絵)?[にと]?似た(?:の|やつ|{PICTURE}|感じ)(?:を|で|の|は|、)[、 ]?)"
)
_BARE_REFERENCE = re.compile("^(?:これ|それ)(?=[一-鿿ァ-ヶ])")  # 「これ夜にして」
_ASKING_ENDINGS = (  # at the end: 〜ください, 〜ほしいな, 〜くれますか
    *("くださいませんか", "くださいますか", "ください", "下さい", "ほしい", "欲しい"),
    *("いただけますか", "もらえますか", "もらえる", "くれますか", "くれませんか", "くれない"),
    *("くれる", "くれ", "ちょうだい", "お願いできますか", "お願いします", "お願い"),
)
_SOFT_ENDINGS = ("かな", "です", "な", "ね", "よ")
_CHANGE_VERB_ENDING = re.compile(f"{CHANGE_VERB}$")
_ASIDES = frozenset({"doubt", "thanks", "hello", "nod"})  # which change nothing
_MAX_CONTROL_CHARS = 24
_MAX_PARTS = 20  # people's sentences have three; the rest of a longer text is one part
_INTERJECTION = re.compile(
    "(?:あ{1,3}っ?|お{1,3}っ?|ん{1,3}|えー?っ?と|うー?んと?|ねえ|あのー?|いや|(?:違う|ちがう|"
    "ちゃう)(?:わ|よ)?|"
    "待って|まって|そうだ(?:な|ね)?ー?)"
)
_SETTLED = re.compile(  # 「これで完成！ありがとう」 changes nothing
    "(?:(?:よし|うん|じゃあ?|はい|やった)ー?[、。! ]*)?"
    "(?:(?:もう)?(?:これ|それ|この絵|その絵|今の)(?:で|が)(?:もう|とりあえず|いったん)?"
    "(?:完成|完璧|完了|決まり|決定|確定|終わり|おわり|おしまい|満足|十分|じゅうぶん|大丈夫|"
    "だいじょうぶ|OK|オッケー|オーケー|"
    "ばっちり|バッチリ|いい(?!感)|ええ|よか|いけ|いき(?:ます|たい)|いく|いこう|行く|行き(?:ます|"
    "たい)|行こう|使わせて|みんなに)"
    "|(?:完成|完璧|かんせい|かんぺき)(?!間|し(?!た)|前|後|度|品|予|図|の|な|形|祝|記)|(?:これ|それ)(?:で|に)(?:します|する|しよう|お願い(?:します)?|"
    "決めた|決めます)?$)"
    "(?:ありがとう|[^をにがへ]){0,24}"
)
_TO_IT = re.compile("^(?:この|その|あの)(?:子|こ|コ|人|ひと|方)(?:に|には)(?=.{2})")
_GIVEN = re.compile("(?<=[てで])(?:あげ|やっ)て(?:くださ(?:い|る)|ほしい|くれ(?:る)?|ね|よ)*$")
_SETTLED_BUT = re.compile(  # 「これでいいけど、空を赤く」
    "^(?:これ|それ|この絵|その絵)で(?:もう)?(?:いい|ええ|完成|決まり|OK|十分|満足)(?:なん|な|"
    "ん)?(?:だ|です|や)?"
    "(?:けれど|けど|が)[、 ]*(?=.)"
)
_LACKS = re.compile(  # 「なんか足りない、花足して」: why, and no thing to add
    "(?:なんか|なにか|何か|ちょっと|少し|どうも|まだ){0,3}+(?:物|もの)?(?:足りない|たりない|"
    "足りん|寂しい|さみしい|さびしい|地味|殺風景)"
    "(?:なので|だから|から|ので|けど|んで|かな|かも|です|気がする|し|な|ね|よ){0,4}+"
)
_NEXT = re.compile(
    "^(?:あと(?:は|、)?(?![で1-9一二三四数])|それと|ついでに|それから|そして)(?=.)|"
    "^(?:次|つぎ|今度|あと)は?、?(?=もっと|もう少し|もうちょ)"
)
_REASON = re.compile(  # 「ちょっと怖いからもっと可愛い感じで」
    "^[^、]{2,14}?(?:い|すぎる|過ぎる|だ|な|てる|てない)(?:から|ので|けん|んで|さかい)"
    "、?(?P<rest>.{2,})$"
)
_FLAVOUR = re.compile(  # 「水彩っぽさを強めに」
    "(?P<what>[^、。をはが]{1,10})(?:っぽさ|らしさ)(?:を|が)?(?:もっと|もう少し)?"
    "(?:強|出|足|アップ|増|ほしい|欲しい|プラス)[^、。]{0,8}"
)
_GOT_IN = (  # 「写り込んでる」, 「うつっとる」, 「入ってもうた」
    "(?:(?:写|映|うつ)っ|(?:写り|映り|うつり|入り|はいり)(?:込|こ)ん|(?:入|はい)っ|(?<=[がは])"
    "(?:おっ|い))"
    "(?:[てで]い?る|[てで](?:しまっ|まっ|もう)[てた](?:い?る)?|ちゃっ(?:た|てる|ている)|"
    "[とど]る|ちょる|とう|はる|た)"
)
_IN_THE_WAY = re.compile(  # 「電線じゃまだから消して」, 「人がうつっとるけん消して」
    f"(?:(?:が|は)?(?:じゃま|邪魔)(?:だ|な|や|なん|じゃ)?|(?:が|は){_GOT_IN}(?:[のん](?:だ|や|"
    f"じゃ)?)?)"
    "(?:から|ので|んで|けん|けえ|け|さかい(?:に)?|はんで|し|で)、?(?=消し|けし|取っ|とっ|どけ|"
    "なくし)"
)
_TAKEN_BACK = re.compile(  # 「虹やっぱなしで」
    "(?<=[^、。 ])(?:やっぱ(?:り|し)?|やはり)[、 ]?"
    "(?=(?:なし|無し|いらない|いらん|要らない|やめて?|抜き|消して)(?:で|に|わ|です|ください)*$)"
)
_WHERE_IT_IS = re.compile(  # 「後ろに人が写ってるので」
    "^(?:後ろ|うしろ|背景|右|左|奥|手前|端|隅|真ん中)(?:側|の(?:ほう|方))?に(?=.)"
)
_PLENTY = re.compile(  # 「煮卵のせて、ネギ多め」
    "[^、。をはがにで]{1,8}(?:多|少な|濃い|薄|大き|小さ|太|細|強|弱|高|低|長|短)め"
)
_TINT = re.compile(  # 「全体的に青みを強く」
    "(?:(?:絵|画面)?(?:全体|ぜんたい)(?:的)?(?:に|の)?、?)?(?P<what>赤|青|黄色?|緑|紫|茶色?|"
    "オレンジ|ピンク|水色|金|銀|白|黒)"
    "(?:(?:み|味|色)(?:を|が)?|(?:を|が)(?=.{0,4}強))(?:もっと|もう少し|もうちょい?|ちょっと|少し)?"
    "(?:強|つよ|出|足|アップ|増|ほしい|欲しい|プラス|濃)[^、。]{0,8}"
)
_AS_SET = re.compile("(?:って|という)(?:こと|設定|感じ|てい|体)(?=に(?:して|しといて|する))")
_TOPIC = re.compile(  # 「屋根、赤やめて緑」, 「車の色、黒で」
    r"(?P<what>[^、。をはが]{1,10})"
    r"(?:[、 ](?P<old>[^、。を]{1,6}?)(?:じゃなくて|ではなくて?|(?:は|を)?やめて)[、 ]?"
    r"|(?<=の色)[、 ])(?P<new>[^、。を]{1,6}?)"
    r"(?:に(?:して)?|で|が(?:いい|良い|ええ|よか))?(?:です|わ|な|ね|よ|かな|かも)*+"
)
_ON_SECOND_THOUGHT = re.compile("^(?:やっぱり?|やはり|じゃあ|では)[、 ]?")
_SHAPED = re.compile(  # 「縦長のも」, 「横長も見たい」, 「アニメ風も見たい」
    "(?:(?:の|(?:の)?(?:やつ|もの|バージョン|版))[もがを]?|(?<=[長形風調画])[もがを])"
    "(?:[見み]たい(?:な|です|かも)?|見せて|試して|やってみて|いいな)?$"
)
_AS_WIDE_AS = re.compile(  # 「名刺くらいの横長」
    "^[^、をはが]{1,8}?(?:くらい|ぐらい|みたい|サイズ|程度|ほど)[のな](?=横長|縦長|よこなが|"
    "たてなが|正方形|真四角)"
)
_HINT = re.compile(
    rf"{_BARE_REFERENCE.pattern}|(?<!描い)て|^やっぱ|^やはり|じゃなく|ではなく|[くに](?:でき|"
    rf"お願い|おねがい)|[っら][ぽし]さ|同じ|[にく](?=$|[{MARKS}])|{_REFERENCE.pattern}|"
    rf"もっと|もう少し|もうすこし|もうちょ|ちょい|さらに|感じ|"
    "(?:入れ|いれ|足し|たし|加え|つけ|付け|追加し|着せ|かぶせ|被せ|持たせ|のせ|乗せ)たい|やめて|"
    "追加|削除|なしに|^(?:背景|季節|時間帯|天気|屋根|髪色|髪型|服装)|の色[、 ]|なし|無し|抜き|"
    "(?:さ[みび]し|寂し|殺風景|物足りな)[^、。]{0,4}(?:から|ので|けん|んで|けえ|し)|"
    "の(?:ほう|方)の(?:絵|やつ|バージョン)|雰囲気|ふんいき|ムード|トーン|(?:背景|空|髪|服|目|瞳|表情|床|壁|地面)[でに]|すぎ|過ぎ|"
    "か[なも]|けど|気が|"
    "^(?:あと|それと|ついでに)|[長形風調画][もがを]|の色(?:だけ|も)?を?(?:変|か|替|チ)|"
    "いらない|いらん|いりません|不要|邪魔|じゃま|どか|どけ|より|[せれ](?:る|ます|ません|へん)"
    "(?:か|かな|の)?[?？]?$|"
    "は[^、をはが]{1,8}(?:で$|が[いえよ])|[おいあ]ると|えると|たって[?？]?$|(?:て|に)"
    "(?:変えて)?もろて|"
    "(?:この|その)(?:子|人)に|てあげて|く(?:し|なら)(?:ないで|ん)|バージョン|色違い|色ちがい|"
    "(?:もう|あと)(?:[1-9一二三ひふ]|い[っち]|にひき)|増や|変更|向き"
)


def may_be_change(text: str) -> bool:
    """Return whether a text is worth parsing. Quick.

    True for every change, except those of nothing but steering words.
    """
    return bool(_HINT.search(text))


def settles(text: str) -> bool:
    """Return whether a cleaned text says of a picture that it is as wanted: 「これで完成！」."""
    return _SETTLED.fullmatch(text) is not None


def parse_change(text: str) -> Change | None:
    """Return the change that a cleaned text asks for. Never raises.

    Returns None if the text is a request of its own.
    """
    refers = _REFERENCE.match(text) is not None
    return None if refers and settles(text) else _parse(text, loosely=refers)


def parse_as_change(text: str) -> Change:
    """Return any text as a change: the answer to what to change, or words with a quoted picture."""
    change = _parse(text, loosely=True)
    assert change is not None
    return change


def _parse(text: str, *, loosely: bool) -> Change | None:
    """Parse a change. loosely: a part that is no step is added; else the whole is no change."""
    text, unwanted = extract_labelled(respell(straightened(text)))
    reconsiders = _ON_SECOND_THOUGHT.match(text) is not None
    text = _what_changes(text, loosely=loosely)
    rest = _BARE_REFERENCE.sub("", _REFERENCE.sub("", text, count=1))
    refers = rest != text
    steps: list[ChangeStep] = []
    controls = [f"{thing}なし" for thing in unwanted]
    additions: list[str] = []
    for typed in re.split(rf"[{MARKS}]+", rest, maxsplit=_MAX_PARTS):
        part = _NEXT.sub("", typed).rstrip("?？!！")
        if not part or _INTERJECTION.fullmatch(part) or (part != rest and _LACKS.fullmatch(part)):
            continue
        words = strip_politeness(_without_polite_ending(part) or part)
        instead = NOT_BUT.match(words)
        if instead and (control := _control(f"{instead['into']}で", instead["into"])):
            controls.append(control)  # 「水彩やめて油絵」
        elif control := _control(part, words):
            controls.append(control)
        elif (remark := parse_remark(part)) and remark.replacement:
            steps.append(ChangeStep(remark.kind, remark.target, remark.replacement))
        elif (look := parse_look(DEGREE.sub("", words)) or parse_look(DEGREE.sub("", part))) and (
            not look[1] or (control := _control(look[1]))
        ):
            steps.append(ChangeStep(look[0].kind, look[0].target, look[0].replacement))
            controls += [control] if control else []
        elif reconsiders and (control := _control(f"{words}で")):
            controls.append(control)  # 「やっぱ油絵」
        elif (match := SWAP.match(words)) and (
            control := _control(f"{match['into']}{match['ku'] or 'に'}")
        ):
            steps.append(ChangeStep("about", match["what"]))
            controls.append(control)
        elif step := parse_step(words, refers=refers) or (
            parse_reconsidered_step(words) if reconsiders else None
        ):
            steps.append(step)
        elif part != rest and _PLENTY.fullmatch(words):
            steps.append(ChangeStep("add", words))
        elif loosely:
            additions.append(as_added(words, typed=part))
        else:
            return None
    if steps or controls:  # 「ちょっと怖いかも、もっと優しく」
        additions = [each for each in additions if spoken_command(each) not in _ASIDES]
        additions = [each for each in additions if not is_complaint(each)]
    return Change(refers, tuple(steps), read("、".join(controls)), tuple(additions))


def _what_changes(text: str, *, loosely: bool) -> str:
    """Return a text without second thoughts and reasons, and 「屋根、赤やめて緑」 as a swap."""
    text = as_usually_said(text)
    text = re.sub(
        r"((?:じゃ|では)な(?:くて|く|いで))[、 ]", r"\1", _ON_SECOND_THOUGHT.sub("", text)
    )
    text = re.sub("(?<=[をはが])(?:やっぱり?|やはり)(?=.)", "", text)
    text = _TAKEN_BACK.sub("", text)
    if (plain := _IN_THE_WAY.sub("を", text)) != text:
        text = _WHERE_IT_IS.sub("", plain)
    text = re.sub("^(?:今度|こんど)は(?=.{1,12}も)", "", text)
    text = re.sub("(?<=[0-9一二三四五])[ひぴび]き", "匹", text)
    text = _GIVEN.sub("", _TO_IT.sub("", _SETTLED_BUT.sub("", _AS_SET.sub("", text))))
    if (reason := _REASON.match(text)) and (loosely or parse_change(reason["rest"])):
        text = reason["rest"]
    if flavour := _FLAVOUR.fullmatch(text):
        return f"もっと{flavour['what']}っぽく"
    if tint := _TINT.fullmatch(text):
        return f"もっと{tint['what']}っぽく"
    topic = _TOPIC.fullmatch(text)
    if topic and is_colour(topic["old"] or topic["new"]) and is_colour(topic["new"]):
        return f"{topic['what']}を{topic['new']}に"
    return text


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
            DEGREE.sub("", form),
            _CHANGE_VERB_ENDING.sub("", form),
            _SHAPED.sub("で", form),
            _AS_WIDE_AS.sub("", form),
        )
        if variant
    ]
    return next((variant for variant in dict.fromkeys(variants) if _is_control(variant)), None)


def _is_control(words: str) -> bool:
    return len(words) <= _MAX_CONTROL_CHARS and read(words).problem == "only_controls"
