"""Train the UNet to paint latents from captions.

The text encoder stays as the stages before left it: it already tells all captions apart, and
training it too would cost a fifth of every step.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from inference import speed
from inference.training.batches import Pack
from inference.training.captions import Shown, caption
from inference.training.checkpoint import load_state, save_state
from inference.training.compose import load_compositions
from inference.training.config import Config, dice
from inference.training.contrastive import build_towers
from inference.training.steady import encoder_of
from inference.training.thumbnails import thumbnails
from inference.training.tokenizer import tokenize


def build_unet(config: Config) -> Any:
    """A UNet of SD's shape, with attention at the lower two levels only.

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


@torch.no_grad()
def follow(average: Any, model: Any, decay: float) -> None:
    """Move the averaged weights a little towards the model's."""
    ours, theirs = list(average.parameters()), list(model.parameters())
    torch._foreach_lerp_(ours, theirs, 1 - decay)


def emphasis(shown: Shown) -> float:
    """How often a stored scene is drawn, against a single large thing of its own colour.

    What a large thing looks like is learned in the first hours; small ones take longer, and so do
    the styles that are not the usual one, of which there are fewer scenes.
    """
    often = 1.3 if shown.style else 1.0
    if shown.other:
        return 2.5 * often
    if shown.place:
        return 2.0 * often
    if shown.count > 1 or shown.size:
        return 1.5 * often
    return (0.7 if shown.colour else 1.0) * often


def computes_in_half(device: torch.device) -> bool:
    """Whether the UNet's training is faster in bfloat16; weights and loss are float32 anyway.

    On a CPU that computes in it (AVX512-BF16) a step took 0.73 of its time in float32, and 0.63
    with attend() below.
    """
    return device.type == "cuda" or speed.choose_dtype(device) is torch.bfloat16


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
        while True:
            batch = rng.choices(range(len(shown)), often, k=size)
            yield latents[batch], [shown[i] for i in batch]
    normal = torch.load(config.work / "normal.pt", weights_only=True, map_location=device)
    pack = Pack(config)
    while True:
        pictures, seen = pack.draw(size)
        yield (thumbnails(pictures) - normal["mean"]) / normal["spread"], seen


def train_diffusion(config: Config) -> None:
    """Leave work/diffusion.pt: the UNet, its average and all to go on from."""
    device = torch.device(config.device)
    towers, pieces = build_towers(config)
    load_state(encoder_of(config), {"model": towers})
    text_encoder = towers.text_encoder.to(device).eval().requires_grad_(False)
    scheduler = build_scheduler()
    unet = build_unet(config).to(device)
    attend(unet, device)
    half = computes_in_half(device)
    smooth = copy.deepcopy(unet)
    optimizer = torch.optim.AdamW(
        unet.parameters(), lr=config.unet_lr, weight_decay=0.01, fused=True
    )
    parts = {"unet": unet, "optimizer": optimizer, "smooth": smooth}
    path = config.work / "diffusion.pt"
    done = load_state(path, parts)
    if done >= 1:
        return
    rng = dice(time.time())
    seconds, size = config.unet_minutes * 60, config.unet_batch
    batches = samples(config)
    began, saved, start = time.time() - done * seconds, time.time(), time.time()
    step, mean_loss = 0, 0.0
    while done < 1 and time.time() < config.stop_at:
        done = min(1.0, (time.time() - began) / seconds)
        warm = min(1.0, (step + 1) / config.unet_warmup)
        fade = min(1.0, (1 - done) / 0.35 + 0.02)  # constant, then straight down to nothing
        optimizer.param_groups[0]["lr"] = config.unet_lr * warm * fade
        clean, shown = next(batches)
        texts = [
            "" if rng.random() < config.empty_captions else caption(seen, rng) for seen in shown
        ]
        noise = torch.randn_like(clean)
        # One time from each of `size` equal spans: every batch sees early and late steps.
        times = ((torch.randperm(size) + torch.rand(size)) / size * 1000).long().clamp(0, 999)
        times = times.to(device)
        target = scheduler.get_velocity(clean, noise, times)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            states = text_encoder(tokenize(pieces, texts).to(device))[0]
            made = unet(scheduler.add_noise(clean, noise, times), times, states).sample
        loss = F.mse_loss(made.float(), target)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        decay = min(config.ema_decay, step / (step + 20))
        follow(smooth, unet, decay)
        if step % 10 == 0 or step == 1:  # asking a GPU for a number makes it wait
            mean_loss = 0.9 * mean_loss + 0.1 * loss.item() if step > 1 else loss.item()
        if step % 50 == 0:
            rate = step * size / (time.time() - start)
            print(f"diffusion {done:.3f} {step} loss {mean_loss:.4f} {rate:.1f}/s", flush=True)
        if time.time() - saved > config.save_seconds:
            saved = time.time()
            save_state(path, done, parts)
    save_state(path, done, parts)
