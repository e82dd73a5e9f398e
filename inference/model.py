"""A checkpoint in memory: text -> embeddings, one UNet call, latent -> picture.

Every function works row by row: a row of `predict` has its own latent, timestep and embedding, so
that rows of different requests can share one call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference import catalog, translate, translated
from inference.checkpoint import SUPPORTED, Checkpoint, ModelUnavailable
from inference.compiling import compiled
from inference.extras import merge_into_parts, parse_loras, tiny_vae
from inference.options import DEFAULT_OPTIONS, LoadOptions
from inference.request import PaintError
from inference.safety import SafetyChecker
from inference.speed import choose_dtype, memory_format, set_threads
from inference.tokenizer import LENGTH, Tokenizer, load_tokenizer

logger = logging.getLogger(__name__)

_TRANSLATED = ("auto", "openvino")


@dataclass
class Model:
    """The parts of a Stable Diffusion. Weights are in `dtype`; latents outside of it in float32.

    native_size: pixels of a side the UNet was trained on. factor: pixels per latent cell. pad_to:
    the numbers of rows, ascending, that calls of the UNet are padded to; none, when it takes any.
    english_only: whether the text encoder cannot read Japanese. precision: in which the UNet and
    the decoder compute, where that is not `dtype`. runtime: what runs them. square: it was trained
    on squares alone.
    """

    name: str
    license: str
    tokenizer: Tokenizer
    text_encoder: Any
    unet: Any
    vae: Any
    safety: SafetyChecker | None
    scheduler_config: Mapping[str, Any]
    device: torch.device
    dtype: torch.dtype
    native_size: int
    factor: int
    default_steps: int
    default_guidance: float
    default_scheduler: str | None
    pad_to: tuple[int, ...] = ()
    english_only: bool = False
    precision: str = ""
    runtime: str = "torch"
    square: bool = False


def load_model(
    checkpoint: Checkpoint,
    *,
    device: str | None = None,
    dtype: torch.dtype | None = None,
    token: str | None = None,
    options: LoadOptions = DEFAULT_OPTIONS,
    on_progress: Callable[[str], None] | None = None,
) -> Model:
    """Load every component. device: "cpu", "cuda", "cuda:1", "mps"; None chooses the best there is.

    options: what to add to the checkpoint, and how to run it; token: for what of that is on the
    hub. Raises ModelUnavailable when files are missing, broken or of another kind of model, and
    TokenizerError when the tokenizer fails its test.
    """
    say = on_progress or (lambda _: None)
    set_threads(options.threads)
    place = choose_device(device)
    wish = options.compile if place.type == "cpu" or options.compile != "auto" else "off"
    if wish == "openvino" and place.type != "cpu":
        raise ModelUnavailable("ENGINE_COMPILE is openvino, which is for a CPU: set torch or off.")
    say("reading the tokenizer")
    tokenizer = load_tokenizer(checkpoint.folder / "tokenizer")
    say("importing the model code")
    import diffusers
    import transformers

    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()

    if wish == "auto" and not translate.is_worth_it(checkpoint):
        wish = "off"
    # OpenVINO is given float32 and rounds by itself.
    kind = torch.float32 if wish in _TRANSLATED else dtype or choose_dtype(place)

    def load(component: str, cls: Any) -> Any:
        say(f"loading {component}")
        return _load(checkpoint, component, cls, kind).to(place).eval()

    text_encoder = load("text_encoder", transformers.CLIPTextModel)
    unet = load("unet", diffusers.UNet2DConditionModel)
    if options.tiny_vae:
        say("loading the tiny autoencoder")
        instead_of = checkpoint.json("vae", "config.json")
        vae = tiny_vae(options.tiny_vae, instead_of, kind, token).to(place).eval()
    else:
        vae = load("vae", diffusers.AutoencoderKL)
    _check_shapes(checkpoint.name, tokenizer, text_encoder, unet, vae)
    loras = parse_loras(options.lora)
    if loras:
        say("merging LoRAs")
        merge_into_parts(unet, text_encoder, loras, token)
    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    sample = unet.config.sample_size
    cells = int((max(sample) if isinstance(sample, list | tuple) else sample) or 64)
    native = int(checkpoint.json("mame.json").get("native_size") or cells * factor)
    precision, runtime = "", "torch"
    pad_to: tuple[int, ...] = ()
    if wish in _TRANSLATED:
        say("translating the model, which takes a while the first time")
        asked = {torch.float32: "f32", torch.bfloat16: "bf16"}.get(dtype, "") if dtype else ""
        try:
            unet, vae, precision = translate.translate(
                checkpoint,
                unet,
                vae,
                side=-(-native // factor),
                options=options,
                precision=asked,
            )
            runtime, pad_to = "openvino", translated.ROWS
        except ModelUnavailable as error:
            if wish == "openvino":
                raise
            logger.warning("torch paints, more slowly: %s", error)
            say("OpenVINO does not work here; torch paints, more slowly")
    if runtime == "torch":
        for part, side in ((unet, cells), (vae, cells * factor)):
            width = part.config.block_out_channels[0]
            part.to(memory_format=memory_format(place, kind, width, side))
    safety = None
    if checkpoint.weights("safety_checker"):
        from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

        safety = SafetyChecker(
            load("safety_checker", StableDiffusionSafetyChecker),
            checkpoint.folder / "feature_extractor",
        )
    known = checkpoint.known()
    own = checkpoint.json("mame.json")
    english = known.japanese is False if known else tokenizer.english_only
    warning = catalog.warning(checkpoint.name, known, english=english)
    if warning:
        logger.warning(warning)
        say(warning)
    if wish == "torch":
        say("preparing to compile")
        unet, vae, pad_to = compiled(unet, vae, -(-native // factor), place)
    return Model(
        name=checkpoint.name,
        license=checkpoint.license(),
        tokenizer=tokenizer,
        text_encoder=text_encoder,
        unet=unet,
        vae=vae,
        safety=safety,
        scheduler_config=checkpoint.json("scheduler", "scheduler_config.json"),
        device=place,
        dtype=kind,
        native_size=native,
        factor=factor,
        default_steps=int(own.get("default_steps") or (known.steps if known else 30)),
        default_guidance=float(own.get("default_guidance") or (known.guidance if known else 7.5)),
        default_scheduler=_short(own.get("scheduler")),
        pad_to=pad_to,
        english_only=english,
        precision=precision,
        runtime=runtime,
        square=bool(own.get("square")),
    )


def choose_device(wish: str | None) -> torch.device:
    """The device asked for, or the best there is. Raises ModelUnavailable when it is not there."""
    if not wish or wish == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(wish)
    except RuntimeError as error:
        raise ModelUnavailable(
            f"DEVICE is {wish!r}; it must be cpu, cuda, cuda:<number> or mps."
        ) from error
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    missing = device.type == "mps" and not torch.backends.mps.is_available()
    if missing or count <= (device.index or 0):
        raise ModelUnavailable(
            f"DEVICE is {wish!r}, but torch sees no such device here. Check the driver and that"
            " torch was built for it, or leave DEVICE out."
        )
    return device


@torch.no_grad()
def encode(model: Model, prompt: str) -> torch.Tensor:
    """The embedding of one prompt, (77, width), in the model's dtype and on its device."""
    ids = torch.tensor([model.tokenizer.encode(prompt)], device=model.device)
    embedding: torch.Tensor = model.text_encoder(ids)[0][0]
    return embedding


