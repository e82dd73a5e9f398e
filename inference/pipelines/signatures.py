"""What diffusers' pipelines call the same thing: their arguments, found by their signatures.

Every family of models has a pipeline class of its own, and they differ in small ways: one has no
negative prompt, another calls the guidance scale something else, a third strips Japanese characters
from the prompt unless it is told not to.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from inference.models.sentencepiece_backend import SentencePieceBackend
from inference.models.tokenizer import knows_nothing

_NEVER_SEEN = "\U000f1234"  # a private-use character: in no vocabulary
_SAMPLE = "夜の富士山と桜、赤い電車、ねこのイラスト"
_ENDLESS = 10_000  # tokens; transformers gives a huge number where a limit is not known
_PLACEHOLDER = " "  # a negative prompt that says nothing, for families that will not guide without
_DISTILLED = 50  # steps that LCM was distilled from, where its scheduler says nothing else
_UNGUIDED_AT_ZERO = ("ZImage",)  # elsewhere a guidance scale of 1 already means: none


def call_parameters(pipe: Any) -> dict[str, Any]:
    """Return the arguments of the pipeline's call and their defaults."""
    signature = inspect.signature(type(pipe).__call__)
    return {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if name != "self"
    }


def guidance_argument(pipe: Any) -> str | None:
    """Return what the pipeline calls classifier-free guidance; None when it has none to set.

    Models that were distilled to take the guidance scale as an input (FLUX.1-dev) have both:
    guidance_scale is that input, and true_cfg_scale would double the work.
    """
    known = call_parameters(pipe)
    transformer = getattr(pipe, "transformer", None)
    takes_it_in = transformer is not None and transformer.config.get("guidance_embeds", False)
    names = ["true_cfg_scale", "guidance_scale"]
    for name in reversed(names) if takes_it_in else names:
        if name in known:
            return name
    return None


def default_steps(pipe: Any) -> int:
    """Return the pipeline's own number of denoising steps."""
    return int(call_parameters(pipe).get("num_inference_steps") or 30)


def default_guidance(pipe: Any) -> float:
    """Return the pipeline's own guidance scale; 1, none, for a pipeline without."""
    name = guidance_argument(pipe)
    return float((call_parameters(pipe)[name] if name else None) or 1.0)


def native_size(pipe: Any) -> int:
    """Pixels of a side that the model was trained on."""
    cells = getattr(pipe, "default_sample_size", None)
    for part in ("transformer", "unet"):
        config = getattr(getattr(pipe, part, None), "config", {})
        cells = cells or config.get("sample_size")
    if isinstance(cells, list | tuple):
        cells = max(cells)
    return int(cells) * int(getattr(pipe, "vae_scale_factor", 8)) if cells else 1024


def size_multiple(pipe: Any) -> int:
    """Return of how many pixels both sides of a picture must be a multiple."""
    processor = getattr(pipe, "image_processor", None)
    return int(processor.config.vae_scale_factor) if processor is not None else 16


def call_arguments(
    pipe: Any,
    *,
    prompt: str,
    negative_prompt: str,
    steps: int,
    guidance: float,
    width: int,
    height: int,
    generator: Any,
    after_step: Callable[[], None],
) -> dict[str, Any]:
    """Return the call's keyword arguments for one picture, which comes as a tensor of 0 to 1.

    guidance: 1 or less means none. A negative prompt is left out where the family has none, or
    where there is no guidance to steer away from it. after_step: called after every step.
    """
    known = call_parameters(pipe)
    chosen: dict[str, Any] = {
        "prompt": prompt,
        "num_inference_steps": steps,
        "width": width,
        "height": height,
        "generator": generator,
        "output_type": "pt",
    }
    name = guidance_argument(pipe)
    if name:
        unguided = type(pipe).__name__.startswith(_UNGUIDED_AT_ZERO) and guidance <= 1
        chosen[name] = 0.0 if unguided else guidance
    if "negative_prompt" in known and guidance > 1:
        if negative_prompt:
            chosen["negative_prompt"] = negative_prompt
        elif name == "true_cfg_scale":
            chosen["negative_prompt"] = _PLACEHOLDER
    if "clean_caption" in known:
        # It would strip every kanji: the caption cleaner of PixArt, Sana and IF is for English.
        chosen["clean_caption"] = False
    if "original_inference_steps" in known and steps > _DISTILLED:
        chosen["original_inference_steps"] = steps  # LCM's schedule is thinned out of these
    if "callback_on_step_end" in known:
        chosen["callback_on_step_end"] = _new_style(after_step)
    elif "callback" in known:
        chosen["callback"] = lambda *_: after_step()
    return {name: value for name, value in chosen.items() if name in known}


