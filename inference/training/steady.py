"""Steady the text encoder: however a wish is put, it must read the same.

The encoder is its own teacher. What it makes of plain words, 「青い背景の犬」, stays as it is, and
what it makes of any other way to say them, 「ねえ、犬がいいな、背景は青い」, is pulled there.
Only the states after a caption's end are compared: each of them has read it all, and they are most
of what the UNet's attention finds. So this can be done before the UNet is trained or after.
"""

from __future__ import annotations

import copy
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.training.autoencoder import schedule
from inference.training.captions import BARE, Shown, choose_words, properties
from inference.training.checkpoint import load_state, save_state
from inference.training.config import Config, dice
from inference.training.contrastive import build_towers
from inference.training.phrases import framed, ordered, plainly
from inference.training.progress import Progress
from inference.training.prompts import held_out
from inference.training.shelf import load_compositions
from inference.training.tokenizer import EOS, MAX_TOKENS, PAD, tokenize

# Most batches are cut here (the encoder is causal): half the cost. The rest goes the whole length,
# because every position has an embedding of its own.
SHORT, WHOLE_EVERY = 44, 3
# How often a scene of an unusual style is drawn: there are few, and many ways to ask for a style.
STYLED = 3


def ended(ids: Tensor) -> Tensor:
    """Where a caption has been read whole: [n, t] of bool, true at </s> and the padding after."""
    return (ids == EOS) | (ids == PAD)


def two_ways(shown: Shown, rng: random.Random) -> tuple[str, str]:
    """Of what a picture shows the plain words, and another way to say them.

    Bare properties are read as they were: what they mean is for the UNet to learn.
    """
    bare = properties(shown) if rng.random() < BARE else ()
    if bare:
        text = rng.choice(bare)
        return text, text
    words = choose_words(shown, rng)
    core = ordered(words, rng) if rng.random() < 0.6 else plainly(words)
    spoken = framed(core, rng) if rng.random() < 0.85 else core
    return plainly(words), core if spoken in held_out() else spoken


def train_steady(config: Config) -> None:
    """Leave work/steady.pt, the towers of contrastive.pt with a steadier text encoder."""
    device = torch.device(config.device)
    towers, pieces = build_towers(config)
    load_state(config.work / "contrastive.pt", {"model": towers})
    towers.to(device)
    teacher = copy.deepcopy(towers.text_encoder).eval().requires_grad_(False)
    student = towers.text_encoder.train()
    optimizer = torch.optim.AdamW(
        student.parameters(), lr=config.steady_lr, weight_decay=0.01, fused=True
    )
    path, parts = config.work / "steady.pt", {"model": towers, "optimizer": optimizer}
    done = load_state(path, parts)
    if done >= 1:
        return
    _, shown = load_compositions(config.work)
    often = [STYLED if scene.style else 1 for scene in shown]
    rng = dice(time.time())
    progress, size = Progress(config, config.steady_minutes, done), config.steady_batch
    saved, step, mean = time.time(), 0, 0.0
    while progress.goes_on(done):
        done = progress()
        optimizer.param_groups[0]["lr"] = config.steady_lr * schedule(done, step, 100)
        drawn = rng.choices(shown, often, k=size)
        plain, spoken = zip(*(two_ways(scene, rng) for scene in drawn), strict=True)
        length = SHORT if step % WHOLE_EVERY else MAX_TOKENS
        plain_ids = tokenize(pieces, list(plain), length).to(device)
        spoken_ids = tokenize(pieces, list(spoken), length).to(device)
        with torch.no_grad():
            right = teacher(plain_ids)[0]
        kept, read = student(torch.cat([plain_ids, spoken_ids]))[0].chunk(2)
        both = (ended(plain_ids) & ended(spoken_ids)).unsqueeze(-1).to(right.dtype)
        off = ((read - right) ** 2 * both).sum() / (both.sum() * right.shape[-1])
        loss = off + F.mse_loss(kept, right)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        mean = 0.95 * mean + 0.05 * off.item() if step > 1 else off.item()
        if step % 50 == 0 or step == 1:
            print(f"steady {done:.3f} {step} off {mean:.4f} {loss.item():.4f}", flush=True)
        if time.time() - saved > config.save_seconds:
            saved = time.time()
            save_state(path, done, parts)
    save_state(path, done, parts)


def encoder_of(config: Config) -> Path:
    """The checkpoint whose text encoder counts: the steadied one, where that stage ran."""
    steadied = config.work / "steady.pt"
    return steadied if steadied.exists() else config.work / "contrastive.pt"
