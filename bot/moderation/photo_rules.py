"""How concepts must stand to each other in a wish about a photo for it to be refused."""

from __future__ import annotations

from bot.prompt.japanese.morphology import Word

Concepts = frozenset[str]

_BETWEEN = {"助詞", "助動詞", "副詞", "接頭辞", "空白", "接尾辞"}
_QUANTITIES = {  # and other words that may stand between a thing and what is done to it
    *("全部", "全て", "完全", "一枚", "半分", "一寸", "感じ", "事"),
    *("様", "みたい", "バージョン", "さん", "だけ", "風", "少し", "全体"),
    *("綺麗", "うち", "奴", "物", "とこ", "所", "方", "状態"),
}
_NOT = {"ない", "無い", "ず", "ぬ", "まい", "ん"}
_ASKING = {"呉れる", "貰う", "下さる", "頂く", "出来る", "可能", "良い", "駄目"}
_HIDING_VERBS = {
    "為る",
    "見せる",
    "見える",
    "透ける",
    "透かす",
    "出す",
    "成る",
    "写る",
    "映る",
    "脱ぐ",
    "脱がす",
}
_PUTTING = {
    "入れる",
    "捨てる",
    "突っ込む",
    "繋ぐ",
    "縛る",
    "閉じ込める",
    "落とす",
    "ぐるぐる",
    "沈める",
}
_REACH = 5  # tokens
_STOPS = {"、", "。", "!", "?"}


def is_sexual(tokens: list[Word], concepts: list[Concepts]) -> bool:
    """Return whether a wish undresses somebody or shows their body."""
    return any(
        (
            _undresses(at, tokens, concepts)
            or _takes_off(at, tokens, concepts)
            or _is_bare(at, tokens, concepts)
            or _shows_body(at, tokens, concepts)
            or _bathes(at, tokens, concepts)
            or _colours_as_skin(at, tokens, concepts)
        )
        and not _is_animal(at, tokens, concepts)
        for at in range(len(tokens))
        if concepts[at] or tokens[at].part_of_speech == "動詞"
    )


def is_humiliating(tokens: list[Word], concepts: list[Concepts]) -> bool:
    """Return whether a wish makes a laughing-stock, a culprit or an animal of somebody."""
    return any(
        ("humbling" in concepts[at] and not _is_negated(at, tokens))
        or (
            "leash" in concepts[at]
            and not _is_animal(at, tokens, concepts)
            and _is_for_neck(at, tokens)
        )
        or _degrades(at, tokens, concepts)
        for at in range(len(tokens))
    )


