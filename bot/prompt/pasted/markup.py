"""Takes off the marks with which tools and editors dress words: weights, networks, quotes, lists.

"(apple:1.3)", "{{apple}}", "1.2::apple::", "[red:blue:0.5]", "<lora:x:1>", "BREAK", "**bold**".
https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features#attentionemphasis
https://docs.novelai.net/image/strengthening-weakening
"""

from __future__ import annotations

import re
from collections.abc import Callable

_WEIGHT = re.compile(
    r"(?<![(\[{])[(\[{]++(?P<words>[^()\[\]{}:]{1,200}): ?(?P<weight>-?[0-9.]{1,5})[)\]}]++"
    r"|(?<![^ ,、])(?P<before>-?[0-9.]{1,5})::(?P<inside>[^:]{1,80})::"
    r"|(?P<part>[^ :,、]{1,80})::(?P<share>-?[0-9.]{1,5})(?=$|[ ,、])"
)
_NETWORK = re.compile(
    r"[ ,、]{0,2}<(?:lora|lyco|hypernet|embedding):[^<>]{1,100}>"
    r"|(?<![A-Za-z])(?:embedding:[A-Za-z0-9_.:-]{1,60}|(?<=[ ,、])BREAK(?=[ ,、]|$)[ ,、]{0,2})"
    r"|(?<![^ ,、])__[a-z0-9_/-]{1,40}__"
)
_TAG = re.compile(  # of models that were trained with them: no picture has them
    r"(?<![^ ,、])(?:score_[0-9](?:_up)?|source_[a-z]{2,16}|rating[:_][a-z]{2,16})"
    r"(?=$|[ ,、])[ ,、]*+"
)
_CHANGED = re.compile(  # "[red:blue:0.5]" begins with red, "[red::10]" ends with it
    r"\[(?P<first>[^\[\]:|]{1,80}):(?P<then>[^\[\]:|]{0,80}):[0-9.]{1,5}\]"
)
_EITHER = re.compile(r"(?P<open>[\[{])(?P<words>[^\[\]{}|]{1,60}(?:\|[^\[\]{}|]{1,60}){1,9})[\]}]")
_EMPHASIS = re.compile(
    r"\({2,9}(?P<round>[^()]{1,200})\){2,9}|\[{2,9}(?P<square>[^\[\]]{1,200})\]{2,9}"
    r"|\{{2,9}(?P<curly>[^{}\":]{1,200})\}{2,9}"
    r"|(?<![^,、])\{(?P<tag>[^{}\":]{1,200})\}(?=$|[,、])"
)
_AND = re.compile("(?<=[ぁ-ゖァ-ヺー一-鿿)]) AND (?=[ぁ-ゖァ-ヺ一-鿿(])")
_SHARED = re.compile("(?<=[^ :,、])::(?=$| )")
_FENCE = re.compile("^`{1,3}(?P<words>[^`]+)`{1,3}$")
_BULLET = re.compile(r"^(?:[>#*•‣] ?|[-–—] (?=[^\W\d_a-zA-Z])|1[.)] (?!.* 2[.)] ))+(?=\S)")
_BOLD = re.compile(r"\*\*(?P<words>[^*]{1,200})\*\*")
_WRAPPED = (
    re.compile(r"""^(?:"(?P<a>[^"]{2,})"|'(?P<b>[^']{2,})'|[“”](?P<c>[^“”]{2,})[“”])$"""),
    re.compile(r"^(?:\((?P<a>[^():]{2,})\)|\[(?P<b>[^\[\]:|]{2,})\]|\{(?P<c>[^{}\":|]{2,})\})$"),
)


def without_marks(text: str) -> str:
    """Return a cleaned text without a code fence, a bullet, quotes or brackets around all of it."""
    if fence := _FENCE.match(text):
        text = fence["words"].strip()
    text = _BULLET.sub("", _BOLD.sub(lambda match: match["words"], text))
    for pattern in _WRAPPED:
        if match := pattern.match(text):
            text = next(filter(None, match.group("a", "b", "c"))).strip()
    return text


def without_weights(text: str, leave_out: Callable[[str], object]) -> str:
    """Return a cleaned text without weights, networks and tags.

    leave_out: called with the words that weigh less than nothing.
    """

    def weigh(match: re.Match[str]) -> str:
        words = (match["words"] or match["inside"] or match["part"]).strip()
        if (match["weight"] or match["before"] or match["share"]).startswith("-"):
            leave_out(words)
            return "、"
        return words

    text = _AND.sub(" ", _TAG.sub("", _NETWORK.sub("", text)))
    text = _EITHER.sub(lambda match: match["words"].replace("|", " "), text)
    text = _CHANGED.sub(lambda match: match["first"], text)
    text = _SHARED.sub("", _WEIGHT.sub(weigh, text))
    return _EMPHASIS.sub(lambda match: match[match.lastgroup or 0], text)


def without_networks(text: str) -> str:
    """Return a list of things without networks, "BREAK" and weights."""
    return without_weights(_NETWORK.sub(",", text), lambda words: None)
