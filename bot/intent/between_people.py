"""What people say to each other about their day: 「鈴木さん、3時の会議よろしくです」.

It is told by whom it speaks to, by when, and by what it is about: an appointment, a delivery, a
call. A wish names a picture or how to paint it, 「鈴木さんの似顔絵」, or a thing, 「会議室の猫」.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.prompt.japanese import morphology

_MAX_CHARS = 80
_ROLE = "先生|先輩|部長|課長|係長|社長|専務|店長|主任|室長|院長|園長|校長|監督|コーチ"
_TITLE = f"さん|サン|くん|クン|君|ちゃん|ちゃま|様|さま|殿|氏|{_ROLE}"
_TO_SOMEBODY = re.compile(  # a name, and a mark or what cannot go on with it: 「田中さんお電話」
    rf"^(?:(?P<known>お?(?:母|父|兄|姉|かあ|とう|にい|ねえ)さん|ママ|パパ|{_ROLE}|各位|皆(?:さん|様|さま)|"
    rf"みな(?:さん|さま)|みんな)|(?P<name>[^\s、。,.!！?？〜~のをがはに]{{1,8}}?)(?:{_TITLE}))"
    r"(?:[\s、。,.!！~〜…]+|(?=[0-9お御]|[一-龠]))(?P<said>.+)$"
)
_WHEN = re.compile(
    "(?:[0-9一二三四五六七八九十]{1,2}|何)(?:時|日|:[0-9]{2})|今日|きょう|明日|あした|あす|明後日|あさって|昨日|"
    "今週|来週|先週|今月|来月|今夜|今晩|今朝|午前|午後|本日|明朝|夕方|[月火水木金土日]曜|週末|あとで|後ほど|"
    "先ほど|さきほど|至急|まもなく|もうすぐ|そろそろ|[0-9一二三四五六七八九十]{1,3}分(?:後|前|ほど|くらい|ぐらい)"
)
_MATTERS = frozenset(
    """
    会議 打合せ 打ち合わせ 打合わせ ミーティング 定例 朝礼 面談 面接 商談 研修 出張 訪問 来客
    アポ アポイント 納品 納期 締切 締め切り 発注 受注 注文 見積 見積もり 見積り 請求 請求書 契約
    契約書 資料 書類 議事録 日報 報告 報告書 企画書 在庫 入荷 出荷 配送 配達 荷物 宅配 宅配便
    小包 集荷 電話 お電話 折り返し 着信 留守電 メール 連絡 返信 返事 返答 回答 確認 相談 予約
    予定 日程 スケジュール シフト 出勤 出社 早退 欠勤 遅刻 残業 有給 当番 集合 待ち合わせ 飲み会
    送迎 迎え お迎え 買い物 支払い 振込 振り込み 精算 領収書 コピー 件 引き継ぎ 鍵 回覧板
    書き込み 提出 宿題 試験 部活 練習試合
    """.split()  # noqa: SIM905 one to a line would be a page
)
_DEEDS = re.compile(  # what one asks of another, or tells
    "折り返|(?:電話|連絡|メール|確認|返信|返事|報告|提出|共有|対応|予約)(?:を|は|が)?(?:し|くだ|下さ|お願|頂|いただ|ちょう|あ[りっ])|"
    "遅れ(?:ます|る|そう)|遅刻し|間に合(?:い|わ|う)|向かって(?:い?ます|る)|着きま|着いた|届(?:きまし|いた|いて|け)|"
    "(?:買って|持って|取って|連れて|送って|出して)(?:き|来)て|(?:迎え|取り|買い)に(?:行|い|来|き)|て(?:おいて|といて)|"
    "伝え(?:て|と)|お待ち|待って(?:い?ます|る|て)|お世話にな|お疲れ"
)
_SAID = re.compile(  # how one ends who speaks to another
    "(?:です|でした|ます|ました|ません|ください|下さい|ちょうだい|頂戴|お願い|よろしく|宜しく|頼む|頼みます|"
    "お願い(?:いた|致)?します|願います|[てで]|だよ|だって|っけ|かも|ある|する|ない)"
    "(?:よろしく|お願い(?:します)?|です|ます|か(?!ら)|ね|よ(?!ろ)|な|の(?!で)|わ|ー|けど|が|から|ので|"
    "[。！!?？～〜~…、 ]){0,6}+$"
    "|[?？ねよかな]$"
)
_OF_PICTURES = re.compile(  # nobody says it but of a picture
    "絵(?!美|里|梨|理)|[描画]|イラスト|画像|壁紙|待ち?受け|アイコン|スタンプ|ポスター|チラシ|ロゴ|年賀状|ペイント|"
    "[かえ](?:いて|がいて)(?!い)|(?:風|調|っぽ[いく]|みたい)(?:に|な|で|$)|シーン|風景|キャラ|写真"
)

_REMARK = re.compile(
    "(?:私|わたし|あたし|俺|おれ|僕|ぼく|うち|わし)(?:は|なら|的には).{1,14}?(?:が|の方が|のほうが)?(?:好き|すき|いい|派|推し|一択)"
    "(?:だ|です|な|かな|かも|ね|よ|わ|[。!！〜ー笑w])*+"
    "|.{2,30}?(?:かもね|かもなあ?|だよねー?|よねー?|じゃない[?？]|んじゃね[?？]?|よかったね|けどね|じゃん|やんな)[。!！〜ー笑w]*+"
)
_ORDERED = re.compile(
    "(?:して|描いて|かいて|変えて|入れて|消して|足して|お願い|おねがい|ください|下さい|ほしい|頼む)"
)
_ADDITION = re.compile(
    "[^、。はが?？]{1,12}(?:も|を)(?:入れ|いれ|足し|加え|描き|つけ|付け|増やし|置き)たい(?:です|な|なあ|ね|わ)?[。!！]*"
)


def ruled_between_people(text: str, *, names_look: bool) -> Literal["talk", "ask"] | None:
    """Return "talk" if a text is what somebody says to a person by name, "ask" if it may be.

    Returns None for any other. text: cleaned. names_look: it says how a picture shall look.
    """
    if names_look or len(text) > _MAX_CHARS or _OF_PICTURES.search(text):
        return None
    to_somebody = _TO_SOMEBODY.match(text)
    if to_somebody and (to_somebody["name"] or "").startswith("絵筆"):
        return None
    said = to_somebody["said"] if to_somebody else text
    when = _WHEN.search(said) is not None
    matter = _last_matter(said)
    is_said = _SAID.search(said) is not None
    if to_somebody is None:
        return "ask" if when and matter == "end" and is_said else None
    if is_said and (matter or _DEEDS.search(said)):
        return "talk" if to_somebody["known"] or _is_persons(to_somebody["name"]) else "ask"
    return "ask" if when and matter == "end" else None


def is_remark_on_picture(text: str) -> bool:
    """Return whether words in reply to a picture are said to the others: 「私は2枚目が好き」.

    text: cleaned, in a group, without a mention.
    """
    is_short = len(text) <= _MAX_CHARS
    return is_short and _REMARK.fullmatch(text) is not None and not _ORDERED.search(text)


def orders_addition(text: str) -> bool:
    """Return whether words in reply to a picture want a thing on it: 「犬も入れたい」."""
    return len(text) <= _MAX_CHARS and _ADDITION.fullmatch(text) is not None


def _is_persons(name: str) -> bool:
    """Return whether a name is a person's, 「鈴木」, not what may be painted, 「忍者」."""
    return any("固有名詞" in word.detail for word in morphology.tokenize(name))


def _last_matter(text: str) -> Literal["end", "within"] | None:
    """Return whether the last noun is a matter of people's day, or one before it."""
    nouns = morphology.nouns_of(text)
    found = [place for place, noun in enumerate(nouns, 1) if noun.text in _MATTERS]
    if not found:
        return None
    return "end" if found[-1] == len(nouns) else "within"
