"""Read a checkpoint of Stable Diffusion's shape into torch modules."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from inference.errors import ModelUnavailable
from inference.load_options import DEFAULT_OPTIONS, LoadOptions
from inference.models import catalog
from inference.models.adapters import load_tiny_vae, merge_into_parts, parse_loras
from inference.models.checkpoint import SUPPORTED, Checkpoint
from inference.models.device import choose_device, remembered_dtype, set_threads
from inference.models.libraries import import_quietly
from inference.models.model import Model
from inference.models.safety_checker import SafetyChecker
from inference.models.schedulers import SCHEDULERS, check_scheduler
from inference.models.shapes import check_shapes
from inference.models.single_file_weights import PREFIXES, read_part
from inference.models.tokenizer import Tokenizer, load_tokenizer
from inference.models.weight_values import refuse_non_numbers, refuse_quantized

logger = logging.getLogger(__name__)

OnProgress = Callable[[str], None]

_FEW_STEPS = {"LCMScheduler", "TCDScheduler"}  # only distilled checkpoints name them


@dataclass
class _Parts:
    """The neural networks of a checkpoint, on their device."""

    text_encoders: list[Any]
    unet: Any
    vae: Any
    safety_checker: SafetyChecker | None


def load_model(
    checkpoint: Checkpoint,
    *,
    device: str | None = None,
    dtype: torch.dtype | None = None,
    token: str | None = None,
    options: LoadOptions = DEFAULT_OPTIONS,
    on_progress: OnProgress | None = None,
) -> Model:
    """Load every component with torch; inference.backends makes the model faster afterwards.

    device: "cpu", "cuda", "cuda:1", "mps"; None chooses the best there is. dtype: of the weights;
    None chooses what the device is fast in. options: what to add to the checkpoint. token: for what
    of that is on the hub. Raises ModelUnavailable when files are missing, broken or of another kind
    of model, and TokenizerError when the tokenizer fails its test.
    """
    report = on_progress or (lambda _: None)
    set_threads(options.threads)
    place = choose_device(device)
    report("reading the tokenizer")
    tokenizers = _load_tokenizers(checkpoint)
    report("importing the model code")
    import_quietly()
    weights_dtype = dtype or remembered_dtype(place, checkpoint.name)
    parts = _read_parts(
        checkpoint, options, token, device=place, dtype=weights_dtype, report=report
    )
    check_shapes(checkpoint.name, tokenizers, parts.text_encoders, parts.unet, parts.vae)
    model = _describe(checkpoint, tokenizers, parts, place, weights_dtype)
    check_scheduler(
        checkpoint.name,
        model.default_scheduler,
        model.scheduler_config,
        steps=model.default_steps,
        is_sdxl=model.is_sdxl,
    )
    if loras := parse_loras(options.lora):
        report("merging LoRAs")
        merge_into_parts(
            parts.unet, model.text_encoder, loras, token, text_encoder_2=model.text_encoder_2
        )
    entry = checkpoint.catalog_entry()
    warning = catalog.setup_warning(checkpoint.name, entry, english=model.english_only)
    if warning:
        logger.warning(warning)
        report(warning)
    return model


def _read_parts(
    checkpoint: Checkpoint,
    options: LoadOptions,
    token: str | None,
    *,
    device: torch.device,
    dtype: torch.dtype,
    report: OnProgress,
) -> _Parts:
    import diffusers
    import transformers

    def read(component: str, cls: Any) -> Any:
        report(f"loading {component}")
        own = torch.float32 if component == "vae" and needs_float32(checkpoint, dtype) else dtype
        return read_weights(checkpoint, component, cls, own).to(device).eval()

    kinds = (transformers.CLIPTextModel, transformers.CLIPTextModelWithProjection)
    text_encoders = [
        read(part, kind) for part, kind in zip(checkpoint.encoders, kinds, strict=False)
    ]
    unet = read("unet", diffusers.UNet2DConditionModel)
    if options.tiny_vae:
        report("loading the tiny autoencoder")
        config = checkpoint.read_json("vae", "config.json")
        vae = load_tiny_vae(options.tiny_vae, config, dtype, token).to(device).eval()
    else:
        vae = read("vae", diffusers.AutoencoderKL)
    safety_checker = None
    if checkpoint.weights("safety_checker"):
        from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

        network = read("safety_checker", StableDiffusionSafetyChecker)
        safety_checker = SafetyChecker(network, checkpoint.folder / "feature_extractor")
    return _Parts(text_encoders, unet, vae, safety_checker)


def needs_float32(checkpoint: Checkpoint, dtype: torch.dtype) -> bool:
    """Return whether the autoencoder overflows in the model's dtype: SDXL's own does in float16."""
    return dtype == torch.float16 and bool(
        checkpoint.read_json("vae", "config.json").get("force_upcast")
        and checkpoint.family == "sdxl"
    )


def _load_tokenizers(checkpoint: Checkpoint) -> list[Tokenizer]:
    """Return the tokenizer of each text encoder.

    Only Stable Diffusion 1.x is lower-cased unasked.
    """
    return [
        load_tokenizer(
            checkpoint.folder / part.replace("text_encoder", "tokenizer"),
            lower_by_default=checkpoint.family == "sd",
        )
        for part in checkpoint.encoders
    ]


def _describe(
    checkpoint: Checkpoint,
    tokenizers: list[Tokenizer],
    parts: _Parts,
    device: torch.device,
    dtype: torch.dtype,
) -> Model:
    """Fill in what the checkpoint's mame.json, the catalog and the networks say of the model."""
    entry, own = checkpoint.catalog_entry(), checkpoint.read_json("mame.json")
    scheduler = checkpoint.scheduler_config()
    told = bool(parts.unet.config.time_cond_proj_dim)
    usual = usual_settings(checkpoint.family, scheduler, told_guidance=told)
    steps, guidance = (entry.steps, entry.guidance) if entry else usual
    factor = 2 ** (len(parts.vae.config.block_out_channels) - 1)
    return Model(
        name=checkpoint.name,
        license=checkpoint.license(),
        tokenizer=tokenizers[0],
        text_encoder=parts.text_encoders[0],
        unet=parts.unet,
        vae=parts.vae,
        safety_checker=parts.safety_checker,
        scheduler_config=scheduler,
        device=device,
        dtype=dtype,
        native_size=int(own.get("native_size") or sample_cells(parts.unet) * factor),
        factor=factor,
        default_steps=int(own.get("default_steps") or steps),
        default_guidance=float(own.get("default_guidance") or guidance),
        default_scheduler=own.get("scheduler") if own.get("scheduler") in SCHEDULERS else None,
        english_only=(
            entry.japanese is False
            if entry
            else all(tokenizer.english_only for tokenizer in tokenizers)
        ),
        squares_only=bool(own.get("square")),
        min_output_side=int(own.get("min_output_side") or 0),
        sharpen=bool(own.get("sharpen")),
        text_encoder_2=parts.text_encoders[1] if len(parts.text_encoders) > 1 else None,
        tokenizer_2=tokenizers[1] if len(tokenizers) > 1 else None,
        zero_empty_negative=checkpoint.family == "sdxl" and _zeroes_empty_prompts(checkpoint),
        vae_dtype=parts.vae.dtype,
        distilled_guidance=float(own.get("distilled_guidance") or 0),
    )


