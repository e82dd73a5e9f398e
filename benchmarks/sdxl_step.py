"""One denoising step of an SDXL's UNet on a CPU: ours beside diffusers' default, and the memory.

The weights are random and made in memory: 2.6 billion of them, 10.3 GB in float32. Each UNet has a
process of its own, since the two do not fit side by side and a process tells its highest memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.report import Report

ROUNDS = 1
SIDE = 64  # latent cells of 512 pixels
NEEDED_GB = 14.0  # of the one in float32, with what a step takes
FASTER, SMALLER = 1.6, 0.7
SECONDS = 280.0  # of a process
_WARM_SIDE = 8
_LAYOUT = Path("inference/models/layouts/sdxl/unet/config.json")
_TINY = {
    "block_out_channels": (32, 64),
    "layers_per_block": 1,
    "transformer_layers_per_block": 1,
    "attention_head_dim": 4,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
}


def run(*, rounds: int = ROUNDS, side: int = SIDE, tiny: bool = False) -> Report:
    """Measure by turns. tiny: a UNet of a few layers, to try this benchmark.

    Without the memory there are no figures, and a note says why.
    """
    report = Report("SDXL step")
    free = available_gb()
    if free < NEEDED_GB and not tiny:
        report.notes.append(
            f"Not measured: it takes {NEEDED_GB:g} GB of free memory, and {free:.1f} are free here."
        )
        return report
    measured: dict[str, list[dict[str, Any]]] = {"ours": [], "diffusers": []}
    for _ in range(rounds):
        for who, results in measured.items():
            results.append(_in_a_process(who, side, tiny))
    ours, theirs = measured["ours"], measured["diffusers"]
    for name, results in (("ours", ours), ("diffusers'", theirs)):
        report.add(f"a step of {name}", [each["seconds"] for each in results], "s")
        report.add(f"peak memory of {name}", [each["peak_gb"] for each in results], "GB")
    pairs = list(zip(ours, theirs, strict=True))
    report.add("ratio", [b["seconds"] / a["seconds"] for a, b in pairs], "", at_least=FASTER)
    report.add("memory", [a["peak_gb"] / b["peak_gb"] for a, b in pairs], "", at_most=SMALLER)
    report.notes.append(f"ours: {ours[0]['choices']}; {ours[0]['threads']} threads")
    if "bfloat16" not in ours[0]["choices"]:
        report.notes.append(
            "This processor does not compute faster in bfloat16, so ours is float32 as well: the"
            " claim is one of processors with AVX512-BF16 or AMX (Xeon of 2023, EPYC 9004)."
        )
    return report


def available_gb() -> float:
    """Return the memory that a process could have here, in GB; 0 where nothing tells."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    line = next((line for line in lines if line.startswith("MemAvailable:")), "x 0")
    return int(line.split()[1]) * 1024 / 1e9


def _in_a_process(who: str, side: int, tiny: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.sdxl_step", who, str(side), str(int(tiny))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{who} ended with {done.returncode}: {done.stderr[-500:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def measure(who: str, side: int, tiny: bool) -> dict[str, Any]:
    """Make a UNet and take a step with guidance, after one of a small picture to warm up."""
    import inference  # noqa: F401, I001  # before torch: it sets how torch's threads wait
    import torch
    from diffusers import UNet2DConditionModel

    from inference.models import device

    place = torch.device("cpu")
    config = json.loads(_LAYOUT.read_text(encoding="utf-8")) | (_TINY if tiny else {})
    dtype, order = torch.float32, torch.contiguous_format
    if who == "ours":
        device.set_threads(None)
        dtype = device.choose_dtype(place)
        order = device.choose_memory_format(place, dtype, config["block_out_channels"][0], side)
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(config)
    unet = unet.to(dtype).to_empty(device="cpu").eval()
    with torch.no_grad():
        for weights in unet.parameters():
            weights.uniform_(-0.02, 0.02)
    unet.to(memory_format=order)
    given = {
        "encoder_hidden_states": torch.randn(2, 77, config["cross_attention_dim"]).to(dtype),
        "added_cond_kwargs": {
            "text_embeds": torch.randn(2, 1280).to(dtype),
            "time_ids": torch.tensor([[512.0, 512, 0, 0, 512, 512]] * 2).to(dtype),
        },
    }
    seconds = 0.0
    for cells in (min(side, _WARM_SIDE), side):  # a small one first, for what only a first one does
        rows = torch.randn(2, config["in_channels"], cells, cells).to(dtype)
        started = time.perf_counter()
        with torch.no_grad():
            unet(rows, torch.tensor([500, 500]), **given)
        seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
        "choices": f"{dtype}, {order}".replace("torch.", ""),
        "threads": torch.get_num_threads(),
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1")))
