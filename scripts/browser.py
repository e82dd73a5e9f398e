"""Install the browser of `make test`: Chromium, and a Japanese font."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from scripts.servers import install
from tests.browser import find_chromium

PACKAGES = ["chromium", "fonts-noto-cjk"]


def main() -> int:
    """Make sure that Chromium is installed. Returns 1 only where CI is set and it is not."""
    if find_chromium():
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {' '.join(PACKAGES)} for the tests ...", flush=True)
        install(PACKAGES)
    else:
        print("Fetching Playwright's Chromium for the tests ...", flush=True)
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, stdout=sys.stderr, check=False)
    if find_chromium():
        return 0
    print(
        "There is no Chromium here, so the tests of pages are skipped. Install one "
        f"(Debian: apt-get install {' '.join(PACKAGES)}) or set CHROMIUM to its path.",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    raise SystemExit(main())
