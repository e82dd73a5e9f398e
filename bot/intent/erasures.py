"""What a text that is unclear may want erased: one picture or photo, or everything."""

from __future__ import annotations

import re
from typing import Literal

_ERASES = re.compile(  # the picture itself, not something in it
    "(?:^|[、。!！ ]|(?<=から)|(?<=ので))(?:やっぱり?|やはり)?"
    "(?:(?:これ|それ|(?:この|その)絵|(?:さっき|今|いま)の(?:絵)?)(?:は|も|、)?[^、。]{1,10}(?:から|ので|んで)、?)?"
    "(?:(?:これ|それ|(?:さっき|今|いま)の|"
    "(?:この|その|今の|いまの|さっきの|送った|描いた|最後の|[^、。をはもが ]{1,6}の)?"
    "(?:絵|画像|イラスト|写真|写メ|作品|やつ|ヤツ|もの|の))(?:を|は|も|、| )*+)?(?:もう|すぐ|早く)?"
    "(?:消し(?:て|と)|消せ|けして|けしと|消去|削除|抹消|破棄|処分|取り除|捨てて|(?:なかった|無かった)ことに)"
)
_ERASES_ALL = re.compile(
    "(?:全|ぜん)消し|(?:全部|ぜんぶ|全て|すべて|みんな|まるごと|一式|丸ごと)(?:を|は|、)?(?:きれいに|綺麗に)?"
    "(?:消し[てと]|けし[てと]|消去|削除|抹消|破棄|処分|捨て[てと])"
    "|(?:過去|昔|むかし|今まで|いままで|これまで|以前)の?[^、。]{0,12}(?:消し[てと]|けし[てと]|消去|削除|抹消|破棄|処分|捨て[てと])"
    "|(?:りれき|履歴|でーた|きろく|記録|やり(?:とり|取り)|トーク履歴)[をはもの、]?"
    "(?:消し[てと]|けし[てと]|けす|消去|削除|抹消|破棄|処分|捨て[てと])"
    "|(?:履歴|りれき|記録|データ|会話|やり(?:とり|取り)|ログ)(?:を|は|も)?(?:何も)?"
    "(?:残し(?:て(?:おき)?)?たくない|残さないで|残さんといて|残らないように)"
    "|(?:個人情報|登録|登録情報|アカウント|データ|会員登録)(?:を|の|ごと|も)?(?:抹消|削除|消去|解除|破棄|取り消)"
)
_NOT_KEPT = re.compile(  # 「この絵、残したくない」
    "^(?:この絵|これ|それ|その絵|(?:さっき|今|いま)の(?:絵|え(?!ん)|やつ)?)"
    "(?:は|を|も|、| )*(?:もう)?"
    "(?:(?:残|のこ)し(?:て(?:おき)?)?たくない|(?:残|のこ)(?:さないで|さんで|さんといて|し(?:とか|ておか)(?:ないで|んで|んといて))|"
    "保存し(?:ないで|んといて)|(?:見|み)たくない)"
)
_ALL = "(?:全部|ぜんぶ|全て|すべて|全員|みんな|一つ残らず|まるごと)"
_DRAWN = (  # what is in pictures, and never what the bot keeps
    "(?:雲|星|木|木々|葉っぱ?|枝|花びら?|草|岩|石|山|人|ひと|人物|人たち|人影|通行人|観光客|建物|ビル|家|窓|車|船|鳥|虫|"
    "蝶々?|魚|犬|猫|文字|もじ|字|影|雪|雨|霧|煙|線|電線|電柱|看板|旗|模様|柄|水玉|泡|ゴミ|落ち葉|リボン|飾り|ライト|光|"
    "余計なもの|よけいなもの|いらないもの|余分なもの)"
)
_TAKES_AWAY = "(?:消し|けし|なくし|無くし|取っ|とっ|取り除い|除い|外し|はずし|抜い|削除し|どけ)"
_TAKES_AWAY_ALL = re.compile(
    f"(?:(?:いる|ある|写ってる|後ろの|うしろの|背景の|空の|手前の|奥の|周りの|まわりの)?(?:{_ALL}の{_DRAWN}(?:を|は)?|{_DRAWN}(?:を|は|も)?{_ALL})"
    f"{_TAKES_AWAY}て.{{0,10}})"
)


