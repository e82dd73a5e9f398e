"""The autoencoder (192 px <-> 24x24 latents): its encoder is set, its decoder is trained."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inference.training.batches import Pack
from inference.training.checkpoint import load_state, save_state
from inference.training.compose import as_input
from inference.training.config import Config, dice
from inference.training.progress import Progress
from inference.training.shelf import load_compositions, random_scenes
from inference.training.thumbnails import set_weights, thumbnails

# Latents have a deviation of 1 / STRETCH. The more places a thing covers, the later noise hides it;
# with a deviation of 1, nearly all noise levels would only teach details. The slope is a detail.
STRETCH = (2.0, 2.0, 2.0, 4.0)
CROP = 12  # latents: the decoder sees only a few at a time, so parts of pictures teach it as well


def build_autoencoder(config: Config) -> Any:
    """An AutoencoderKL of SD's shape, without attention: details are near by."""
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
    plain, _ = load_compositions(config.work)
    path = config.work / "normal.pt"
    if not path.exists():  # a run that goes on from an exported folder has its numbers
        mean, spread = plain.mean((0, 2, 3)), plain.std((0, 2, 3)) * torch.tensor(STRETCH)
        vae = build_autoencoder(config)
        set_weights(vae, mean, spread)
        save_state(config.work / "vae.pt", 0.0, {"model": vae})
        mean, spread = mean[:, None, None], spread[:, None, None]
        torch.save({"mean": mean, "spread": spread}, path)
    normal = torch.load(path, weights_only=True)
    mean, spread = normal["mean"], normal["spread"]
    latents = (plain - mean) / spread
    torch.save(latents.contiguous(), config.work / "latents.pt")
    print(f"encode: {len(plain)} compositions, deviations {latents.std((0, 2, 3))}", flush=True)


def crops(config: Config) -> Iterator[Tensor]:
    """Endless batches of parts of fresh scenes, [n, 3, c, c] of -1..1, cut along the latents."""
    rng, cells = dice(time.time()), config.latent_size
    side = min(CROP, cells)

    def cut(pictures: Tensor) -> Tensor:
        y, x = (8 * rng.randrange(cells - side + 1) for _ in range(2))
        return pictures[..., y : y + 8 * side, x : x + 8 * side]

    if config.on_device:
        pack = Pack(config)
        while True:
            yield cut(pack.draw(config.vae_batch)[0])
    scenes = random_scenes(config, time.time())
    while True:
        pixels = [pixels for pixels, _ in islice(scenes, config.vae_batch)]
        yield torch.cat([cut(as_input(piece[None])) for piece in pixels])


def schedule(done: float, step: int, warmup: int) -> float:
    """The learning rate's factor: a short rise, then half a cosine down to a twentieth."""
    return min(1.0, (step + 1) / warmup) * (0.05 + 0.95 * 0.5 * (1 + float(np.cos(np.pi * done))))


def train_decoder(config: Config) -> None:
    """Leave work/decoder.pt. The UNet does not wait for it and can train at the same time."""
    device = torch.device(config.device)
    vae = build_autoencoder(config).to(device, memory_format=torch.channels_last)
    load_state(config.work / "vae.pt", {"model": vae})
    weights = [*vae.decoder.parameters(), *vae.post_quant_conv.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=config.vae_lr, weight_decay=0, fused=True)
    path, parts = config.work / "decoder.pt", {"model": vae, "optimizer": optimizer}
    done = load_state(path, parts)
    if done >= 1:
        return
    normal = torch.load(config.work / "normal.pt", weights_only=True, map_location=device)
    progress = Progress(config, config.decoder_minutes, done)
    batches = crops(config)
    saved, step, losses = time.time(), 0, [0.0]
    while progress.goes_on(done):
        done = progress()
        optimizer.param_groups[0]["lr"] = config.vae_lr * schedule(done, step, 50)
        pictures = next(batches)
        latents = (thumbnails(pictures) - normal["mean"]) / normal["spread"]
        made = vae.decode(latents + config.vae_noise * torch.randn_like(latents)).sample
        wrong = made - pictures
        loss = wrong.abs().mean()
        torch.autograd.backward(loss + config.vae_edge_weight * edges(wrong).abs().mean())
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 5 == 0:
            losses.append(loss.item())
        if step % 50 == 0:
            print(f"decoder {done:.3f} {step} L1 {np.mean(losses[-10:]):.4f}", flush=True)
        if time.time() - saved > config.save_seconds:
            saved = time.time()
            save_state(path, done, parts)
    save_state(path, done, parts)


def load_autoencoder(config: Config) -> Any:
    """The autoencoder, as far as its decoder has come, for use only."""
    vae = build_autoencoder(config).eval()
    decoder = config.work / "decoder.pt"
    load_state(decoder if decoder.exists() else config.work / "vae.pt", {"model": vae})
    return vae.requires_grad_(False)
