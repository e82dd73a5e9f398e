"""Load diffusers' text-to-image pipeline of a checkpoint onto its device."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import torch

from inference.errors import ModelUnavailable
from inference.load_options import DEFAULT_OPTIONS, LoadOptions
from inference.models.adapters import load_tiny_vae, merge_loras, parse_loras
from inference.models.checkpoint import SUPPORTED, Checkpoint, components
from inference.models.device import remembered_dtype
from inference.models.libraries import import_quietly
from inference.models.load import read_weights
from inference.models.safety_checker import SafetyChecker
from inference.models.sentencepiece_backend import SentencePieceBackend, load_backend
from inference.models.sentencepiece_reader import TokenizerError
from inference.models.shapes import wrong_addition, wrong_latents
from inference.models.weight_values import refuse_non_numbers, refuse_quantized
from inference.pipelines import signatures

logger = logging.getLogger(__name__)

_WEIGHTS_SHARE = (
    0.8  # of the device's free memory that weights may take, the rest being for painting
)


def load_pipeline(
    checkpoint: Checkpoint,
    device: torch.device,
    dtype: torch.dtype | None = None,
    *,
    options: LoadOptions = DEFAULT_OPTIONS,
    token: str | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Any:
    """Load the pipeline that AutoPipelineForText2Image finds for the checkpoint, with adapters.

    Raises ModelUnavailable when there is none, or when files are missing or broken; TokenizerError
    when its tokenizer would end prompts at the first unknown character.
    """
    if options.compile in ("torch", "openvino"):
        raise ModelUnavailable(
            f"ENGINE_COMPILE is {options.compile}, but {checkpoint.name} is painted by diffusers'"
            " own pipeline, which is not compiled here: set auto or off."
        )
    report("importing the model code")
    pipe = _load(checkpoint, dtype or _choose_dtype(checkpoint, device), report)
    pipe.set_progress_bar_config(disable=True)
    if empty := signatures.find_empty_tokenizer(pipe):
        raise TokenizerError(
            f"The {empty} of {checkpoint.name} knows none of the letters of an ordinary sentence:"
            " its vocabulary is missing. Download that folder again."
        )
    broken = signatures.find_broken_tokenizer(pipe)
    if broken:
        raise TokenizerError(
            f"The {broken} of {checkpoint.name} turns an unknown character into the end of the"
            " prompt, as transformers does with some SentencePiece vocabularies. The model cannot"
            " be used."
        )
    _check_inputs(pipe, checkpoint.name)
    _check_packages(pipe, checkpoint.name)
    _add_adapters(pipe, checkpoint, options, token, report)
    _to_device(pipe, device)
    return pipe


def _check_inputs(pipe: Any, name: str) -> None:
    """Look whether the UNet takes what words alone give it. Raises ModelUnavailable.

    A pipeline would find it out at each picture.
    """
    unet, vae = getattr(pipe, "unet", None), getattr(pipe, "vae", None)
    if type(vae).__name__ == "AutoencoderKL" and (wrong := wrong_latents(vae)):
        raise ModelUnavailable(f"{name} cannot be used: {wrong}. {SUPPORTED}")
    if unet is None or vae is None or type(unet).__name__ != "UNet2DConditionModel":
        return
    taken, given = int(unet.config.in_channels), int(vae.config.latent_channels)
    reason = ""
    if taken != given:
        reason = (
            f"its UNet takes {taken} channels instead of {given}: it is made for filling or"
            " changing pictures, and cannot paint from words alone"
        )
    elif type(pipe).__name__.startswith("StableDiffusionXL"):
        reason = _wrong_sdxl(unet, pipe.text_encoder_2)
    if reason:
        raise ModelUnavailable(f"{name} cannot be used: {reason}. {SUPPORTED}")


def _wrong_sdxl(unet: Any, encoder: Any) -> str:
    if unet.config.addition_embed_type != "text_time":
        return "its unet/config.json names no addition_embed_type, as an SDXL's does"
    if wrong := wrong_addition(unet, encoder):
        return f"{wrong}. SDXL's refiner only finishes other models' pictures; use the base"
    return ""


def _check_packages(pipe: Any, name: str) -> None:
    """Take a step with the scheduler: some need a package only then. Raises ModelUnavailable."""
    scheduler = getattr(pipe, "scheduler", None)
    if scheduler is None:
        return
    latents = torch.zeros(1, 4, 8, 8)
    try:
        probe = type(scheduler).from_config(scheduler.config)
        probe.set_timesteps(2)
        probe.step(latents, probe.timesteps[0], latents)
    except ImportError as error:
        raise ModelUnavailable(
            f"The scheduler {type(scheduler).__name__} of {name} does not work here:"
            f" {str(error).strip()} Or put the class and the settings of another into"
            " scheduler/scheduler_config.json."
        ) from error
    except Exception as error:  # of a family whose scheduler wants more: not what is tested here
        logger.debug("the scheduler was not tried: %r", error)


def _add_adapters(
    pipe: Any,
    checkpoint: Checkpoint,
    options: LoadOptions,
    token: str | None,
    report: Callable[[str], None],
) -> None:
    loras = parse_loras(options.lora)
    if loras:
        report("merging LoRAs")
        if not hasattr(pipe, "load_lora_weights"):
            raise ModelUnavailable(f"LORA is set, but {checkpoint.name} is of a family without.")
        merge_loras(pipe, loras, token)
    if options.tiny_vae:
        kind = type(pipe.vae).__name__
        if kind != "AutoencoderKL":
            raise ModelUnavailable(
                f"TINY_VAE_MODEL is set, but {checkpoint.name} has an {kind}, which no tiny"
                " autoencoder takes the place of."
            )
        pipe.vae = load_tiny_vae(options.tiny_vae, dict(pipe.vae.config), pipe.vae.dtype, token)


def take_safety_checker(pipe: Any, checkpoint: Checkpoint) -> SafetyChecker | None:
    """Take the safety checker out of the pipeline, which would blacken pictures with it."""
    checker = getattr(pipe, "safety_checker", None)
    if checker is None:
        return None
    pipe.safety_checker = None
    return SafetyChecker(checker, checkpoint.folder / "feature_extractor")


def fits_in_memory(weights: int, free: int) -> bool:
    """Return whether weights of so many bytes leave enough of the device's free bytes to paint
    in.
    """
    return weights <= free * _WEIGHTS_SHARE


def _load(checkpoint: Checkpoint, dtype: torch.dtype, report: Callable[[str], None]) -> Any:
    import_quietly()
    class_name = str(checkpoint.read_json("model_index.json").get("_class_name"))
    if "Control" in class_name:
        raise ModelUnavailable(
            f"{checkpoint.name} ({class_name}) paints from pictures. {SUPPORTED}"
        )
    with warnings.catch_warnings():  # about what one of the fifty families does as it is imported
        warnings.filterwarnings("ignore", "`torch.jit.script`", DeprecationWarning)
        from diffusers import AutoPipelineForText2Image
    tokenizers = _sentencepiece_tokenizers(checkpoint)
    report(f"loading {class_name}")
    for part in components(checkpoint.read_json("model_index.json")):
        refuse_quantized(checkpoint, part)
    encoders = _encoders(checkpoint, dtype)
    try:
        pipe = AutoPipelineForText2Image.from_pretrained(
            str(checkpoint.folder),
            dtype=dtype,
            variant=checkpoint.variant,
            local_files_only=True,
            trust_remote_code=False,
            **dict.fromkeys(tokenizers),  # not read
            **encoders,
        )
        _set_tokenizers(pipe, tokenizers)
        _check_whole(pipe, checkpoint.name)
        return pipe
    except (MemoryError, ModelUnavailable):
        raise
    except Exception as error:
        what = str(error).partition("\n")[0]
        raise ModelUnavailable(
            f"{checkpoint.name} is a {class_name}, which cannot be loaded ({type(error).__name__}:"
            f" {what}). It may be of a kind that diffusers cannot paint with from words alone, or"
            f" its files may be damaged. {SUPPORTED}"
        ) from error


def _encoders(checkpoint: Checkpoint, dtype: torch.dtype) -> dict[str, Any]:
    """Load what transformers reads, since the pipeline does not hear of weights that are missing.

    Raises ModelUnavailable for them.
    """
    import transformers

    components = {}
    for name, entry in checkpoint.read_json("model_index.json").items():
        if not (isinstance(entry, list) and entry[:1] == ["transformers"] and entry[1:]):
            continue
        cls = getattr(transformers, str(entry[1]), None)
        is_network = isinstance(cls, type) and issubclass(cls, transformers.PreTrainedModel)
        if is_network and checkpoint.weights(name) is not None:
            components[name] = read_weights(checkpoint, name, cls, dtype)
    return components


def _check_whole(pipe: Any, name: str) -> None:
    """Look for weights that no file gave, or that are no numbers. Raises ModelUnavailable."""
    for part, network in pipe.components.items():
        if not isinstance(network, torch.nn.Module):
            continue
        missing = [each for each, weight in network.named_parameters() if weight.is_meta]
        if missing:
            raise ModelUnavailable(
                f"{part} of {name} lacks {len(missing)} weights that its config.json promises, such"
                f" as {missing[0]}: the two do not belong together, or the file is not whole."
                " Download it again."
            )
        refuse_non_numbers(name, part, network)


def _sentencepiece_tokenizers(checkpoint: Checkpoint) -> dict[str, SentencePieceBackend]:
    """Load those tokenizers of the checkpoint that SentencePiece itself is to read."""
    index = checkpoint.read_json("model_index.json")
    one_encoder = "unet" in index and "text_encoder_2" not in index
    tokenizers = {}
    for name in components(index):
        encoder = checkpoint.folder / name.replace("tokenizer", "text_encoder")
        if not name.startswith("tokenizer"):
            continue
        backend = load_backend(checkpoint.folder / name, encoder, lower_by_default=one_encoder)
        if backend is not None:
            tokenizers[name] = backend
    return tokenizers


def _set_tokenizers(pipe: Any, tokenizers: Mapping[str, SentencePieceBackend]) -> None:
    """Register the tokenizers as if the pipeline had loaded them."""
    for name, tokenizer in tokenizers.items():
        encoder = getattr(pipe, name.replace("tokenizer", "text_encoder"))
        known = encoder.get_input_embeddings().num_embeddings
        if tokenizer.reader.max_id >= known:
            raise ModelUnavailable(
                f"its {name} knows ids up to {tokenizer.reader.max_id}, its text encoder only"
                f" {known}"
            )
        if name == "tokenizer" and hasattr(pipe, "tokenizer_max_length"):
            pipe.tokenizer_max_length = tokenizer.model_max_length
    pipe.register_modules(**tokenizers)


def _choose_dtype(checkpoint: Checkpoint, device: torch.device) -> torch.dtype:
    """Transformers (the newer families) overflow in float16, which they were not trained in."""
    newer = "transformer" in checkpoint.read_json("model_index.json")
    if device.type == "cuda" and newer and torch.cuda.is_bf16_supported():
        return torch.bfloat16
    return remembered_dtype(device, checkpoint.name)


def _to_device(pipe: Any, device: torch.device) -> None:
    """Move the pipeline to the device, or offload it part by part if it does not fit."""
    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    weights = sum(w.numel() * w.element_size() for part in parts for w in part.parameters())
    if device.type == "cuda" and not fits_in_memory(weights, torch.cuda.mem_get_info(device)[0]):
        pipe.enable_model_cpu_offload(device=device)
    else:
        pipe.to(device)
