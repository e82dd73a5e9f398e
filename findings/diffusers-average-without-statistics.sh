#!/usr/bin/env bash
# diffusers 0.42.1: a model saved by EMAModel has the statistics of its latents as in a new model, not those it was trained with.
# Guess: EMAModel(...).save_pretrained(folder) saves the model with averaged weights, and all else in it as it is in the model.
# Seen: it makes a new model and puts the averages in: what is no parameter but part of the weights is that of the new one. The VAE of
#   Flux 2 has the mean 0 and the variance 1 in place of its own, LTX's latents_mean and latents_std 0 and 1. Latents that are scaled by
#   them, as pipelines do, are off by the whole mean and spread. EMAModel.from_pretrained reads it back without a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 accelerate==1.15.0
cd "$folder"
DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import torch
from diffusers import AutoencoderKLFlux2, AutoencoderKLLTXVideo
from diffusers.training_utils import EMAModel

torch.set_num_threads(1)


def flux2():
    return AutoencoderKLFlux2(
        block_out_channels=(8,), layers_per_block=1, norm_num_groups=4, latent_channels=4, sample_size=16,
        down_block_types=("DownEncoderBlock2D",), up_block_types=("UpDecoderBlock2D",),
    )


def ltx():
    four = (8, 8, 8, 8)
    return AutoencoderKLLTXVideo(
        latent_channels=8, block_out_channels=four, decoder_block_out_channels=four, layers_per_block=(1,) * 5,
        decoder_layers_per_block=(1,) * 5, spatio_temporal_scaling=(True, True, False, False),
        decoder_spatio_temporal_scaling=(True, True, False, False), decoder_inject_noise=(False,) * 5,
        upsample_residual=(False,) * 4, upsample_factor=(1,) * 4, patch_size=1, patch_size_t=1,
    )


def statistics(model):
    """The mean and the spread by which the pipelines scale the latents."""
    if isinstance(model, AutoencoderKLFlux2):
        return model.bn.running_mean, model.bn.running_var.sqrt()
    return model.latents_mean, model.latents_std


for make in flux2, ltx:
    torch.manual_seed(0)
    model = make()
    with torch.no_grad():
        if make is flux2:
            model.bn.running_mean.fill_(0.7)
            model.bn.running_var.fill_(4.0)
        else:
            model.latents_mean.fill_(0.7)
            model.latents_std.fill_(2.0)
    model.save_pretrained("model")
    average = EMAModel(model.parameters(), model_cls=type(model), model_config=model.config)
    average.step(model.parameters())
    average.save_pretrained("average")
    assert EMAModel.from_pretrained("average", type(model)).optimization_step == 1

    plain, averaged = type(model).from_pretrained("model"), type(model).from_pretrained("average")
    for one, other in zip(plain.parameters(), averaged.parameters()):
        assert torch.equal(one, other)
    latents = torch.randn(1, len(statistics(model)[0]), generator=torch.Generator().manual_seed(1))
    seen = {}
    for name, saved in ("model", plain), ("average", averaged):
        mean, spread = (value.detach() for value in statistics(saved))
        seen[name] = (float(mean[0]), float(spread[0]), latents * spread + mean)
        print(f"{type(model).__name__}, {name}: mean {seen[name][0]:.2f}, spread {seen[name][1]:.2f}")
    off = float((seen["model"][2] - seen["average"][2]).abs().mean())
    print(f"  with like weights the latents are {off:.2f} apart")
    assert abs(seen["model"][0] - 0.7) < 1e-6 and abs(seen["model"][1] - 2) < 1e-6
    assert seen["average"][:2] == (0.0, 1.0) and off > 0.5
PY