def reads_english_only(pipe: Any) -> bool:
    """Return whether the text encoder cannot read Japanese, as far as its tokenizer tells.

    CLIP's text towers were trained on English. Others are asked: a tokenizer that turns a third of
    a Japanese sentence into unknown tokens cannot pass it on.
    """
    tokenizers = _tokenizers(pipe).values()
    return bool(tokenizers) and all(_is_english(tokenizer) for tokenizer in tokenizers)


def _is_english(tokenizer: Any) -> bool:
    if "CLIP" in type(tokenizer).__name__:
        return True
    ids = tokenizer(_SAMPLE, add_special_tokens=False)["input_ids"]
    unknown = tokenizer.unk_token_id
    return unknown is not None and ids.count(unknown) * 3 > len(ids)


def strip_special_tokens(pipe: Any, text: str) -> str:
    """Remove the names of special tokens: nobody can end a prompt, or leave it, by typing one."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    for tokenizer in _tokenizers(pipe).values():
        if getattr(tokenizer, "split_special_tokens", False):
            continue  # it reads them as text
        for token in tokenizer.get_added_vocab():
            if len(token) > 2:  # the "!" that some models pad with is a word as well
                text = text.replace(token, " ")
    return text


def find_empty_tokenizer(pipe: Any) -> str | None:
    """Return the tokenizer, if any, whose vocabulary was not found."""
    return next((name for name, value in _tokenizers(pipe).items() if knows_nothing(value)), None)


def find_broken_tokenizer(pipe: Any) -> str | None:
    """Return the tokenizer, if any, that turns an unknown character into the end of the prompt."""
    for part, value in _tokenizers(pipe).items():
        if value.eos_token_id in value(_NEVER_SEEN, add_special_tokens=False)["input_ids"]:
            return part
    return None


def split_at_token_limit(pipe: Any, prompt: str) -> tuple[str, str]:
    """Return what of the prompt the model reads, and what lies beyond; joined, they are the prompt.

    Families that put the prompt into a template of their own may read a few tokens less.
    """
    tokenizer = getattr(pipe, "tokenizer", None)
    limit = call_parameters(pipe).get("max_sequence_length")
    limit = limit or getattr(tokenizer, "model_max_length", None)
    if tokenizer is None or not limit or limit > _ENDLESS:
        return prompt, ""
    if isinstance(tokenizer, SentencePieceBackend):
        return tokenizer.split_at_token_limit(prompt, int(limit))
    if not tokenizer.is_fast:
        return prompt, ""
    plain = {"truncation": True, "max_length": int(limit), "return_offsets_mapping": True}
    spans = tokenizer(prompt, **plain)["offset_mapping"]
    if len(spans) < limit:
        return prompt, ""
    read = max((end for _, end in spans), default=0)
    return prompt[:read], prompt[read:]


def _tokenizers(pipe: Any) -> dict[str, Any]:
    return {name: part for name, part in pipe.components.items() if "tokenizer" in name and part}


def _new_style(after_step: Callable[[], None]) -> Callable[..., dict[str, Any]]:
    def callback(*_: Any) -> dict[str, Any]:
        after_step()
        return {}

    return callback
