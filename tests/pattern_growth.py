"""Finds regular expressions whose time grows faster than their text.

`product_patterns` lists what the product compiles, as it is imported and as it reads a text.
`ambiguous_words` tells by the structure of a pattern whether a repetition can split one text in
two ways, which takes for ever (2^n). `slowest_growth` measures a pattern on texts made of its own
repetitions.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "inference", "simulator")
_MAX_WORDS = 6_000  # of one repetition that are written out
_SHORT, _LONG = 500, 2_000  # characters of the texts that are measured
_LENGTHS = (40, 60, 90, 140, 250, _SHORT, 1_000, _LONG)
_NOISE_SECONDS = 0.004  # a linear pattern needs less for the long text
_TOO_SLOW_SECONDS = 0.1
_MAX_ATTACKS = 12  # texts for one repetition
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
_SAMPLES = {codes.CATEGORY_SPACE: " ", codes.CATEGORY_DIGIT: "0", codes.CATEGORY_WORD: "あ"}

Pattern = tuple[str, int]


def product_patterns() -> dict[Pattern, str]:
    """Import every module and return each (pattern, flags) with the file and line that made it.

    Patterns that are compiled later are noted, too, in the same dict.
    """
    result: dict[Pattern, str] = {}
    compile_pattern = re._compile  # type: ignore[attr-defined]

    def note(pattern: Any, flags: Any) -> Any:
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_filename == re.__file__:
            frame = frame.f_back
        path = Path(frame.f_code.co_filename)
        if isinstance(pattern, str) and ROOT in path.parents and path.parts[-2:] != ("tests",):
            where = path.relative_to(ROOT)
            if where.parts[0] in ROOMS:
                result.setdefault((pattern, int(flags)), f"{where}:{frame.f_lineno}")
        return compile_pattern(pattern, flags)

    re._compile = note  # type: ignore[attr-defined]
    for room in ROOMS:
        for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
            if not any(part in module.name for part in ("migrations", "__main__", "gunicorn")):
                importlib.import_module(module.name)
    return result


def ambiguous_words(pattern: str, flags: int) -> list[str]:
    """Return a word for each repetition that can put together one text in two ways."""
    return list(_ambiguous(parser.parse(pattern, flags)))


def slowest_growth(pattern: str, flags: int) -> tuple[float, str]:
    """Return by how much the time grows when the text grows fourfold, and the piece it is made of.

    1.0 if even the long text takes no time worth measuring.
    """
    compiled, worst, tried = re.compile(pattern, flags), (1.0, ""), set()
    for before, piece in _attacks(parser.parse(pattern, flags), [""]):
        if not piece or (before, piece) in tried:
            continue
        tried.add((before, piece))
        seconds: dict[int, float] = {}
        for length in _LENGTHS:  # a hopeless one is given up early
            seconds[length] = _seconds(compiled, before, piece, length)
            if seconds[length] > _TOO_SLOW_SECONDS:
                return float("inf"), f"{before!r} + {piece!r} * n"
        if seconds[_LONG] > _NOISE_SECONDS:
            growth = seconds[_LONG] / seconds[_SHORT]
            worst = max(worst, (growth, f"{before!r} + {piece!r} * n"))
    return worst


def _seconds(pattern: re.Pattern[str], before: str, piece: str, length: int) -> float:
    text = before + (piece * length)[:length] + "\x00"
    best = 9.0
    for _ in range(2):
        began = time.process_time()
        pattern.search(text)
        best = min(best, time.process_time() - began)
        if best < _NOISE_SECONDS:
            break
    return best


def _attacks(node: Any, before: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (what stands before, one word) for each repetition without a bound."""
    heads = before
    for item in node:
        operation, argument = item
        if operation in (*_REPEATS, codes.POSSESSIVE_REPEAT):
            _, most, body = argument
            words = _words(body) or []
            if most is codes.MAXREPEAT:
                for word in _spread(words, _MAX_ATTACKS):
                    yield heads[0], word
                    yield "", word
            yield from _attacks(body, heads)
        elif operation is codes.BRANCH:
            for branch in argument[1]:
                yield from _attacks(branch, heads)
        elif operation is codes.SUBPATTERN:
            yield from _attacks(argument[3], heads)
        elif operation in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _attacks(argument[1], heads)
        elif operation is codes.ATOMIC_GROUP:
            yield from _attacks(argument, heads)
        words = _words([item]) or [""]
        heads = [head + word for head in heads[:1] for word in words[:1]]


