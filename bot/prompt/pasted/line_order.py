"""Puts what is left out behind the wish, where a pasted text has it in lines of its own above it.

Cleaning makes one line of all, in which nobody can tell where the list ends.
"""

from __future__ import annotations

import re

from bot.prompt.japanese.cleaning import has_words

_LABEL = re.compile(
    r"[\[【(（]?(?:(?i:neg(?:ative)?(?:[ _-]?prompts?)?|n_prompt|undesired content)"
    r"|ネガティブ(?:プロンプト)?|ネガ(?:プロ)?|除外(?:ワード|プロンプト)?|NG(?:ワード)?|(?:描|か|入れ|いれ)(?:か)?ないもの)"
    r"[\]】)）]?[ \t\u3000]*[:：=]?[ \t\u3000]*(?P<things>[^\n]*)"
)
_SIGN = re.compile(r"[:：=\]】)）]")
_GOES_ON = re.compile(r"[,、，・/|][ \t\u3000]*$")
_OTHER_PART = re.compile(  # what other readers know the end of
    r"(?:(?i:steps|sampler|cfg|seed|size|(?:positive )?prompt)|"
    r"(?:ポジティブ)?プロンプト|ポジティブ|[-・*])"
)


def with_negative_last(text: str) -> str:
    """Return a text as it was typed, with a list of what to leave out moved from above the wish.

    "Negative prompt: 人" and 「赤いりんご」 on the next line change places. A list goes on while
    its line ends with a comma; one whose label stands alone is on the next line. Never raises.
    """
    if "\n" not in text:
        return text
    lines = [line.strip(" \t\u3000") for line in text.replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line.strip()]
    label = _LABEL.fullmatch(lines[0]) if len(lines) > 1 else None
    if label is None:
        return text
    things = label["things"].strip()
    if things and not _SIGN.search(lines[0][: label.start("things")]):
        return text  # 「ネガな人」
    end = 1 if things else 2
    while end < len(lines) and _GOES_ON.search(lines[end - 1]):
        end += 1
    wish = lines[end:]
    if not wish or _OTHER_PART.match(wish[0]) or not has_words(wish[0]):
        return text
    return "\n".join([*wish, " ".join(lines[:end])])
