"""Extracts the steering words: how many, which shape, which seed, how carefully, how freely."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from bot.prompt.commands.spoken import strip_small_talk
from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import has_words
from bot.prompt.japanese.grammar import (
    BOUNDARY_AFTER,
    FAREWELL,
    GREETING,
    LABEL,
    LAUGHTER,
    LAUGHTER_BESIDE_TEXT,
    MARK_OR_PARTICLE_BEFORE,
    POLITE_ENDING,
    REQUEST_ENDING,
    SEAM,
    SOFTENER,
    close_seams,
    last_segment,
    take_request,
    take_softener,
    take_wanted,
)
from bot.prompt.japanese.request_phrases import shorten_requests
from bot.prompt.japanese.respell import respell
from bot.prompt.options.counts import COUNT, read_count
from bot.prompt.options.manners import EFFORTS, FIDELITIES, STRENGTHS
from bot.prompt.options.media import PURPOSE_SIZES, Purpose
from bot.prompt.options.negatives import (
    extract_any,
    extract_common,
    extract_replaced,
    in_usual_order,
)
from bot.prompt.options.purpose_nouns import extract_purpose_noun
from bot.prompt.options.purposes import extract_purpose
from bot.prompt.options.shapes import (
    SHAPE,
    SHAPE_BY_WORD,
    SHAPE_OF_SUBJECT,
    Size,
    nearest_size,
    size_of,
)
from bot.prompt.options.styles import extract_styles, is_only_styles
from bot.prompt.pasted.fields import Pasted
from bot.prompt.pasted.markup import without_marks
from bot.prompt.pasted.parameters import extract_pasted
from bot.prompt.request.corrections import corrected
from bot.prompt.request.run_on import separate_run_ons
from inference.request import MAX_COUNT, MAX_SEED

_SEED = re.compile(
    rf"(?<![a-z])(?:シード|しーど|seed|種)(?:値|番号)? ?[:=はを]? ?[-−]?(?P<seed>[0-9]++)"
    rf"(?:番)? ?(?:{POLITE_ENDING}{BOUNDARY_AFTER}|で)",
    re.IGNORECASE,
)
_CHANGE_SHARE = re.compile(  # in figures: 「変化50%」, 「変える強さは0.5で」
    rf"{MARK_OR_PARTICLE_BEFORE}(?:変化|変える|変化の|画像の|写真の)?(?:量|率|強さ|つよさ|強度|"
    rf"度合い?)?(?<=[化量率さ度合い])[はを:=]? ?"
    rf"(?:(?P<percent>[0-9]{{1,3}}) ?(?:%|パーセント)|(?P<share>[01]?\.[0-9]{{1,3}})|"
    rf"(?P<tenths>[0-9]|10)割)"
    rf"(?:くらい|ぐらい|程度)?{POLITE_ENDING}{BOUNDARY_AFTER}"
    # as it is read back: 「もとの絵から30%変えて」
    rf"|{MARK_OR_PARTICLE_BEFORE}(?:(?:元|もと)の?(?:写真|画像|絵)から)?"
    rf"(?:(?P<percent_of>[0-9]{{1,3}}) ?(?:%|パーセント)|(?P<tenths_of>[0-9]|10)割)"
    rf"(?:くらい|ぐらい|程度)?(?:だけ)?(?:変え|かえ|変化させ)て{POLITE_ENDING}{BOUNDARY_AFTER}"
)
_USE = re.compile("壁紙|待ち?受|ロック|背景|ストーリー|アイコン|プロフ|サムネ")  # as a shape
_MAX_PASSES, _MIN_PASSES = 40, 4  # people's sentences need two
_MAX_CHARS_READ = 4_000  # in all passes: a long text gets fewer of them


@dataclass
class Controls:
    """What the steering words said; None or empty if they did not."""

    count: int | None = None
    size: Size | None = None
    seed: int | None = None
    negatives: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    effort: Literal["quick", "careful"] | None = None
    fidelity: Literal["free", "faithful"] | None = None
    strength: float | None = None
    purpose: Purpose | None = None
    capped: bool = False  # more pictures were asked for
    is_measured: bool = False  # in figures, which say more than what it is for

    @property
    def shape(self) -> Size | None:
        """The size that was asked for, or else the one that the purpose implies."""
        return self.size or (PURPOSE_SIZES.get(self.purpose) if self.purpose else None)

    def take_seed(self, match: re.Match[str]) -> str:
        self.seed = int(match["seed"]) % (MAX_SEED + 1)
        return SEAM

    def take_count(self, match: re.Match[str]) -> str:
        taken = read_count(match)
        if taken.pictures is not None:
            self.count = max(1, min(taken.pictures, MAX_COUNT))
            self.capped = taken.pictures > MAX_COUNT
        return taken.rest

    def take_pasted(self, pasted: Pasted) -> None:
        """Take what a tool's syntax said; a shape is the nearest that there is."""
        self.negatives += pasted.negatives
        self.count = max(1, min(pasted.count, MAX_COUNT)) if pasted.count else None
        self.capped = bool(pasted.count and pasted.count > MAX_COUNT)
        self.seed = None if pasted.seed is None else pasted.seed % (MAX_SEED + 1)
        if ratio := pasted.ratio:
            self.size, self.is_measured = nearest_size(ratio), True

    def take_shape(self, match: re.Match[str]) -> str:
        if self.is_measured and _USE.search(match[0]):
            return SEAM  # 「1920x1080の壁紙」
        self.size = size_of(match) or SHAPE_BY_WORD[match["side"] or match["leading"]]
        return SEAM

    def keep_shape(self, match: re.Match[str]) -> str:
        self.size = self.size or size_of(match)
        return match[0]

    def take_share(self, match: re.Match[str]) -> str:
        if percent := match["percent"] or match["percent_of"]:
            share = int(percent) / 100
        else:
            tenths = match["tenths"] or match["tenths_of"]
            share = int(tenths) / 10 if tenths else float(match["share"])
        self.strength = min(1.0, round(share, 2))
        return SEAM

    def take_manners(self, text: str) -> str:
        for effort, pattern in EFFORTS.items():
            text, times = pattern.subn(SEAM, text)
            self.effort = effort if times else self.effort
        for fidelity, pattern in FIDELITIES.items():
            text, times = pattern.subn(SEAM, text)
            self.fidelity = fidelity if times else self.fidelity
        text = _CHANGE_SHARE.sub(self.take_share, text)
        for amount, pattern in STRENGTHS.items():
            text, times = pattern.subn(SEAM, text)
            self.strength = amount if times else self.strength
        return text


