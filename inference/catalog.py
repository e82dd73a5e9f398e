"""The models we know by name: licence, size, defaults, and what their licence asks of users.

No torch here: the bot's web process shows the terms.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

OPENRAIL_M = "CreativeML OpenRAIL-M"
OPENRAIL_M_URL = "https://huggingface.co/spaces/CompVis/stable-diffusion-license"
OPENRAIL_PP = "CreativeML Open RAIL++-M"
OPENRAIL_PP_URL = (
    "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md"
)
CC_BY = "CC-BY-4.0"
CC_BY_URL = "https://creativecommons.org/licenses/by/4.0/"
APACHE = "Apache-2.0"
APACHE_URL = "https://www.apache.org/licenses/LICENSE-2.0"
DEFAULT = "mame"

# Licences that ask nothing of those who have pictures painted. All others are taken to restrict
# them, also where nobody has read the terms yet.
_ASK_NOTHING = {CC_BY, APACHE}


@dataclass(frozen=True)
class ModelInfo:
    """What a loaded painter says of itself.

    native_size: pixels of a side painted by default. dtype: in which the UNet computes. runtime:
    what computes it, "torch" or "openvino".
    """

    name: str
    device: str
    dtype: str
    native_size: int
    default_steps: int
    default_guidance: float
    license: str
    safety_checker: bool
    english_only: bool = False
    runtime: str = "torch"


@dataclass(frozen=True)
class KnownModel:
    """A model whose properties need not be guessed. size in pixels; steps, guidance: defaults.

    terms_url: where the licence can be read. vram: what it needs, in words, since nothing but the
    embedded model was measured here. japanese: True, it was trained on Japanese; False, its text
    encoder reads English only (or English and Chinese); None, nobody has verified it.
    non_commercial: the licence forbids earning money with it. own_code: it cannot be loaded without
    running Python files from its repository, which is never done.
    """

    name: str
    license: str
    terms_url: str
    size: int
    steps: int
    guidance: float
    good_at: str
    vram: str
    japanese: bool | None
    needs_token: bool = False
    non_commercial: bool = False
    own_code: bool = False


@cache
def _embedded() -> dict[str, Any]:
    """What the embedded model says of itself; {} while it is being made."""
    file = Path(__file__).parent / DEFAULT / f"{DEFAULT}.json"
    table: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return table


def _card(name: str) -> str:
    return f"https://huggingface.co/{name}"


_SD1: dict[str, Any] = {
    "license": OPENRAIL_M,
    "terms_url": OPENRAIL_M_URL,
    "size": 512,
    "steps": 50,
    "guidance": 7.5,
    "vram": "2 GB of weights in half precision",
}
_SDXL: dict[str, Any] = {
    "license": OPENRAIL_PP,
    "terms_url": OPENRAIL_PP_URL,
    "size": 1024,
    "steps": 50,
    "guidance": 5.0,
    "vram": "7 GB of weights in half precision",
}

KNOWN: dict[str, KnownModel] = {
    model.name: model
    for model in (
        KnownModel(
            name=DEFAULT,
            license=CC_BY,
            terms_url=CC_BY_URL,
            size=int(_embedded().get("native_size", 96)),
            steps=int(_embedded().get("default_steps", 16)),
            guidance=float(_embedded().get("default_guidance", 3.0)),
            good_at="simple things as pictograms, in seconds, on any processor",
            vram="none: it paints on the processor",
            japanese=True,
        ),
        KnownModel(
            name="rinna/japanese-stable-diffusion",
            good_at="Japanese prompts, Japanese culture",
            japanese=True,
            needs_token=True,
            **_SD1,
        ),
        KnownModel(
            name="CompVis/stable-diffusion-v1-4",
            good_at="English prompts; the model that Japanese Stable Diffusion grew from",
            japanese=False,
            **_SD1,
        ),
        KnownModel(
            name="stable-diffusion-v1-5/stable-diffusion-v1-5",
            good_at="English prompts",
            japanese=False,
            **_SD1,
        ),
        KnownModel(
            name="stabilityai/stable-diffusion-xl-base-1.0",
            good_at="English prompts, large pictures; most LoRAs are made for it",
            japanese=False,
            **_SDXL,
        ),
        KnownModel(
            name="tohoku-nlp/stable-diffusion-xl-jp-base-1.0",
            good_at="Japanese prompts, large pictures",
            japanese=True,
            **_SDXL,
        ),
        KnownModel(
            name="aipicasso/commonart-beta",
            license=APACHE,
            terms_url=APACHE_URL,
            size=1024,
            steps=20,
            guidance=4.5,
            good_at="Japanese and English prompts; trained on pictures that were licensed for it",
            vram="not verified; a PixArt-Sigma with its text encoder",
            japanese=True,
        ),
        KnownModel(
            name="PixArt-alpha/PixArt-Sigma-XL-2-1024-MS",
            license=OPENRAIL_PP,
            terms_url=OPENRAIL_PP_URL,
            size=1024,
            steps=20,
            guidance=4.5,
            good_at="long English prompts",
            vram="1.2 GB of weights in half precision, and 9 GB of text encoder; not verified",
            japanese=False,
        ),
        KnownModel(
            name="Tongyi-MAI/Z-Image-Turbo",
            license=APACHE,
            terms_url=APACHE_URL,
            size=1024,
            steps=9,
            guidance=0.0,
            good_at="photos and writing within pictures, in nine steps; Chinese and English",
            vram="16 GB, by its makers' word",
            japanese=None,
        ),
        KnownModel(
            name="black-forest-labs/FLUX.2-klein-4B",
            license=APACHE,
            terms_url=APACHE_URL,
            size=1024,
            steps=4,
            guidance=1.0,
            good_at="much in four steps; its card names English alone",
            vram="13 GB, by its makers' word",
            japanese=None,
        ),
        KnownModel(
            name="Qwen/Qwen-Image-2512",
            license=APACHE,
            terms_url=APACHE_URL,
            size=1328,
            steps=50,
            guidance=4.0,
            good_at="the finest of these, and writing within pictures; Chinese and English",
            vram="42 GB in half precision",
            japanese=None,
        ),
        KnownModel(
            name="Qwen/Qwen-Image-2.1",
            license="Qwen Research License (not for commercial use)",
            terms_url=_card("Qwen/Qwen-Image-2.1"),
            size=1328,
            steps=50,
            guidance=4.0,
            good_at="what Qwen-Image-2512 is good at, at a third of its size",
            vram="not verified",
            japanese=None,
            non_commercial=True,
        ),
        KnownModel(
            name="Efficient-Large-Model/Sana_1600M_1024px_MultiLing_diffusers",
            license="NSCL v2-custom of NVIDIA (terms not read)",
            terms_url=_card("Efficient-Large-Model/Sana_1600M_1024px_MultiLing_diffusers"),
            size=1024,
            steps=20,
            guidance=4.5,
            good_at="large pictures in little time; English, Chinese and emoji",
            vram="not verified; 3.2 GB of weights in half precision, and a text encoder of 5 GB",
            japanese=False,
        ),
        KnownModel(
            name="stabilityai/japanese-stable-diffusion-xl",
            license="Stability AI Japanese SDXL Community License (terms not read)",
            terms_url=_card("stabilityai/japanese-stable-diffusion-xl"),
            size=1024,
            steps=40,
            guidance=7.5,
            good_at="Japanese prompts; cannot be loaded, since it needs code of its own",
            vram="7 GB of weights in half precision",
            japanese=True,
            needs_token=True,
            own_code=True,
        ),
        KnownModel(
            name="Mitsua/mitsua-likes",
            license="not verified",
            terms_url=_card("Mitsua/mitsua-likes"),
            size=768,
            steps=40,
            guidance=5.0,
            good_at="Japanese and English; cannot be loaded, since it needs code of its own",
            vram="not verified",
            japanese=True,
            own_code=True,
        ),
    )
}

# Attachment A of the CreativeML OpenRAIL-M licence of 22 August 2022, summed up in our own words;
# that of RAIL++-M, which SDXL brought, names the same uses.
_RESTRICTIONS = {
    "ja": [
        "法律や規則に違反する使い方をしないこと。",
        "未成年者を傷つけたり、利用したりする目的で使わないこと。",
        "人を害するために、うその情報を作ったり広めたりしないこと。",
        "人に害を与えうる個人情報を作ったり広めたりしないこと。",
        "人を中傷したり、おとしめたり、いやがらせをしたりしないこと。",
        "人の権利や義務に関わる決定を、すべて自動で行うために使わないこと。",
        "ふるまいや性質の予測にもとづいて、人や集団を差別したり害したりしないこと。",
        "年齢や障害などの弱みにつけこみ、人の行動をゆがめて心身を害さないこと。",
        "法律で守られた属性を理由に、人を差別する使い方をしないこと。",
        "医療上の助言や、検査結果の解釈に使わないこと。",
        "司法・警察・出入国管理・難民審査で、人の犯罪や不正を予測・判断するために使わないこと。",
    ],
    "en": [
        "Do not break any law or regulation with it.",
        "Do not use it to exploit or harm minors, or to try to.",
        "Do not make or spread information that you know is false in order to harm others.",
        "Do not make or spread personal data that can be used to harm someone.",
        "Do not defame, belittle or harass anyone.",
        "Do not let it decide, fully automatically, on anyone's rights or obligations.",
        "Do not discriminate against or harm people or groups by predicting what they do or are.",
        "Do not exploit the weakness of a group, such as age or disability, to distort someone's"
        " behaviour in a harmful way.",
        "Do not discriminate against people for what the law protects them for.",
        "Do not give medical advice or interpret medical results with it.",
        "Do not use it for justice, policing, immigration or asylum, such as predicting whether"
        " someone commits fraud or a crime.",
    ],
}


def find(model: str | None) -> KnownModel | None:
    """The known model of that name or hub id (None and "" mean the embedded one), if any."""
    return KNOWN.get(model or DEFAULT)


def license_of(model: str | None) -> str:
    """The licence in one line, or that it is not known."""
    known = find(model)
    return known.license if known else "unknown: see the model's card"


def terms_url(model: str | None) -> str:
    """Where the licence that binds the model's users can be read."""
    known = find(model)
    return known.terms_url if known else OPENRAIL_M_URL


