"""Bring the pictures' and the words' packages: npm packages, by name and version."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

# Licences: noto Apache-2.0, twemoji CC-BY-4.0, fluent MIT, CLDR Unicode-3.0, emojibase MIT.
PACKAGES = (
    "@iconify-json/noto@1.2.9",
    "@iconify-json/twemoji@1.2.5",
    "@iconify-json/fluent-emoji@1.2.7",
    "@iconify-json/fluent-emoji-flat@1.2.6",
    "cldr-annotations-full@48.2.0",
    "emojibase-data@17.0.0",
)


def fetch(work: Path) -> None:
    """Install the packages into work/npm; nothing happens if they are already there."""
    target = work / "npm"
    if (target / "node_modules" / "emojibase-data").is_dir():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("fetch needs npm, which is not on the PATH")
    target.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(target), "--ignore-scripts", "--no-audit"]
    subprocess.run([*command, "--no-fund", *PACKAGES], check=True)  # noqa: S603


def package_json(work: Path, name: str) -> Any:
    """The JSON file `name` (package and path) of the fetched packages."""
    return json.loads((work / "npm" / "node_modules" / name).read_text("utf-8"))


def icons(work: Path, style: str) -> dict[str, Any]:
    """An icon set as Iconify writes it: icons by slug, aliases, width."""
    return cast("dict[str, Any]", package_json(work, f"@iconify-json/{style}/icons.json"))
