"""The autoencoder (96 px <-> 12x12 latents): its encoder is set, its decoder is trained."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inference.training.checkpoint import load_state, save_state
from inference.training.compose import as_input, load_compositions
from inference.training.config import Config, dice
from inference.training.thumbnails import set_weights, thumbnails


def build_autoencoder(config: Config) -> Any:
    """An AutoencoderKL of SD's shape, without the attention that 144 places do not need."""
    from diffusers import AutoencoderKL

    levels = len(config.vae_channels)
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=config.vae_channels,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=1,  # with so few channels, more groups forget what colour a picture is
        sample_size=config.size,
        scaling_factor=1.0,  # mean and deviation are in quant_conv and post_quant_conv instead
        mid_block_add_attention=False,
    )


def edges(pictures: Tensor) -> Tensor:
    """The Laplacian of every channel; plain differences, grouped convolutions are slow on CPUs."""
    inner = pictures[..., 1:-1, 1:-1]
    across = pictures[..., 1:-1, 2:] + pictures[..., 1:-1, :-2]
    return 4 * inner - across - pictures[..., 2:, 1:-1] - pictures[..., :-2, 1:-1]


@torch.no_grad()
def encode_compositions(config: Config) -> None:
    """Write work/latents.pt (latents [n, 4, s, s] of every composition) and work/vae.pt."""
    if (config.work / "latents.pt").exists():
        return
    pixels, _ = load_compositions(config.work)
    plain = torch.cat([thumbnails(as_input(part)) for part in torch.split(pixels, 64)])
    mean, spread = plain.mean((0, 2, 3)), plain.std((0, 2, 3))
    vae = build_autoencoder(config)
    set_weights(vae, mean, spread)
    save_state(config.work / "vae.pt", 0.0, {"model": vae})
    latents = (plain - mean[:, None, None]) / spread[:, None, None]
    torch.save(latents.contiguous(), config.work / "latents.pt")
    print(f"encoded {len(pixels)} compositions, mean {mean}, deviation {spread}", flush=True)


def schedule(done: float, step: int, warmup: int) -> float:
    """The learning rate's factor: a short rise, then half a cosine down to a twentieth."""
    return min(1.0, (step + 1) / warmup) * (0.05 + 0.95 * 0.5 * (1 + float(np.cos(np.pi * done))))


def train_decoder(config: Config) -> None:
    """Leave work/decoder.pt. The UNet does not wait for it and can train at the same time."""
    vae = build_autoencoder(config).to(memory_format=torch.channels_last)
    load_state(config.work / "vae.pt", {"model": vae})
    weights = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=config.vae_lr, weight_decay=0, fused=True)
    path = config.work / "decoder.pt"
    done = load_state(path, {"model": vae, "optimizer": optimizer})
    pixels, shown = load_compositions(config.work)
    encoded = torch.load(config.work / "latents.pt", weights_only=True)
    often = [seen.thing.weight for seen in shown]
    rng, seconds = dice(time.time()), config.decoder_minutes * 60
    began, saved, step, losses = time.time() - done * seconds, time.time(), 0, [0.0]
    while done < 1:
        done = min(1.0, (time.time() - began) / seconds)
        optimizer.param_groups[0]["lr"] = config.vae_lr * schedule(done, step, 50)
        batch = rng.choices(range(len(pixels)), often, k=config.vae_batch)
        pictures, latents = as_input(pixels[batch]), encoded[batch]
        made = vae.decode(latents + config.vae_noise * torch.randn_like(latents)).sample
        wrong = made - pictures
        loss = wrong.abs().mean()
        torch.autograd.backward(loss + config.vae_edge_weight * edges(wrong).abs().mean())
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        losses.append(loss.item())
        if step % 50 == 0:
            print(f"decoder {done:.3f} {step} L1 {np.mean(losses[-50:]):.4f}", flush=True)
        if time.time() - saved > config.save_seconds:
            saved = time.time()
            save_state(path, done, {"model": vae, "optimizer": optimizer})
    save_state(path, 1.0, {"model": vae, "optimizer": optimizer})


def load_autoencoder(config: Config) -> Any:
    """The autoencoder, as far as its decoder has come, for use only."""
    vae = build_autoencoder(config).eval()
    decoder = config.work / "decoder.pt"
    load_state(decoder if decoder.exists() else config.work / "vae.pt", {"model": vae})
    return vae.requires_grad_(False)
