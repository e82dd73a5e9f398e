"""Reads what is pasted: parameters of other tools, and what this bot wrote under its pictures.

Stable Diffusion web UIs write "Negative prompt: ... Steps: 20, Seed: 1, Size: 512x768", chat bots
take "--ar 16:9 --no people". What this bot does not have (steps, samplers, model versions) is left
out. https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features#png-info
https://docs.midjourney.com/hc/en-us/articles/32859204029709-Parameter-List
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from bot.prompt.japanese.cleaning import has_words
from bot.prompt.pasted.labels import extract_labelled
from bot.prompt.pasted.own_lines import without_own_lines

MAX_NEGATIVE_THINGS = 30  # pasted lists are long; the model reads the first
_DASHES = (  # one is enough before what nobody says otherwise: 「海 -no 人物」
    "(?:(?:--|[—–―]|[−‐‑‒ー]{2}) ?|(?<=[ 、,])[-−‐‑‒ー](?=(?:no|neg(?:ative)?|ar|seed)[ =]))"
)
_POSITIVE_LABEL = r"(?:(?i:(?:positive )?prompt)|(?:ポジティブ)?プロンプト|ポジティブ)"
_NEGATIVE_LABEL = (
    r"(?:(?<![a-z])(?i:neg(?:ative)?(?:[ _-]?prompts?)?|n_prompt|undesired content|uc)"
    r"|(?:ネガティブ|否定)プロンプト|ネガティブ|ネガ(?:プロ)?|除外(?:ワード|プロンプト)?|NGワード)"
)
_TO_NEXT = (
    rf"(?:(?! ?{_DASHES}[a-z]| (?:Steps|steps): ?[0-9]| (?<![ァ-ヶー]){_POSITIVE_LABEL} ?[:=]).)*+"
)
_KEY = (  # of what only other tools have; 「Size: 大きい」 alone may be said by anybody
    r"(?i:(?<![a-z])(?:steps|sampler(?: name)?|schedule(?:r| type)?|cfg(?: ?scale)?|clip ?skip|"
    r"guidance(?: scale)?|denoising strength|model hash|ensd|hires [a-z]{4,12}) ?[:=])"
)
_PARAMETERS = re.compile(rf"(?<![ 、,])[ 、,]*+{_KEY}.*")
_PARAMETER = re.compile(r"(?i:(?<![a-z])(?P<key>seed|size)): ?(?P<value>[0-9x]++)")
_NEGATIVE = re.compile(
    rf"(?<![ 、,])[ 、,]*+(?:{_NEGATIVE_LABEL} ?[:=]|(?:^|(?<=[ 、,]))"
    r"(?:ネガティブプロンプト(?:に?は|に)?|(?:ネガティブ|ネガプロ|(?i:negative prompts?))(?= )))"
    rf" ?(?P<things>{_TO_NEXT})"
)
_ASKED = re.compile(
    r"(?:を|は)?(?:入れて|いれて|設定して|追加して|足して|で?お願い(?:します)?|です)$"
)
_NEGATIVE_LAST = re.compile(rf"{_NEGATIVE_LABEL}(?<=(?i:prompt)) ?[:=] ?")  # the rest is all of it
_POSITIVE = re.compile(rf"^(?:/(?:imagine|draw|paint)(?: prompt)?:? ?|{_POSITIVE_LABEL} ?[:=] ?)")
_COUNT = re.compile(
    r"(?:枚数|(?i:(?<![a-z])batch(?: size| count)?)) ?[:=] ?(?P<count>[0-9]++)(?=$|[ 、,])"
)
_SHORT_COUNT = re.compile(  # 「海 -n 4」, 「海 x4」; no 「3×3」, "BMW x3"
    r"(?<![^ 、,])-(?:n|num|count)[ =]?(?P<option>[0-9]++)(?=$|[ 、,])"
    r"|(?:(?<=[ぁ-ゖァ-ヺー一-鿿々、,])|(?<=[^0-9 ] ))(?<!(?i:bmw) )"
    r"[x×] ?(?P<times>[2-9]|10)(?=$|[ 、,。!])"
)
_OPTION = re.compile(
    rf"(?i:(?<![ 、,])[ 、,]*+(?<![!-~]){_DASHES}"
    rf"(?:(?:no|neg(?:ative)?(?:[_-]?prompts?)?)[ =](?P<things>{_TO_NEXT})"
    r"|(?P<name>ar|aspect|size|res|seed|sameseed|n|count|num|batch|w|width|h|height|v|version|q|"
    r"quality|s|stylize|style|chaos|c|steps|cfg|scale|iw|niji|weird|stop|raw|hd|tile)"
    r"(?![a-z])(?:[ =]?(?P<value>-?[0-9][0-9.:/x]*+)|[ =](?:raw|turbo|fast|relax))?)"
    r"|(?<![ 、,])[ 、,]*+(?<![!-~])--(?:sampler|scheduler|model)[ =][A-Za-z0-9_+.-]{1,40}"
    r"|(?<![ 、,])[ 、,]*+(?<![!-~])--[a-z]{2,16}(?![a-z]))"
)
_WEIGHT = re.compile(
    r"(?<![(\[{])[(\[{]++(?P<words>[^()\[\]{}:]{1,200}):(?P<weight>-?[0-9.]{1,5})[)\]}]++"
    r"|(?P<part>[^ :,、]{1,80})::(?P<share>-?[0-9.]{1,5})(?=$|[ ,、])"
)
_NETWORK = re.compile(
    r"<(?:lora|lyco|hypernet|embedding):[^<>]{1,100}>"
    r"|(?<![A-Za-z])(?:embedding:[A-Za-z0-9_.:-]{1,60}|(?<=[ ,、])BREAK(?= |$))"
)
_RATIO = re.compile(r"(?P<width>[0-9]{1,4})[:/x](?P<height>[0-9]{1,4})")
_OWN_STEPS = re.compile(r"(?:ステップ|(?<![A-Za-z])Steps) [0-9]{1,3}(?=$|[ 、])")
_SIZE = (
    re.compile(  # 「大きさ 512×768」, as this bot writes it; 「サイズ：1024x1024」, 「512x768で」
        r"(?:(?:画像|絵|写真)?の?(?:大きさ|サイズ|解像度|(?i:(?<![a-z])size)) ?[は:=]? ?"
        r"|(?<![^ 、,])(?=[0-9]{3,5} ?[x×*] ?[0-9]{3,5}(?![0-9])))"
        r"(?P<width>[0-9]++) ?[x×*] ?(?P<height>[0-9]++) ?(?i:px|pixels?|ピクセル)?"
        r"(?:(?:の?サイズ)?(?:で|に(?:して)?)?(?=$|[ 、,。])|で|の(?=壁紙|画像|絵|イラスト|写真))"
    )
)
_ANY_SEED = re.compile(  # which it is without being asked
    r"(?<![a-z-])(?:シード(?:値)?|(?i:seed)) ?[:=はを]? ?(?:[-−‐]1|ランダム|(?i:random))"
    r"(?:で|です|に)?(?=$|[ 、,。])"
)
_OWN_SEEDS = re.compile(
    r"(?<![a-z])(?:シード(?:値)?|(?i:seeds?)) ?:? ?(?P<first>[0-9]{1,10})"
    r"(?P<more>(?: ?[,、] ?[0-9]{1,10}){1,3})(?=$|[ 、,。])"
)


@dataclass
class Pasted:
    """What was said in the syntax of a tool; None or empty if nothing was."""

    negatives: list[str] = field(default_factory=list)
    ratio: float | None = None  # width / height
    seed: int | None = None
    count: int | None = None
    sides: dict[str, int] = field(default_factory=dict)  # "w" and "h", given one by one


def extract_pasted(text: str) -> tuple[str, Pasted]:
    """Return the text without the syntax of tools, and what it said. Never raises.

    text: cleaned, on one line. Numbers beyond a bound are passed over.
    """
    pasted = Pasted()
    text = without_own_lines(text)
    text = _SIZE.sub(_take(pasted, _take_ratio), _OWN_STEPS.sub("、", text))
    text = _ANY_SEED.sub("、", text)
    text = _OWN_SEEDS.sub(_take(pasted, _take_seeds), text)
    text = _from_json(text, pasted)
    if (match := _PARAMETERS.search(text)) and has_words(text[: match.start()]):
        _take_parameters(pasted, match)
        text = text[: match.start()]
    text = _COUNT.sub(_take(pasted, _take_count), text)
    text = _SHORT_COUNT.sub(_take(pasted, _take_short_count), text)
    if not _NEGATIVE_LAST.search(text):
        text, things = extract_labelled(text)
        pasted.negatives += [thing for thing in things if thing not in pasted.negatives]
    text = _NEGATIVE.sub(_take(pasted, _take_negative), text)
    text = _OPTION.sub(_take(pasted, _take_option), text)
    text = _NETWORK.sub("", _POSITIVE.sub("", text.lstrip(" 、,")))
    return _WEIGHT.sub(partial(_weighed, pasted), text).strip(" 、,|"), pasted


def _from_json(text: str, pasted: Pasted) -> str:
    """Return the prompt of a request in JSON as pasted text, or the text itself if it is none."""
    if not text.startswith("{") or '"prompt"' not in text:
        return text
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(table, dict) or not isinstance(table.get("prompt"), str):
        return text
    for name, short in (("width", "w"), ("height", "h")):
        if isinstance(side := table.get(name), int) and 0 < side < 10_000:
            pasted.sides[short] = side
    _take_sides(pasted)
    _take_seed(pasted, str(table.get("seed", "")))
    unwanted = table.get("negative_prompt")
    negative = f" Negative prompt: {unwanted}" if isinstance(unwanted, str) and unwanted else ""
    return f"{table['prompt']}{negative}"


def _weighed(pasted: Pasted, match: re.Match[str]) -> str:
    """Return words without their weight; what weighs less than nothing is left out."""
    words = (match["words"] or match["part"]).strip()
    if (match["weight"] or match["share"]).startswith("-"):
        pasted.negatives += [words] if words not in pasted.negatives else []
        return "、"
    return words


def _take(
    pasted: Pasted, take: Callable[[Pasted, re.Match[str]], None]
) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        take(pasted, match)
        return "、"

    return replace


def _take_seeds(pasted: Pasted, match: re.Match[str]) -> None:
    """A picture's seeds count up from the first: four of them are four pictures."""
    extra = [int(number) for number in re.findall("[0-9]+", match["more"])]
    pasted.seed = int(match["first"])
    if extra == list(range(pasted.seed + 1, pasted.seed + 1 + len(extra))):
        pasted.count = 1 + len(extra)