def extract_controls(text: str) -> tuple[str, Controls]:
    """Return the text without its steering words, and what they said.

    A correction that names nothing but steering words takes nothing back: 「城、やっぱり水彩で」.
    """
    if (meant := corrected(text)) != text:
        rest, controls = _extract_controls(meant, text)
        if has_words(rest) and not is_only_styles(rest):
            return rest, controls
    return _extract_controls(text, text)


def _extract_controls(text: str, whole: str) -> tuple[str, Controls]:
    """Extract until the text stays the same, so that the rest reads as itself.

    whole: what was written, of which a correction may have taken something away.
    """
    controls = Controls()
    text, pasted = extract_pasted(respell(text))
    controls.take_pasted(pasted)
    passes = min(_MAX_PASSES, max(_MIN_PASSES, _MAX_CHARS_READ // max(1, len(text))))
    for _ in range(passes):
        before = text
        text = GREETING.sub("", shorten_requests(strip_small_talk(text)))
        text = separate_run_ons(text)
        text = FAREWELL.sub("", LAUGHTER_BESIDE_TEXT.sub(SEAM, text))
        text = extract_common(
            LABEL.sub(_without_label, SOFTENER.sub(take_softener, text)), controls.negatives
        )
        text = _extract_any_but_all(extract_replaced(text, controls.negatives), controls)
        text = _extract_purpose_of_something(text, controls)
        text = without_marks(_without_joint(close_seams(_extract_once(text, controls))))
        if text == before and (text := _extract_purpose_noun(text, controls)) == before:
            break
    controls.negatives = in_usual_order(controls.negatives)
    if controls.styles and controls.negatives:
        _forget_styles_left_out(whole, controls)
    return text, controls


def _without_label(match: re.Match[str]) -> str:
    return SEAM + (f"{match['words']}{SEAM}" if match["words"] else "")


def _forget_styles_left_out(text: str, controls: Controls) -> None:
    """Forget the styles that only things have which are left out: 「写真風の赤い車なし」."""
    inside: list[str] = []
    for thing in controls.negatives:
        extract_styles(thing, inside)
        text = text.replace(thing, "")
    if inside:
        elsewhere: list[str] = []
        extract_styles(text, elsewhere)
        controls.styles = [
            label for label in controls.styles if label in elsewhere or label not in inside
        ]


def _without_joint(text: str) -> str:
    """Remove the 「で」 that joined the subject to extracted words: 「柴犬で」, not 「遊んで」."""
    if not text.endswith("で"):
        return text
    return text[:-1] if morphology.joins_noun(last_segment(text)) else text


def _extract_any_but_all(text: str, controls: Controls) -> str:
    """Extract any thing with its 「なし」, unless it is the only thing in the text."""
    for but_first in (False, True):
        negatives = list(controls.negatives)
        rest = extract_any(text, negatives, but_first=but_first)
        if rest == text:
            return text
        if _names_something(rest):
            controls.negatives = negatives
            return rest
    return text


def _extract_purpose_of_something(text: str, controls: Controls) -> str:
    """Extract what the picture is for, unless the text says nothing else."""
    rest, purpose = extract_purpose(text)
    if purpose is None or not _names_something(rest):
        return text
    controls.purpose = purpose
    return rest


def _extract_purpose_noun(text: str, controls: Controls) -> str:
    """Extract what the picture is made into, 「羊の年賀状」, unless no subject is left."""
    rest, purpose = extract_purpose_noun(text)
    if purpose is None or not has_words(rest) or is_only_styles(rest):
        return text
    controls.purpose = controls.purpose or purpose
    return rest


def _names_something(text: str) -> bool:
    """Return whether words are left but for the steering words and laughter: 「2枚、笑」."""
    rest = close_seams(_extract_once(text, Controls()))
    return has_words(rest) and re.fullmatch(LAUGHTER, rest) is None


def _extract_once(text: str, controls: Controls) -> str:
    text = take_wanted(extract_styles(text, controls.styles))
    text = REQUEST_ENDING.sub(take_request, text)
    text = _SEED.sub(controls.take_seed, text)
    text = COUNT.sub(controls.take_count, text)
    text = SHAPE.sub(controls.take_shape, text)
    text = SHAPE_OF_SUBJECT.sub(controls.keep_shape, text)
    text = extract_styles(text, controls.styles)
    return controls.take_manners(text)
