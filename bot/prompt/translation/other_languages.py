"""Tells a text that is in neither Japanese nor English: 「안녕하세요」, 「画一只猫」, «Привет»."""

from __future__ import annotations

import re
from typing import Literal

OtherLanguage = Literal["ko", "zh", "other"]

_KANA = re.compile("[ぁ-んァ-ヶー]")
_HANGUL = re.compile("[가-힣]")
_CHINESE = re.compile(  # what Japanese does not write
    "[你您们們吗嗎这這谢请给么红绿蓝马鸟鱼龙车东飞语爱树门问见关开听说话谁让为还对钱电脑样进动过远发头苹杀]|"
    "請(?:給|畫|幫)|畫一|画[一只个]|一只|一隻|一张|一張|什麼|怎麼|謝謝|喜歡|想要|不想|想死"
)
_OTHER = re.compile("[Ѐ-ӿ؀-ۿऀ-ॿ฀-๿ăđơưĂĐƠƯẠ-ỹ]")
_CRY = re.compile(
    "죽고 ?싶|죽을래|자살|살기 ?싫|사라지고 ?싶|살려 ?(?:줘|주세요)|"
    "想死|不想活|活不下去|自杀|自殺|救命|救救我|"
    "хочу умереть|не хочу жить|самоубий|muốn chết|tự tử|อยากตาย",
    re.IGNORECASE,
)


def other_language(text: str) -> OtherLanguage | None:
    """Return the language of a cleaned text, or None if it may be Japanese or English."""
    if _KANA.search(text):
        return None
    if len(_HANGUL.findall(text)) >= 2:
        return "ko"
    if _CHINESE.search(text):
        return "zh"
    return "other" if len(_OTHER.findall(text)) >= 2 else None


def is_cry(text: str) -> bool:
    """Return whether a text in one of these languages is a cry for help, in plain words."""
    return _CRY.search(text) is not None
