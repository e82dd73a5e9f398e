"""Train the UNet to paint latents from captions.

The text encoder stays as the contrastive stage left it: it already tells all captions apart, and
training it too would cost a fifth of every step.
"""

from __future__ import annotations

import copy
import time
from typing import Any

import torch
import torch.nn.functional as F

from inference.training.captions import caption
from inference.training.checkpoint import load_state, save_state
from inference.training.compose import load_compositions
from inference.training.config import Config, dice
from inference.training.contrastive import build_towers
from inference.training.tokenizer import tokenize


def build_unet(config: Config) -> Any:
    """A UNet of SD's shape, with attention below the top level only.

    There, convolutions already see a good part of 12x12 places, and attention to 77 tokens from
    each of them would cost a fifth of all the work.
    """
    from diffusers import UNet2DConditionModel

    levels = len(config.unet_channels)
    return UNet2DConditionModel(
        sample_size=config.latent_size,
        in_channels=config.latent_channels,
        out_channels=config.latent_channels,
        layers_per_block=1,
        block_out_channels=config.unet_channels,
        down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * (levels - 1),
        up_block_types=("CrossAttnUpBlock2D",) * (levels - 1) + ("UpBlock2D",),
        cross_attention_dim=config.text_width,
        attention_head_dim=4,
        norm_num_groups=16,
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


def train_diffusion(config: Config) -> None:
    """Leave work/diffusion.pt: the UNet, its average and all to go on from."""
    towers, pieces = build_towers(config)
    load_state(config.work / "contrastive.pt", {"model": towers})
    text_encoder, scheduler = towers.text_encoder.eval().requires_grad_(False), build_scheduler()
    unet = build_unet(config)
    smooth = copy.deepcopy(unet)
    optimizer = torch.optim.AdamW(
        unet.parameters(), lr=config.unet_lr, weight_decay=0.01, fused=True
    )
    parts = {"unet": unet, "optimizer": optimizer, "smooth": smooth}
    path = config.work / "diffusion.pt"
    done = load_state(path, parts)
    latents = torch.load(config.work / "latents.pt", weights_only=True)
    _, shown = load_compositions(config.work)
    weights = [s.thing.weight for s in shown]
    rng = dice(time.time())  # a continued run must not repeat the first one's batches
    seconds, size = config.unet_minutes * 60, config.unet_batch
    began, saved, start = time.time() - done * seconds, time.time(), time.time()
    step, mean_loss = 0, 0.0
    while done < 1:
        done = min(1.0, (time.time() - began) / seconds)
        warm = min(1.0, (step + 1) / config.unet_warmup)
        fade = min(1.0, (1 - done) / 0.35 + 0.02)  # constant, then straight down to nothing
        optimizer.param_groups[0]["lr"] = config.unet_lr * warm * fade
        batch = rng.choices(range(len(shown)), weights, k=size)
        texts = [
            "" if rng.random() < config.empty_captions else caption(shown[i], rng) for i in batch
        ]
        clean = latents[batch]
        noise = torch.randn_like(clean)
        # One time from each of `size` equal spans: every batch sees early and late steps.
        times = ((torch.randperm(size) + torch.rand(size)) / size * 1000).long().clamp(0, 999)
        target = scheduler.get_velocity(clean, noise, times)
        states = text_encoder(tokenize(pieces, texts))[0]
        made = unet(scheduler.add_noise(clean, noise, times), times, states).sample
        loss = F.mse_loss(made, target)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        decay = min(config.ema_decay, step / (step + 20))
        follow(smooth, unet, decay)
        mean_loss = 0.99 * mean_loss + 0.01 * loss.item() if step > 1 else loss.item()
        if step % 50 == 0:
            rate = step * size / (time.time() - start)
            print(f"diffusion {done:.3f} {step} loss {mean_loss:.4f} {rate:.1f}/s", flush=True)
        if time.time() - saved > config.save_seconds:
            saved = time.time()
            save_state(path, done, parts)
    save_state(path, 1.0, parts)
