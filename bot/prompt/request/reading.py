"""Reads a text as a request for a picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import MAX_PROMPT, clean, has_symbols, has_words, remove_spans
from bot.prompt.japanese.grammar import GREETING
from bot.prompt.options.letter_phrases import extract_letters
from bot.prompt.options.letters import Letters
from bot.prompt.options.media import Purpose
from bot.prompt.options.styles import is_only_styles, styles
from bot.prompt.pasted.line_order import with_negative_last
from bot.prompt.pasted.own_sentences import without_own
from bot.prompt.request.steering import extract_controls
from bot.prompt.request.wish_frames import without_frame
from bot.prompt.request.wish_leads import without_leads
from bot.prompt.request.wish_talk import without_talk

if TYPE_CHECKING:
    from bot.line.events import Mention, Span

_NO_SUBJECT = re.compile(  # 「適当に何か」, 「絵」
    "^(?:とりあえず|適当に|てきとうに|ランダムに?|今日の気分で|暇だから|ひまだから|また|、| )*+"
    "(?:(?:全部|すべて)?(?:おまかせ|お任せ)(?:します)?|(?:何|なに|なん)(?:か|でも)(?:いい|良い|"
    "おまかせ|一つ|ひとつ|好きなもの|面白いもの|"
    "かわいいもの)?|"
    "好きなもの|好きなの|絵|お絵描き|お絵かき|画像|イラスト|ちょうだい|ください|よろしく|お願い|"
    "おねがい)"
    "(?:です|で|から|ので|けど|を|も|よ|ね|や|、| )*+$"
)
_MORE_WORDS = (  # 「あと2枚」: of the picture before
    "あと|アト|もう(?:いっちょ|少し|すこし|ちょっと)?|さらに|更に|ほかに?|他に?|もっと|"
    "追加|プラス|おかわり|続け|つづけ|引き続き|ひきつづき|ついで|同じ(?:の|もの|やつ|く|感じ)|"
    "おなじ(?:の|やつ)|"
    "[こそ]んな感じ|[こそ]の(?:調子|感じ)|別(?:の|に)|べつの|違うの|ちがうの|別(?:案|パターン|"
    "バージョン)|"
    "再度|再び|ふたたび|また|残り|のこり|全部|ぜんぶ|合計|トータル|枚数"
)
_LAST = (  # 「それを2枚」: so only with a number
    "これ|それ|続き|(?:さっき|先ほど|今|いま|前|次|つぎ|最後|直前)(?:の(?:絵|やつ|画像|イラスト))?"
)
_JOINTS = "(?:を|で|に|て|も|は|から|の|と|、| )*+"
_MORE = re.compile(f"(?:(?:{_MORE_WORDS}){_JOINTS})+")
_MORE_OF_LAST = re.compile(f"(?:(?:{_MORE_WORDS}|{_LAST}){_JOINTS})+")
_ALSO = re.compile(
    "も、?(?:[描書画]い|かい|作|つく|お願い|おねがい|見たい|みたい|欲しい|ほしい|頼|ください)"
)
_ONLY_ASKS = re.compile(
    "(?:もらえ|いただけ|頂け|くれ|できま?|お願いでき)(?:ます|る|ません|ない|せん|す)"
    "(?:でしょう)?(?:か|かな|の)?[?？]?"
)
Problem = Literal["empty", "too_long", "only_emoji", "only_controls", "anything"]


@dataclass(frozen=True)
class Reading:
    """A text as the bot understood it.

    prompt: what to paint; empty exactly when there is a problem. negative: what to leave out,
    joined by 「、」. count: 1 to 4 pictures, even if more were asked for. width, height: pixels of
    a model of 512 x 512, None if no shape was asked for. seed: 0 to 2**32 - 1. problem: why it
    cannot be painted as it stands. mentioned_self: the text mentions the bot. styles: labels of
    bot.prompt.options.styles. effort: more or fewer steps than usual. fidelity: how closely the
    words are followed. strength: 0 to 1, how far a picture that is given may change; None if not
    said. purpose: what the picture is for; None if not said. letters: what is to be set over the
    picture. capped: more pictures were asked for.
    """

    prompt: str
    negative: str = ""
    count: int = 1
    width: int | None = None
    height: int | None = None
    seed: int | None = None
    problem: Problem | None = None
    mentioned_self: bool = False
    styles: tuple[str, ...] = ()
    effort: Literal["quick", "careful"] | None = None
    fidelity: Literal["free", "faithful"] | None = None
    strength: float | None = None
    purpose: Purpose | None = None
    letters: Letters | None = None
    capped: bool = field(default=False, compare=False)

    @property
    def steers_picture(self) -> bool:
        """Whether it says more than what to paint and what to leave out."""
        steers = (self.width, self.seed, self.effort, self.fidelity, self.strength, self.purpose)
        return self.count > 1 or bool(self.styles) or any(value is not None for value in steers)


def read(
    incoming_text: str | None, mentions: Iterable[Mention] = (), emojis: Iterable[Span] = ()
) -> Reading:
    """Read a message's text as a request for a picture. Never raises.

    mentions, emojis: the spans that LINE sent with the text; they are no part of the request.
    """
    mentions, emojis = list(mentions), list(emojis)
    mentioned_self = any(mention.is_self for mention in mentions)
    text = without_own(remove_spans(incoming_text or "", mentions, emojis))
    text = with_negative_last(text)
    text, letters = extract_letters(text) if len(text) <= MAX_PROMPT else (text, None)
    text = clean(text)
    if len(text) > MAX_PROMPT:
        return Reading("", problem="too_long", mentioned_self=mentioned_self)
    if not has_words(text):
        problem: Problem = "only_emoji" if emojis or has_symbols(text) else "empty"
        problem = "only_controls" if letters else problem
        return Reading("", problem=problem, mentioned_self=mentioned_self, letters=letters)

    rest, controls = extract_controls(text)
    rest = without_talk(without_frame(_without_also(rest, text)))
    rest = without_frame(without_leads(rest))
    width, height = controls.shape or (None, None)
    lack = _what_lacks(rest, text, has_emojis=bool(emojis), has_count=bool(controls.count))
    return Reading(
        "" if lack else rest,
        "、".join(controls.negatives),
        controls.count or 1,
        width,
        height,
        controls.seed,
        lack,
        mentioned_self,
        tuple(label for label in styles() if label in controls.styles),
        controls.effort,
        controls.fidelity,
        controls.strength,
        controls.purpose,
        letters,
        controls.capped,
    )


def _without_also(rest: str, text: str) -> str:
    """Return 「犬」 of 「犬も描いて」."""
    is_also = rest.endswith("も") and _ALSO.search(text) and morphology.ends_in_particle(rest, "も")
    return rest.removesuffix("も") if is_also else rest


def _what_lacks(rest: str, text: str, *, has_emojis: bool, has_count: bool) -> Problem | None:
    """Return why there is nothing to paint in what is left of a text; None if there is."""
    if not has_words(rest) or is_only_styles(rest):
        return "only_emoji" if has_emojis or has_symbols(rest or text) else "only_controls"
    if rest != text and (_MORE_OF_LAST if has_count else _MORE).fullmatch(rest):
        return "only_controls"
    if rest != text and _ONLY_ASKS.fullmatch(rest):
        return "only_controls"  # 「待ち受けサイズでもらえますか」
    if rest != text and not GREETING.sub("", f"{rest}、").strip("、 "):
        return "only_controls"  # 「人は入れないで、こんにちは」
    return "anything" if _NO_SUBJECT.fullmatch(rest) else None
