#!/usr/bin/env bash
# ja-sentence 0.0.5: a last sentence of one letter is lost, and so is one that ends with 。」.
# Guess: the sentences of a text, joined, are the text, as its sample shows.
# Seen: 「はい。」 has no sentences at all, 彼は言った。「はい。」 one, without the answer; of ありがとう！♪ the ♪ is gone, of 行く？え the え. The last
#   letter is looked at together with the end of the sentence before it and then left. hasami's sentences are the text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ja-sentence==0.0.5 hasami==0.0.1
"$folder/venv/bin/python" - <<'PY'
import hasami
from ja_sentence.tokenizer import tokenize

WHOLE = ("猫を描いて。", "猫を描いて。犬も描いて。", "「はい。」と言った。", "（笑）", "えー！？くれるの？本当に…？嬉しい！！", "行く？ええ")
TORN = {
    "「はい。」": [],
    "彼は言った。「はい。」": ["彼は言った。"],
    "猫を描いて。（できれば黒猫を。）": ["猫を描いて。"],
    "ありがとう！♪": ["ありがとう！"],
    "行く？え": ["行く？"],
    "どれがいい？3": ["どれがいい？"],
    "犬を描いて。🐕": ["犬を描いて。"],
}

for text in WHOLE:
    assert "".join(tokenize(text)) == text, text
for text, expected in TORN.items():
    seen, other = tokenize(text), hasami.segment_sentences(text)
    print(f"{text}: {seen}; hasami: {other}")
    assert "".join(other) == text, other
    assert seen == expected, f"{text} is {seen} now"
PY