def warning(name: str, known: KnownModel | None, *, english: bool = False) -> str | None:
    """What whoever sets up the model should be told, in a sentence; None when there is nothing.

    known: what the catalog says of it. english: whether its text encoder was found to read no
    Japanese; what the catalog says counts more.
    """
    said = []
    if english if known is None else known.japanese is False:
        said.append(english_only(name))
    elif known and known.japanese is None:
        said.append(f"Nobody has verified how well {name} understands Japanese.")
    if known and known.non_commercial:
        said.append(f"{name} must not be used commercially.")
    return " ".join(said) or None


def english_only(name: str) -> str:
    """The warning about a text encoder that cannot read what the bot's people write."""
    return (
        f"{name} does not understand Japanese: its pictures will have little to do with Japanese"
        " prompts. Choose another model, or prompt it in English."
    )


def restrictions(model: str | None, lang: str = "ja") -> list[str]:
    """What people may not do with the model, one sentence each, in "ja" or "en".

    Empty for a licence that asks nothing of them (the embedded model's, Apache-2.0). A model we do
    not know, or whose own terms were not read, is taken to carry the restrictions that nearly all
    checkpoints of the Stable Diffusion family inherit. OpenRAIL-M, paragraphs 4a and 5, wants the
    rules shown to every user of a service.
    """
    known = find(model)
    if known and known.license in _ASK_NOTHING:
        return []
    return list(_RESTRICTIONS["en" if lang == "en" else "ja"])
