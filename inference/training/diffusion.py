"""Train the UNet to paint latents from captions.

The text encoder stays as the stages before left it: it already tells all captions apart, and
training it too would cost a fifth of every step.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from inference.models import device as device_choice
from inference.training.batches import Pack
from inference.training.captions import Shown, caption
from inference.training.checkpoint import load_state, save_state
from inference.training.company import Gradients, first, together
from inference.training.config import Config, dice
from inference.training.contrastive import build_towers
from inference.training.progress import Progress
from inference.training.scenes import WATERCOLOUR, WIDE
from inference.training.shelf import load_compositions
from inference.training.steady import encoder_of
from inference.training.thumbnails import thumbnails
from inference.training.tokenizer import tokenize

FOLLOW_EVERY = 4  # steps: the average is a copy of all weights, and the others wait for it


def build_unet(config: Config, *, takes_scale: bool = False) -> Any:
    """A UNet of SD's shape, with attention at the lower two levels only.

    takes_scale: whether it is told the guidance scale; see distillation.py.

    Above them, attention to 77 tokens from each of so many places would cost more than it helps.
    Besides, the caption as a whole is pooled and added to the time that every block is told
    (diffusers' addition_embed_type "text"): a word changes the picture from the first minutes on,
    while attention is still learning where to look.
    """
    from diffusers import UNet2DConditionModel

    levels = len(config.unet_channels)
    plain = levels - 2
    return UNet2DConditionModel(
        sample_size=config.latent_size,
        in_channels=config.latent_channels,
        out_channels=config.latent_channels,
        layers_per_block=1,
        block_out_channels=config.unet_channels,
        down_block_types=("DownBlock2D",) * plain + ("CrossAttnDownBlock2D",) * 2,
        up_block_types=("CrossAttnUpBlock2D",) * 2 + ("UpBlock2D",) * plain,
        cross_attention_dim=config.text_width,
        time_cond_proj_dim=config.guidance_width if takes_scale else None,
        attention_head_dim=4,
        norm_num_groups=config.unet_channels[0] // 2,
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
        resnet_time_scale_shift="scale_shift",
    )


def build_scheduler() -> Any:
    """SD's noise with zero terminal SNR, so that white and black grounds come out whole."""
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        steps_offset=1,  # trailing spacing ignores it; the pipeline warns about anything else
    )


def how_often(kept: Tensor) -> Tensor:
    """How often each time is trained, [1000], in sum 1: in proportion to min(1, 2 (1 - kept)).

    kept: of every time the share of the picture's variance that is left, alphas_cumprod. Painting
    in a few steps never asks where little noise is left, and a shape is decided long before. It
    does what weighting the loss does (https://arxiv.org/abs/2303.09556), but computes no sample
    that would hardly count.
    """
    often = (2 * (1 - kept)).clamp(0.1, 1)
    return often / often.sum()


def draw_times(often: Tensor, size: int) -> Tensor:
    """Times [size] of 0..999, one from each of `size` spans of equal chance, in random order.

    So every batch sees early and late steps.
    """
    spots = (torch.randperm(size) + torch.rand(size)) / size
    return torch.searchsorted(often.cumsum(0), spots).clamp(0, len(often) - 1)


@torch.no_grad()
def follow(average: Any, model: Any, decay: float) -> None:
    """Move the averaged weights a little towards the model's."""
    ours, theirs = list(average.parameters()), list(model.parameters())
    torch._foreach_lerp_(ours, theirs, 1 - decay)


def emphasis(shown: Shown) -> float:
    """How often a stored scene is drawn, against a single thing of the usual style.

    What stands beside another, or is small, is learned last, and took most of the first runs; but
    what a style is, one large thing shows best.
    """
    often = 1.0
    if shown.thing.emoji in WIDE:
        often *= 3  # 富士山 has more looks than any other thing: each ground is a landscape
    if shown.style > WATERCOLOUR:
        return often * (1.2 if single(shown) else 0.6)
    if shown.style:
        often *= 0.8
    if not single(shown):
        return 1.3 * often
    return (1.0 if shown.colour else 1.3) * often


def single(shown: Shown) -> bool:
    """Whether one thing of the usual size stands in the middle."""
    return shown.other is None and shown.count == 1 and not shown.place and not shown.size


def computes_in_half(device: torch.device) -> bool:
    """Whether the UNet's training is faster in bfloat16; weights and loss are float32 anyway.

    On a CPU that computes in it (AVX512-BF16) a step took 0.73 of its time in float32, and 0.63
    with attend() below.
    """
    return device.type == "cuda" or device_choice.choose_dtype(device) is torch.bfloat16


def attend(unet: Any, device: torch.device) -> None:
    """Attention as plain products on a CPU: torch's fused one is slow there on its way back."""
    from diffusers.models.attention_processor import AttnProcessor

    if device.type == "cpu":
        unet.set_attn_processor(AttnProcessor())


def samples(config: Config) -> Iterator[tuple[Tensor, list[Shown]]]:
    """Endless batches: latents [n, 4, s, s] on the device, and what they show."""
    size, device = config.unet_batch, torch.device(config.device)
    if not config.on_device:
        latents = torch.load(config.work / "latents.pt", weights_only=True)
        _, shown = load_compositions(config.work)
        rng = dice(time.time())  # a continued run must not repeat the first one's batches
        often = [emphasis(seen) for seen in shown]
        places = range(len(shown))
        while True:
            batch = rng.choices(places, often, k=size)
            yield latents[batch], [shown[i] for i in batch]
    normal = torch.load(config.work / "normal.pt", weights_only=True, map_location=device)
    pack = Pack(config)
    while True:
        pictures, seen = pack.draw(size)
        yield (thumbnails(pictures) - normal["mean"]) / normal["spread"], seen