def _zeroes_empty_prompts(checkpoint: Checkpoint) -> bool:
    return bool(checkpoint.read_json("model_index.json").get("force_zeros_for_empty_prompt", True))


def usual_settings(
    family: str | None, scheduler: Mapping[str, Any], *, told_guidance: bool = False
) -> tuple[int, float]:
    """Return steps and guidance scale for a checkpoint that nobody has described.

    What was distilled to few steps (LCM, Turbo, Lightning) shows it by its scheduler.
    told_guidance: whether its UNet takes the guidance scale; those of latent consistency models
    are told 8 in their makers' examples (https://huggingface.co/latent-consistency/lcm-sdxl).
    """
    if told_guidance and scheduler.get("_class_name") in _FEW_STEPS:
        return 4, 8.0
    plain = scheduler.get("prediction_type", "epsilon") == "epsilon"
    trailing = plain and scheduler.get("timestep_spacing") == "trailing"
    if scheduler.get("_class_name") in _FEW_STEPS or (
        trailing and not scheduler.get("rescale_betas_zero_snr")
    ):
        return 4, 1.0
    return (30, 5.0) if family == "sdxl" else (30, 7.5)


def sample_cells(unet: Any) -> int:
    """Return the latent cells a side that the UNet's config names, 64 if it names none."""
    size = unet.config.sample_size
    return int((max(size) if isinstance(size, list | tuple) else size) or 64)


def read_weights(checkpoint: Checkpoint, component: str, cls: Any, dtype: torch.dtype) -> Any:
    """Return the component as a `cls` of diffusers or transformers, with all of its weights.

    Raises ModelUnavailable if file and config.json do not belong together, and for weights that
    nothing can be computed with.
    """
    refuse_quantized(checkpoint, component, PREFIXES[component] if checkpoint.file else ("",))
    network = _read_network(checkpoint, component, cls, dtype)
    refuse_non_numbers(checkpoint.name, component, network)
    return network


def _read_network(checkpoint: Checkpoint, component: str, cls: Any, dtype: torch.dtype) -> Any:
    weights = checkpoint.weights(component)
    if weights is None:  # Checkpoint.find has looked; the folder changed since
        raise ModelUnavailable(f"{checkpoint.name} has no weights of {component} any more.")
    try:
        if checkpoint.file is not None:
            return read_part(checkpoint.file, checkpoint.folder, component, cls, dtype)
        network, report = cls.from_pretrained(
            str(checkpoint.folder / component),
            torch_dtype=dtype,
            use_safetensors=weights.safetensors,
            variant=weights.variant,
            local_files_only=True,
            output_loading_info=True,
        )
    except (MemoryError, ModelUnavailable):
        raise
    except Exception as error:
        raise ModelUnavailable(
            f"{component} of {checkpoint.name} cannot be loaded ({type(error).__name__}: {error})."
            f" The files may be damaged, of another kind of model, or of another shape than"
            f" {component}/config.json says. {SUPPORTED}"
        ) from error
    # Both libraries fill what is missing with random numbers, and say so in a log only.
    if missing := sorted(report["missing_keys"]):
        raise ModelUnavailable(
            f"{component} of {checkpoint.name} lacks {len(missing)} weights that its config.json"
            f" promises, such as {missing[0]}: the two do not belong together, or the file is not"
            " whole. Download it again."
        )
    # Other parts come with weights of older versions, or of halves that are not used here.
    if component == "unet" and (unexpected := sorted(report["unexpected_keys"])):
        raise ModelUnavailable(
            f"{component} of {checkpoint.name} has {len(unexpected)} weights that its config.json"
            f" has no place for, such as {unexpected[0]}: the two do not belong together. Download"
            " both again."
        )
    return network