_DELETES = (
    "(?:(?:消し|けし|捨て|消去し?|削除し?|抹消し?|破棄し?|処分し?|クリアし?|リセットし?)"
    "(?:(?:て|と)(?:おい|い)?て?(?:ください|下さい|ほしい|欲しい|くれ(?:る|ます|へん)?|もら(?:える|えます|って)|"
    "いただけます|ちょうだい|いい)?|たい|で(?:お願い(?:します)?)?|を?お願い(?:します)?|希望)?|"
    "(?:消|け)せ(?:る|ます)|(?:削除|消去)でき(?:る|ます))"
    "(?:です|んだ|けど|が|や|な|ね|よ|か|の|ー)*[。!！?？]?"
)
_DATA = (
    "(?:データ|でーた|履歴|りれき|記録|個人情報|アカウント|会話|トーク|やりとり|やり取り|ログ|登録)"
)
_ERASES_DATA = re.compile(
    f"(?:^|[、。のてでにやとも ]){_DATA}(?:とか|など|ごと)?(?:を|は|も)?"
    f"(?:全部|ぜんぶ|全て|すべて)?{_DELETES}$"
)
_ERASES_SERVER = re.compile(  # 「サーバーからも消えるようにして」
    "(?:サーバー?|クラウド|そちら|システム|ネット)(?:上|の(?:中|ほう|方))?"
    "(?:から(?:も|は)?|に残って(?:い?る)(?:の|もの|やつ|絵|写真|画像)?(?:を|も)?)"
    f"(?:全部|完全に|きれいに)?(?:(?:消える|(?:無|な)くなる)よう(?:に)?(?:して|お願い).{{0,8}}|{_DELETES})$"
)
_ERASES_SPEAKER = re.compile(
    "(?:お願い(?:します|だから)?|もう|ねえ|誰か|だれか|どうか|早く|いっそ|、|。| ){0,3}"
    "(?:私|わたし|あたし|わたくし|自分|僕|ぼく|俺|おれ|うち|ウチ|わし|この私)(?:(?:自身|(?:の|という|っていう|って)(?:存在|人間)|のすべて|の全て|の全部)?(?:を|も|ごと)|"
    "のこと(?:を|は)?|、)"
    f"(?:全部|ぜんぶ|もう|早く|今すぐ|どうか|この世から|ここから|完全に|きれいに)*{_DELETES}"
    "(?:、?(?:もう|はやく|早く|お願い|おねがい|頼む|マジで|本当に)|…|よ|ね|。)*"
)
_ERASES_THIS = re.compile(  # 「1個前に描いたやつ消して」
    "(?:やっぱり?、?)?(?:(?:[1-3一二三]|ひと|ふた)(?:個|つ|こ)?前(?:に|の)|さっき(?:の|、)?|"
    "(?:今|いま|前|最後|直前)(?:の|、)|(?:この|その)(?=絵|画像|イラスト)|これ|それ)"
    "(?:描いた|送った|もらった|作った|来た|届いた)?(?:絵|画像|イラスト|やつ|もの|の)?"
    "(?:を|は|も|、| )*(?:もう)?(?:(?:いら|要ら|いり)(?:ない|ん|ません))?"
    f"(?:から|ので|し|んで)?、?(?:もう|すぐ)?{_DELETES}"
)


def erases_plainly(words: str) -> Literal["erase.all", "erase.picture"] | None:
    """Return what words want erased that name it themselves, and no thing in a picture.

    「データも消して」, 「1個前に描いたやつ消して」.
    """
    if _ERASES_DATA.search(words) or _ERASES_SERVER.search(words):
        return "erase.all"
    return "erase.picture" if _ERASES_THIS.fullmatch(words) else None


def erases_speaker(words: str) -> bool:
    """Return whether words ask that the person who says them be erased, 「私を消して」.

    That may mean data, or be a cry for help.
    """
    return _ERASES_SPEAKER.fullmatch(words) is not None


def takes_away_all(words: str) -> bool:
    """Return whether words take all of a thing out of a picture, 「文字全部消して」."""
    return _TAKES_AWAY_ALL.fullmatch(words) is not None


def is_drawn_thing(noun: str) -> bool:
    """Return whether it is what pictures show, and never what the bot keeps: 「人」, 「文字」."""
    return re.fullmatch(_DRAWN, noun) is not None


def erases_one(words: str) -> bool:
    """Return whether words want a picture or photo erased, 「これ消去でお願いします」."""
    return _ERASES.search(words) is not None


def erases_all(words: str) -> bool:
    """Return whether words want all data erased, 「全消しで」, 「りれきけして」."""
    return _ERASES_ALL.search(words) is not None


def is_not_kept(words: str) -> bool:
    """Return whether words say that a picture shall not stay, 「この絵、残したくない」."""
    return _NOT_KEPT.search(words) is not None
