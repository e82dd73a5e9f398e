#!/usr/bin/env bash
# transformers 5.23.0: T5Tokenizer ends the text at every letter that its model does not know.
# Guess: a spiece.model is read with the ids that it says: unknown 0, <s> 1, </s> 2, padding 3, as Japanese
#   models have them.
# Seen: the special tokens have those ids, but an unknown letter becomes 2, the id of T5's own unknown
#   token, which here is </s>. SentencePiece itself gives 0 for the same file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet transformers==5.23.0 sentencepiece==0.2.3 protobuf==7.36.2
cd "$folder"
venv/bin/python - <<'PY'
import json, random, warnings
from pathlib import Path

warnings.simplefilter("ignore")
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
from transformers import T5Tokenizer

random.seed(1)
words = "夜 の 富士山 浮世絵 風 赤い りんご 犬 猫 が 走る 海 空 雪 桜 水彩 で 描いた 電車 東京".split()
lines = ["".join(random.choices(words, k=6)) for _ in range(2000)]
Path("corpus.txt").write_text("\n".join(lines), encoding="utf-8")
Path("model").mkdir()
ids = {"unk_id": 0, "bos_id": 1, "eos_id": 2, "pad_id": 3}
SentencePieceTrainer.train(
    input="corpus.txt", model_prefix="model/spiece", vocab_size=110, hard_vocab_limit=False,
    minloglevel=2, **ids,
)
names = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
config = {"tokenizer_class": "T5Tokenizer", "extra_ids": 0, **names}
Path("model/tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")

pieces = SentencePieceProcessor(model_file="model/spiece.model")
tokenizer = T5Tokenizer.from_pretrained("model")
print("unknown, </s>:", tokenizer.unk_token_id, tokenizer.eos_token_id)
assert (tokenizer.unk_token_id, tokenizer.eos_token_id) == (0, 2)
known, unknown = "赤いりんご", "赤い鯨りんご"
for text in (known, unknown):
    print(text, "SentencePiece:", pieces.encode(text), "T5Tokenizer:", tokenizer(text).input_ids)
assert tokenizer(known).input_ids == [*pieces.encode(known), 2]
given, raw = tokenizer(unknown).input_ids[:-1], pieces.encode(unknown)
assert 0 in raw and given == [2 if piece == 0 else piece for piece in raw], (given, raw)
PY