def _take_parameters(pasted: Pasted, match: re.Match[str]) -> None:
    for parameter in _PARAMETER.finditer(match[0]):
        if parameter["key"].lower() == "seed":
            _take_seed(pasted, parameter["value"])
        elif size := _RATIO.fullmatch(parameter["value"]):
            _take_ratio(pasted, size)


def _take_negative(pasted: Pasted, match: re.Match[str]) -> None:
    text = _NETWORK.sub("", match["things"])
    text = _WEIGHT.sub(lambda weight: weight["words"] or weight["part"], text)
    text = _ASKED.sub("", text.strip(" 。"))
    things = [thing.strip(" 。()[]{}\"'") for thing in re.split("[,、]", text)]
    pasted.negatives += [
        thing for thing in things[:MAX_NEGATIVE_THINGS] if thing and thing not in pasted.negatives
    ]


def _take_option(pasted: Pasted, match: re.Match[str]) -> None:
    name, value = (match["name"] or "").lower(), match["value"] or ""
    if match["things"]:
        _take_negative(pasted, match)
    elif name in {"ar", "aspect", "size", "res"} and (ratio := _RATIO.fullmatch(value)):
        _take_ratio(pasted, ratio)
    elif name in {"seed", "sameseed"}:
        _take_seed(pasted, value)
    elif name in {"n", "count", "num", "batch"} and value.isdecimal():
        pasted.count = int(value)
    elif name in {"w", "width", "h", "height"} and value.isdecimal() and 0 < int(value) < 10_000:
        pasted.sides[name[0]] = int(value)
        _take_sides(pasted)


def _take_sides(pasted: Pasted) -> None:
    if len(pasted.sides) == 2:
        pasted.ratio = pasted.sides["w"] / pasted.sides["h"]


def _take_count(pasted: Pasted, match: re.Match[str]) -> None:
    pasted.count = int(match["count"])


def _take_short_count(pasted: Pasted, match: re.Match[str]) -> None:
    pasted.count = int(match["option"] or match["times"])


def _take_seed(pasted: Pasted, value: str) -> None:
    if value.isdecimal():
        pasted.seed = int(value)


def _take_ratio(pasted: Pasted, match: re.Match[str]) -> None:
    width, height = int(match["width"]), int(match["height"])
    if width and height:
        pasted.ratio = width / height
