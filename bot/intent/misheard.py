"""What sounds like a wish, an erasure or a cry for help, and plainly is another thing.

「にんじん嫌い」 tells a taste, 「影は残さないで」 is of a picture, 「先輩にふられた」 is sad and no
violence, 「わたしの書いた文字、誰か読んでるの」 asks who reads here.
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology

_MAX_CHARS = 40
_LAST = "。.!！?？…〜~ー♪ "
_WHO = (
    "(?:わたし|私|あたし|ぼく|僕|俺|おれ|わし|うち|うちの(?:子|夫|妻|母|父|娘|息子|旦那|孫)|孫|"
    "娘|息子|子ども)"
    "(?:[、 ]|は|ね|って|も)*+"
)
_TASTE = re.compile(
    f"(?:{_WHO})?(?P<what>(?:[^、。をに ]|に(?=[んぎらく])){{1,10}}?)(?:が|は|って|とか|も|"
    f"だけは)?、?"
    "(?:ちょっと|超|めっちゃ|あんまり|あまり|ほんと|どうも)?"
    "(?P<how>大?(?:嫌い|きらい|キライ|好き|すき|スキ)|苦手|にがて|ニガテ|無理|ムリ|"
    "食べ(?:ら)?れ(?:ない|へん|ん)|飲め(?:ない|へん|ん))"
    "(?:なの|なん|やねん|やん|やわ|です|だ|な|ん|の|よ|ね|で|けど|や|わ|さ){0,4}"
)
_HEAVY = re.compile(  # whom or what one does not dislike lightly
    "自分|私|わたし|僕|俺|親|父|母|パパ|ママ|夫|妻|旦那|兄|姉|弟|妹|家|学校|会社|仕事|職場|先生|"
    "上司|全部|ぜんぶ|すべて|人間|"
    "世界|世の中|みんな|皆|クラス|人生|生き|毎日|朝|夜|明日|もう|ほんと|何も|あいつ|こいつ|お前|"
    "あなた|君|絵筆|AI|これ|それ|あれ|"
    "この|その|さっき|今の|左|右|上|下|番|枚|の(?:ほう|方|やつ)"
)
_DRAWN = (
    "(?:余白|空白|すき間|隙間|すきま|スキマ|影|かげ|輪郭(?:線)?|線|下書き|下描き|枠|縁|フチ|"
    "ふち|塗り残し|白い(?:ところ|部分|とこ)|"
    "白いまま|白地|文字|もじ|字|背景|跡|汚れ|よごれ|しみ|シミ|傷|キズ|色ムラ|ムラ|端|はし|隅|"
    "透かし|ノイズ|モヤ|テカリ|てかり)"
)
_NOT_LEFT = re.compile(
    f"[^、。をはも]{{0,8}}{_DRAWN}(?:を|は|も|だけは|なんて)?(?:一切|ぜんぶ|全部|"
    f"どこにも)?(?:残|のこ)"
    "(?:さ(?:ない|ず|ん)|したく|し(?:ちゃ|たら))[^、。]{0,24}"
)
_BLEMISH = (
    "(?:しみ|シミ|そばかす|しわ|シワ|にきび|ニキビ|吹き出物|くま|クマ|ほくろ|ホクロ|ほうれい線|"
    "毛穴|てかり|テカリ|赤み|青ひげ|"
    "寝ぐせ|寝癖|電柱|電線|通行人|看板|日付|影|ゴミ|文字|写り込み|映り込み|後ろの人|うしろの人|"
    "知らない人|余計なもの|背景|車|柵|自転車|鏡|ハンガー|"
    "ゴミ箱|コード|ケーブル|手すり|フェンス)"
)
_TAKEN_OFF = re.compile(
    f"(?:[^、。をはが]{{0,8}}(?:の|にある|に写ってる|にいる))?{_BLEMISH}(?:とか|なんか|、|と|"
    f"や){{0,2}}(?:{_BLEMISH})?"
    "(?:(?:が|は)?(?:じゃま|邪魔|写り込ん|映り込ん|入っちゃっ|うつっ|写っ)(?:だ|な|や|なん|た|"
    "てる|てて){0,2}"
    "(?:から|ので|で|んで|けん|さかい)?、?)?"
    "(?:を|は|も|だけ|全部|ぜんぶ){0,2}(?:消し|けし|取っ|とっ|なくし|無くし|除い|目立たなくし|"
    "薄くし|うすくし)"
    "(?:て|とい?て|ちゃって)"
    "(?:ください|下さい|ほしい|欲しい|もらえ|くれ|くれる|ちょうだい|ます|か|です|や|な|ね|よ|"
    "けど|ん){0,5}"
)
_HEARTBREAK = re.compile(
    "(?:[^、。]{1,10}(?:に|から))?(?:告(?:白し|っ)て)?、?(?:ふら|フラ|振ら)れ(?:た|ちゃった|"
    "ました|てしまった|てもうた|てしもた|ちまった)"
    "(?:わ|よ|の|ん|だ|です|ー|し|けど|んだ|ばっかり){0,4}"
)
_CRAVING = re.compile(  # 「プリン食べたくなってきた笑」
    "(?:なんか|これ見てたら|見てたら|見てると|ああ|あー|私も|うちも|、| ){0,4}[^、。?？]{0,12}?"
    "(?:食べ|たべ|飲み|のみ|行き|いき|飼い|かい|会い|あい|遊び|あそび|泳ぎ|登り|乗り|買い|作り|着|寝|ね|帰り|旅行し|旅し|"
    "見に行き|欲し|ほし)(?:たく|く)(?:なっ(?:て(?:きた|きちゃった|しまった|きました|きまし)?|ちゃった|た|てもうた)|なりました|なる|なります)"
    "(?:です|よ|な|なあ?|ね|わ|かも|けど|の|笑|w|ｗ|[。!！〜~ー…♪ ]){0,8}"
)
_CUSTOMS = re.compile(  # 「年賀状いつまでに出せばいい？」
    "(?:年賀状|年賀はがき|お?中元|お?歳暮|喪中(?:はがき|葉書)?|暑中見舞い?|寒中見舞い?|残暑見舞い?|母の日|父の日|敬老の日|お盆|"
    "ハロウィン|クリスマス|七夕|節分|お年玉|七五三|初詣|成人式|お彼岸)(?:って|は|を|の|に|も)?、?"
    "[^、。描かけ頼作]{0,6}?(?:いつ(?!も|か)|何日|なんにち|何月|何曜|いくら|どう(?:書|渡)|誰に|だれに)[^、。描頼作]{0,20}"
)
_WHO_READS = re.compile(
    "(?:(?:わたし|私|あたし|ぼく|僕|俺|おれ|うち|ここ|これ|自分)(?:の|が|に|で|は|って)?)?[、 ]?"
    "(?:(?:か|書|打|送|おく|うちこ|入力)[^、。 ]{1,6})?(?:もじ|文字|ことば|言葉|文章|ぶん|"
    "もの|こと|やつ|の|え|絵|しゃしん|写真|内容|メッセージ)"
    "(?:は|を|って|も)?[、 ]?(?:だれ|誰|ひと|人|ほかの(?:ひと|人)|他の人|みんな)(?:か|に|も|"
    "が)?(?:が|に|も)?"
    "(?:よ[んま]|読[んま]|み|見)(?:れ|え|ら|て|で|と)?(?:い?る|れる|られる|られて(?:い?る)?|ん)?"
    "(?:の|ん|か|かな|ですか|でしょうか|ますか|[?？]){0,3}"
)
_MEANWHILE = re.compile(
    "途中|最中|(?:て|と)(?:い?る)?(?:間|あいだ)|(?:終わ|でき|出来|届|描け)[^、。]{0,3}(?:前|"
    "まえ|たら)|同時|続けて|つづけて|追加|"
    "(?:次|つぎ|別|べつ|ほか|他)の|もう(?:一|1|ひと|いっ)|(?:LINE|ライン|アプリ|画面|スマホ|"
    "携帯)|閉じ|とじ|電源|通知|勝手に|自動|"
    "順番待ち|ほかの人|他の人|(?:1|一)(?:枚|回)分|while you|another one",
    re.IGNORECASE,
)
_MAY_I = re.compile(
    "(?:いい|良い|ええ|よか|大丈夫|だいじょうぶ|だいじょぶ|平気|へいき|かまい?ませ?ん?|"
    "かまわな?い?|構い?ません|OK|オーケー|でき(?:る|ます)|"
    "でけ(?:る|ます)|出来(?:る|ます)|可能|なる|なります|ちゃう|止まる|消える|くる|来る|きます|"
    "届く|届きます|ある|あります|変えられる|変えられます|"
    "頼める|頼めます|くれる|くれます|もらえる|もらえます|たりする|たりします|のかな|送れる|"
    "描ける|描いて(?:い?る|い?ます)|かいてる)"
    "(?:の|ん|のか|んか|か|かな|かね|かしら|です|でしょう|やろ|[?？]|ー){1,5}[。]?|"
    "(?i:(?:can|may|could|is it|will) .{3,60}\\??)"
)
_ENDS_AS_QUESTION = re.compile(
    "(?:(?:です|ます|でしょう|だろう|やろ|の|ん)?か(?:ね|な|しら)?|[るいたんだ]の|[るたい]ん|"
    "(?:っけ|よね)|[?？])[。!！〜~ー]{0,4}$"
)
_PATIENT = re.compile(  # 「急がんでええよ ゆっくりで」
    "(?:(?:全然|ぜんぜん|そんなに|別に|べつに|まあ|無理せず|いつまで[でも]*|何(?:分|時間|"
    "日)でも|ずっと|楽しみに(?:して)?)?"
    "(?:(?:急|いそ)が|(?:焦|あせ)ら|(?:慌|あわ)て|無理(?:は|を)?(?:し|せ)|無理(?:は|"
    "を)?さ)(?:な|ねぇ?|ねえ|ん|ず|へん)(?:[くぐ]て|で|と|といて|たって)?(?:も)?"
    "|(?:急|いそ)ぎ(?:じゃ|では|や)?(?:な[いく]|ません|まへん)(?:ので|から)?"
    "|(?:ご)?ゆっくり(?:と|で|どうぞ|(?:描|か)い|やっ|お願い|していっ|し)?|のんびり(?:と|で|"
    "(?:描|か)い|やっ|お願い|待)?"
    "|時間(?:は|が)?(?:かか|いくらかか|どれだけかか)(?:って|っても)(?:も)?|(?:気長に|いつでも|"
    "いつまで(?:で)?も|ずっと|何時間でも|楽しみに(?:し(?:て(?:い?る|い?ます)|と(?:る|く|き)))?)|"
    "待(?:って|っと|ちます|つ)(?:い?ます|る|く|き|け)?|(?:てくれたら|てくれて?|てください|"
    "てけろ|てけれ|てや|てな|て)"
    "|(?:がんばっ|頑張っ|丁寧に|ていねいに)(?:て)?(?:(?:描|か)い)?"
    "|(?:いい|ええ|よか|よろしい|大丈夫|だいじょうぶ|平気|結構|かまへん|かまいません|構いません)"
    "|です|ます|から|けん|けえ|さかい|はんで|ので|ばい|(?<!し)たい|"
    "[よねわなでけにもやさとの、。!！ー〜~… ])++"
)
_PATIENCE = re.compile(
    "(?:急|いそ)(?:が|ぎ(?:じゃ|では|や|ま))|(?:焦|あせ)ら|(?:慌|あわ)て|無理|ゆっくり|のんびり|"
    "気長|時間|いつ(?:まで)?(?:で)?も|楽しみに|がんば|頑張|"
    "待(?:って|っと|ちます|つ)"
)
_NO_PATIENCE = re.compile(
    "[?？]|待って(?:ください|下さい|や|な|よ|くれ)|待って$|てよ$|時間かかって(?:る|ます|ん)"
)
_MAY_DROP = re.compile(
    "(?:[かがらさせてし])(?:な|ねぇ?|ねえ|ん|へん)(?:[くぐ]て|で|たって|と)(?:も)?(?:いい|ええ|"
    "よか|えい|大丈夫|結構|け[ろれ]|い?て|って|くれ|くだ|ほし)|"
    "(?:や|止|辞)め|(?:い|要)ら(?:ん|ね|な|へん)|気(?:が|は)?(?:変わ|かわ)|な[しい](?:で|に|"
    "の方)|ナシ|中止|中断|ストップ|キャンセ|取り?消|"
    "おわり|終わり|おしまい|もう(?:いい|ええ|よか)|忘れ"
)
_ORDERED = re.compile(
    "(?:[描書画]い|かい|えがい)て(?!い?る|ん)|(?:して|変えて|足して|入れて|消して)(?:くれ|もら|"
    "いただ|ほし|ください)"
)
_ORDERS = re.compile("[描書画]いて(?:ください|ほしい|くれ|もらえ|ね|$)|(?:に|く)(?:して|変えて)")


def tells_taste(words: str) -> bool:
    """Return whether a text tells nothing but what somebody likes or not: 「にんじん嫌い」.

    Of oneself, one's family or one's life that may be meant in earnest, and is none.
    """
    if len(words) > _MAX_CHARS:
        return False
    match = _TASTE.fullmatch(words.rstrip(_LAST))
    if match is None or _HEAVY.search(match["what"]):
        return False
    return morphology.is_word_start(words, match.start("how"))  # 「すすき」, 「カタツムリ」


def is_of_the_drawing(words: str) -> bool:
    """Return whether what shall go or not stay is something drawn: 「余白を残さないで」,
    「目の下のクマ消して」."""
    if len(words) > _MAX_CHARS:
        return False
    words = words.rstrip(_LAST)
    return any(pattern.fullmatch(words) for pattern in (_NOT_LEFT, _TAKEN_OFF))


def tells_of_heartbreak(words: str) -> bool:
    """Return whether a text tells of nothing but a love that is not returned."""
    return len(words) <= _MAX_CHARS and _HEARTBREAK.fullmatch(words.rstrip(_LAST)) is not None


def tells_craving(words: str) -> bool:
    """Return whether a text tells nothing but what somebody feels like: 「海行きたくなった」."""
    return len(words) <= _MAX_CHARS and _CRAVING.fullmatch(words) is not None


def asks_about_customs(words: str) -> bool:
    """Return whether a text asks what no picture answers: 「母の日っていつだっけ」."""
    is_asked = len(words) <= _MAX_CHARS and _CUSTOMS.fullmatch(words.rstrip("?？。")) is not None
    return is_asked and (words.endswith(("?", "？")) or is_question_shaped(words))


def asks_who_reads(words: str) -> bool:
    """Return whether a text asks nothing but who sees what is sent here, in whatever kana."""
    return len(words) <= _MAX_CHARS and _WHO_READS.fullmatch(words.rstrip("。! ")) is not None


def is_question_shaped(words: str) -> bool:
    """Return whether a text ends as a question does and orders nothing."""
    return _ENDS_AS_QUESTION.search(words) is not None and not _ORDERED.search(words)


def is_patient(words: str) -> bool:
    """Return whether a text says nothing but that there is no hurry: 「急がんでええよ」."""
    if len(words) > _MAX_CHARS or not _PATIENCE.search(words) or _NO_PATIENCE.search(words):
        return False
    return _PATIENT.fullmatch(words) is not None


def may_call_off(words: str) -> bool:
    """Return whether a text may take an order back, in words that nobody foresaw."""
    return _MAY_DROP.search(words) is not None


def asks_meanwhile(words: str) -> bool:
    """Return whether a text asks what may be done while a picture is painted: 「描いてる途中に別の
    も頼んでいいの」."""
    if len(words) > 2 * _MAX_CHARS or not _MEANWHILE.search(words) or _ORDERS.search(words):
        return False
    asked = list(_MAY_I.finditer(words))
    return bool(asked) and asked[-1].end() == len(words)