@torch.no_grad()
def predict(
    model: Model, latents: torch.Tensor, timesteps: torch.Tensor, embeddings: torch.Tensor
) -> torch.Tensor:
    """One UNet call: (rows, channels, h, w), (rows,), (rows, 77, width) -> prediction, float32."""
    prediction: torch.Tensor = model.unet(
        latents.to(model.dtype), timesteps, encoder_hidden_states=embeddings, return_dict=False
    )[0]
    return prediction.float()


@torch.no_grad()
def encode_picture(
    model: Model, pixels: NDArray[np.uint8]
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """A picture, (height, width, 3) -> mean and spread of its latents, (channels, h, w), float32.

    Sides that `factor` does not divide are continued at the edge. The spread is None where the
    autoencoder gives latents rather than a distribution.
    """
    height, width = pixels.shape[:2]
    more = ((0, -height % model.factor), (0, -width % model.factor), (0, 0))
    whole = torch.from_numpy(np.pad(pixels, more, mode="edge"))
    sample = (whole.permute(2, 0, 1)[None].float() / 127.5 - 1).to(model.device, model.dtype)
    encoded = model.vae.encode(sample)
    scale = model.vae.config.scaling_factor
    if not hasattr(encoded, "latent_dist"):
        return encoded.latents[0].float() * scale, None
    spread = encoded.latent_dist
    return spread.mean[0].float() * scale, spread.std[0].float() * scale


@torch.no_grad()
def decode(model: Model, latent: torch.Tensor) -> NDArray[np.uint8]:
    """One latent, (channels, h, w) -> a picture, (h * factor, w * factor, 3), 0 to 255.

    One at a time: the decoder needs many times the memory of a denoising step.
    """
    sample = latent[None].to(model.dtype) / model.vae.config.scaling_factor
    decoded = model.vae.decode(sample, return_dict=False)[0][0].float()
    if not torch.isfinite(decoded).all():
        raise PaintError(
            "The model computed values that are not numbers; nothing can be shown of them."
            " If it happens often, choose another scheduler or another device.",
            permanent=False,
            code="not_finite",
        )
    unit = (decoded / 2 + 0.5).clamp(0, 1)
    picture: NDArray[np.uint8] = (unit.permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy()
    return picture


def _load(checkpoint: Checkpoint, component: str, cls: Any, dtype: torch.dtype) -> Any:
    weights = checkpoint.weights(component)
    if weights is None:  # Checkpoint.find has looked; the folder changed since
        raise ModelUnavailable(f"{checkpoint.name} has no weights of {component} any more.")
    try:
        return cls.from_pretrained(
            str(checkpoint.folder / component),
            torch_dtype=dtype,
            use_safetensors=weights.safetensors,
            variant=weights.variant,
            local_files_only=True,
        )
    except MemoryError:
        raise
    except Exception as error:
        raise ModelUnavailable(
            f"{component} of {checkpoint.name} cannot be loaded ({type(error).__name__}: {error})."
            f" The files may be damaged or of another kind of model. {SUPPORTED}"
        ) from error


def _check_shapes(name: str, tokenizer: Tokenizer, text: Any, unet: Any, vae: Any) -> None:
    wrong = None
    channels = vae.config.latent_channels
    if unet.config.in_channels != channels:
        wrong = f"its UNet takes {unet.config.in_channels} channels, its autoencoder has {channels}"
    elif unet.config.cross_attention_dim != text.config.hidden_size:
        wrong = "its UNet and its text encoder do not fit together"
    elif getattr(unet.config, "time_cond_proj_dim", None):
        wrong = "its UNet wants the guidance scale as an input"
    elif text.config.max_position_embeddings < LENGTH:
        wrong = f"its text encoder reads {text.config.max_position_embeddings} tokens, not {LENGTH}"
    elif tokenizer.largest_id >= text.config.vocab_size:
        wrong = (
            f"its tokenizer knows ids up to {tokenizer.largest_id}, its text encoder only"
            f" {text.config.vocab_size}"
        )
    if wrong:
        raise ModelUnavailable(f"{name} cannot be used: {wrong}. {SUPPORTED}")


def _short(scheduler: Any) -> str | None:
    """A short name of inference.schedulers, or None to use the checkpoint's own class."""
    from inference.schedulers import NAMES

    return str(scheduler) if scheduler in NAMES else None
