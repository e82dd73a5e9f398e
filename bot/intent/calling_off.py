"""What calls off an order, in the dialects: 「もう描がねくていいはんで」, 「直さんとって」.

bot.intent.one_matter knows a text by its words, which the analyser has to know; here the sentence
is told by its build: what is not to be done, or is not needed, and who lets it be. Why may stand
before it. Asked only while a picture is being painted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

_MAX_CHARS = 48
_LAST = "。.!！…〜~ー♪wｗ笑草)） 💦🙏😅🙇"
_IN_BETWEEN = "[、,。!！… ]"
_LEAD = (  # before what is called off
    "(?:もう|やっぱ(?:り|し)?|やはり|ほんと(?:に)?|別に|べつに|一旦|いったん|とりあえず|"
    "ひとまず|ちょっと|全然|そんなに?|何も|なんも|"
    "(?:今回|今日|きょう)(?:のところ)?は?|無理に|ごめん(?:なさい|ね|な)?|すまん(?:が|けど)?|"
    "すみません|すいません|悪い(?:んだ)?けど|"
    "(?:お手数|恐縮|恐れ入ります|申し訳ありません|申し訳ない(?:の|ん)です)(?:です)?(?:が|けど)|"
    "あかん|うそ|嘘|いや|ちゃう|(?:ちが|違)う|[あえ](?=[、,。…ー ])|うわ|やば|待って|"
    "ちょい待ち|まって|[、,。!！… ])*+"
)
_IT = (
    "(?:(?:その|この|さっきの|今の|いまの|先ほどの|先程の|さきほどの)?(?:(?:お願い|注文|依頼|"
    "リクエスト|頼み)|(?:お願い|注文|依頼|頼ん|たのん)(?:した|だ)"
    "(?:の|ん|やつ|絵|件|分)|(?:(?:描|か|書)く|作る|つくる)の(?:も|は)?|絵|え|お絵描き|おえかき|"
    "やつ|ん|続き|それ|これ|あれ|"
    "(?:今|いま|さっき|先ほど|先程)の|{subject})"
    "(?:を|は|も|って|なら|だけは)?)?"
)
_DO = (
    "(?:(?:描|書|か|画|えが)[かが]|(?:描き|かき)?(?:直|なお)さ|作ら|つくら|やら|せ|し(?=な)|"
    "続け|つづけ|進め|すすめ|"
    "送ら|おくら|出さ|変え|かえ|仕上げ|"
    "(?:描い|書い|かい|送っ|作っ)て(?:もらわ|もろわ|くれ|いただか|下さら))"
)
_NOT = "(?:な|ねぇ|ねえ|ね|ん|へん|ひん|い(?=で)|ず)"
_FINE = (
    "(?:いい|ええ|えい|えぇ|よか|よい|良い|良か|いー|よろし[いゅ]う?|大丈夫|だいじょう?ぶ|結構|"
    "けっこう|平気|OK|オーケー|"
    "(?:かま|構)(?:わ?へん|わん|わな?い|いません)|かめへん)"
)
_END_LETTERS = (
    "だやよねなわばいたけどえきさかんはでらちゃっにべぺすじぜぞがのうしずてごもとこーぁぇぃぅぉあま"
)
_END = f"[{_END_LETTERS}]{{0,9}}"
_SORRY = (
    f"(?:{_IN_BETWEEN}*(?:ごめん(?:なさい|ね|な)?|すみません|すいません|すまん|悪い|わるい|"
    f"もう|お願い(?:します)?|たのむ|頼む|今の|さっきの|やっぱり?|ありがとう)){{0,2}}{_END}"
)
_ASKED = (  # how one asks it of another, after て
    "(?:(?:くださ|下さ)[いれ]|くれ(?:る|へん|ない|ません|んね|ん|や)?|もら(?:える|えん|えます|"
    "えません|って)|"
    "いただけ(?:ます|ません|る)?|ほしい|欲しい|つかあ?さい|け[ろれ]|けさい|くんろ|くんさい|"
    "おくれ(?:やす|やし)?|やす|ちょう?|ちょうだい)?"
)
_LET = (  # 「描かんといて」, 「描がねでけろ」
    "(?:で|と|ど)(?:い?て|いとって|って|っとって|き|きや|こう|かん?か)?"
)
_CEASE = (
    "(?:よし(?:とく|とこう?|ます)|よして"
    + _ASKED
    + "|(?:取り?|とり)?(?:や|止|辞|(?<![ま歩])と)め(?!られ|たい|るな|ない|ん(?:で|と)|たら)"
    "(?:(?:て|で|とい?て|とって|ちょいて|たって|させて|と)" + _ASKED + "|"
    "とく|ときます?|とこう?|ときゃ|ます|る|た|よう|よっ|っぺ|ん(?:さい|ちゃい|ね|しゃい)|れ|ろ|"
    "っくい|っ?ぴ|やめ|に(?:する|します|して)|に?希望|で)?)"
)
_NOUN = (
    "(?:取り?消し|取消し?|とりけし|取り下げ|取りさげ|中止|中断|ストップ|すとっぷ|撤回|却下|ボツ|"
    "没|破棄|無効|白紙|お流れ|撤収|タンマ|キャンセル|きゃんせる|"
    "見送り|辞退|チャラ|ノーカン|スルー|無視|なかったこと|無かったこと|ない(?:方向|こと)|"
    "なし(?:の方向)?(?![てた])|無し(?:の方向)?|ナシ(?:の方向)?|"
    "(?:頼んで(?:い)?ない|頼まなかった|聞かなかった|言わなかった|見なかった)こと)(?!し(?:な|ん))"
    "(?:に|で|を|の)?(?:(?:して|かけて|させて)"
    + _ASKED
    + "|し(?:ます|たい)|する|しとく|しといて|しとって|頼む|たのむ|"
    "(?:お|御)?願い(?:します|いたします|致します)?|願います|希望|いい|おなしゃす|オナシャス|"
    "よろ(?:しく)?)?"
)
_FORGET = f"(?:忘れ|わすれ)て(?![たい])(?:とって|とい?て)?{_ASKED}"
_NO_NEED = (
    "(?:(?:い|要)(?:ら(?:な(?:い|く)|ね|ん|へん|しまへん)|りま(?:せん|へん)(?!でし))|必要(?:は|"
    "が)?な(?:い|く)|不要)"
    "(?:(?:よう?に|ごと|ごつ|こと|く|ぐ)?(?:なっ|なり|なん|なる)(?:た|ました|てもうた)?)?"
)
_CHANGED = (
    "気(?:が|は|ぃ|い)?(?:変わ|かわ)(?:っ|り)(?:た|て|ました|てしま|ちゃっ|てもう)*|(?:考え|"
    "思い)直(?:し|す)(?:た|て|ました|ます|わ)?|"
    "(?:(?<=やっぱ)|(?<=やっぱり))(?:ちょっと|少し|もう少し)?考えさせて" + _ASKED
)
_LATER = (
    "(?:また|(?:また)?今度|(?:また)?こんど|次回|(?:また)?次|またの?機会)(?:に|で|"
    "の機会に)(?:する|します|しとく|しときます|いい|ええ|よか)"
)
_MISSENT = (
    "(?:誤送信|誤爆|誤操作|送信ミス|操作ミス|(?:押し|送り|打ち)(?:間違[いえ]|まちが[いえ]|ミス)|"
    "間違い(?=でし|だっ)|人違い|"
    "(?:宛先|送り先|送る(?:相手|人))(?:を)?(?:間違|まちが)(?:え|い)|(?:間違|まちが)(?:って|"
    "えて)(?:送|おく|押|頼)(?:っ|り|ん|み)?)"
    "(?:です|でした|だ|だった|た|ちゃった|ちゃいました|ました|てしまいました)?"
)
_OWN = (
    "(?:自分|うち|こっち|よそ|ほか|他)で(?:描|書|か|頼|たの)(?:く|きます|いた|んだ|むこと|"
    "くこと)(?:に(?:し(?:た|ます|ました)|する))?"
)
_DONE = (
    "(?:(?:お絵描き|おえかき|(?:描|か)くの|絵|え|注文|お願い)(?:は|を|も|の)?(?:[、 ])?(?:もう|"
    "これで)?|(?<=今日は)|(?<=きょうは))"
    "(?:おわり|終わり|おしまい|お終い|しまい)(?:に|で|だ)?(?:して|する|します|しよう?|しとく)?|"
    f"これで(?:もう)?(?:おわり|終わり|おしまい)にして{_ASKED}"
)
_ENOUGH = (
    "(?:間に合って(?:い?る|い?ます)|間に合った)|(?:待った、?){2,3}|ご縁がなかったということで|"
    f"(?:(?<=もう)|(?<=今回は)|(?<=今日は)|(?<=きょうは)){_FINE}"
)
_ENGLISH_FILL = (
    "(?:no(?! need)|nah|oh|sorry|please|pls|plz|actually|wait|hey|ok|just|umm?|anymore|any more|"
    "thanks|thank you|now|then|"
    "on second thought)[,.! ]*"
)
_ENGLISH_CORE = (
    "cancel(?: (?:it|that|this|my order|the picture))?|never ?mind|nvm|forget (?:it|about (?:it|"
    "that)|that)|scratch that|"
    "(?:don'?t|do not) (?:draw|paint|make|do|send)(?: (?:it|that|this|anything))?|"
    "(?:stop|abort|drop|quit)(?: (?:it|that|this|drawing|painting|the picture))?|"
    "no need(?: to (?:draw|paint)(?: it| that)?)?|"
    "(?:i )?(?:don'?t|do not) (?:need|want) (?:it|that|this|the picture)|call it off|"
    "i changed my mind"
)
_ENGLISH = re.compile(
    f"^(?:{_ENGLISH_FILL})*+(?:{_ENGLISH_CORE})(?:[,.! ]+(?:{_ENGLISH_CORE}|"
    f"{_ENGLISH_FILL}))*+[,.! ]*",
    re.IGNORECASE,
)
_ORDERED = re.compile(
    "[をにへ](?:して|変え|かえ)|消し|けし|削除|データ|履歴|記録|情報|写真|(?:描|書|か)いて(?!る|"
    "た|もら|くれた)|がいい$|ほしい$|欲しい$"
)
_WHY = re.compile(  # what may end before it: 「待ちきれんけん」
    "(?:から|ので|んで|けん(?:ね)?|けえ|さかい(?:に)?|はんで|き(?=も|や)|け(?=、)|て(?=や|も|"
    "、)|(?<=[しっい])たし|ため)"
    f"(?P<mark>{_IN_BETWEEN}*)|(?<=[^、,。!！… ]){_IN_BETWEEN}+"
)
_LETS_GO = re.compile("待|遅|おそ|時間|間違|まちが|ごめん|すみません|すまん")
_HEAVY = re.compile(
    "つら|辛|苦し|死|しに|消え|生き|人生|疲れ|つかれ|限界|自分(?!で|用)|私なんか|怖|こわ|殴|叩|"
    "いじめ|(?<!待つの)しんど|寂し|さみし|孤独|"
    "誰も|だれも|みんな|世界|無理|むり"
)


def calls_off(words: str, subject: str = "") -> bool:
    """Return whether a cleaned text says that what was ordered is not to be painted.

    subject: of the order, which the text may name. What orders another thing does not.
    """
    words = re.sub("や[ー〜]+め", "やめ", words.strip(_LAST))
    if not words or len(words) > _MAX_CHARS:
        return False
    if _ENGLISH.fullmatch(words):
        return True
    core, enough = _core(subject), _enough()
    for start, has_reason in _starts(words):
        before = words[:start]
        if _ORDERED.search(before) or _HEAVY.search(before):
            continue
        if core.fullmatch(words, start):
            return True
        if (has_reason or _LETS_GO.search(before)) and enough.fullmatch(words, start):
            return True
    return False


def _starts(words: str) -> Iterator[tuple[int, bool]]:
    """Yield where a text may begin to call off, and whether nothing or a reason is before it."""
    yield 0, True
    yield from ((match.end(), match["mark"] is not None) for match in _WHY.finditer(words))


@cache
def _enough() -> re.Pattern[str]:
    return re.compile(f"{_LEAD}(?:{_ENOUGH}){_END}{_SORRY}")


@lru_cache(maxsize=8)
def _core(subject: str) -> re.Pattern[str]:
    it = _IT.replace("{subject}", re.escape(subject) if subject else "(?!)")
    not_done = f"{_DO}{_NOT}(?:[くぐ]?(?:て|で|た(?:っ|ん)?て)?も?){_FINE}{_END}"
    let_be = f"{_DO}(?:ない|ん|ねぇ|ねえ|ね){_LET}{_ASKED}{_END}|(?:描|書|か)くな{_END}"
    ways = "|".join(
        (
            *(f"{it}{way}" for way in (not_done, let_be)),
            f"{it}(?:{_CEASE}|{_NOUN}|{_FORGET}|{_NO_NEED}){_END}",
            f"(?:{_CHANGED}|{_LATER}|{_DONE}|{_OWN}|{_MISSENT}){_END}",
        )
    )
    return re.compile(f"{_LEAD}(?:{ways}){_SORRY}")
