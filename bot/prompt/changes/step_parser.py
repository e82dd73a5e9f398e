"""Parses one part of a sentence as one step of a change: 「空を夜に」, 「もっと明るく」."""

from __future__ import annotations

import re

from bot.prompt.changes.attributes import is_colour
from bot.prompt.changes.categories import STATE_CATEGORIES, attributive, category_of
from bot.prompt.changes.looks import FEELING_SUFFIX, as_in_prompt
from bot.prompt.changes.steps import ChangeStep
from bot.prompt.changes.targets import thing_meant, whole_noun
from bot.prompt.changes.typed import SET_UP, parse_short_change
from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import NUMERAL

PICTURE = "絵|画像|イラスト|写真|作品|やつ|もの"
CHANGE_VERB = (
    "(?:して|変えて|かえて|替えて|代えて|変更して|変更|チェンジして|チェンジ|入れ替えて|"
    "置き換えて|描き替えて|"
    "描き変えて|"
    "なおして|直して|仕上げて|寄せて|増やして|ふやして|減らして|へらして)"
)
_ORDERS_CHANGE = re.compile("(?:変え|かえ|替え|代え|変更し|チェンジし|入れ替え|置き換え)て$")
_ALL_OF = re.compile(  # 「全部の雲を消して」, 「雲を全部消して」
    "^(?:全部|ぜんぶ|全て|すべて|全員)の(?=.)|(?<=[^もで])(?:全部|ぜんぶ|全て|すべて|全員|"
    "一つ残らず)"
    "(?=(?:消し|けし|なくし|無くし|取[っり]|とっ|除い|外し|はずし|抜い|削除))"
)
DEGREE = re.compile(
    "^(?:全体的?に|もっと|もう少し|もうすこし|もうちょっと|もうちょい|も少し|さらに|ちょっと|"
    "ちょい|少し|"
    "すこし|"
    "だいぶ|かなり|若干)(?:だけ)?[ 、]?"
)
SWAP = re.compile(
    rf"^(?P<what>.{{1,20}}?)(?:を|は|だけ)(?P<into>[^を]{{1,20}}?)(?:に{CHANGE_VERB}?|"
    rf"(?P<ku>く){CHANGE_VERB}?)$"
)
_REMOVE = re.compile(
    "^(?P<what>.{1,20}?)(?:を|は)?(?:消して|けして|なくして|無くして|取って|とって|取り除いて|"
    "除いて|外して|"
    "はずして|抜いて|削除(?:して)?|なしに(?:して)?)$"
)
_LEAVES = re.compile(
    ".*(?:[にへ].+|戻し|置い|描い|書い|かい|撮っ|作っ|[てで])とって$"
)  # 「外に立てかけとって」
_NOT_WANTED = re.compile(  # 「うさぎいらない」
    "^(?P<what>.{1,16}?)(?:は|が|も|って)?(?:もう|まだ)?(?:(?:いら|要ら|いり|要り)(?:なかった|ない|んかった|"
    "ん|ませんでした|ません|へんかった|"
    "へん)|不要|邪魔|"
    "(?:な|無)くて(?:も)?(?:いい|ええ|大丈夫))(?:かも|かな|です|わ|よ|な|ね|や)*$"
)
_WITHOUT = re.compile("^(?P<what>.{1,12}?)(?:は|も)?(?P<none>なし|無し|抜き)(?:で|に(?:して)?)?$")
_ADD = re.compile(
    "^(?P<what>.{1,30}?)(?:を|も)(?:追加(?:して|で)?|足して|たして|加えて|くわえて|入れて|いれて|"
    "つけて|"
    "付けて|描き足して|描き加えて|描いて足して|置いて|乗せて|のせて|かぶせて|着せて|持たせて|"
    f"{SET_UP}|"
    "生やして|はやして|巻いて|かけて|掛けて|上げて|あげて|打ち上げて|"
    "降らせて|咲かせて|飛ばせて|飛ばして|浮かべて|散らして|散りばめて|並べて|描き入れて|(?<=も)"
    "(?:出して|だして)|"
    "(?:入れ|いれ|足し|たし|加え|つけ|付け|描き足し|追加し|置き|乗せ|のせ|着せ|かぶせ|被せ|"
    "持たせ)たい)$"
)
_GOOD_TO_HAVE = re.compile(  # 「鳥もおるとええな」, 「後ろに山があるといいな」
    "(?P<what>[^、]{1,14}?)(?:が|も)(?:おる|いる|ある|見える|写る|"
    "(?P<doing>[^、をはがも]{1,8}?[てで](?:いる|る|おる)))と(?:いい|良い|ええ|よか|うれしい|"
    "嬉しい)"
    "(?:です|な|ね|よ|かも|かな|ねん|のに|けど)*"
)
_NOT_SO = re.compile(  # 「怖くしないで」
    "(?:あんまり?|あまり|そんなに)?(?P<stem>[^、をはがも]{1,6})く(?:し|なら)(?:ないで|んといて|"
    "んで)"
)
NOT_BUT = re.compile(  # 「犬じゃなくて猫にして」
    rf"^(?P<what>.{{1,12}}?)(?:(?:じゃ|では)な(?:くて|く|いで)|(?:を|は)?(?:やめて|やめ、))"
    rf"(?P<into>.{{1,12}}?)"
    rf"(?:に{CHANGE_VERB}?|で(?:見たい|みたい|お願い|描いて)?(?:かも|かな|です)?|を描いて|"
    "(?:の(?:方|ほう|やつ))?[がを](?:いい|良い|よかった|良かった|見たい|みたい|ほしかった|"
    "お願い)(?:かも|かな|です|な|ね)?)?$"
)
_CAUSATIVE = re.compile("^(?P<into>[^をがに]{1,12}?)させて$")  # 「もっとキラキラさせて」
_RATHER = re.compile(
    "(?P<into>.{1,10}?)(?:で|(?:の?(?:方|ほう))?が(?:いい|良い|ええ|よか))(?:わ|な|ね|よ|です|"
    "かな|かも)*"
)
_TOPIC_IS = re.compile(  # 「ドレスは青で」, 「背景は冬のほうがいい」
    "(?P<what>[^、をがはも]{1,10})は(?P<into>[^、をがは]{1,8}?)"
    "(?:で|(?:の?(?:方|ほう))?が(?:いい|良い|ええ|よか))(?:わ|な|ね|よ|です|かな|かも)*"
)
_BACKGROUND_IS = re.compile("^背景は(?P<into>.{1,20}?)で?$")
_BECOME = re.compile(rf"^(?P<into>.{{1,15}}?)(?:に{CHANGE_VERB}|(?P<ku>く){CHANGE_VERB})$")
_SCENE = re.compile(  # 「親鳥が餌を持って帰るところにして」
    "(?P<scene>[^、。]{3,30}?[るたい])(?:ところ|とこ|場面|シーン|様子|瞬間)に(?:して|変えて|"
    "かえて|変更して)"
)
_BECOME_LOOSE = re.compile(
    rf"^(?P<into>.{{1,15}}?)(?:に{CHANGE_VERB}?|で|(?P<ku>く){CHANGE_VERB}?)$"
)
_BETTER = re.compile(  # 「明るめがいい」, 「優しいほうがいい」, 「大きいのがいい」
    "^(?P<into>.{1,10}?)(?:(?P<rather>め)|の|(?:な|の)?(?:ほう|方|感じ))が(?:(?:いい|良い)"
    "(?:な|かな|かも|です)?)?$"
)
_WHOLE_PICTURE = re.compile(f"^(?:全体|全部|{PICTURE}|これ|それ)$")
_MORE_OF = re.compile("^(?:(?P<what>.{1,20}?)を)?(?:もっと|さらに)?(?:増やして|ふやして)$")
_MIRROR = re.compile(f"^左右(?:を|は)?(?:逆|反対|入れ替え|反転)(?:に)?(?:{CHANGE_VERB}|して|て)?$")
_COLOUR_OF = re.compile("(?P<thing>.+?)の(?:色|色合い)")  # 「灯台の色をしましまに」
_A_PICTURE = re.compile("の(?:絵|イラスト|画像)$")
_NOT_A_SUBJECT = re.compile(f"^(?:{PICTURE}|一緒|今|自由)$")


