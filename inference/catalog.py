"""The models we know by name: licence, size, defaults, and what their licence asks of users.

No torch here: the bot's web process shows the terms.
"""

from __future__ import annotations

from dataclasses import dataclass

OPENRAIL_M = "CreativeML OpenRAIL-M"
OPENRAIL_M_URL = "https://huggingface.co/spaces/CompVis/stable-diffusion-license"
CC_BY = "CC-BY-4.0"
CC_BY_URL = "https://creativecommons.org/licenses/by/4.0/"
DEFAULT = "mame"


@dataclass(frozen=True)
class ModelInfo:
    """What a loaded painter says of itself. native_size: pixels of a side painted by default."""

    name: str
    device: str
    dtype: str
    native_size: int
    default_steps: int
    default_guidance: float
    license: str
    safety_checker: bool


@dataclass(frozen=True)
class KnownModel:
    """A model whose properties need not be guessed. size in pixels; steps, guidance: defaults.

    terms_url: where the licence can be read.
    """

    name: str
    license: str
    terms_url: str
    size: int
    steps: int
    guidance: float
    good_at: str
    needs_token: bool = False


_SD1 = {"license": OPENRAIL_M, "terms_url": OPENRAIL_M_URL, "size": 512, "guidance": 7.5}

KNOWN: dict[str, KnownModel] = {
    model.name: model
    for model in (
        KnownModel(
            name=DEFAULT,
            license=CC_BY,
            terms_url=CC_BY_URL,
            size=96,
            steps=16,
            guidance=3.0,
            good_at="simple things as pictograms, in seconds, on any processor",
        ),
        KnownModel(
            name="rinna/japanese-stable-diffusion",
            steps=50,
            good_at="Japanese prompts, Japanese culture",
            needs_token=True,
            **_SD1,  # type: ignore[arg-type]
        ),
        KnownModel(
            name="CompVis/stable-diffusion-v1-4",
            steps=50,
            good_at="English prompts; the model that Japanese Stable Diffusion grew from",
            **_SD1,  # type: ignore[arg-type]
        ),
        KnownModel(
            name="stable-diffusion-v1-5/stable-diffusion-v1-5",
            steps=50,
            good_at="English prompts",
            **_SD1,  # type: ignore[arg-type]
        ),
    )
}

# Attachment A of the CreativeML OpenRAIL-M licence of 22 August 2022, summed up in our own words.
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


def restrictions(model: str | None, lang: str = "ja") -> list[str]:
    """What people may not do with the model, one sentence each, in "ja" or "en".

    Empty for the embedded model, whose licence asks nothing of them. A model we do not know is
    taken to carry the licence that nearly all Stable Diffusion 1.x checkpoints inherit. OpenRAIL-M,
    paragraphs 4a and 5, wants the rules shown to every user of a service.
    """
    known = find(model)
    if known and known.license != OPENRAIL_M:
        return []
    return list(_RESTRICTIONS["en" if lang == "en" else "ja"])
