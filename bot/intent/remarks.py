"""Remarks that ask for nothing: a picture is not as meant, there is news, a wish is dropped."""

from __future__ import annotations

import re

_MAX_CHARS = 60
FILLER = (
    "(?:なんか|何か|ちょっと|全然|ぜんぜん|うーん|やっぱり?|これは?|この絵は?|ええ|えー|え|"
    "まじで?|マジで?|"
    "ほん[とま]に?|めっちゃ|めちゃ|超|くそ|クソ|思ってたより|絵が?|もう)*+"
)
_MISDRAWN = re.compile(  # 「指が溶けてて怖い」: no body hurts so but a drawn one
    f"^{FILLER}(?:指|手|足|腕|顔|目|口|耳|鼻|首|人|文字)が?"
    "(?:溶け|とけ|崩れ|くずれ|増え|ふえ|余って|[2-9二三四五六七八九]本|つなが|繋が|くっつ|埋ま|"
    "ねじれ|歪|ゆが|ぐにゃ|"
    "多すぎ).{0,6}?"
    "(?:(?:怖|こわ|気持ち?悪|きもちわる|キモ|きも|不気味|変|へん|おかし|やば|ヤバ|ホラー).{0,8}|"
    "(?:て|で)(?:い?る|ます|ん).{0,6})"
)
_EXPECTED = re.compile(  # 「もっとかわいいのかと思った」, 「お願いしたのと違うんだけど」
    f"^{FILLER}(?:(?:(?:もっと|もう少し|てっきり)[^、を]{{1,14}}(?:と|って)|"
    f"[^、を]{{1,14}}のかと|[^、を]{{1,14}}と(?=.{{2,6}}(?:のに|けど)))"
    "(?:思った|思って(?:い?た|い?ました)|おもった|おもってた)|[^、を]{0,10}"
    "(?:頼んだ|たのんだ|お願いした|言った|書いた|思った|思ってた|想像(?:してた|した)?|"
    "イメージ(?:してた|した)?)(?:の|もの|やつ|絵|こと|通り)?(?:と|とは|に)?(?:は|も)?"
    "(?:全然|ぜんぜん|だいぶ|ちょっと|少し|なんか)?(?:(?:違|ちが)(?:う|い|っ)|なって(?:い?ない|"
    "ません|へん))).{0,8}"
)
_TELLS = re.compile(  # 「誕生日なんだ、今日」: news of oneself, and no wish
    "(?:な|る|た|(?<!ほし)(?<!欲し)(?<!見た)(?<!みた)い)(?:ん(?:だ|です|よ)|のよ)[よねなー]*"
    "(?:[、 ]?(?:今日|きょう|明日|あした|昨日|きのう|さっき|いま|今|来週|今度)(?:は|も|さ|ね)?)?"
    "[。!！♪]*$"
)
_GLAD = re.compile(  # 「先生にほめられた」, which sounds like what hurts
    "(?:ほめ|褒め|誉め)(?:られ|てもら|てくれ)|プロポーズされ|告白され|祝(?:われ|ってもら|"
    "ってくれ)|おごってもら|おごってくれ|"
    "合格|受かっ(?:た|て|ちゃ)|内定|優勝|(?:一|1)等|金メダル|入賞|表彰|昇進|100点|百点|満点|"
    "当選|仲直り|逆上がり|"
    "(?:プレゼント|お?小遣い|お年玉|花束|指輪|ご褒美|ごほうび|お土産|おみやげ)[をも]?(?:もら|くれ)|"
    "(?:孫|赤ちゃん|子ども|子供|妹|弟)が(?:生まれ|産まれ)(?:た|まし)|結婚(?:し(?:た|まし)|する|"
    "します|決ま)"
)
_KEEPS = re.compile(  # 「額に入れて飾ります」; 「部屋に飾って」 asks for something
    "(?:(?:これ|この絵|さっきの)(?:は|を)?|早速|さっそく|ずっと|一生|、){0,4}"
    "(?:(?:家宝|宝物|たからもの|お守り)に(?:します|しました|する|しとく|しよう?|しちゃう)|"
    "(?:大事|大切)に(?:します|する|とっときます|保存します|しまいます)|"
    "[^、。]{0,12}(?:飾り?|貼り?|かざり?|はり?)(?:ます|ました|っとく|っときます|るね|るわ|ろう?|"
    "りました))(?:ね|よ|わ|から|!)*"
)
_THANKS = re.compile(  # 「四枚も描いてくれてありがとう」
    "(?:(?:[1-9一二三四]|何)(?:枚|つ|個)も|(?:こんなに|たくさん|いっぱい|沢山|もう(?:一|1)枚)|"
    "(?:描|か)いて(?:くれ|くださ|下さ|もら|いただ))[^、。をにで?？]{0,14}(?:[、。!！ ]{0,2})"
    "(?:ありがと|感謝|うれし|嬉し|助か|おおきに|サンキュ|最高)[^、。?？]{0,8}[。!！♪〜ー☆♡]*"
)
_HERE = re.compile(  # 「いま電車。座れた。ラッキー」
    "(?:いま|今|ちょうど|さっき|もうすぐ)、?(?:(?:電車|バス|駅|新幹線|タクシー|飛行機|車|会社|"
    "職場|学校|塾|家|うち|病院|歯医者|"
    "美容院|床屋|銀行|コンビニ|スーパー|カフェ|空港|ホーム|レジ|待合室|授業|会議|仕事|お風呂|布団)"
    "(?:の中|の?途中|待ち|中|なう|帰り)?|(?:帰|向か|移動|休憩|昼休み|待)[^、。]{0,6})"
    "(?:です|だ|や|やねん|よ|に(?:い|お)る|に(?:着|乗)[^、。]{0,5}|(?:着|"
    "乗)[^、。]{0,5})?[。、!！… ]+[^、。をへ?？]{1,12}"
    "(?:[。、!！ ]+[^、。をへ?？]{1,10})?[。!！♪〜ー]*"
)
_IF_PAINTED = re.compile("たら|れば|と(?:うれし|嬉し|助か|ありがた)|助かります|ください|ほしい")
_SEASON = re.compile(  # 「もう春が来た」, which sounds like despair for its 「もう」
    "^(?:もう|やっと|ついに|とうとう|いよいよ|早くも|今年も|また|そろそろ|うわ|あっという間に|、)*+"
    "(?:[春夏秋冬]|梅雨|年末|年の瀬|師走|お?正月|クリスマス|(?:夏|冬|春)休み|連休|週末|"
    "[月火水木金土日]曜日?|[0-9]{1,2}月|半年|一年|"
    "[^、。をがはも]{1,3}の季節|花粉)(?:が|も|に|か|だ|の(?:終わり|半ば))*+"
    "(?:(?:来|き)(?:た|ました|ちゃった|ます)|(?:なっ|なり)(?:た|ました|ちゃった)|近い|"
    "近づいて(?:きた|きました)|です|だ|か|経った|たった|すぐ)?"
    "(?:ね|な|なあ|なー|よ|わ|か|あ|ぁ|ー|んだ|んだね|です|のか|じゃん|やん|やな|やね|だね)*+"
)
_SAD = re.compile(
    "けど|のに|でも|だって|ない|なく|たく|ません|死|泣|涙|つら|辛|怖|こわ|嫌|いや|無理|むり|"
    "消え|限界|苦し|殴|叩|蹴|切|薬|助け|取り?消|"
    "落ち|おち[たて]|終わ|おわ[りる]|さよなら|さようなら|最後|逝|亡|失|別れ|捨て|振られ|裏切|"
    "だまされ|騙|脅|襲|犯|触られ|"
    "いじめ|虐|責め|病|鬱|うつ|孤独|ひとりぼっち|逃げ|疲れ|許せ|許さ|憎|恨"
)
_ORDERS = re.compile(
    "[描書画]い|かいて|えがい|作って|つくって|お願い|おねがい|ください|下さい|欲しい|ほしい"
)
_PICTURED = re.compile("[描書画絵]|イラスト|(?:の|な)(?:猫|犬|人)|[風調]$|がいる|シーン|風景")
_DROPPED = re.compile(  # 「猫描いて、あ、やっぱりいいや」
    "[、。!！?？…. ](?:あー*|いや|え(?:ー|っと)|う?ー*ん|"
    "ごめん(?:なさい)?|すみません|すいません|、){0,6}+"
    "(?:(?:やっぱり?|やはり|もう|いや)、?"
    "(?:いい(?:や|わ|です|かな)?|けっこうです|結構です|やめ(?:ます|とく|ときます|とこう?|た|る|て)|"
    "キャンセル(?:で|します|して)?|(?:な|無)し(?:で)?|ナシ(?:で)?|取り消し(?:で|ます|て)?|"
    "描かなくていい)|なんでもない|何でもない|(?:今の|さっきの)?(?:は|、)?忘れて)"
    "(?:ください|下さい|です|ね|よ|わ|や)*"
    "(?:[、。!！ ]+(?:ごめん(?:ね|なさい)?|すみません|すいません))?[。!！ ]*$"
)