def _undresses(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """「脱がせて」, but not 「上着を脱がせて」."""
    if "undressing" not in concepts[at] or _is_negated(at, tokens):
        return False
    return "outer" not in _object(at, tokens, concepts)


def _takes_off(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """「服を取って」, 「スカートを短く」, 「濡れた服に」, but not 「服のしわを取って」."""
    if concepts[at] & {"wetting", "sheer"} and _is_of_garment(at, tokens, concepts):
        return True
    acts = concepts[at] & {"removing", "opening", "lessening", "wetting", "sheer"}
    if tokens[at].part_of_speech == "動詞" and "wearing" not in concepts[at]:
        acts |= {"other"} if "garment" in _object(at, tokens, concepts, {"を", "も", ""}) else set()
    if not acts or (at > 0 and tokens[at - 1].text in {"じゃ", "では"}):
        return False
    if acts == {"sheer"} and not _object(at, tokens, concepts):
        return not _is_negated(at, tokens)
    if not _object(at, tokens, concepts) & {"garment", "bare", "intimate"}:
        return False
    if tokens[at].lemma in {"要る", "いる"}:
        return _is_negated(at, tokens)
    return not _is_negated(at, tokens)


def _is_of_garment(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """Return whether a word describes the garment after it: 「濡れた服」, 「透ける白いシャツ」."""
    if _is_negated(at, tokens):
        return False
    for index in range(at + 1, min(len(tokens), at + 1 + _REACH)):
        if concepts[index] & {"garment", "bare", "intimate"}:
            return True
        token = tokens[index]
        if token.part_of_speech not in {"助動詞", "形容詞", "形状詞"} and token.text not in {
            "の",
            "て",
        }:
            return False
    return False


def _is_bare(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """「水着に」, but not 「水着の柄」, 「水着を服に」, 「下着は見せないで」."""
    if "bare" not in concepts[at]:
        return False
    after = _clause(at, tokens)
    if not after:
        return True
    if len(after) > 1 and tokens[after[0]].text == "の" and "scenery" in concepts[after[1]]:
        return False
    if "scenery" in concepts[after[0]] or (
        tokens[at].part_of_speech == "名詞" and "garment" in concepts[after[0]]
    ):
        return False  # 「水着売り場」, 「パンツスーツ」
    if tokens[after[0]].text in {"じゃ", "では", "で"} and any(
        tokens[index].lemma in _NOT for index in after[1:3]
    ):
        return False
    if any("covering" in concepts[index] for index in after):
        return False
    if tokens[after[0]].text in {"を", "は", "から", "じゃ"} and any(
        concepts[index] & {"garment", "outer"}
        and "bare" not in concepts[index]
        and tokens[index + 1 : index + 2]
        and tokens[index + 1].text in {"に", "へ"}
        for index in after
    ):
        return False
    return not any(
        tokens[index].lemma in _HIDING_VERBS and _is_negated(index, tokens) for index in after
    )


def _shows_body(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """「胸を大きく」, 「足を開いて」, but not 「胸に花を」."""
    part = concepts[at] & {"intimate", "skin", "limbs"}
    if not part:
        return False
    after = _clause(at, tokens)
    if part == {"intimate"}:  # whatever is done with it
        spared = any("pinned" in concepts[index] for index in after[:_REACH])
        return bool(after) and not spared and not any(_is_negated(index, tokens) for index in after)
    wanted = {"showing", "opening", "lessening", "wetting", "sheer", "garment"}
    if part == {"limbs"}:
        wanted = {"opening"}
    for index in after[:_REACH]:
        if "pinned" in concepts[index] or tokens[index].lemma in {"荒れ", "綺麗", "明るい"}:
            return False
        if concepts[index] & wanted and (concepts[index] & wanted) != {"garment"}:
            return not _is_negated(index, tokens)
    return False


def _bathes(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """「お風呂に入ってる感じに」, 「ベッドで誘う」, but not 「温泉街」."""
    after = _clause(at, tokens)[:_REACH]
    if "bathing" in concepts[at]:
        if any("scenery" in concepts[index] for index in after):
            return False
        return any("being" in concepts[index] for index in after) or "being" in concepts[at]
    return "bed" in concepts[at] and any("luring" in concepts[index] for index in after)


def _colours_as_skin(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """「服を肌色に塗って」, but not 「肌色の服を着せて」."""
    if "skin" not in concepts[at] or "bare" in concepts[at]:
        return False
    after = "".join(tokens[index].text for index in _clause(at, tokens)[:3])
    if not after.startswith(("に", "色に", "の色に", "と同じ", "と一緒")):
        return False
    return any("garment" in concepts[index] for index in range(max(0, at - _REACH), at))


def _degrades(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """「こいつを豚に」, 「この人を太らせて」."""
    before = {concept for index in range(max(0, at - _REACH), at) for concept in concepts[index]}
    after = {concept for index in _clause(at, tokens)[:2] for concept in concepts[index]}
    if "degrading" in concepts[at]:
        return "person" in before or _is_suffered(at, tokens)
    if "swine" in concepts[at]:
        return "scenery" not in after and ("person" in before or "likeness" in after)
    what = _object(at, tokens, concepts)
    return "fattening" in concepts[at] and (not what or "person" in what)


def _is_suffered(at: int, tokens: list[Word]) -> bool:
    """Return whether somebody suffers it, 「踏まれて」, or is put there, 「ゴミ箱に入れて」."""
    after = tokens[at + 1 : at + 3]
    if any(token.lemma in {"れる", "られる"} for token in after):
        return True
    return len(after) == 2 and after[0].text in {"に", "で"} and after[1].lemma in _PUTTING


def _is_for_neck(at: int, tokens: list[Word]) -> bool:
    """Return whether a collar or chain is put on, and is no chain of islands or of a bicycle."""
    return at + 1 == len(tokens) or tokens[at + 1].part_of_speech in {"助詞", "動詞", "補助記号"}


def _object(
    at: int, tokens: list[Word], concepts: list[Concepts], cases: set[str] | None = None
) -> Concepts:
    """Return what the noun right before a verb stands for, over particles and adverbs.

    cases: the particles of which one must follow the noun; None: any.
    """
    for index in range(at - 1, max(-1, at - 1 - _REACH), -1):
        token = tokens[index]
        if token.text in _STOPS:
            break
        if token.part_of_speech in _BETWEEN or token.lemma in _QUANTITIES or token.text.isdigit():
            continue
        case = tokens[index + 1].text if index + 1 < at else ""
        if case == "で":
            continue  # 「シャツを水で濡らして」
        if cases is not None and case not in cases:
            break
        return concepts[index] | frozenset({"other"})
    return frozenset()


def _clause(at: int, tokens: list[Word]) -> list[int]:
    """Return the places of the tokens after one, until the next stop."""
    places = []
    for index in range(at + 1, min(len(tokens), at + 13)):
        if tokens[index].text in _STOPS:
            break
        places.append(index)
    return places


def _is_negated(at: int, tokens: list[Word]) -> bool:
    """Return whether 「ない」 belongs to a verb and is no part of a request: 「してくれない?」."""
    for index in range(at + 1, min(len(tokens), at + 5)):
        if tokens[index].lemma in _ASKING or tokens[index].text in _STOPS:
            return False
        if tokens[index].lemma in _NOT:
            return True
        if tokens[index].part_of_speech not in {"助動詞", "助詞", "動詞"}:
            return False
    return False


def _is_animal(at: int, tokens: list[Word], concepts: list[Concepts]) -> bool:
    """Return whether an animal is spoken of and no person: 「犬の服を脱がせて」."""
    before = {concept for index in range(max(0, at - 8), at) for concept in concepts[index]}
    return "animal" in before and "person" not in before
