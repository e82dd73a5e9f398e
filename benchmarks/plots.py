"""python -m benchmarks.plots: draw the stored results as SVG for the docs."""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

from benchmarks.__main__ import RESULTS

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
OURS, THEIRS, RULE = "#c0392b", "#8a94a6", "#8c95a0"
STYLE = (
    ".paper { fill: #ffffff } .ink { fill: #24292f } @media (prefers-color-scheme: dark)"
    " { .paper { fill: #16181d } .ink { fill: #e6e6e6 } }"
)
WIDTH, BAR, GAP, LEFT, RIGHT = 720, 18, 12, 170, 90

Pair = tuple[str, float, float]  # what was measured, ours, the other's


def bars(title: str, unit: str, names: tuple[str, str], pairs: list[Pair], below: str) -> str:
    """Return two bars for each measure as an SVG document. below: the caption."""
    most = max(max(ours, diffusers) for _, ours, diffusers in pairs)
    step = 2 * BAR + GAP
    height = 76 + step * len(pairs) + 28
    scale = (WIDTH - LEFT - RIGHT) / most
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        f'<text class="ink" x="16" y="26" font-size="16" font-weight="600">{escape(title)}</text>',
    ]
    for place, (name, colour) in enumerate(zip(names, (OURS, THEIRS), strict=True)):
        x = 16 + 150 * place
        parts.append(f'<rect x="{x}" y="40" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="51" class="ink">{escape(name)}</text>')
    parts.append(f'<path d="M{LEFT} 64V{64 + step * len(pairs)}" stroke="{RULE}"/>')
    for number, (label, ours, diffusers) in enumerate(pairs):
        top = 70 + number * step
        parts.append(
            f'<text x="{LEFT - 10}" y="{top + BAR + 4}" text-anchor="end" class="ink">'
            f"{escape(label)}</text>"
        )
        for y, value, colour in ((top, ours, OURS), (top + BAR, diffusers, THEIRS)):
            long = value * scale
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{long:.1f}" height="{BAR - 2}" fill="{colour}"/>'
                f'<text x="{LEFT + long + 6:.1f}" y="{y + BAR - 5}" class="ink">'
                f"{value:.3g} {unit}</text>"
            )
    parts.append(
        f'<text x="16" y="{height - 10}" font-size="11" fill="{THEIRS}">{escape(below)}</text>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def arrivals(stored: dict[str, Any]) -> str:
    """Plot the latencies of random arrivals."""
    value = _values(stored)
    pairs = [
        (f"{share} of capacity, {measure}", value[f"{share} engine, {measure}"],
         value[f"{share} one by one, {measure}"])
        for share in ("0.5", "0.8", "1.1")
        for measure in ("p50", "p95")
    ]  # fmt: skip
    names = ("sharing a batch", "one after the other")
    return bars("Seconds until a picture is there", "s", names, pairs, _where(stored))


def painting(stored: dict[str, Any]) -> str:
    """Plot one picture and four, beside diffusers."""
    value = _values(stored)
    pairs = [
        (label, value[f"{count} of ours"] / 1000, value[f"{count} of diffusers'"] / 1000)
        for count, label in ((1, "one picture"), (4, "four pictures"))
    ]
    names = ("efude", "diffusers' pipeline")
    return bars("Seconds for pictures by the embedded model", "s", names, pairs, _where(stored))


def _values(stored: dict[str, Any]) -> dict[str, float]:
    return {figure["name"]: figure["value"] for figure in stored["benchmarks"][0]["figures"]}


def _where(stored: dict[str, Any]) -> str:
    machine = stored["machine"]
    return f"{machine['cpu']}, {machine['cores']} cores; {stored['date'][:10]}; {stored['command']}"


def main() -> int:
    """Plot every stored result into docs/pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, draw in (("arrivals", arrivals), ("painting", painting)):
        file = RESULTS / f"{name}.json"
        if not file.exists():
            print(f"no {file.name} yet: run python -m benchmarks {name}", file=sys.stderr)
            continue
        out = PICTURES / f"{name}.svg"
        out.write_text(draw(json.loads(file.read_text("utf-8"))), "utf-8")
        print(out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