def _spread(words: Sequence[str], most: int) -> Iterator[str]:
    return islice(words, 0, None, max(1, len(words) // most))


def _ambiguous(node: Any) -> Iterator[str]:
    for operation, argument in node:
        if operation in _REPEATS:
            _, most, body = argument
            single = len(body) == 1 and body[0][0] in (
                *(codes.IN, codes.LITERAL, codes.ANY, codes.NOT_LITERAL),
            )
            if most is codes.MAXREPEAT and not single and not _has_assertions(body):
                words = _words(body)
                if words and (word := _decodes_twice(words)):
                    yield word
            yield from _ambiguous(body)
        elif operation is codes.BRANCH:
            for branch in argument[1]:
                yield from _ambiguous(branch)
        elif operation is codes.SUBPATTERN:
            yield from _ambiguous(argument[3])
        elif operation in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _ambiguous(argument[1])
        elif operation in (codes.ATOMIC_GROUP,):
            yield from _ambiguous(argument)
        elif operation is codes.POSSESSIVE_REPEAT:
            yield from _ambiguous(argument[2])


def _has_assertions(node: Any) -> bool:
    """Return whether looking around may part the words: they are not understood here."""
    return any(
        operation is codes.ASSERT_NOT
        or (operation is codes.SUBPATTERN and _has_assertions(argument[3]))
        or (operation is codes.BRANCH and any(map(_has_assertions, argument[1])))
        for operation, argument in node
    )


def _words(node: Any) -> list[str] | None:
    """Write out what a node matches, with one sample of each large class. None: too much."""
    whole = [""]
    for operation, argument in node:
        words = _words_of(operation, argument)
        if words is None or len(whole) * len(words) > _MAX_WORDS:
            return None
        whole = [head + word for head in whole for word in dict.fromkeys(words)]
    return whole


def _words_of(operation: Any, argument: Any) -> list[str] | None:
    if operation is codes.LITERAL:
        return [chr(argument)]
    if operation in (codes.ANY, codes.NOT_LITERAL):
        return ["あ"]
    if operation in (codes.AT, codes.ASSERT, codes.ASSERT_NOT, codes.GROUPREF):
        return [""]
    if operation is codes.SUBPATTERN:
        return _words(argument[3])
    if operation is codes.ATOMIC_GROUP:
        return _words(argument)
    if operation is codes.BRANCH:
        branches = [_words(branch) for branch in argument[1]]
        return None if None in branches else [word for words in branches for word in words or []]
    if operation in (*_REPEATS, codes.POSSESSIVE_REPEAT):
        least, most, body = argument
        one, times = _words(body), range(min(int(most), least + 2, 4) + 1)
        if one is None or len(one) ** max(times) > _MAX_WORDS:
            return one
        power, words = [""], []
        for time_ in times:
            words += power if time_ >= least else []
            power = [head + word for head in power for word in one]
        return words
    if operation is codes.IN:
        return [
            chr(value) if kind is codes.LITERAL else chr(value[0]) if kind is codes.RANGE
            else _SAMPLES.get(value, "!")
            for kind, value in argument if kind is not codes.NEGATE
        ] if argument[0][0] is not codes.NEGATE else ["あ"]  # fmt: skip
    return None


def _decodes_twice(words: list[str]) -> str | None:
    """Return a word with which two sequences of these words can begin alike and end alike.

    The test of Sardinas and Patterson for unique decoding:
    https://en.wikipedia.org/wiki/Sardinas%E2%80%93Patterson_algorithm
    """
    code = {word for word in words if word}
    rests = {b[len(a) :]: b for a in code for b in code if a != b and b.startswith(a)}
    seen: set[str] = set()
    while rests:
        for rest, word in rests.items():
            if rest in code:
                return word
        seen |= rests.keys()
        following: dict[str, str] = {}
        for rest, word in rests.items():
            for other in code:
                if other != rest and other.startswith(rest):
                    following.setdefault(other[len(rest) :], word)
                if rest != other and rest.startswith(other):
                    following.setdefault(rest[len(other) :], word)
        rests = {rest: word for rest, word in following.items() if rest not in seen}
    return None
