"""What a sentence changes of a picture: parsed by `changes`, applied by `apply_change`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.prompt.changes.attributes import is_position, is_quantity, is_view
from bot.prompt.japanese import morphology
from bot.prompt.request.reading import Reading

_PARTS = """
毛 毛並み 毛色 しっぽ 尻尾 耳 顔 肌 帽子 靴 首輪 屋根 鼻 口 手 足 腕 眉
ひげ 髭 頭 体 スカート ズボン シャツ リボン マフラー メガネ 眼鏡 前髪 まゆげ
眉毛 まつげ 頬 ほっぺ 首 肩 背中 お腹 爪 角 牙 翼 くちばし たてがみ 袖 襟
ボタン 柄 模様 図柄 絵柄 ネクタイ 靴下 手袋 エプロン 茎 葉 葉っぱ 花びら 枝 幹 根っこ 窓 扉 ドア
煙突 柱 タイヤ 車輪 ライト ハンドル 車体 ボディ 輪郭 線 縁 影 陰影 余白 質感
色味 明るさ 彩度 コントラスト トーン 湯気 お皿 花瓶
"""
# What every picture has, named in its prompt or not. True: it has words of its own, such as 「冬」
# and 「3匹」; else it is described, 「青い髪」.
PICTURE_ASPECTS = {
    **dict.fromkeys(
        (
            "背景",
            "空",
            "髪",
            "髪の毛",
            "髪型",
            "服",
            "服装",
            "目",
            "瞳",
            "表情",
            "雰囲気",
            "構図",
            "光",
            "床",
            "壁",
            "地面",
            *_PARTS.split(),
        ),
        False,
    ),
    **dict.fromkeys(
        (
            "色",
            "色合い",
            "季節",
            "時間",
            "時間帯",
            "天気",
            "天候",
            "場所",
            "舞台",
            "位置",
            "数",
            "形",
            "向き",
        ),
        True,
    ),
}

Kind = Literal["swap", "become", "add", "remove", "mirror", "about", "more", "recolour", "rewrite"]


@dataclass(frozen=True)
class ChangeStep:
    """One thing to change.

    target: something of the picture. replacement: what it becomes, as it is written in a prompt.
    kind "mirror" exchanges left and right; "more" adds to the number of the target, or of the
    subject; "recolour" gives it any other colour; "rewrite" puts the replacement where
    the target stands in the prompt; "about" changes nothing, but names
    what the rest of the sentence is about: 「富士山を浮世絵風に」. whole: what the picture becomes
    if the target is not in it: 「着物」 and 「姿」 of 「着物姿にして」 may be one word. is_order: a
    verb says so.
    """

    kind: Kind
    target: str = ""
    replacement: str = ""
    whole: str = ""
    is_order: bool = False

    def in_prompt(self, prompt: str) -> ChangeStep:
        """Return the step as it is meant of this prompt, and what it changes as that spells it."""
        if not self.target or self.target in prompt or self.target in PICTURE_ASPECTS:
            return self
        target = morphology.spelled_in(prompt, self.target)
        if self.whole and target == self.target:
            return ChangeStep("become", replacement=self.whole)
        return replace(self, target=target)


@dataclass(frozen=True)
class Change:
    """What a sentence changes.

    refers_to_picture: it says so, 「さっきの」. controls: the reading of its steering words, which
    has no prompt. additions: parts that are no step in themselves and are added to the prompt.
    """

    refers_to_picture: bool
    steps: tuple[ChangeStep, ...]
    controls: Reading
    additions: tuple[str, ...] = ()

    @property
    def swaps_things(self) -> bool:
        """Whether it does nothing but make one thing another, or describe it otherwise."""
        is_only_steps = not (self.additions or self.controls.styles)
        return is_only_steps and bool(self.steps) and all(s.kind == "swap" for s in self.steps)

    def applies_to(self, prompt: str) -> bool:
        """Return whether a sentence that refers to no picture can mean the one with this prompt."""
        if self.additions:
            return False
        return all(
            step.kind not in {"swap", "about", "recolour"}
            or not step.target
            or morphology.spelled_in(prompt, step.target) in prompt
            or step.target in PICTURE_ASPECTS
            or step.is_order
            or ("の" in step.target and step.target.partition("の")[0] in prompt)
            or is_position(step.replacement)
            or is_view(step.replacement)
            or is_quantity(step.replacement)
            for step in self.steps
        )
