"""What the latents are: the picture made eight times smaller, and one channel more.

An autoencoder left to itself needs hours on a CPU before it even finds colours, and the UNet has to
wait for it. So the latents are fixed instead: each 8x8 patch becomes its mean red, green and blue
and how much lighter it grows towards its lower right. AutoencoderKL's encoder can be *set* to
compute just that, and its decoder can start as the inverse and only has to learn the details.

Both rest on two tricks. Every value x is carried as the pair x, -x, because
silu(x) - silu(-x) = x. And a pair of large constants rides along, so that the group norm, made one
group, divides every picture by nearly the same number.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RED, GREEN, BLUE, RAMP = 0, 1, 2, 3  # the channels of a latent; x at 2c, -x at 2c + 1 on the way
CARRIED = 10  # four pairs, then the two constants
# Large is exact; but weights that meet a large constant make a trained decoder unstable.
ENCODER_CONSTANT, DECODER_CONSTANT = 20.0, 4.0


def thumbnails(pictures: Tensor) -> Tensor:
    """Pictures [n, 3, s, s] of -1..1 to plain latents [n, 4, s/8, s/8], not yet normalised."""
    small = F.avg_pool2d(pictures, 8)
    along = torch.arange(8.0, device=pictures.device) - 3.5
    ramp = (along[:, None] + along[None, :]) / 64
    grey = pictures.mean(1, keepdim=True)
    return torch.cat([small, F.conv2d(grey, ramp[None, None], stride=8)], 1)


@torch.no_grad()
def set_weights(vae: Any, mean: Tensor, spread: Tensor) -> None:
    """Make encoder and decoder the fixed maps, with latents of mean 0 and deviation 1."""
    for module in vae.modules():
        if hasattr(module, "conv2") and hasattr(module, "norm2"):  # a residual block
            nn.init.zeros_(module.conv2.weight)
            nn.init.zeros_(module.conv2.bias)
            if module.conv_shortcut is not None:
                _carry(module.conv_shortcut)
    _set_encoder(vae, mean, spread)
    for module in vae.decoder.modules():
        if hasattr(module, "norm1"):
            _undo(module.norm1, DECODER_CONSTANT)
    _set_decoder(vae, mean, spread)


def _carry(conv: Any) -> None:
    """Pass the carried channels through the middle tap and nothing else into them."""
    nn.init.zeros_(conv.bias)
    conv.weight[:CARRIED] = 0
    conv.weight[:, CARRIED - 2 : CARRIED] = 0
    middle = conv.kernel_size[0] // 2
    for channel in range(CARRIED):
        conv.weight[channel, channel, middle, middle] = 1


def _pair(conv: Any, out: int, source: int, tap: tuple[int, int], weight: float) -> None:
    """Add weight * (pair `source`) at one tap to pair `out`."""
    for sign in range(2):
        conv.weight[2 * out + sign, 2 * source + sign, tap[0], tap[1]] += weight


def _constants(conv: Any, constant: float) -> None:
    conv.bias[CARRIED - 2], conv.bias[CARRIED - 1] = constant, -constant


def _undo(norm: nn.GroupNorm, constant: float) -> None:
    """Let the norm give back what the constants make it divide by, and hide these themselves."""
    nn.init.constant_(norm.weight, (2 * constant**2 / norm.num_channels) ** 0.5)
    norm.weight[CARRIED - 2 : CARRIED] = 0


def _read_pairs(norm: nn.GroupNorm, conv: Any, channels: int, constant: float) -> None:
    """The linear end: group norm undone, then silu(x) - silu(-x)."""
    _undo(norm, constant)
    nn.init.zeros_(conv.bias)
    conv.weight.mul_(0.02)
    conv.weight[:, :CARRIED] = 0
    for channel in range(channels):
        conv.weight[channel, 2 * channel, 1, 1] = 1
        conv.weight[channel, 2 * channel + 1, 1, 1] = -1


def _set_encoder(vae: Any, mean: Tensor, spread: Tensor) -> None:
    encoder = vae.encoder
    for parameter in (encoder.conv_in.weight, encoder.conv_in.bias):
        nn.init.zeros_(parameter)
    for colour in range(3):
        for sign in range(2):
            encoder.conv_in.weight[2 * colour + sign, colour, 1, 1] = 1 - 2 * sign
    _constants(encoder.conv_in, ENCODER_CONSTANT)
    step = 0.5  # half the distance, in pixels, between the patches that a halving puts together
    for block in encoder.down_blocks:
        for resnet in block.resnets:
            if resnet.conv_shortcut is not None:
                nn.init.zeros_(resnet.conv_shortcut.weight)
                _carry(resnet.conv_shortcut)
        for down in block.downsamplers or ():
            nn.init.zeros_(down.conv.weight)
            nn.init.zeros_(down.conv.bias)
            for tap in ((0, 0), (0, 1), (1, 0), (1, 1)):
                for value in (RED, GREEN, BLUE, RAMP, CARRIED // 2 - 1):
                    _pair(down.conv, value, value, tap, 0.25)
                lower_right = step * (2 * tap[0] - 1 + 2 * tap[1] - 1)
                for colour in (RED, GREEN, BLUE):
                    _pair(down.conv, RAMP, colour, tap, 0.25 * lower_right / 3)
            step *= 2
    _read_pairs(encoder.conv_norm_out, encoder.conv_out, 4, ENCODER_CONSTANT)
    encoder.conv_out.weight[:, CARRIED:] = 0
    encoder.conv_out.weight[4:] = 0
    before = vae.quant_conv
    nn.init.zeros_(before.weight)
    nn.init.zeros_(before.bias)
    for channel in range(4):
        before.weight[channel, channel] = 1 / spread[channel]
        before.bias[channel] = -mean[channel] / spread[channel]
    before.bias[4:] = -12  # the log of a variance that there is none of


def _set_decoder(vae: Any, mean: Tensor, spread: Tensor) -> None:
    decoder, after = vae.decoder, vae.post_quant_conv
    nn.init.zeros_(after.weight)
    for channel in range(4):
        after.weight[channel, channel] = spread[channel]
    after.bias.copy_(mean)
    nn.init.zeros_(decoder.conv_in.bias)
    decoder.conv_in.weight[:CARRIED] = 0
    for channel in range(4):
        for sign in range(2):
            decoder.conv_in.weight[2 * channel + sign, channel, 1, 1] = 1 - 2 * sign
    _constants(decoder.conv_in, DECODER_CONSTANT)
    for block in decoder.up_blocks:
        for up in block.upsamplers or ():
            _carry(up.conv)
    _read_pairs(decoder.conv_norm_out, decoder.conv_out, 3, DECODER_CONSTANT)