def train_diffusion(config: Config) -> None:
    """Leave work/diffusion.pt: the UNet, its average and all to go on from."""
    together(config, _train)


def _train(config: Config) -> None:
    Run(config).train()


class Run:
    """A run of the UNet's training, in one process or in one of several."""

    stage = "diffusion"

    def __init__(self, config: Config) -> None:
        self.config, self.device = config, torch.device(config.device)
        minutes, self.rate = self.pace()
        towers, self.pieces = build_towers(config)
        load_state(encoder_of(config), {"model": towers})
        self.text_encoder = towers.text_encoder.to(self.device).eval().requires_grad_(False)
        self.scheduler = build_scheduler()
        self.often = how_often(self.scheduler.alphas_cumprod)
        self.unet = self.begin().to(self.device)
        attend(self.unet, self.device)
        self.half = computes_in_half(self.device)
        self.smooth = copy.deepcopy(self.unet)
        self.optimizer = torch.optim.AdamW(
            self.unet.parameters(), lr=self.rate, weight_decay=0.01, fused=True
        )
        self.path = config.work / f"{self.stage}.pt"
        parts = {"unet": self.unet, "optimizer": self.optimizer, "smooth": self.smooth}
        self.parts: dict[str, Any] = parts
        self.done = load_state(self.path, parts)
        self.gradients = Gradients(self.unet.parameters(), extra=3)
        self.rng, self.batches = dice(time.time()), samples(config)
        self.steps, self.skipped, self.loss = 0, 0, 0.0
        self.started, self.before = time.time(), self.done
        self.progress, self.late = Progress(config, minutes, self.done), False

    def train(self) -> None:
        """Train until the minutes are spent or it is config.stop_at; leave the checkpoint."""
        saved = time.time()
        while self.done < 1 and not self.late:
            self.step()
            if self.steps % 25 == 0:
                self.tell()
            if first() and time.time() - saved > self.config.save_seconds:
                saved = time.time()
                self.keep()
        if first():
            self.keep()

    def pace(self) -> tuple[float, float]:
        """The minutes of the whole stage, and the rate of learning."""
        return self.config.unet_minutes, self.config.unet_lr

    def begin(self) -> Any:
        """The UNet before any checkpoint."""
        return build_unet(self.config)

    def wrong(self) -> Tensor:
        """The loss on one batch."""
        config, size = self.config, self.config.unet_batch
        clean, shown = next(self.batches)
        texts = [
            "" if self.rng.random() < config.empty_captions else caption(seen, self.rng)
            for seen in shown
        ]
        noise = torch.randn_like(clean)
        times = draw_times(self.often, size).to(self.device)
        target = self.scheduler.get_velocity(clean, noise, times)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            with torch.no_grad():
                states = self.text_encoder(tokenize(self.pieces, texts).to(self.device))[0]
            noisy = self.scheduler.add_noise(clean, noise, times)
            made = self.unet(noisy, times, states).sample
        return F.mse_loss(made.float(), target)

    def step(self) -> None:
        """One step of every process; what they learn from is the mean of their gradients."""
        config = self.config
        loss = self.wrong()
        torch.autograd.backward(loss)
        numbers = self.progress(), loss.item(), float(self.progress.late())
        self.done, mean, late = self.gradients.average(*numbers)
        self.late = late > 0  # when it is for one: the others would wait for it
        warm = min(1.0, (self.steps + 1) / config.unet_warmup)
        fade = min(1.0, (1 - self.done) / config.unet_fade + 0.02)  # constant, then straight down
        self.optimizer.param_groups[0]["lr"] = self.rate * warm * fade
        length = self.gradients.clip(1.0)
        self.steps += 1
        if math.isfinite(length):
            self.optimizer.step()
        else:  # a burst must not reach the weights
            self.skipped += 1
        self.gradients.forget()
        if first() and self.steps % FOLLOW_EVERY == 0:
            decay = min(config.ema_decay, self.steps / (self.steps + 20))
            follow(self.smooth, self.unet, decay**FOLLOW_EVERY)
        self.loss = 0.98 * self.loss + 0.02 * mean if self.steps > 1 else mean

    def tell(self) -> None:
        """Print how far it has come and how long it will take."""
        if not first():
            return
        count = dist.get_world_size() if dist.is_initialized() else 1
        samples_seen = self.steps * self.config.unet_batch * count
        spent = time.time() - self.started
        rate = samples_seen / spent
        left = (1 - self.done) * spent / max(1e-9, self.done - self.before) / 60
        print(
            f"{self.stage} {self.done:.3f} {self.steps} loss {self.loss:.4f} {rate:.1f}/s"
            f" {samples_seen} samples, skipped {self.skipped}, {left:.0f} minutes left"
            f"{self.more_to_tell()}",
            flush=True,
        )

    def more_to_tell(self) -> str:
        """What a stage of its own adds to the line."""
        return ""

    def keep(self) -> None:
        """Leave the checkpoint."""
        save_state(self.path, self.done, self.parts)