def parse_step(words: str, *, refers: bool) -> ChangeStep | None:
    """Return the step that a part of a sentence asks for, or None.

    words: the part, without what is said out of politeness. refers: the sentence refers to a
    picture, so that 「夜で」 is a step too.
    """
    words = _ALL_OF.sub("", words)
    if step := _plain_step(words):
        return step
    degree = DEGREE.match(words)
    bare = words[degree.end() :] if degree else words
    if step := _step_of_thing(words, bare):
        return step
    return _step_of_whole(bare, refers=refers, is_graded=degree is not None)


def _plain_step(words: str) -> ChangeStep | None:
    """Return the step of what adds, removes or says for itself what it changes."""
    if match := NOT_BUT.match(words):
        return ChangeStep("swap", match["what"], match["into"])
    if _MIRROR.match(words):
        return ChangeStep("mirror")
    if match := _MORE_OF.match(words):
        target = thing_meant(match["what"] or "数")
        if target == "数":
            return ChangeStep("become", replacement="たくさん")
        return ChangeStep("swap", target, "たくさん")
    if short := parse_short_change(words):
        if short.kind == "add" and _A_PICTURE.search(short.replacement):
            return None  # 「神社の絵出して」 is a request of its own
        if short.kind == "add":
            return ChangeStep("add", short.replacement)
        return ChangeStep(short.kind, short.target, short.replacement, short.whole, short.is_order)
    if match := _ADD.match(words):
        return ChangeStep("add", whole_noun(match["what"], words))
    if match := _GOOD_TO_HAVE.fullmatch(words):
        return ChangeStep("add", f"{match['doing'] or ''}{match['what']}")
    if (match := _NOT_SO.fullmatch(words)) and morphology.tokenize(f"{match['stem']}い")[
        -1
    ].part_of_speech == "形容詞":
        return ChangeStep("remove", f"{match['stem']}い")
    if (match := _REMOVE.match(words)) and not _LEAVES.match(words):
        return ChangeStep("remove", match["what"])
    if (match := _NOT_WANTED.match(words)) and morphology.is_noun_phrase(match["what"]):
        return ChangeStep("remove", match["what"])
    if (match := _WITHOUT.match(words)) and morphology.is_word_start(words, match.start("none")):
        return ChangeStep("remove", match["what"])
    return None


