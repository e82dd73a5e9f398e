#!/usr/bin/env bash
# linebot-error-analyzer 3.0.1: when the month's messages are used up, it says to try again.
# Guess: of the two 429 of LINE, the rate limit may be retried, and the monthly limit may not.
# Seen: both are retryable, with and without the endpoint, though its table of messages says no for the monthly limit:
#   the status code's yes prevails. A bot that believes it pushes in vain until the month ends.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet linebot-error-analyzer==3.0.1
"$folder/venv/bin/python" - <<'PY'
from linebot_error_analyzer import LineErrorAnalyzer

analyzer = LineErrorAnalyzer()
expected = {
    (429, "The API rate limit has been exceeded. Try again later."): ("RATE_LIMIT", True),
    (429, "You have reached your monthly limit."): ("QUOTA_EXCEEDED", True),
    (409, "The retry key is already accepted"): ("CONFLICT", False),
    (400, "Invalid reply token"): ("INVALID_REPLY_TOKEN", False),
}
seen = {}
for status, message in expected:
    found = analyzer.analyze({"status_code": status, "message": message})
    seen[status, message] = found.category.name, found.is_retryable
    print(status, message, "->", *seen[status, message])
assert seen == expected, seen
category, _, retryable = analyzer.db.get_error_info_by_message("You have reached your monthly limit.")
print("by its table of messages:", category.name, retryable)
assert not retryable
_, _, retryable = analyzer.db.analyze_error(
    429, "You have reached your monthly limit.", endpoint="message.message_push"
)
assert retryable
PY
