"""What a text that is unclear may want erased: one picture or photo, or everything."""

from __future__ import annotations

import re

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
    "|(?:個人情報|登録|登録情報|アカウント|データ|会員登録)(?:を|の|ごと|も)?(?:抹消|削除|消去|解除|破棄|取り消)"
)
_NOT_KEPT = re.compile(  # 「この絵、残したくない」
    "^(?:この絵|これ|それ|その絵|(?:さっき|今|いま)の(?:絵)?)(?:は|を|も|、| )*(?:もう)?"
    "(?:(?:残|のこ)し(?:て(?:おき)?)?たくない|(?:残|のこ)さないで|保存しないで|(?:見|み)たくない)"
)


def erases_one(words: str) -> bool:
    """Return whether words want a picture or photo erased, 「これ消去でお願いします」."""
    return _ERASES.search(words) is not None


def erases_all(words: str) -> bool:
    """Return whether words want all data erased, 「全消しで」, 「りれきけして」."""
    return _ERASES_ALL.search(words) is not None


def is_not_kept(words: str) -> bool:
    """Return whether words say that a picture shall not stay, 「この絵、残したくない」."""
    return _NOT_KEPT.search(words) is not None
