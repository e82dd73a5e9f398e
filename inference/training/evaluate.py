"""Paint with an exported folder: a sheet for the eye, and a score by the judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from inference.training.checkpoint import load_state
from inference.training.compose import load_compositions
from inference.training.config import Config
from inference.training.contrastive import build_towers
from inference.training.tokenizer import tokenize

PROMPTS = (
    "赤いりんご", "猫", "犬", "桜", "富士山", "夜の富士山", "すし", "おにぎり",
    "ラーメン", "車", "花", "月", "雪だるま", "城", "ロケット", "魚",
    "青い背景の犬", "ピンクの背景の象", "青い車", "青りんご", "電車", "家", "木", "太陽",
    "かわいいうさぎの絵", "ペンギンを描いて", "いちご", "ケーキ", "夕焼けの城", "草原の馬",
    "龍", "黒い猫",
)  # fmt: skip


class Folder:
    """An exported folder, opened as any diffusers user would open it."""

    def __init__(self, path: Path) -> None:
        import sentencepiece
        from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
        from transformers import CLIPTextModel

        kind = {"torch_dtype": torch.float32}
        self.vae: Any = AutoencoderKL.from_pretrained(path / "vae", **kind).eval()
        self.unet: Any = UNet2DConditionModel.from_pretrained(path / "unet", **kind).eval()
        self.text: Any = CLIPTextModel.from_pretrained(path / "text_encoder").float().eval()
        self.scheduler: Any = DDIMScheduler.from_pretrained(path / "scheduler")
        spiece = str(path / "tokenizer" / "spiece.model")
        self.pieces: Any = sentencepiece.SentencePieceProcessor(model_file=spiece)

    @torch.no_grad()
    def paint(self, prompts: list[str], steps: int, guidance: float, seed: int = 0) -> Tensor:
        """Pictures [n, 3, size, size] of 0..1; picture i has seed + i."""
        states = self.text(tokenize(self.pieces, prompts + [""] * len(prompts)))[0]
        side = self.unet.config.sample_size
        shape = (1, self.unet.config.in_channels, side, side)
        seeds = [torch.Generator().manual_seed(seed + i) for i in range(len(prompts))]
        latents = torch.cat([torch.randn(shape, generator=g) for g in seeds])
        self.scheduler.set_timesteps(steps)
        for time in self.scheduler.timesteps:
            both = self.unet(torch.cat([latents, latents]), time, states).sample
            told, untold = both.chunk(2)
            made = untold + guidance * (told - untold)
            latents = self.scheduler.step(made, time, latents).prev_sample
        pictures: Tensor = self.vae.decode(latents / self.vae.config.scaling_factor).sample
        return (pictures / 2 + 0.5).clamp(0, 1)


def sheet(config: Config, folder: Path, columns: int = 8) -> None:
    """Write work/sheet.png: PROMPTS in reading order."""
    pictures = Folder(folder).paint(list(PROMPTS), config.steps, config.guidance)
    save_sheet(pictures, config.work / "sheet.png", columns)


@torch.no_grad()
def score(config: Config, folder: Path) -> float:
    """Paint every thing once from its first name; the share that the judge names rightly.

    The judge is the contrastive pair, which never saw a painted picture. It must pick the thing
    among all of them, so chance is one in their number.
    """
    towers, pieces = build_towers(config)
    load_state(config.work / "contrastive.pt", {"model": towers})
    towers.eval()
    _, shown = load_compositions(config.work)
    names = sorted({seen.thing.names[0] for seen in shown})
    read = towers.read(tokenize(pieces, names, config.contrastive_tokens))
    painter, right = Folder(folder), 0
    for first in range(0, len(names), 16):
        part = names[first : first + 16]
        pictures = painter.paint(part, config.steps, config.guidance, seed=first)
        best = (towers.look(pictures * 2 - 1) @ read.T).argmax(1).tolist()
        right += sum(names[b] == name for b, name in zip(best, part, strict=True))
    print(f"score: {right} of {len(names)} things named rightly by the judge", flush=True)
    return right / len(names)


def save_sheet(pictures: Tensor, path: Path, columns: int) -> None:
    """Pictures [n, 3, size, size] of 0..1 as one PNG."""
    size = pictures.shape[-1]
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * size, rows * size), "white")
    for i, picture in enumerate((pictures * 255).round().byte().permute(0, 2, 3, 1).numpy()):
        page.paste(Image.fromarray(picture), (i % columns * size, i // columns * size))
    page.save(path)
