"""What a short text plainly is, whatever the weights say: a question about the bot, or a complaint.

The weights know the words that they were trained on; a question about money, time, the album or
faces is told by its shape and by naming nothing but what the bot is about. So 「いくら丼ある？」 is
none about the price. A complaint is told by being nothing else.
"""

from __future__ import annotations

import re

from bot.intent.remarks import FILLER, is_disappointed
from bot.prompt.japanese import morphology

_MAX_CHARS = 40
_MARKS = re.compile(r"[ 、,。.!！?？~〜…・「」wｗ♪]+")
_ASKS = re.compile(
    r"[?？]$|(?:か|かな|かね|かしら|[のん]|っけ|よね|れば|たら|だけど|ますけど|ですけど|ですが|"
    r"教えて|おしえて|知りたい|わか(?:ら|り|ん)(?:ない|ん|ません|へん)?|心配|(?:いくら|なんぼ)(?:よ|や|だ|じゃ|する)?(?:の|ん)?)(?:です)?[よねなー]*$"
)
_SHOWS = re.compile(  # beside these, of what can be shown
    "(?:見|み)(?:せて|たい|たいな)|(?:ひら|開)いて|(?:開|あ)けて|どこ|一覧|ほしい|欲しい|ちょうだい|ください|"
    "お願いします|[はを]$"
)
_CAN_BE_SHOWN = {"album", "question.price", "question.hours"}
_NO_QUESTION = re.compile(  # to be erased, or in need
    "消(?!費|えま|える)|削除|退会|取り?消|やめ|(?<!い)つら|辛い|死|しに|しんど|苦し|助け|たすけ|殺|怖|こわ|泣|殴|叩|たたか|いじめ|"
    "脱|裸|借金|お金が?(?:ない|なく|ほし|欲し)|休みたい"
)
_ORDERS = re.compile(
    "(?:[描書画]い|かい|えがい|作っ|つくっ)て(?!もら|い?る|ん(?:の|です|だ|[?？]|$)|くれるの|くれた|くださった|いただいた|いいの)"
)
_INVERTED = re.compile("[、 ](?:この)?(?:絵|画像|写真|料金|お金|データ)(?:は|って)?$")
_OPEN = re.compile(
    "(?:何の|なんの|何が|なにが|どんな|どの|どれ|いつ(?!も|か)|誰が|だれが|どこ(?!か|ま)|なぜ|なんで|どうして)"
    ".{1,30}(?:[?？]|ですか|ますか|のか|なの)$"
)
_OLD = "(?:今まで|いままで|これまで|過去|昔|前|まえ|以前|先月|先週|昨日|きのう|去年|保存した)"
_TOPICS: tuple[tuple[str, str], ...] = (  # the first that is found
    ("album", "アルバム|履歴.{0,3}(?:見|み)|(?:作品|絵)の?一覧"),
    (
        "album",
        f"{_OLD}(?:の|に|描|かい|もら)?.{{0,10}}(?:絵|やつ|作品|の|もの).{{0,6}}"
        "(?:見|みれ|みた|みせ|どこ|一覧)",
    ),
    (
        "question.limit",
        "(?:何|なん)(?:枚|まい|回|個|文字|字|行)(?!でも)(?:まで)?(?:使|描|頼|でき|書|送|[?？]|$)|上限|制限",
    ),
    (
        "question.price",
        "お?金(?!魚)|おかね|料金|費用|有料|無料|タダ|(?:^|これ|ほんとに?|本当に?)ただ(?:で|な)|課金|値段|"
        "いくら|お代|代金|月額|請求|支払|サブスク|クレカ|クレジット|ギガ|通信料|なんぼ|銭|プラン",
    ),
    (
        "question.hours",
        "営業|(?:何|なん)時(?:から|まで|に)|24時間|二十四時間|深夜|夜中|夜遅く?|早朝|朝(?:早|[0-9])|土日|"
        "お?正月|年末|定休|休み|いつでも|受け?付けて|(?:今日|いま|今)(?:って|も)?やって",
    ),
    ("question.copyright", "著作権|商標|権利"),
    (
        "question.privacy",
        "個人情報|プライバシ|学習|漏|もれ|悪用|勝手に|公開|(?:保存|記録)され|(?:見|読|知)られ|"
        "顔.{0,6}(?:認証|データ|使|つか|取ら|残|保存|大丈夫|平気)|写真.{0,12}(?:大丈夫|平気|だいじょ|心配|不安)|"
        "(?:会話|トーク|やりとり|やり取り|話|メッセージ).{0,8}(?:聞い|きい|聞か|読ま|読ん|見)(?:て(?:い)?[るん]|"
        "れ(?:て|る)|で(?:い)?る)|"
        "ばれ|バレ|(?:誰|だれ)か.{0,2}(?:見|読)|残(?:る|り)|どう(?:なる|なっちゃう|なって|なります)|"
        "データ.{0,8}(?:いつ|残)|いつまで.{0,8}(?:残|保存|(?:取|と)っと|(?:取|と)って|置い|見れ|見られ|ある)|残って|"
        "いつ(?:ごろ|頃)?(?:に)?(?:消え|なくな)|(?:何|なん)(?:日|ヶ月|か月|年).{0,10}(?:残|保存|(?:取|と)っと|消え)|消えるまで",
    ),
    ("question.photo", "写真(?:から|で|を|も).{0,8}(?:描|絵|変え|使え)"),
    ("question.save", "(?:絵|画像|スマホ|端末|携帯)?.{0,4}保存|待ち?受け|ダウンロード"),
    ("question.print", "印刷|プリント"),
    ("question.group", "グループ"),
    (
        "question.languages",
        "日本語(?:しか|だけ|以外|のみ|じゃな)|(?:英語|中国語|韓国語|外国語|方言|関西弁|津軽弁|ひらがな)",
    ),
    ("question.share", "インスタ|SNS|ツイッター|Twitter|ネットに|ブログ|フェイスブック|TikTok"),
    ("question.commercial", "売(?:って|れ|る)|商用|チラシ|販売"),
    ("question.video", "動画|動く|GIF|音楽"),
    (
        "question.model",
        "(?:どの|どこの|何の|なんの|どんな|なんて|何て|どういう)(?:会社の)?(?:AI|エーアイ|人工知能|モデル)|"
        "(?:AI|エーアイ|モデル)(?:は|って|の(?:名前|種類)は?)?(?:何|なに|どれ|どこ)",
    ),
    (
        "question.human",
        "(?:AI|エーアイ|人工知能|ロボット|機械|コンピューター?|プログラム)(?:が|で|なの|です|だ|か|[?？])|"
        "中の人|(?:人|人間|誰か|手)(?:が|で)描|人間(?:なの|ですか|か|[?？])|手描き",
    ),
    ("question.terms", "何歳|いくつから|(?:小|中|高)学?生でも|子(?:ども|供)でも|年齢"),
    ("question.refused", "断(?:ら|り)|(?:ダメ|だめ|NG|駄目)|描けない(?:もの|の)"),
    (
        "question.edit",
        "色(?:違|ちが)い|色だけ|(?:描き)?直(?:せ|し)|(?:変え|かえ)(?:られ|れ)|修正|一部|透過|切り抜",
    ),
    ("question.styles", "タッチ|画風|スタイル|絵柄"),
    (
        "question.slow",
        "(?:どれ|どの|どん)(?:くらい|ぐらい|ほど)(?!の)|(?:何|なん)(?:分|秒|時間)|時間.{0,3}かか|待ち時間|"
        "いつ(?:届|でき|来|くる|もらえ)|すぐ(?:でき|届)|もうすぐ",
    ),
    (
        "help",
        "(?:LINE|ライン|スマホ|携帯|ガラケー|パソコン|PC|タブレット|iPad|アイパッド|iPhone|アンドロイド|"
        "ちゃん|さん|母|父|親|孫|子ども?|子供|初心者|年寄り)"
        "(?:で|から|に)も?(?:使|つか|でき|頼)|"
        "どう(?:やって|やる|すれば|したら|する|使|つか|頼)|(?:やり|使い|頼み|描き|送り)(?:方|かた)|"
        "(?:何|なに|なん)(?:を|て|って)?(?:すれば|したら|送|書け|言え)",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _TOPICS)
_OUR_NOUNS = re.compile(  # of which a question about the bot is made; others are things to paint
    "(?:お?金|おかね|料金表?|費用|有料|無料|タダ|ただ|課金|無課金|値段|いくら|お?代|代金|月額|請求|支払い?|"
    "サブスク|クレカ|クレジット|カード|ギガ|通信料?|なんぼ|銭|プラン|登録|方法|円|別|表|"
    "営業|時間|深夜|夜中|夜|早朝|朝|土日|正月|年末|年始|年末年始|定休|日|休み|休|いつ|今日|今|いま|今月|"
    "毎日|一日|一|発生|アップ|リンク|小学|ちょうだい|どん|もん|アイコン|なんまい|まい|遅く|昼|明日|受付|"
    "個人|情報|個人情報|プライバシー|ポリシー|学習|悪用|勝手|公開|保存|記録|顔|写真|顔写真|画像|絵|データ|"
    "名前|トーク|会話|内容|やりとり|履歴|漏洩|流出|AI|心配|認証|ネット|アカウント|LINE|ライン|"
    "誰|だれ|誰か|人|他人|他|ほか|みんな|親|母|父|家族|友達|友だち|ともだち|孫|子|子ども|子供|私|わたし|自分|"
    "文章|文|うち|僕|俺|運営|会社|著作|商標|背景|透過|日本語|日本|語|何文字|文字数|字|行|不安|"
    "祖母|祖父|母親|父親|お母さん|お父さん|年寄り|初心者|"
    "ガラケー|パソコン|PC|タブレット|iPad|iPhone|"
    "アルバム|今まで|過去|昔|前|まえ|以前|先月|先週|昨日|去年|作品|一覧|リンク|ページ|URL|もの|やつ|奴|の|"
    "スマホ|携帯|端末|待ち受け|待受|印刷|プリント|プリンター|グループ|英語|中国語|韓国語|外国語|方言|関西弁|"
    "ひらがな|色ちがい|インスタ|インスタグラム|SNS|ツイッター|Twitter|ブログ|TikTok|フェイスブック|売り物|商用|利用|"
    "チラシ|店|販売|著作権|権利|動画|GIF|音楽|中|人間|手描き|歳|何歳|小学生|中学生|高校生|年齢|ダメ|だめ|"
    "駄目|NG|色|色違い|違い|ちがい|色だけ|修正|一部|タッチ|画風|スタイル|絵柄|分|秒|何分|何秒|待ち|枚|回|何枚|"
    "なん|なに|何|何時|どれ|どの|どう|どこ|くらい|ぐらい|ほど|程度|やり方|使い方|頼み方|描き方|送り方|方|かた|"
    "指定|説明|操作|文字|とき|時|場合|こと|事|これ|それ|ここ|あと|後|先|途中|最初|はじめて|初めて|とこ|所|ところ|"
    "ほんと|本当|マジ|完成|順番|上限|制限|上|制|限|使用|自由|可能|大丈夫|平気|必要|オーケー|OK|感じ|仕組み|"
    "エーアイ|モデル|会社|種類|人工|知能|ロボット|機械|コンピューター?|プログラム|日|月|年|手|"
    "ダウンロード|漏れ|もれ|丈夫|費|利|サイト|アプリ|方々|際|ため|気|ほう|私たち|皆|全部|ぜんぶ|全て|すべて|[0-9]+)"
)
_FOR_WHOM = re.compile(  # 「おばあちゃんのLINEでも使える？」
    "^(?:うちの|高齢の)?お?(?:ばあ|じい|かあ|とう|母|父)(?:ちゃん|さん)"
    "(?:でも|にも|の(?=LINE|ライン|スマホ|携帯|ガラケー|パソコン))"
)
_NOUNS = {"名詞", "代名詞"}
_OUR_VERBS = {  # by their normal form: what happens to photos and words here, and to nobody
    *(
        "成る",
        "為る",
        "有る",
        "居る",
        "使う",
        "見る",
        "見れる",
        "残る",
        "残す",
        "送る",
        "消える",
        "知る",
    ),
    *(
        "仕舞う",
        "ちゃう",
        "漏れる",
        "漏らす",
        "取る",
        "出来る",
        "行く",
        "来る",
        "掛かる",
        "動く",
        "遣る",
    ),
    *(
        "要る",
        "頼む",
        "読む",
        "貰う",
        "ばれる",
        "届く",
        "待つ",
        "保存",
        "公開",
        "悪用",
        "学習",
        "教える",
    ),
    *(
        "良い",
        "大丈夫",
        "平気",
        "無い",
        "心配",
        "安全",
        "安心",
        "危ない",
        "分かる",
        "言う",
        "見える",
    ),
}
_ACTS = {"動詞", "形容詞", "形状詞"}

_TAIL = (
    "(?:です|でした|だった|だ|や|じゃん|やん|すぎ(?:る|ます|て)?|かな|かも|か|ね|な|なあ|なぁ|よ|わ|の|ん|"
    "んだけど|けど|ー|っ|し|じゃね|だろ|でしょ|笑|こりゃ|感|があ?る?|すごい|レベル|もの|えー?|ねん)*+"
)
_COMPLAINT = re.compile(
    f"^{FILLER}"
    + "(?:おもんな(?:い|さ)?|おもろ(?:く)?(?:ない?|ねえ?)|(?:面白|おもしろ)く(?:は)?(?:ない|ねえ?)|"
    "つまら(?:ん|ない?|ねえ?|ず)|つまん(?:ない?|ねえ?)|くだら(?:ん|ない?|ねえ?)|しょ[ーう]?もな(?:い)?|"
    "意味不明|いみふ(?:めい)?|(?:意味|いみ|わけ|訳)が?(?:わから|分から|わかん)(?:ない|ん|へん)?|"
    "キモッ?い?|きもっ?い?|気持ち?悪い?|きもちわるい?|不気味|ダッ?サい?|だっ?さい?|ひっ?どい?|酷い?|"
    "あり(?:え|得)(?:ない|ん|へん|ねえ?)|ない(?=わ)|最悪|さいあく|がっかり|ガッカリ|期待(?:はず|外)れ|"
    "しょっ?ぼい?|ショボい?|ショッボ|下手くそ|へっ?たくそ|へたっぴ|手抜き|てぬき|雑|ざつ|"
    "[似に]て(?:い)?(?:ない|ねえ?|へん|ません)|笑え(?:ない|ん|ねえ?|へん)|(?:使え|つかえ)(?:ない|ん|ねえ?|へん)|"
    "(?:さっき|前|まえ|最初)より(?:も)?(?:悪|わる|ひど|下手|へた|変).{0,8}|(?:評価|星|☆)は?[0-9一]|[0-9]点|"
    "パクリ|ぱくり|盗作|(?:指|手|足|目|顔|腕|耳|口|鼻)が?(?:変|へん|おかしい?|怖い?|こわい?|崩れて(?:い?る|ます)?|"
    "多い|足りない)|(?:クオリティ|レベル|質|センス)が?(?:低い?|ひくい?|ない)|センスなし|話(?:聞|きい)て[るた]の?|"
    "(?:かわい|可愛|かっこよ|格好よ|きれい|綺麗|好き|すき)(?:く|じゃ|では)(?:ない|ねえ?|ありません))"
    + _TAIL
)
_NO_PICTURE_OF = re.compile(  # 「これのどこが猫なの」
    "(?:これ|それ|この絵)?の?どこが.{1,12}?(?:なの|なん|だよ|ですか|やねん|や)?"
)
_INSULT = re.compile(
    f"^{FILLER}"
    + "(?:やかましい?|うるさい?|うるせ[えー]?|うっさい?|だま(?:れ|って)|黙(?:れ|って)(?:ろ|て)?|"
    "うっとうしい|鬱陶しい|うざっ?い?|ウザい?|邪魔|じゃま|役立たず|役に立た(?:ない|ん|ねえ?)|"
    "ポンコツ|ぽんこつ|バカ|馬鹿|ばーか|アホ|あほ)" + _TAIL
)
_BORED = re.compile(
    f"^{FILLER}(?:さすがに|そろそろ|少し|すこし|同じの?(?:ばっかり|ばかり)?で?)*+(?:飽き|あき)"
    "(?:た|ちゃった|ちまった|てきた|てきちゃった|てしまった|てしもうた|ました|てきました)" + _TAIL
)
_FOUL = re.compile(
    "(?:(?:ほんと|本当|まじ|マジ)に?)?(?:クソ|くそ|ゴミ|ごみ|うんこ|カス)(?:みたいな|な|以下の)(?:絵|画像|イラスト|AI|やつ)"
    + _TAIL
)
_SLOW = re.compile(
    f"^{FILLER}(?:おっそい?|おせえ?|遅[えぇ]|遅すぎ|おそすぎ|(?:おそ|遅)な(?:い|いか|いですか)|"
    "(?:えらい|だいぶ|ずいぶん|結構|けっこう|めっちゃ)?時間(?:が)?かか(?:る|ってる|ってます|りすぎ)|"
    "(?:いま|今)?(?:こんで|混んで|混雑して)(?:い?る|い?ます)(?:か|の)?|"
    "ちゃんと動いて(?:い?る|い?ます)(?:か|の)?)(?:よ|な|わ|ー|ん|っ|だけど)*+"
)


def ruled_question(text: str) -> str | None:
    """Return the kind of a short question about the bot, one of bot.intent.KINDS, or None.

    text: cleaned.
    """
    if len(text) > _MAX_CHARS:
        return None
    words = _INVERTED.sub("", text.rstrip("。、!！♪〜~ー "))
    asks = _ASKS.search(words) is not None
    if not (asks or _SHOWS.search(words)) or _ORDERS.search(words) or _NO_QUESTION.search(words):
        return None
    kind = next((kind for kind, pattern in _PATTERNS if pattern.search(words)), None)
    if kind is None or not (asks or kind in _CAN_BE_SHOWN):
        return None
    return kind if _names_nothing_else(_FOR_WHOM.sub("", words)) else None


def _names_nothing_else(text: str) -> bool:
    """Return whether all nouns are of those with which people ask about the bot."""
    return all(
        _OUR_NOUNS.fullmatch(word.text)
        for word in morphology.tokenize(text)
        if word.part_of_speech in _NOUNS
    )


def asks_openly(text: str) -> bool:
    """Return whether a short text begins with what it asks and asks nothing to be painted:
    「何の絵が人気？」."""
    return len(text) <= _MAX_CHARS and _OPEN.match(text) is not None and not _ORDERS.search(text)


def asks_about_data(text: str) -> bool:
    """Return whether a short question has no word but of what becomes of photos and words here:
    「写真の顔ってどうなっちゃうの？」."""
    return ruled_question(text) == "question.privacy" and all(
        word.lemma in _OUR_VERBS
        for word in morphology.tokenize(text)
        if word.part_of_speech in _ACTS
    )


def ruled_complaint(text: str, *, has_picture: bool) -> str | None:
    """Return "talk.complaint", "talk.bored", "insult" or "status" if a short text is nothing else.

    Returns None for any other. text: cleaned. has_picture: there is one that it may be about.
    """
    if len(text) > _MAX_CHARS:
        return None
    words = _MARKS.sub("", text)
    if _INSULT.fullmatch(words) or (has_picture and _FOUL.fullmatch(words)):
        return "insult"
    if _BORED.fullmatch(words):
        return "talk.bored"
    if _SLOW.fullmatch(words):
        return "status"
    if _COMPLAINT.fullmatch(words):
        return "talk.complaint"
    if has_picture and is_disappointed(words):
        return "talk.complaint"
    doubts_subject = has_picture and _NO_PICTURE_OF.fullmatch(words) and _ASKS.search(text)
    return "talk.complaint" if doubts_subject else None
