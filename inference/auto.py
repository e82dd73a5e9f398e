"""A text-to-image pipeline of diffusers from a checkpoint: loaded, looked at, on its device."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch

from inference import families
from inference.checkpoint import SUPPORTED, Checkpoint, ModelUnavailable
from inference.extras import merge_loras, parse_loras, tiny_vae
from inference.options import DEFAULT_OPTIONS, LoadOptions
from inference.safety import SafetyChecker
from inference.speed import choose_dtype
from inference.tokenizer import TokenizerError

_ROOM = 0.8  # of the device's free memory that weights may take, the rest being for painting


def load_pipeline(
    checkpoint: Checkpoint,
    device: torch.device,
    dtype: torch.dtype | None = None,
    *,
    options: LoadOptions = DEFAULT_OPTIONS,
    token: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Any:
    """The pipeline that AutoPipelineForText2Image finds for the checkpoint, with what was added.

    Raises ModelUnavailable when there is none, or when files are missing or broken; TokenizerError
    when its tokenizer would end prompts at the first unknown character.
    """
    if options.compile in ("torch", "openvino"):
        raise ModelUnavailable(
            f"ENGINE_COMPILE is {options.compile}, but {checkpoint.name} is painted by diffusers'"
            " own pipeline, which is not compiled here: set auto or off."
        )
    say("importing the model code")
    pipe = _load(checkpoint, dtype or _choose_dtype(checkpoint, device), say)
    pipe.set_progress_bar_config(disable=True)
    wrong = families.ending_early(pipe)
    if wrong:
        raise TokenizerError(
            f"The {wrong} of {checkpoint.name} turns an unknown character into the end of the"
            " prompt, as transformers does with some SentencePiece vocabularies. The model cannot"
            " be used."
        )
    _add(pipe, checkpoint, options, token, say)
    _to_device(pipe, device)
    return pipe


def _add(
    pipe: Any,
    checkpoint: Checkpoint,
    options: LoadOptions,
    token: str | None,
    say: Callable[[str], None],
) -> None:
    loras = parse_loras(options.lora)
    if loras:
        say("merging LoRAs")
        if not hasattr(pipe, "load_lora_weights"):
            raise ModelUnavailable(f"LORA is set, but {checkpoint.name} is of a family without.")
        merge_loras(pipe, loras, token)
    if options.tiny_vae:
        kind = type(pipe.vae).__name__
        if kind != "AutoencoderKL":
            raise ModelUnavailable(
                f"TINY_VAE is set, but {checkpoint.name} has an {kind}, which no tiny autoencoder"
                " takes the place of."
            )
        pipe.vae = tiny_vae(options.tiny_vae, dict(pipe.vae.config), pipe.vae.dtype, token)


def own_checker(pipe: Any, checkpoint: Checkpoint) -> SafetyChecker | None:
    """The checkpoint's safety checker, taken out of the pipeline, which would blacken pictures."""
    checker = getattr(pipe, "safety_checker", None)
    if checker is None:
        return None
    pipe.safety_checker = None
    return SafetyChecker(checker, checkpoint.folder / "feature_extractor")


def fits(weights: int, free: int) -> bool:
    """Whether weights of so many bytes leave enough of the device's free bytes to paint in."""
    return weights <= free * _ROOM


def _load(checkpoint: Checkpoint, dtype: torch.dtype, say: Callable[[str], None]) -> Any:
    import diffusers
    import transformers

    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    class_name = str(checkpoint.json("model_index.json").get("_class_name"))
    if "Control" in class_name:
        raise ModelUnavailable(
            f"{checkpoint.name} ({class_name}) paints from pictures. {SUPPORTED}"
        )
    with warnings.catch_warnings():  # about what one of the fifty families does as it is imported
        warnings.filterwarnings("ignore", "`torch.jit.script`", DeprecationWarning)
        from diffusers import AutoPipelineForText2Image
    say(f"loading {class_name}")
    try:
        return AutoPipelineForText2Image.from_pretrained(
            str(checkpoint.folder),
            dtype=dtype,
            variant=checkpoint.variant,
            local_files_only=True,
            trust_remote_code=False,
        )
    except MemoryError:
        raise
    except Exception as error:
        what = str(error).partition("\n")[0]
        raise ModelUnavailable(
            f"{checkpoint.name} is a {class_name}, which cannot be loaded ({type(error).__name__}:"
            f" {what}). It may be of a kind that diffusers cannot paint with from words alone, or"
            f" its files may be damaged. {SUPPORTED}"
        ) from error


def _choose_dtype(checkpoint: Checkpoint, device: torch.device) -> torch.dtype:
    """Transformers (the newer families) overflow in float16, which they were not trained in."""
    newer = "transformer" in checkpoint.json("model_index.json")
    if device.type == "cuda" and newer and torch.cuda.is_bf16_supported():
        return torch.bfloat16
    return choose_dtype(device)


def _to_device(pipe: Any, device: torch.device) -> None:
    """All of it onto the device, or part by part while it paints, where it does not fit."""
    parts = [it for it in pipe.components.values() if isinstance(it, torch.nn.Module)]
    weights = sum(it.numel() * it.element_size() for part in parts for it in part.parameters())
    if device.type == "cuda" and not fits(weights, torch.cuda.mem_get_info(device)[0]):
        pipe.enable_model_cpu_offload(device=device)
    else:
        pipe.to(device)
