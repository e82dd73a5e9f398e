"""Teach the text encoder what captions mean before any picture is painted.

Text encoder and a small CNN on 24-pixel pictures are trained as CLIP was: the caption of each
picture must be told from the captions of all others in the batch. Without this stage the UNet
learns grounds and colours but, for hours, no shapes: it has nothing to tell one word from another
by.
"""

from __future__ import annotations

import time
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inference.training.autoencoder import schedule
from inference.training.captions import caption
from inference.training.checkpoint import load_state, save_state
from inference.training.config import Config, dice
from inference.training.progress import Progress
from inference.training.shelf import load_compositions
from inference.training.tokenizer import EOS, MAX_TOKENS, PAD, load_tokenizer, tokenize

EMBEDDING = 128
GLANCE = 24  # pixels: things, grounds and colours can be told apart, and it costs little


def build_text_encoder(config: Config, vocabulary: int) -> Any:
    """A CLIPTextModel: causal, 77 positions, its last hidden states are what the UNet sees."""
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=config.text_width,
            intermediate_size=4 * config.text_width,
            num_hidden_layers=config.text_layers,
            num_attention_heads=config.text_heads,
            max_position_embeddings=MAX_TOKENS,
            projection_dim=EMBEDDING,
            bos_token_id=1,
            eos_token_id=EOS,
            pad_token_id=PAD,
        )
    )


class Towers(nn.Module):
    """Pictures [n, 3, size, size] of -1..1 and token ids [n, t], both to unit vectors [n, 128]."""

    def __init__(self, config: Config, text_encoder: Any) -> None:
        super().__init__()
        self.text_encoder = text_encoder
        self.text_head = nn.Linear(config.text_width, EMBEDDING, bias=False)
        layers: list[nn.Module] = []
        before = 3
        for width, stride in ((48, 2), (96, 2), (192, 2)):
            layers += [nn.Conv2d(before, width, 3, stride, 1), nn.GroupNorm(8, width), nn.SiLU()]
            before = width
        self.see = nn.Sequential(*layers)
        side = GLANCE // 8
        self.picture_head = nn.Linear(before * side * side, EMBEDDING, bias=False)
        self.heat = nn.Parameter(torch.tensor(2.5))  # log of the inverse temperature

    def read(self, ids: Tensor) -> Tensor:
        """Mean over </s> and the padding after it: all of these have read the whole caption, and
        they are most of what the UNet's attention will find among its 77 tokens."""
        states = self.text_encoder(ids)[0]
        after = ((ids == EOS) | (ids == PAD)).unsqueeze(-1).to(states.dtype)
        return F.normalize(self.text_head((states * after).sum(1) / after.sum(1)), dim=-1)

    def look(self, pictures: Tensor) -> Tensor:
        """What the CNN makes of pictures, whatever their size."""
        small = F.interpolate(pictures, size=(GLANCE, GLANCE), mode="area")
        return F.normalize(self.picture_head(self.see(small).flatten(1)), dim=-1)


def build_towers(config: Config) -> tuple[Towers, Any]:
    """Fresh towers and the tokenizer that feeds them."""
    pieces = load_tokenizer(config.work)
    return Towers(config, build_text_encoder(config, pieces.get_piece_size())), pieces


def train_contrastive(config: Config) -> None:
    """Leave work/contrastive.pt: the text encoder for the UNet."""
    device = torch.device(config.device)
    towers, pieces = build_towers(config)
    towers.to(device)
    optimizer = torch.optim.AdamW(
        towers.parameters(), lr=config.contrastive_lr, weight_decay=0.02, fused=True
    )
    path = config.work / "contrastive.pt"
    parts = {"model": towers, "optimizer": optimizer}
    done = load_state(path, parts)
    if done >= 1:
        return
    seen, shown = load_compositions(config.work)
    small = F.interpolate(seen[:, :3], size=(GLANCE, GLANCE), mode="area").to(device)
    rng = dice(time.time())
    progress = Progress(config, config.contrastive_minutes, done)
    saved, step, right = time.time(), 0, 0.0
    target = torch.arange(config.contrastive_batch, device=device)
    while progress.goes_on(done):
        done = progress()
        optimizer.param_groups[0]["lr"] = config.contrastive_lr * schedule(done, step, 50)
        batch = rng.sample(range(len(shown)), len(target))
        ids = tokenize(pieces, [caption(shown[i], rng) for i in batch], config.contrastive_tokens)
        pictures = small[batch]
        pictures = pictures + 0.1 * torch.randn_like(pictures)
        likeness = towers.heat.exp() * towers.read(ids.to(device)) @ towers.look(pictures).T
        loss = F.cross_entropy(likeness, target) + F.cross_entropy(likeness.T, target)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(towers.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 20 == 0 or step == 1:
            accuracy = (likeness.argmax(1) == target).float().mean().item()
            right = 0.8 * right + 0.2 * accuracy if step > 1 else accuracy
            print(f"contrastive {done:.3f} {step} right {right:.3f} {loss.item():.3f}", flush=True)
        if time.time() - saved > config.save_seconds:
            saved = time.time()
            save_state(path, done, parts)
    save_state(path, done, parts)
