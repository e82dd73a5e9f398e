"""What people say of a photo in one sentence, put as plain orders.

How closely it is kept to, 「原形なくていい」, what stays as it is, 「背景はそのままで」, whom it
shows, 「うちの子を侍に」, and several wishes in a row, 「目を大きくして美肌にして」.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.prompt.changes.attributes import is_colour
from bot.prompt.changes.steps import PICTURE_ASPECTS
from bot.prompt.japanese import morphology
from bot.prompt.options.letters import COLOUR_WORDS, any_of

Closeness = Literal["faithful", "free"]
_MAX_CHARS = 80

_NEARLY = (
    "(?:もっと|もう少し|もうちょっと|なるべく|できるだけ|できる限り|ちゃんと|しっかり|極力|かなり|"
    "少し)?"
)
_GAP = "[、。 ]{0,2}"
_LOOK_OF_IT = (
    "(?:(?:元|もと|この|実物|本物|本人)の?)?(?:写真の)?(?:写真|原[形型]|形|面影|雰囲気|感じ|"
    "構図|ポーズ|写真っぽさ|"
    "写真らしさ|リアルさ|輪郭|特徴|良さ)"
)
_CLOSE = re.compile(
    f"(?:{_LOOK_OF_IT}(?:は|を|も|が)?{_NEARLY}(?:(?:残|のこ)し(?:て|つつ|たまま|ながら)|(?:崩|"
    f"くず)さ(?:ずに?|ないで)|"
    "保って|[活生]かして|いかして|変えずに?|変えないで|わかるように|分かるように)"
    f"|(?:(?:元|もと)の?)?(?:写真|実物|本人|本物)(?:に|と){_NEARLY}(?:近く(?:して)?|"
    f"近い感じ(?:で|に)|近づけて|寄せて|"
    "似せて|そっくりに?(?:して)?|忠実に)"
    "|(?:あまり|あんまり|なるべく|できるだけ|そんなに|極力)(?:いじらないで|いじらずに?|"
    "加工しないで)"
    "|(?:あまり|あんまり)?(?:変え|やり|加工し|いじり|盛り)すぎ(?:ないで|ずに?|ない(?:程度|"
    "くらい|ぐらい)[にで])"
    f"|(?:あと|ほか|他|それ以外|残り|その他)(?:は|のところは|の部分は)、?(?:ぜんぶ|"
    f"全部)?(?:そのまま(?:で|にして)?|"
    "変えないで|変えなくていい|いじらないで|同じ(?:で)?|触らないで)"
    f")(?:ください|ほしい|ね|よ)?(?:{_GAP}|$)"
)
_KEPT = re.compile(  # 「背景はそのままで」, 「懐かしい感じのままで」
    "(?:^|(?<=[、。 ]))(?P<thing>[^、。をはが ]{1,10}?)(?:(?:だけ)?は(?:元の|もとの|今の|"
    "写真の)?|の)"
    "(?:まま|そのまま)(?:で|に(?:して)?)?(?:ください|ね|がいい)?[、。 ]{0,2}"
    "|(?:^|(?<=[、。 ]))(?P<also>[^、。をはが ]{1,8}?)(?:は|を)?(?:変えず|変えないで|"
    "いじらないで|いじらず|残して|同じで)に?"
    "(?:ください|ね)?[、。 ]{0,2}"
)
_FREE = re.compile(
    "(?:原?[形型]|元の(?:形|写真|感じ))(?:は|を|が|なんて)?(?:[な無]くて|とどめなくて|"
    "留めなくて|残さなくて|残らなくて|"
    "[わ分]からなくて|崩して|崩れて|気にしなくて)も?(?:いい|良い|ええ|よか|OK|かまわない|大丈夫)?"
    "(?:です|よ|から|ので|けん|し|さかい|ん?で){0,2}[、。 ]{0,2}"
    "|(?:^|(?<=[、。 ]))(?:思いっ?きり|おもいっ?きり|がっつり|ガッツリ|ガラッと|がらっと|"
    "がらりと|完全に|大胆に|めちゃくちゃ|"
    "別物に|全然違う)(?=[^、。変かだ]{1,12}(?:に|で|く|風|調|っぽ))"
    "|(?:写真|実写)(?:っぽさ|ぽさ|感|らしさ)(?:は|を|が)?(?:なくして|消して|いらない|抜いて|"
    "減らして)[、。 ]{0,2}"
    "|(?:もう)?(?:なん|何)でも(?:いい|良い|ええ)(?:から|ので|けん|、)+"
    "|(?:もっと|どんどん|いくらでも|好きに|自由に)(?:変えて|アレンジして|いじって)も?(?:いい|"
    "ええ|OK|大丈夫)"
    "(?:です|よ|から|ので|けん){0,2}[、。 ]{0,2}"
)
_FAINTLY = re.compile(
    "(?:^|(?<=[、。 ]))(?:ほんのり|うっすら|軽く|かるく|ちょっとだけ|少しだけ|"
    "ほんの少し(?:だけ)?|さりげなく|控えめに)"
    "(?=[^、。]{1,12}(?:っぽ|風|調|に(?:して|なる|お願い)|で|$|、))(?!変え)"
)
_ANYHOW = re.compile(
    "^(?:なんか|何か)?(?:いい|良い|おしゃれな|お洒落な)感じに加工して(?:ください|ほしい|ね)?$"
)
_LEAD = re.compile(  # 「すみませんが」, 「孫の写真なんですけど」
    "^(?:(?:すみません|すいません|恐れ入ります|お手数ですが|できれば|よかったら|あの)(?:が|"
    "けど)?[、。 ]+)?"
    "(?:[^、。をにでが]{1,18}(?:写真|しゃしん)(?:です|だよ)?(?:。|(?:なん)?(?:だ|です|や|"
    "やねん)(?:けど|が)[、。 ]?)[ 　]?"
    "(?=.{3}))?"
)
_WISHED = re.compile("(?<=に)し(?:たい|てみたい)(?:ん|の)?(?:だ|です|や)?(?:けど|が)$")
_ABLE = re.compile("に(?:でき|出来|なり)(?:る|ます)?(?:もん)?(?:です)?か(?:ね|な|のう|い)?[?？]*$")
_BLURRED = re.compile("背景(?:を|は)?ぼかして")
_ARTISTS = (
    "ジブリ|ピクサー|ディズニー|ゴッホ|モネ|ピカソ|葛飾北斎|北斎|広重|若冲|新海誠|鳥山明|"
    "シャガール|ムンク|クリムト|ミュシャ|"
    "フェルメール|ダリ|ウォーホル|セザンヌ|マティス|ルノワール|レンブラント|ムーミン|スヌーピー|"
    "サザエさん|"
    "ちびまる子ちゃん|ワンピース|鬼滅(?:の刃)?|ポケモン"
)
_ARTIST = re.compile(
    f"(?:やっぱり?)?(?P<name>{_ARTISTS})(?:風|っぽく|みたいに)?(?:で|に(?:して)?|"
    f"がいい)?[。!！?？〜ー]*"
)
_WHO = (
    "(?:(?:うち|わが家|我が家|私|わたし|ぼく|僕)の(?:子|コ|猫|犬|ワンコ|わんこ|にゃんこ|娘|息子|"
    "孫|赤ちゃん|ペット)|"
    "ぼく|僕|ボク|わたし|私|あたし|俺|おれ|自分|この(?:子|人|猫|犬)|(?:わん|にゃん)(?:こ|ちゃん)"
    "|ワンコ|ニャンコ|"
    "(?:ワン|ネコ|ねこ|猫)ちゃん|孫|娘|息子|妹|弟|姉|兄|父|母|妻|夫|お?(?:じい|ばあ|父|母|とう|"
    "かあ)(?:ちゃん|さん)|パパ|ママ)"
)
_MADE_INTO = re.compile(
    f"^(?:{_WHO}(?:だけ)?を|{_WHO}だけ)(?=[^、。を]{{1,24}}(?:に|風|っぽく|みたい))"
)
_THIS_INTO = re.compile(  # 「このラーメンをゴッホ風に」: what the photo shows, as a whole
    "^(?:この|その|あの|うちの|我が家の|実家の)(?P<thing>[^、。をはがの]{1,10})を"
    "(?P<into>[^、。を]{1,24}?)(?:(?<=[風化画調])|タッチ|っぽく|みたいに|に|で)"
    "(?:して|変えて|かえて|描いて|お願い|できる)?"
)
_INSIDE = re.compile(
    "の中に(?:入れて|置いて|立たせて|登場させて)(?:みて)?(?=$|ください|ほしい|くれ)"
)
_GIVEN = re.compile(  # 「わんこにサンタの帽子」
    f"^{_WHO}に(?:も|は)?(?P<what>[^、。をがはにでて]{{1,14}})$"
)
_PUT_ON = re.compile(  # 「ワンちゃんに王冠のせて」
    f"^{_WHO}に(?:も|は)?(?P<what>[^、。をがは]{{1,12}}?)を?(?:のせ|乗せ|かぶせ|つけ|付け|"
    f"持たせ|かけ)(?:させ)?て"
    "(?:ください|ほしい|あげて|みて|や|ね|よ|[。!！〜ー]){0,3}$"
)
_DRAWN_OUT = re.compile("(?<=[てで])[ー〜~]{1,8}$")
_BRIGHTNESS = re.compile("明るさ(?:を)?(?:(?P<up>上げ|あげ)|下げ|さげ)て")
_MADE_OF_IT = re.compile(  # 「これで年賀状作りたい」
    "^(?:これ|この写真|この絵|写真|それ)(?:で|から|使って|を使って)"
    "、?(?P<what>[^、。をはが]{1,14}?)(?:を|が|って)?"
    "(?:作りたい|つくりたい|作って|つくって|作れ(?:る|ます)|つくれる|でき(?:る|ます)|"
    "お願い(?:します)?)"
    "(?:ん?ですけど|んやけど|ほしい|ください|もらえる|です|か|の|ね|よ|な){0,3}[?？。!！]*$"
)
_IN_SIGHT = re.compile(
    "(?P<what>[^、。をはが]{1,8})が(?:写り込ん|映り込ん|うつりこん|写っ|入っ|入り込ん)(?:でる|"
    "でいる|ちゃってる|てる|ている)の(?:を|は|も)?"
)
_RECOLOURED = re.compile(  # 「チャリを金色に」: no other thing takes its place
    "^(?!背景|後ろ|空|髪|服|目|これ|それ)(?P<what>[^、。をはがのこ]{1,8})を"
    f"(?P<colour>{any_of(COLOUR_WORDS)})(?:に|く)(?:して|変えて|塗って|できる)?"
    "(?:ください|ほしい|もらえる|[ねよw笑?？!！。]){0,3}$"
)
_COLOURED = re.compile(
    "^(?:(?:この|白黒|モノクロ|昔|古い)の?(?:写真|しゃしん)?(?:に|を)?)?(?:色|カラー|いろ)(?:を|"
    "も)?"
    "(?:つけ|付け|塗っ|ぬっ|着け)(?:て|る(?:こと|の)?|られ)(?=[はがもをほくだいやなかねるま]|$|"
    "でき|[、。?？ ])"
)
_ONLY = re.compile(
    "(?<=[一-鿿ァ-ヶー])(?:だけ|のみ)(?:を)?(?=[^、。をはが]{1,16}(?:に|く)(?:して|変え|かえ|$)|"
    "(?:消し|けし|取っ|なくし))"
)
_JOINED = re.compile(  # 「目を大きくして美肌に」; not 「かわいくしてほしい」
    "(?<=[^、。])(?P<order>[にく](?:して|変えて)|(?<=を)?(?:消して|つけて|付けて|ぼかして|"
    "減らして|増やして|足して))(?:から|それで)?"
    "(?=[^、。 ー〜~?？!！くほもいだやねよなおあ下頂ちみけといかほしるた])"
)
_DIFFERENT = re.compile(
    "(?P<what>.{2,40}?)(?:にしたら|にすると|だと)ど(?:げん|う|ない|んな)(?:なる|なっと|なります|"
    "なるん|(?:な|んな)?(?:感じ|風)).{0,6}"
)
_ALSO_WANTED = re.compile(  # 「雪を積もらせて、飾り付けをお願いします」
    "(?P<order>[^。]{1,30}[てで])[、。 ]+(?P<what>[^、。をはが]{2,20})[をも]"
    "(?:お願い|おねがい|頼み|たのみ)(?:し?ます|いたします|できますか|したい(?:です)?|ね)?[。!！]*"
)
_POLITE = (
    "(?:ください|下さい|ほしい|です|お願い(?:します)?|もらえる|もらえますか|ね|よ|な|"
    "[。!！?？]){0,3}"
)
_NOT_BUT = re.compile(  # 「額縁は金じゃなくて木」
    "(?P<what>[^、。をはが]{1,10})は[^、。をはが]{1,12}(?:じゃ|では|や)な(?:くて|く|いで)、?"
    f"(?P<new>[^、。をはが]{{1,12}}?)(?:に|で|が)?(?:して|変えて|いい|良い)?{_POLITE}"
)
_ONE_FOR = re.compile(
    "(?P<what>[^、。をはが]{1,10})を(?P<new>[^、。をはがに描]{1,12})に(?:して|変えて|替えて)?"
    f"{_POLITE}"
)
_LEFT = re.compile(
    "(?:すみません|ごめん(?:なさい)?|あ|えっと)?[、。 ]?(?:特に)?(?:(?:何|なに)も(?:し|描か|"
    "変え)なくて(?:も)?(?:いい|大丈夫|OK)(?:です|よ)?|"
    "(?:この写真は?、?)?(?:間違え|まちがえ|まちがっ|間違っ)て(?:送|おく)(?:った|りました|"
    "っちゃった|ってしまいました|ってもうた)|"
    "(?:写真)?(?:(?:ちが|違)う|別の)(?:の|やつ|写真)(?:を)?(?:送|おく)(?:っちゃった|"
    "ってしまいました|ってもうた|った)[wｗ笑]*|"
    "(?:ちょっと|少し)?(?:待って(?:て|ください|ね)?|送り直します)|"
    "(?:誤爆|誤送信)(?:です|しました|でした)?|[、。 ]){1,4}(?:だけ)?(?:です|ので|から|わ|"
    "ごめん(?:なさい)?|すみません|[、。!！ ]){0,4}"
)


_RESTORED = re.compile(  # 「しわと傷を直してきれいにできませんか」
    "(?:(?:この|古い|昔の)?写真の)?(?P<what>(?:しわ|シワ|皺|傷|キズ|きず|汚れ|よごれ|折れ目|"
    "折り目|破れ|しみ|シミ|カビ|色あせ|色褪せ|日焼け|ノイズ|ぶれ|ブレ|ボケ)"
    "(?:(?:や|と|、)(?:しわ|シワ|皺|傷|キズ|きず|汚れ|よごれ|折れ目|折り目|破れ|しみ|シミ|カビ|"
    "色あせ|色褪せ|日焼け|ノイズ|ぶれ|ブレ|ボケ)){0,3})"
    "(?:とか|など|なんか)?(?:を|が|は|も)?(?:全部|ぜんぶ|ちょっと|目立つので|ひどいので)?"
    "(?:直し|なおし|消し|けし|取っ|とっ|取り除い|なくし|修復し|補修し|修正し|補正し)て[、 ]?"
    "(?:(?:きれい|綺麗|キレイ|元通り|新品みたい)に(?:して|でき|なり|なる|復元|修復|お願い)?)?"
    "(?:し|ください|下さい|ほしい|欲しい|もらえ|いただけ|頂け|くれ|ちょうだい|です|ます|ません|"
    "たい|る|ない|せん|か|ね|よ|な|の|でしょう|[?？。!！]){0,8}"
)
_NOTHING = re.compile(  # 「なんでもないです」, once it was asked what to make of it
    "(?:あ|いや|いえ|えっと|ごめん(?:なさい)?|すみません)?[、。 ]?(?:やっぱり?|別に|特に)?[、。 ]?"
    "(?:(?:何|なん)でもな(?:い|か)(?:った)?|"
    "(?:で、?)?(?:でも、?)?(?:また|今は|今日は){0,2}(?:今度|こんど|次|後|あと|別の機会|次回)"
    "に(?:します|する|しとく|しときます|しておきます|しよう)?|"
    "なん(?:に)?も(?:せん|しん)で(?:も)?(?:よか|ええ|いい)(?:です|よ|わ|"
    "け)?(?:[、。 ]{1,2}(?:送った|おくった)だけ)?|(?:この写真は?、?)?(?:ただ|ちょっと)?"
    "(?:送っただけ|見せたかっただけ)|"
    "見てほしかっただけ|気にしないで(?:ください)?)"
    "(?:です|わ|よ|ので|から|や|ごめん(?:なさい)?|すみません|[、。!！〜ー ]){0,4}"
)
_AS_IT_IS = re.compile(  # 「そのままでいい」 names nothing to make of it
    "(?:(?:写真|これ|それ)?は?、?)(?:もう)?(?:(?:そ|こ|元|もと)の?(?:まま|儘))(?:の(?:写真|やつ|"
    "状態))?"
    "(?:で|が)(?:(?:いい|良い|ええ|よか|OK|ok|大丈夫|十分|結構|けっこう)(?:です|わ|よ|な|ね|や|"
    "かな|かも|と思います)*|"
    "お願い(?:します)?)?[。!！〜ー]*"
)


@dataclass(frozen=True)
class PhotoOrder:
    """What is to be made of a photo. words: the plain order, which may be empty. closeness: how
    closely the photo is kept to; None if nobody said."""

    words: str
    closeness: Closeness | None = None


def plain_photo_order(text: str) -> PhotoOrder:
    """Return what a text orders of a photo without how closely it is to be kept to.

    text: cleaned. One that is long, or says nothing of the kind, is returned as it is.
    """
    if len(text) > _MAX_CHARS:
        return PhotoOrder(text)
    closeness: Closeness | None = None
    words = _DRAWN_OUT.sub("", text)
    if _ANYHOW.match(words):
        return PhotoOrder("", "free")
    while _FREE.search(words):
        closeness, words = "free", _FREE.sub("", words)
    for pattern in (_CLOSE, _KEPT, _FAINTLY):
        if pattern.search(words):
            closeness, words = closeness or "faithful", pattern.sub("", words)
    return PhotoOrder(_in_order(words.strip("、。 ")), closeness)


def _in_order(words: str) -> str:
    """Return an order with whom it is about left out, and its parts set apart by commas."""
    words = _WISHED.sub("して", _ABLE.sub("にして", _LEAD.sub("", words)))
    if match := _ARTIST.fullmatch(words):
        return f"{match['name']}風にして"
    if match := _RESTORED.fullmatch(words):
        return f"{re.sub('[やと]', 'なし、', match['what'])}なし、きれいにして"
    if match := _given(words) or _PUT_ON.match(words):
        return f"これに{match['what']}をつけて"
    if match := _MADE_OF_IT.match(words):
        return f"これを{match['what']}にして"
    if _COLOURED.match(words):
        return "カラーにして"
    if match := _ALSO_WANTED.fullmatch(words):
        words = f"{match['order']}、{match['what']}をつけて"
    if match := _DIFFERENT.fullmatch(words):
        words = f"{match['what']}にして"
    if match := _RECOLOURED.match(words):
        joint = "い" if match["colour"] in set("赤青白黒") else "の"
        return f"{match['colour']}{joint}{match['what']}にして"
    words = _MADE_INTO.sub("これを", _whole_photo(words))
    words = _INSIDE.sub("の中にして", words)
    words = _BRIGHTNESS.sub(lambda said: "明るくして" if said["up"] else "暗くして", words)
    words = _BLURRED.sub("ぼけた背景にして", words)
    words = _IN_SIGHT.sub(r"\g<what>を", words)
    return _JOINED.sub(r"\g<order>、", _ONLY.sub("を", words))


def _whole_photo(words: str) -> str:
    """Return 「これをゴッホ風に」 for 「このラーメンをゴッホ風に」; not of a part, 「この髪」."""
    match = _THIS_INTO.match(words)
    if match is None or match["thing"] in PICTURE_ASPECTS or is_colour(match["into"]):
        return words
    return f"これを{words[match.start('into') :]}"


def _given(words: str) -> re.Match[str] | None:
    """Return the match of a thing for whom a photo shows; 「孫に会いたい」 names none."""
    match = _GIVEN.match(words)
    return match if match and morphology.is_noun_phrase(match["what"]) else None


def of_unseen_thing(text: str, prompt: str) -> str | None:
    """Return the order that a text gives about what the photo of a picture may well show and its
    prompt does not name: 「兜の飾りを三日月に」. Returns None for any other text.

    text: cleaned. prompt: of the picture.
    """
    if match := _NOT_BUT.fullmatch(text):
        what, new = match["what"], match["new"]
        return f"{what}を{new}に" if what in PICTURE_ASPECTS else f"{new}の{what}にして"
    match = _ONE_FOR.fullmatch(text)
    if match is None or match["what"] in prompt:
        return None
    return f"{match['new']}の{match['what']}にして" if "の" in match["what"] else text


def artist_named(text: str, prompt: str) -> str | None:
    """Return the look that a text names alone, 「やっぱりピクサー」, as an order, or None.

    prompt: of the picture, whose look it takes the place of.
    """
    match = _ARTIST.fullmatch(text)
    if match is None:
        return None
    before = re.search(f"(?:{_ARTISTS})風", prompt)
    return f"{before[0]}を{match['name']}風に" if before else f"{match['name']}風にして"


def is_plain_order(text: str) -> bool:
    """Return whether a text can be nothing but an order about the photo that was just sent."""
    if len(text) > _MAX_CHARS:
        return False
    if _given(text):
        return True
    return any(
        pattern.match(text) for pattern in (_PUT_ON, _MADE_OF_IT, _MADE_INTO, _ARTIST, _ANYHOW)
    )


def leaves_photo_alone(text: str) -> bool:
    """Return whether a text says that nothing is to be made of a photo: 「間違えて送った」."""
    if len(text) > _MAX_CHARS:
        return False
    return (_LEFT.fullmatch(text) or _NOTHING.fullmatch(text)) is not None


def keeps_photo_as_it_is(text: str) -> bool:
    """Return whether a text says nothing but that a photo stays as it is: 「そのままでいい」."""
    return len(text) <= _MAX_CHARS and _AS_IT_IS.fullmatch(text) is not None
