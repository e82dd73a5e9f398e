"""Recognises commands as people say them: 「あとどれくらい？」, 「やっぱりやめます」.

`bot.prompt.commands.parser` has the exact phrases; these patterns match what else people say.
Each has to match the whole text, so that 「どのくらい大きい鯨」 stays a request. Small talk is
among them: people who thank, greet or admire want an answer, and no picture of 「ありがとう」.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.prompt.japanese.asides import without_aside

SpokenKind = Literal[
    "status",
    "help",
    "cancel",
    "album",
    "erase",
    "left",
    "terms",
    "thanks",
    "praise",
    "hello",
    "nod",
    "doubt",
    "remove_last",
]
SMALL_TALK = frozenset({"thanks", "praise", "hello", "nod", "doubt"})

# Within a repetition no word may be made of others: each text is to match in one way at most.
_IS = r"(?:です|でしょう|なん|なの|や)?(?:かな|か|の|ん|ねん)*+"
_DONE = r"(?:です|だ|よ|ね|な|の|わ|か|けど|んです|んだ|じゃん|やん|すぎ|や)*+"
_SHOW = (
    r"(?:見せて|みせて|見たい|みたい|教えて|おしえて|出して|開いて|どこ|ちょうだい|ください|"
    r"下さい|ほしい|欲しい|お願い|"
    r"おねがい)?"
)
_FORGET = (
    r"(?:(?:消|け)(?:して|す|したい|してほしい)|(?:削除|消去|抹消|破棄)(?:して|する|したい|"
    r"してほしい)?|"
    r"忘れて|わすれて)(?:ください|下さい|ほしい)?"
)
_MINE = r"(?:(?:私|わたし|あたし|俺|おれ|僕|ぼく|自分)の)?"
_ALL = r"(?:全部|ぜんぶ|すべて|全て)?"
_HOW = "どう|教えて|おしえて|どんな感じ"
_VERY = (
    r"めっちゃ|めちゃくちゃ|めちゃ|すごく|すっごく|とても|超|本当に|ほんとに|まじで?|マジで?|"
    r"わあ|わー|ふふ|へへ|あら(?!し)|まあ|"
    r"おお|お(?![お、ー])|おー|うわ[ぁあー]?|きゃー|ええ|[わあおえ]、|へえ|ほう|ほー|めっさ|でら|"
    r"なまら|いや|、|これ|この絵"
)
_FINE = (
    r"かわいい|可愛い|かわいらしい|可愛らしい|愛らしい|かわい(?!らしい)|すごい|すげえ|すげー?|"
    r"すっご|きれい|綺麗|素敵|すてき|素晴らしい|"
    r"すばらしい|"
    r"最高|いい感じ|いいね|いい|よき|上手|じょうず|うまい|ばっちり|バッチリ|完璧|かっこいい|"
    r"カッコいい|"
    r"面白い|おもしろい|おもろい|うける|ウケる|エモい|えもい|尊い|気に入った|気に入りました|"
    r"気に入ってます|好き|大好き|嬉しい|うれしい"
)
_AH = (
    r"です|だった|だ|でした|ね|な|なあ|なぁ|よ|わ|っ|ー|絵|じゃん|やん|やんか|すぎ|すぎる|"
    r"すぎて|こと|、"
)
_EN_HEAD = "(?:hmm+|um+|well|oh|no|sorry|but)、"
_EN_IT = "(?:it|that|this|them|(?:this|that|the)、(?:one|picture|image|result))"
_EN_WANTED = (
    "what、i(?:['’]d)?、(?:wanted|want|asked、for|asked|meant|expected|imagined|had、in、mind|"
    "was、(?:looking、for|thinking(?:、of)?|hoping、for))"
)
_PATTERNS: dict[SpokenKind, str] = {
    "status": "|".join(
        (
            r"(?:あと|もう|まだ|絵は)?(?:どれ|どの)(?:くらい|ぐらい|ほど)(?:で|かかって|時間)?"
            rf"(?:(?:でき|描け|届|完成し|かか|終わ|待て|待つ)(?:る|ます|ります|きます|ば|"
            rf"れば)?(?:いい|よい)?)?{_IS}",
            rf"あと何(?:分|秒|時間)(?:くらい|ぐらい)?(?:で(?:できる|できます)|かかる|かかります|"
            rf"待つ)?{_IS}",
            rf"いつ(?:ごろ|頃)?(?:でき|描け|届|完成し)(?:る|ます|く|きます|(?:あが|上が)(?:る|"
            rf"ります))?{_IS}",
            rf"(?:今|いま)?(?:は)?何(?:番|番目|人待ち){_IS}",
            rf"(?:私の|わたしの)?順番(?:は|って|いつ|まだ|どう|は?何番目?){_IS}",
            rf"(?:進捗|進み具合|進みぐあい|進行状況|状況)(?:(?:は|を|って)(?:{_HOW})?|{_HOW}){_IS}",
            r"(?:もう|絵は?|まだ|そろそろ)*(?:でき|出来|でき(?:あが|上が)|描け|描き(?:あが|上が))"
            rf"(?:た|てる|てます|ています|ました|った|りました){_IS}",
            rf"(?:もう)?完成(?:した|しました|は|まだ){_IS}",
            rf"まだ(?:かい|か|かよ|描けない|できない|届かない|届きません|届いてない|"
            rf"届いていません|来ない|こない|"
            rf"来ません|待つ|待ってる|待ってます|かかる|かかります|{_IS})?(?:な|なあ|{_DONE})",
            rf"(?:絵が|絵は|まだ)*(?:(?:送って|おくって|届いて)(?:こ|来)(?:ない|ません|へん)|"
            rf"届かない|"
            rf"届きません|届いてない|来ない|こない|来ません){_DONE}",
            rf"(?:遅|おそ)(?:い|くない|すぎ|すぎる){_DONE}",
            r"how、long(?:、(?:will|does)、it、take)?|(?:is、it|are、you)、(?:ready|done|"
            r"finished)(?:、yet)?|"
            r"when、will、it、be、(?:ready|done)|where、is、(?:it|my、picture)",
        )
    ),
    "help": "|".join(
        (
            r"(?:絵筆の?)?(?:使い方|使いかた|つかい方|つかいかた|操作方法|やり方|やりかた|頼み方|"
            r"頼みかた|ヘルプ)"
            rf"(?:は|を|が|って)?(?:教えて|おしえて|知りたい|見せて|みせて|わからない|"
            rf"わかりません|分からない|わからん|"
            rf"わからへん|何|なに|どう)?{_IS}{_DONE}",
            rf"(?:どうやって|どうすれば|どうしたら|どう|どのように)(?:使う|使えば|つかう|"
            rf"描いてもらう|描いてもらえる|"
            rf"頼む|頼めば|したら|すれば)?(?:いい|よい)?{_IS}",
            rf"(?:何|なに)(?:が|を|なら)?(?:でき|描け|して(?:くれ|もらえ))(?:る|ます){_IS}",
            rf"できること(?:は|を|って)?(?:何|なに|教えて|おしえて)?{_IS}",
            r"(?:what、can、(?:you、do|i、(?:say|send|write))|how、(?:do、i|to)、use、(?:this|it|"
            r"you))",
            r"(?:説明|案内)(?:して|を見せて|をお願い)|(?:機能|コマンド)(?:一覧|は)",
        )
    ),
    "cancel": "|".join(
        (
            r"(?:please、)?(?:never、?mind|stop(?:、it)?|cancel(?:、(?:it|that|"
            r"this))?)(?:、please)?",
            r"(?:さっき|先ほど|今|いま)?の?(?:絵|依頼|注文|やつ|この絵|その絵)?(?:は|を|、)?"
            r"(?:キャンセル|取り?消し|取消|中止|取りやめ|取り?下げ)(?:する|して|で|し?ます|"
            r"し?たい|できる|"
            r"できます)?(?:です|か)*",
            r"(?:さっき|先ほど|今|いま)の(?:絵|依頼|やつ)?(?:は|を|、)?(?:なし|ナシ|無し|やめて|"
            r"やめ|いらない|要らない)"
            r"(?:で|にして)?(?:です)?",
            r"(?:やめとく|やめときます|やめておく|やめておきます|やめた)(?:です|ね|わ|よ)?",
            r"(?:(?:やっぱ|やっぱり|やはり|もう|いや|いいえ|ううん|あ|ごめん|ごめんなさい|"
            r"すみません)"
            r"、?)+(?:やめて|やめる|やめます|やめとく|"
            r"やめておく|やめときます|やめた|いい|いいや|"
            r"いいわ|けっこう|結構|いらない|いらん|キャンセル(?:して|で)?|取り消して|取消|"
            r"なしで)(?:です)?",
        )
    ),
    "album": "|".join(
        (
            r"(?:show、me、)?(?:the、|my、|our、)album(?:、please)?",
            r"(?:この)?(?:トーク|グループ|みんな)?の?アルバム(?:の(?:リンク|URL|ページ))?(?:を|"
            r"は|って|が)?"
            rf"{_SHOW}{_IS}",
            rf"(?:今まで|いままで|これまで)(?:に|の)?(?:描いた|かいた|描いてもらった)?(?:絵|作品|"
            rf"画像)(?:を|は|の一覧)?{_ALL}"
            r"(?:見せて|みせて|見たい|みたい|どこ)(?:です)?",
            r"(?:作品|絵|画像)の?(?:一覧|リスト|履歴)(?:を|は)?(?:見せて|みせて|見たい|どこ)?",
        )
    ),
    "erase": "|".join(
        (
            rf"{_MINE}(?:個人)?(?:データ|でーた|情報|個人情報|記録|履歴|登録)(?:を|は|"
            rf"も)?{_ALL}{_FORGET}",
            rf"{_MINE}こと(?:を|は)?(?:忘れて|わすれて)(?:ください)?",
            rf"(?:全部|ぜんぶ|すべて|全て)の?(?:データ|情報|記録)を?{_FORGET}",
            r"(?:もう|やっぱり?)?退会(?:する|したい|します|させて)?(?:です|わ|ね|よ|な)*",
        )
    ),
    "left": "|".join(
        (
            r"how、many(?:、(?:more|pictures))*(?:、(?:are、left|can、i、(?:have|"
            r"ask、for)))?(?:、today)?",
            r"(?:今日|きょう)?(?:は|、)?(?:あと|残り)(?:は|、)?何(?:枚|回|個)(?:まで)?"
            rf"(?:描け|かけ|頼め|でき|残って)?(?:る|ます|い?ます|いる)?{_IS}",
            rf"残り(?:の)?(?:枚数|回数)(?:は|を)?(?:何枚|教えて|おしえて)?{_IS}",
            rf"(?:一日|1日)(?:に|で)?何枚まで(?:描け|かけ|頼め|でき)?(?:る|ます)?{_IS}",
        )
    ),
    "terms": rf"(?:the、)?(?:terms(?:、of、use)?|rules)|(?:ご)?利用(?:規約|の決まり|のきまり|"
    rf"条件)(?:は|を|って)?{_SHOW}{_IS}|規約(?:は|"
    rf"を)?{_SHOW}"
    r"|プライバシー(?:ポリシー)?(?:は|を)?|ライセンス(?:は|を教えて)",
    "thanks": rf"(?:{_VERY}|どうも|ほんと|いつも|わーい|(?:いい|素敵な|すてきな|きれいな)絵を)*"
    r"(?:ありがとう?|ありがと|有難う|有り難う|あざす|あざます|あざっす|サンキュー?|さんきゅー?|"
    r"感謝|おおきに|thx|thanks|"
    r"thank、you(?:、(?:very|so)、much)?|だんだん|助かりました|助かった)"
    r"(?:さん|ー|う|ございます|ございました|です|します|ね|な|よ|とう)*"
    r"(?:、?(?:絵筆|また(?:お願い(?:します|ね)?|頼みます|頼むね?|よろしく(?:ね|です|"
    r"お願いします)?)|大好き|"
    r"嬉しい(?:です)?|うれしい(?:です)?))*(?:さん|ちゃん|くん)?",
    "praise": rf"(?:{_VERY})+(?:{_FINE})(?:{_AH})*|(?:{_FINE})(?:{_AH})+|(?:nice|great|wow|cute)"
    rf"|[1-4一二三四][枚番]目の?(?:方|ほう)?が(?:{_FINE})(?:{_AH})*"
    r"|かわいい|可愛い|すごい|すげー?|素敵|すてき|最高|いいね|いい感じ|上手|完璧|うける|ウケる|"
    r"素晴らしい|"
    r"すばらしい|きれい|綺麗|かっこいい|気に入った|気に入りました",
    "hello": r"(?:絵筆(?:さん|ちゃん|くん)?、?)?(?:こんにち[はわ]|こんばん[はわ]|"
    r"おはよ[うー]?(?:ございます|さー?ん)?|"
    r"はじめまして|初めまして|(?:はじめて|初めて)(?:です|使います|利用します|使ってみます)|やあ|"
    r"ハロー|もしもし|hello|hi|hey|どうも|"
    r"(?:これから)?よろしく(?:お願い(?:します|いたします)|"
    r"ね|です)?|お願い(?:します|いたします|があります|がある)?|おねがい(?:します)?|お邪魔します|"
    r"いますか|いる|"
    r"聞いて|ねえ++|ねぇ++|ねー++|あの[うー]*+|絵筆(?:さん|ちゃん|くん)?)"
    r"(?:絵筆(?:さん|ちゃん|くん)?|(?:今日も)?よろしく(?:お願いします|ね|です)?|ー|!|、)*",
    "doubt": r"(?:なんか|何か|ちょっと|全然|ぜんぜん|うーん|やっぱり?|これは?|思ってたのと|"
    r"イメージと|、)*"
    r"(?:違う|ちがう|違います|違った|いまいち|イマイチ|まあまあ|まぁまぁ|そこそこ|微妙|びみょう|"
    r"びみょー|変|へん|下手|"
    r"下手くそ|"
    r"へたくそ|へた|なにこれ|何これ|怖い|こわい|好きじゃない|気に入らない)"
    r"(?:です|だ|かな|かも|ね|な|なあ|よ|んだけど|けど|ー|、)*"
    r"|(?:もっと)?(?:ちゃんと|まじめに)(?:描いて|して|描けないの)"
    rf"|(?:{_EN_HEAD})?(?:i、)?(?:really、)?(?:don['’]?t|do、not|didn['’]?t|hate)"
    rf"(?:、(?:really|quite|much))?(?:、(?:like|love))?、{_EN_IT}(?:、(?:at、all|much|very、much))?"
    rf"|(?:{_EN_HEAD})?(?:(?:{_EN_IT}|that|it)?(?:['’]s|、(?:is|was|looks?|came、out))、)?"
    r"(?:not|isn['’]?t|wasn['’]?t)、(?:quite、|really、|exactly、|at、all、|very、)*+"
    rf"(?:{_EN_WANTED}|right|it|good|great|nice|correct|like、(?:that|this))"
    rf"|(?:{_EN_HEAD})?{_EN_IT}、(?:isn['’]?t|wasn['’]?t|is、not|was、not|doesn['’]?t、look)、"
    rf"(?:quite、|really、|exactly、|at、all、|very、)*+(?:{_EN_WANTED}|right|good|great|nice|"
    rf"correct|like、it)"
    rf"|(?:{_EN_IT}(?:['’]s|、(?:is|looks?)))、(?:wrong|weird|strange|bad|ugly|awful|terrible|off)"
    rf"|(?:{_EN_HEAD})?(?:disappoint(?:ing|ed)|meh|nope)",
    "remove_last": r"(?:今|いま|さっき|先ほど|最後|直前|この|その)の?(?:絵|やつ|画像)?(?:を|は)?"
    r"(?:消して|けして|削除して|消去して)",
    "nod": r"(?:わあ?|わー|おお|おー|はい|はーい|うん|うんうん|ううん|いいえ|いや|ok|オッケー|"
    r"おっけー?|おk|おけ|了解|"
    r"りょうかい|りょ|りょーかい|"
    r"承知|わかった|わかりました|分かりました|なるほど|へえ++|へー++|ふーん|そっか|そうなんだ|"
    r"そうですか|そう|え|えっ|えー++|うーん|"
    r"ごめん|ごめんね|ごめんなさい|すみません|すいません|失礼しました|間違えた|間違えました|ミス|"
    r"誤爆|また今度|また明日|またね|"
    r"またあとで|また来ます|おやすみ|おやすみなさい|さようなら|さよなら|ばいばい|バイバイ|"
    r"じゃあね|お疲れ様(?:です|でした)?|"
    r"お疲れさま(?:です|でした)?|おつかれ(?:さま|さん)?(?:です|でした)?|いってきます|ただいま|"
    r"w+|笑|テスト|test|yes|no|bye|"
    r"sorry|good、night)"
    r"(?:です|しました|いたしました|ね|よ|ー|、|!)*",
}
_SPOKEN = {kind: re.compile(f"^(?:{pattern})$") for kind, pattern in _PATTERNS.items()}
_MAX_CHARS = 40


def spoken_command(words: str) -> SpokenKind | None:
    """Return the command that a text is in other words than the exact phrases, or None.

    words: cleaned, in small letters, without the marks around it.
    """
    if len(words) > _MAX_CHARS:
        return None
    bare = re.sub(r"[ 、,。.!?~〜…]+", "、", words)
    bare = re.sub(r"(.)\1{2,}", r"\1", bare)  # 「わああああ」
    if kind := _match(bare):
        return kind
    parts = {_match(part) for part in bare.split("、") if part}
    if not parts or not parts <= SMALL_TALK:
        return None
    # 「わあ、かわいい！ありがとう！」: thanks, which stand first among them, count most.
    return next(kind for kind in _SPOKEN if kind in parts)


def _match(words: str) -> SpokenKind | None:
    return next((kind for kind, pattern in _SPOKEN.items() if pattern.fullmatch(words)), None)


_NO = re.compile("いや|いいえ|ううん|no")


def says_no(text: str) -> bool:
    """Return whether a cleaned text of the kind "nod" says no: 「いいえ」."""
    return _NO.match(text.casefold()) is not None


_LEADING_TALK = re.compile(
    r"^(?P<talk>[^、。!?〜~…♪\n]{1,20}+)(?P<mark>[、。!?〜~…♪]++)(?P<rest>[^\w\n]*+\w.*)$"
)


_SORRY_AFTER_CORRECTION = re.compile(  # 「犬じゃなくて猫だった ごめん」
    r"(?P<meant>.+(?:じゃ|では|や)な(?:くて?|かった).+?)[、。!！ ]*"
    r"(?:ごめん(?:なさい|ね|な)?|すみません|すいません|すまん|"
    r"失礼しました)[ね。!！、 ]*$"
)
_SORRY_BEFORE_ORDER = re.compile(  # 「ごめん自転車いらないや」
    "(?:あ|え|やば)?[、 ]?(?:ごめん(?:なさい|ね)?|すまん|わりぃ|悪い|すみません)"
    "(?=[一-鿿ァ-ヶ][^、。]{0,12}"
    "(?:いら(?:ない|ん|なかった)|やめ|消して|なし(?:で|に)|戻して|外して|取って|変えて|[にく]して))"
)


def strip_small_talk(text: str) -> str:
    """Return a cleaned text without the thanks, greetings and praise at its beginning.

    「いいね！夜にして」 is 「夜にして」, 「話変わるけど、海」 is 「海」. Praise before a mere comma
    may be of the picture to paint, 「かわいい、白い猫」, and stays.
    """
    text = without_aside(text)
    if sorry := _SORRY_AFTER_CORRECTION.fullmatch(text):
        text = sorry["meant"]
    if order := _SORRY_BEFORE_ORDER.match(text):
        text = text[order.end() :]
    while match := _LEADING_TALK.fullmatch(text):
        kind = _match(match["talk"].strip().casefold())
        if kind not in SMALL_TALK or (kind in {"praise", "doubt"} and match["mark"] == "、"):
            break
        text = match["rest"].strip()
    return text