def _step_of_thing(words: str, bare: str) -> ChangeStep | None:
    """Return the step of 「空を夜に」. bare: the words without how much, 「もっと」."""
    if match := SWAP.match(bare):
        replacement = as_in_prompt(DEGREE.sub("", match["into"]), match["ku"])
        if _WHOLE_PICTURE.match(match["what"]):
            return ChangeStep("become", replacement=replacement)
        is_order = _ORDERS_CHANGE.search(words) is not None
        target = thing_meant(match["what"])
        of_colour = _COLOUR_OF.fullmatch(match["what"])
        if of_colour and of_colour["thing"] == target and not is_colour(replacement):
            replacement = f"{attributive(replacement)}{target}"
        return ChangeStep("swap", target, replacement, is_order=is_order)
    if (match := _TOPIC_IS.fullmatch(bare)) and (
        is_colour(match["into"]) or category_of(match["into"], STATE_CATEGORIES)
    ):
        return ChangeStep("swap", thing_meant(match["what"]), match["into"])
    if match := _BACKGROUND_IS.match(bare):
        return ChangeStep("swap", "背景", match["into"])
    return None


def _step_of_whole(bare: str, *, refers: bool, is_graded: bool) -> ChangeStep | None:
    """Return the step of 「夜に」, which is said of the whole picture."""
    if match := _SCENE.fullmatch(bare):
        return ChangeStep("become", replacement=f"{match['scene']}ところ")
    if match := (_BECOME_LOOSE if is_graded or refers else _BECOME).match(bare):
        replacement = as_in_prompt(match["into"], match["ku"])
        subject = re.sub(f"の(?:{PICTURE})$", "", replacement)
        if subject != replacement and not refers:
            return None  # 「犬の絵にして」 is a request of its own
        if not _NOT_A_SUBJECT.match(subject) and not re.fullmatch(NUMERAL, subject):
            return ChangeStep("become", replacement=subject)
    if is_graded and (match := _BETTER.match(bare)):
        if not match["rather"]:
            return ChangeStep("become", replacement=match["into"])
        return ChangeStep("become", replacement=as_in_prompt(match["into"], "く"))
    if (is_graded or refers) and (match := _CAUSATIVE.match(bare)):
        return ChangeStep("become", replacement=match["into"])
    if is_graded and (match := FEELING_SUFFIX.search(bare)):
        return ChangeStep("become", replacement=bare[: match.start()])
    return None


def parse_reconsidered_step(words: str) -> ChangeStep | None:
    """Return the step of 「やっぱり緑で」; 「やっぱり犬で」 may be a request of its own."""
    match = _RATHER.fullmatch(words)
    if match is None:
        return None
    is_inside = match["into"] in {"室内", "屋内", "屋外", "部屋の中", "野外", "外"}
    if is_inside or category_of(match["into"], STATE_CATEGORIES) or is_colour(match["into"]):
        return ChangeStep("become", replacement=match["into"])
    return None
