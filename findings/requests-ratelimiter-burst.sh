#!/usr/bin/env bash
# requests-ratelimiter 0.10.0: burst=3 is no three requests, but three times what a second allows, and then nothing for three seconds.
# Guess: LimiterSession(per_second=2, burst=3) sends three requests at once, "before applying per-second rate-limiting", then two a second.
# Seen: six at once, none for three seconds, six at once again. burst=10 with per_second=10 sends a hundred at once: whoever reads it
#   as a number of requests is refused with 429 by a server that allows ten.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet requests-ratelimiter==0.10.0 pyrate-limiter==4.5.1 requests==2.34.2 responses==0.26.3
"$folder/venv/bin/python" - <<'PY'
import time

import responses
from requests_ratelimiter import LimiterSession


def sent(requests, **limits):
    """Return the second at which each of so many requests reached the server."""
    moments = []

    def answer(_request):
        moments.append(time.monotonic())
        return 200, {}, "{}"

    with responses.RequestsMock() as mocked:
        mocked.add_callback("POST", "https://example.com/message/push", callback=answer)
        with LimiterSession(**limits) as session:
            for _ in range(requests):
                session.post("https://example.com/message/push")
    return [moment - moments[0] for moment in moments]


seen = {
    "per_second=2": sent(5, per_second=2),
    "per_second=2, burst=3": sent(13, per_second=2, burst=3),
    "per_second=10, burst=10": sent(100, per_second=10, burst=10),
}
for limits, moments in seen.items():
    print(f"{limits}: {len(moments)} requests at", *(f"{moment:.1f}" for moment in moments[:13]), f"... {moments[-1]:.1f}")
two = seen["per_second=2"]
assert two[1] < 0.9 < two[2] and two[3] < 1.9 < two[4], two
three = seen["per_second=2, burst=3"]
assert three[5] < 2 and 2.9 < three[6] and three[11] < 5 and 5.8 < three[12], three
assert seen["per_second=10, burst=10"][-1] < 5  # ten at once and ten a second would take nine seconds
PY
