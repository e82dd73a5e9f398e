#!/usr/bin/env bash
# diffusers 0.42.1: two wishes painted twice each: one picture of each is painted with the length of the other wish.
# Guess: num_images_per_prompt=2 with a long and a short wish paints each wish twice, as it does one after the other.
# Seen: the text is repeated wish by wish, the mask that says which tokens are words as a whole: of long, long, short, short the second
#   loses all words past the length of the short one, and the third gets padding for words. In Sana, SanaSprint, QwenImage, Lumina2,
#   Kandinsky3 and PRX; PixArt is right. With one wish, one picture each or wishes of one length nothing is to be seen. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0
cd "$folder"
TRANSFORMERS_VERBOSITY=error DIFFUSERS_VERBOSITY=error venv/bin/python -W ignore - <<'PY'
import inspect

import diffusers
import torch

torch.set_num_threads(1)
torch.set_grad_enabled(False)
torch.manual_seed(0)
TEXTS = torch.randn(2, 6, 32)
WORDS = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0]])
NOISE = torch.randn(4, 4, 8, 8)


def sana():
    transformer = diffusers.SanaTransformer2DModel(
        patch_size=1, in_channels=4, out_channels=4, num_layers=1, num_attention_heads=2, attention_head_dim=8,
        num_cross_attention_heads=2, cross_attention_head_dim=8, cross_attention_dim=16, caption_channels=32, sample_size=8,
    ).eval()
    pipe = diffusers.SanaPipeline(
        tokenizer=None, text_encoder=None, vae=None, transformer=transformer,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
    )
    size = 8 * pipe.vae_scale_factor

    def painted(wishes, noise, each):
        return pipe(
            prompt_embeds=TEXTS[wishes], prompt_attention_mask=WORDS[wishes], negative_prompt=None, latents=noise, height=size,
            width=size, num_inference_steps=3, guidance_scale=1.0, num_images_per_prompt=each, output_type="latent",
            use_resolution_binning=False,
        ).images

    return pipe, painted


def qwen_image():
    transformer = diffusers.QwenImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=2, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=32, axes_dims_rope=(4, 6, 6),
    ).eval()
    pipe = diffusers.QwenImagePipeline(
        tokenizer=None, text_encoder=None, vae=None, transformer=transformer,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )

    def painted(wishes, noise, each):
        return pipe(
            prompt_embeds=TEXTS[wishes], prompt_embeds_mask=WORDS[wishes], latents=noise.reshape(len(noise), 16, 16), height=64,
            width=64, num_inference_steps=3, true_cfg_scale=1.0, num_images_per_prompt=each, output_type="latent",
        ).images

    return pipe, painted


for make in sana, qwen_image:
    pipe, painted = make()
    pipe.set_progress_bar_config(disable=True)
    together, single = painted([0, 1], NOISE, 2), painted([0, 1], NOISE[:2], 1)
    off = []
    for number in range(4):
        wish = [number // 2]
        alone = painted(wish, NOISE[number : number + 1], 1)[0]
        off.append(float((together[number] - alone).abs().mean()))
        if number < 2:
            assert (single[number] - painted([number], NOISE[number : number + 1], 1)[0]).abs().max() < 1e-5
    print(f"{make.__name__}: from the same wish alone the four pictures are {', '.join(f'{value:.4f}' for value in off)}")
    assert off[0] < 1e-5 and off[3] < 1e-5 and off[1] > 1e-3 and off[2] > 1e-3


def lengths(name):
    """How many words the mask leaves of each text that encode_prompt gives back."""
    of_class = getattr(diffusers, name)
    needed = [key for key, value in inspect.signature(of_class).parameters.items() if value.default is inspect.Parameter.empty]
    pipe = of_class(**dict.fromkeys(needed))
    known = inspect.signature(pipe.encode_prompt).parameters
    mask = next(key for key in ("prompt_attention_mask", "attention_mask", "prompt_embeds_mask") if key in known)
    given = {"prompt": None, "device": "cpu", "num_images_per_prompt": 2, "prompt_embeds": TEXTS, mask: WORDS}
    if "do_classifier_free_guidance" in known:
        given["do_classifier_free_guidance"] = False
    answers = [answer for answer in pipe.encode_prompt(**given) if torch.is_tensor(answer)]
    texts, words = (next(answer for answer in answers if answer.ndim == count) for count in (3, 2))
    assert torch.equal(texts, TEXTS.repeat_interleave(2, 0))
    return words.sum(1).tolist()


for name in "Sana", "SanaSprint", "QwenImage", "Lumina2", "Kandinsky3", "PRX", "PixArtAlpha", "PixArtSigma":
    seen = lengths(f"{name}Pipeline")
    print(f"{name}: words of long, long, short, short: {seen}")
    assert seen == ([6, 6, 2, 2] if name.startswith("PixArt") else [6, 2, 6, 2])
PY
