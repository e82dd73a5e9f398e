"""What is pasted from other tools, and from this bot's own messages."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.messages import picture_details, picture_messages
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
        f"{APPLE} --NO 人物 --AR 16:9 --Seed 5": ("人物", 1, 896, 512, 5),
        f"{APPLE} -no 人物": ("人物", 1, None, None, None),
        f"{APPLE} ーno 人物 ーseed 5": ("人物", 1, None, None, 5),
        f"{APPLE} --seed -1 --ar 16:9": ("", 1, 896, 512, None),
        f"{APPLE} シード -1": ("", 1, None, None, None),
        f"{APPLE} seed: random": ("", 1, None, None, None),
        f"{APPLE}、シードはランダムで": ("", 1, None, None, None),
        f"{APPLE} —ar 9:16": ("", 1, 512, 896, None),
        f"{APPLE} --w 768 --h 512 --n 4 --steps 30 --tile": ("", 4, 768, 512, None),
        f"{APPLE} --n 9 --style raw --hd": ("", 4, None, None, None),
        f"{APPLE} -n 4": ("", 4, None, None, None),
        f"{APPLE} -n 1000 --seed 99999999999999": ("", 4, None, None, 276447231),
        f"{APPLE} --ar 999999999999999:1": ("", 1, None, None, None),
        f"{APPLE} -n3 --ar 16:9": ("", 3, 896, 512, None),
        f"{APPLE} x2": ("", 2, None, None, None),
        f"{APPLE}×3": ("", 3, None, None, None),
        f"{APPLE} x 4 横長": ("", 4, 768, 512, None),
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


NEGATIVES = (  # how tools, hosts and people mark what is to be left out
    *("negative_prompt: {}", 'negative_prompt="{}"', "NegativePrompt: {}", "Neg prompt: {}"),
    *(
        "n_prompt={}",
        "UC: {}",
        "Undesired Content: {}",
        "NEGATIVE PROMPT：{}",
        "Negative prompt：\n{}",
    ),
    *(
        "ネガティブプロンプト\n{}",
        "\nネガティブ\n{}",
        "ネガプロ {}",
        "ネガティブプロンプトは{}です",
    ),
    *("否定プロンプト：{}", "Negative Prompt\n{}", "| negative: {}"),
    *("ネガティブプロンプトに{}を入れて", "[negative: {}]", "({}:-1)", "{}::-0.5"),
    *("--negative {}", "--neg {}", "--negative_prompt {}", '--negative-prompt "{}"', "−−no {}"),
    *("‐‐no {}", "ーーno {}", "-- no {}", "Negative prompt: {} Steps: 20", "Neg: {}\nSteps: 9"),
)
PARAMETERS = (
    *("Steps: 20", "Sampler: Euler a", "CFG scale: 7", "Clip skip: 2, ENSD: 31337", "BREAK "),
    *("Steps: 20\nSampler: Euler\nCFG scale: 7", "Sampler: Euler a, Steps: 20, Size: 1x1"),
    *("--sampler euler", "--steps 20 --cfg 7", "embedding:easy", "Denoising strength: 0.7"),
)


def test_a_list_above_the_wish_ends_with_its_line() -> None:
    """text -> prompt, negative prompt."""
    expected = {
        f"Negative prompt: 人物\n{APPLE}": (APPLE, "人物"),
        f"Negative prompt: 人物, 文字,\n車\n\n{APPLE}": (APPLE, "人物、文字、車"),
        f"ネガティブプロンプト：人物、文字\r\n{APPLE}\n皿": (f"{APPLE} 皿", "人物、文字"),
        f"ネガティブ\n人物\n{APPLE}": (APPLE, "人物"),
        f"[NG] 人物\n{APPLE}": (APPLE, "人物"),
        f"Negative prompt: 人物\nPrompt: {APPLE}": (APPLE, "人物"),
        f"{APPLE}\nNegative prompt: 人物": (APPLE, "人物"),
        f"ネガな人\n{APPLE}": (f"ネガな人 {APPLE}", ""),
    }
    readings = {text: read(text) for text in expected}
    assert {
        text: (reading.prompt, reading.negative) for text, reading in readings.items()
    } == expected


def test_every_mark_of_what_is_left_out_is_known() -> None:
    texts = [f"{APPLE} {mark.format('人物')}" for mark in NEGATIVES]
    texts += [f"{APPLE}\n{mark.format('人物')}" for mark in NEGATIVES]
    texts += [
        f"Negative prompt: 人物\nPrompt: {APPLE}",
        f"ポジティブプロンプト：{APPLE}\nネガティブプロンプト：人物",
        f'{{"prompt": "{APPLE}", "negative_prompt": "人物", "steps": 20}}',
    ]
    wrong = {}
    for text in texts:
        reading = read(text)
        if (reading.prompt, reading.negative) != (APPLE, "人物"):
            wrong[text] = (reading.prompt, reading.negative)
    assert wrong == {}


def test_parameters_of_tools_are_left_out_in_any_order() -> None:
    wrong = {
        text: read(text).prompt
        for parameters in PARAMETERS
        for text in (f"{APPLE}\n{parameters}", f"{APPLE}, {parameters}")
        if read(text).prompt != APPLE
    }
    assert wrong == {}


def test_a_request_in_json() -> None:
    reading = read(f'{{"prompt": "{APPLE}", "width": 512, "height": 768, "seed": 7}}')
    assert (reading.prompt, reading.width, reading.height, reading.seed) == (APPLE, 512, 768, 7)
    for text in ('{"prompt": 3}', '{"prompt": "a"', '{"a": "prompt"}', '{"prompt": {}}'):
        assert read(text).prompt, text


def test_what_only_looks_like_it_is_painted() -> None:
    texts = ("東京—大阪", "A-b", "りんご:みかん", "(笑)の文字", "猫(白)", "16:9の時計台",
             "ネガティブな気持ちの猫", "Steps: 20", "batch", "カラーー no 1",
             "ルービックキューブ3×3", "4×4の車", "SPY×FAMILY", "猫×犬", "プラン-n 3")  # fmt: skip
    wrong = {text: read(text).prompt for text in texts if not read(text).prompt}
    wrong |= {text: str(read(text).count) for text in texts if read(text).count > 1}
    wrong |= {text: read(text).prompt for text in ("BMW x3", "bmw x3") if read(text).count > 1}
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


def test_a_picture_with_its_words_can_be_sent_back() -> None:
    """What phones copy of a bubble is its alternative text; groups see it in notifications."""
    wishes = [APPLE, f"夜の{APPLE}、横長で4枚、人物なし", f"{APPLE}、9枚", f"{APPLE} シード42"]
    wishes += ["朝の湖を水彩で、丁寧に、赤い車はいらない", "スマホの壁紙に星空", "「桜」という字"]
    wrong = {}
    for wish in wishes:
        reading = read(wish)
        request = replace(StoredRequest.from_reading(reading), cut_text="とても長い文の終わり")
        for lang in ("ja", "en"):
            [*_, bubble] = picture_messages(
                "4F7-K2M",
                [("https://a/1", "https://a/2")] * reading.count,
                lang=lang,
                prompt=reading.prompt,
                request=request,
            )
            [details] = picture_details("4F7-K2M", lang, request=request, seeds=[5], steps=20)
            for text in (bubble["altText"], details["text"]):
                again = replace(read(text), seed=reading.seed)
                # The name of a style stands behind the prompt, after a mark or a blank.
                words = set(re.split("[、 ]", again.prompt)) ^ set(
                    re.split("[、 ]", reading.prompt)
                )
                if words or replace(again, prompt=reading.prompt) != reading:
                    wrong[text] = again
    assert wrong == {}
