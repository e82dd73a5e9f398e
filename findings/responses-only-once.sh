#!/usr/bin/env bash
# responses 0.26.3: an answer for one receiver is given once, if there is another for all the rest.
# Guess: of an answer with a matcher and one without, the first is for each request that matches it, the second for all others.
# Seen: the first request that both fit takes the first answer away: whoever is blocked is written to without trouble from the second
#   message on, and a test of what happens then passes by mistake. Added the other way round, the answer for all the rest goes.
#   Two answers that no request fits together stay. header_matcher tells "authorization" from "Authorization".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet responses==0.26.3 requests==2.34.2
"$folder/venv/bin/python" - <<'PY'
import requests
import responses
from responses.matchers import header_matcher, json_params_matcher

PUSH = "https://example.com/message/push"


def blocked(mocked):
    mocked.post(PUSH, status=403, match=[json_params_matcher({"to": "blocked"}, strict_match=False)])


def others(mocked):
    mocked.post(PUSH, status=200)


def friend(mocked):
    mocked.post(PUSH, status=200, match=[json_params_matcher({"to": "friend"}, strict_match=False)])


def answers(*added):
    """Push messages to two receivers in turn; return the states, None where no answer was left."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        for add in added:
            add(mocked)
        states = []
        for receiver in ("friend", "blocked", "friend", "blocked", "blocked"):
            try:
                states.append(requests.post(PUSH, json={"to": receiver, "messages": []}).status_code)
            except requests.ConnectionError:
                states.append(None)
        return states


def allowed(name):
    with responses.RequestsMock() as mocked:
        mocked.get(PUSH, status=200, match=[header_matcher({"Authorization": "Bearer token"})])
        mocked.get(PUSH, status=401)
        mocked.assert_all_requests_are_fired = False
        return requests.get(PUSH, headers={name: "Bearer token"}).status_code


seen = {
    "blocked, friend": answers(blocked, friend),
    "blocked, others": answers(blocked, others),
    "others, blocked": answers(others, blocked),
}
for name, states in seen.items():
    print(f"answers for {name}: {states}")
assert seen["blocked, friend"] == [200, 403, 200, 403, 403], seen
assert seen["blocked, others"] == [200, 403, 200, 200, 200], seen
assert seen["others, blocked"] == [200, 403, None, 403, 403], seen
print("header Authorization:", allowed("Authorization"), "authorization:", allowed("authorization"))
assert (allowed("Authorization"), allowed("authorization")) == (200, 401)
PY