def tells_news(text: str) -> bool:
    """Return whether a text tells of something, 「明日運動会なんだ」, and asks for nothing."""
    if len(text) <= _MAX_CHARS and _HERE.fullmatch(text) and not _PICTURED.search(text):
        return True
    return len(text) <= _MAX_CHARS and _TELLS.search(text) is not None and not _ORDERS.search(text)


def tells_what_becomes_of_it(words: str) -> bool:
    """Return whether words tell what somebody does with a picture: 「これは家宝にします」."""
    return len(words) <= _MAX_CHARS and _KEEPS.fullmatch(words.rstrip("。!！♪笑wｗ ")) is not None


def thanks_for_it(words: str) -> bool:
    """Return whether words thank for what was painted: 「四枚も描いてくれてありがとう」."""
    is_short = len(words) <= _MAX_CHARS
    return is_short and _THANKS.fullmatch(words) is not None and not _IF_PAINTED.search(words)


def tells_glad_news(text: str) -> bool:
    """Return whether a short text tells of nothing but good luck: 「聞いて、先生にほめられた」."""
    is_short = len(text) <= _MAX_CHARS
    return is_short and _GLAD.search(text) is not None and not _SAD.search(text)


def tells_season(words: str) -> bool:
    """Return whether words tell of nothing but the time of the year: 「もう春が来た」."""
    return len(words) <= _MAX_CHARS and _SEASON.fullmatch(words.rstrip("。!！♪笑wｗ? ")) is not None


def is_misdrawn(words: str) -> bool:
    """Return whether words say of a body what only happens to drawn ones: 「指が溶けてて怖い」."""
    return len(words) <= _MAX_CHARS and _MISDRAWN.fullmatch(words) is not None


def is_disappointed(words: str) -> bool:
    """Return whether words say that a picture is misdrawn, or not what was asked for."""
    is_short = len(words) <= _MAX_CHARS
    return is_misdrawn(words) or (is_short and _EXPECTED.fullmatch(words) is not None)


def drops_wish(text: str) -> bool:
    """Return whether a text takes back at its end what it asks for."""
    return _DROPPED.search(text) is not None
