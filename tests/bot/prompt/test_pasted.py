"""What is pasted from other tools, and from this bot's own messages."""

from __future__ import annotations

from bot.messages import picture_details
from bot.prompt import StoredRequest, read
from bot.texts import gettext

APPLE = "赤いりんご"


def test_the_syntax_of_other_tools_is_read() -> None:
    """text -> prompt, negative prompt, count, width, height, seed."""
    expected = {
        f"{APPLE}\nNegative prompt: 青い車\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 123, "
        "Size: 512x768, Model hash: 1a2b3c, Version: v1.10": ("青い車", 1, 512, 768, 123),
        f"{APPLE} Steps: 20, Sampler: DPM++ 2M, Seed: 42": ("", 1, None, None, 42),
        f"{APPLE} ネガティブプロンプト：人物、車": ("人物、車", 1, None, None, None),
        f"{APPLE} ネガティブ：人物": ("人物", 1, None, None, None),
        f"{APPLE} 除外:文字,ロゴ": ("文字、ロゴ", 1, None, None, None),
        f"{APPLE} negative: (人物:1.3), 車": ("人物、車", 1, None, None, None),
        f"{APPLE} --no 人物": ("人物", 1, None, None, None),
        f"{APPLE}--no 人物": ("人物", 1, None, None, None),
        f"{APPLE} --ar 16:9 --no 人物, 車 --seed 5 --v 6": ("人物、車", 1, 896, 512, 5),
        f"{APPLE} —ar 9:16": ("", 1, 512, 896, None),
        f"{APPLE} --w 768 --h 512 --n 4 --steps 30 --tile": ("", 4, 768, 512, None),
        f"{APPLE} --n 9 --style raw --hd": ("", 4, None, None, None),
        f"/imagine prompt: {APPLE} --niji 6": ("", 1, None, None, None),
        f"{APPLE} <lora:thick:0.8>": ("", 1, None, None, None),
        f"({APPLE}:1.2)": ("", 1, None, None, None),
    }
    wrong = {}
    for text, controls in expected.items():
        reading = read(text)
        seen = (reading.negative, reading.count, reading.width, reading.height, reading.seed)
        if (reading.prompt, seen) != (APPLE, controls):
            wrong[text] = (reading.prompt, seen)
    assert wrong == {}


def test_what_only_looks_like_it_is_painted() -> None:
    texts = ("東京—大阪", "A-b", "りんご:みかん", "(笑)の文字", "猫(白)", "16:9の時計台")
    wrong = {text: read(text).prompt for text in texts if not read(text).prompt}
    assert wrong == {}


def test_syntax_without_a_subject_is_no_request() -> None:
    for text in ("--no 人物", "Negative prompt: 人物", "--ar 16:9"):
        assert (read(text).prompt, read(text).problem) == ("", "only_controls"), text


def test_what_the_bot_tells_of_a_picture_can_be_sent_back() -> None:
    seeds = [4_294_967_292, 4_294_967_293, 4_294_967_294, 4_294_967_295]
    for lang in ("ja", "en"):
        [message] = picture_details(
            "4F7-K2M", lang, request=StoredRequest(APPLE), seeds=seeds, steps=20, size=(768, 512)
        )
        reading = read(message["text"])
        assert (reading.prompt, reading.seed, reading.count) == (APPLE, seeds[0], 4), message
        assert (reading.width, reading.height) == (768, 512)
        line = gettext("picture.seed", lang, seeds=str(seeds[0]))
        assert read(f"{APPLE} {line}").seed == seeds[0]


def test_the_summary_of_a_request_can_be_sent_back() -> None:
    reading = read(f"{APPLE}\nこう読みました：水彩風、横長、人物なし、シード7")
    assert (reading.prompt, reading.styles, reading.negative) == (
        f"{APPLE}、水彩風",  # a style stays in the prompt, for the model to read
        ("水彩風",),
        "人物",
    )
    assert (reading.width, reading.height, reading.seed) == (768, 512, 7)
