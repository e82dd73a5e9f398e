"""Takes a wish out of the sentence around it: 「試しに秋の山とかどうでしょう」 is 「秋の山」.

What is said to the bot around a subject, and is not the usual 「…を描いて」, which is left out with
the steering words (bot.prompt.request.steering).
"""

from __future__ import annotations

import re

from bot.prompt.japanese.cleaning import has_words

_LEAD = re.compile(
    "^(?:"
    "(?:ため|試)しに|とりま|まず(?:は|、)|手始めに|(?:暇|ひま)(?:だ|な|や)(?:から|ので|し)、?|"
    "リクエスト(?:(?:いい|よろしい)ですか|です|します|なんですけど|なんだけど)?[:、。 ]+|"
    "(?:描|か)いて(?:ほしい|欲しい|もらいたい|いただきたい)(?:の|もの|やつ)(?:は|が(?:ある(?:の|"
    "ん)(?:です|だ)(?:が|けど)|あって|あります)(?:、|。)?)、?|"
    "(?:お題|テーマ|モチーフ|題材)は(?=[^、。はがを]{2,24}$)|"
    "ねえねえ(?=[一-鿿ァ-ヶ])|(?:えふで|絵筆)(?:先生|さん|ちゃん|くん)?(?:、|で、)|AI(?:さん|"
    "ちゃん)(?![がのをはにともへや])、?|"
    "急に(?:見|み)たくなった(?=[一-鿿ァ-ヶ])"
    ")(?=.{2})"
)
_DESIGN = re.compile(
    "^(?P<what>[^、。!?]{1,16}の(?:デザイン|ロゴ|図案|絵柄|絵|表紙))を?考えて[!、。 ]+(?=.{3})"
)
_SHOWN_AS = "(?:と|って)(?:いう|ゆう)?(?:(?:感じ|イメージ|テーマ|設定|シーン|場面|構図)の?)?"
_TAIL = re.compile(
    "(?:"
    "(?:の|もの|やつ)を(?:頼み|お願いし)たい(?:です|んです(?:けど|が)?|のですが|ので)?|"
    f"(?:{_SHOWN_AS}(?:絵|の|やつ|もの|イラスト)|(?:と|って)(?:いう|ゆう)(?:テーマ|感じ|"
    f"イメージ|設定))|"
    "の?(?:絵|イラスト|画像)(?:が(?:必要|入用|いる|要る|いります)|を(?:探して|求めて|募集して)"
    "(?:い?ます|い?る|おります))"
    "(?:です|なんです|ん(?:です|だ))?(?:けど|が)?|"
    "の?(?:絵|イラスト)を(?:起こして|(?:孫|母|父|娘|息子|子ども|子供|妻|夫|友達|先生)に(?:見せ|"
    "あげ|贈り)たい(?:ん?です)?)|のイラスト起こして|"
    "を(?:絵|イラスト|画像)にする(?:と|なら)(?:どうなる|どんな感じ|どんなの)(?:の|かな|か|ん)?|"
    "を(?:生成|作画)|を?リクエストします|"
    "(?:とか|なんて(?:の)?は?|なんか|って(?:の)?は?|は|(?<=[一-鿿ァ-ヶー]))(?:どう|いかが)"
    "(?:でしょう|です)?(?:か|かな)?|"
    "(?:とか|なんか|って|(?<=[一-鿿ァ-ヶー]))(?:いける|いけます|行けます|いけそう)(?:か|かな)?|"
    "(?:いって|行って)みよう|"
    "なん(?:だ|です)(?:けど|けれど|が)|でひとつ|を?(?:ちゃちゃっと|ささっと|さくっと)|"
    "を?(?:描|か)いて(?:くれ|もらえ|いただけ)たら[^、。]{1,12}|"
    "が(?:急に|なんか|無性に)?(?:見|み)たくなっ(?:た|ちゃった|て)|を?[0-9一二三]秒|を?至急|"
    "(?<=[てで]る)の|(?<=ている)の"
    ")[。!！?？]*$"
)
_IS_IT = re.compile(  # 「リクエスト：秋の山です」
    "(?:(?<=[一-鿿ァ-ヶー])から|(?:なん)?(?:です|だよ))$"
)
_AT_MOST = 3  # frames one in another


def without_frame(rest: str) -> str:
    """Return what is to be painted without the sentence around it. Never raises.

    rest: a cleaned text without its steering words. It stays as it is where nothing else is said.
    """
    for _ in range(_AT_MOST):
        plain = _DESIGN.sub(r"\g<what>、", _LEAD.sub("", rest))
        plain = _IS_IT.sub("", plain) if plain != rest else plain
        if tail := _TAIL.search(plain):
            plain = plain[: tail.start()].rstrip("、。 ")
        if plain == rest or not has_words(plain):
            break
        rest = plain
    return rest
