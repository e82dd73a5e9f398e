#!/usr/bin/env bash
# line-bot-sdk 3.27.0: messages given as dicts are sent without their text.
# Guess: a request model either takes a dict as the message that its "type" names, or refuses it.
# Seen: it is validated as the base class Message, whose only fields are type, quickReply and sender.
#   Text, URLs and Flex contents are dropped without a word; LINE then answers 400.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet line-bot-sdk==3.27.0
"$folder/venv/bin/python" - <<'PY'
from linebot.v3.messaging import PushMessageRequest, ReplyMessageRequest, TextMessage

text = {"type": "text", "text": "できました"}
picture = {
    "type": "image",
    "originalContentUrl": "https://example.com/a.jpg",
    "previewImageUrl": "https://example.com/b.jpg",
}
reply = ReplyMessageRequest(replyToken="token", messages=[text, picture]).to_dict()
push = PushMessageRequest(to="U", messages=[text]).to_dict()
print("given:", [text, picture])
print("sent: ", reply["messages"])
assert reply["messages"] == [{"type": "text"}, {"type": "image"}], reply
assert push["messages"] == [{"type": "text"}], push

kept = ReplyMessageRequest(replyToken="token", messages=[TextMessage(text="できました")]).to_dict()
print("as a model:", kept["messages"])
assert kept["messages"] == [{"type": "text", "text": "できました"}], kept
PY
