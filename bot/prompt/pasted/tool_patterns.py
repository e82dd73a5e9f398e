"""Patterns of what other tools write: labels, parameters and options.

https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features#png-info
https://docs.midjourney.com/hc/en-us/articles/32859204029709-Parameter-List
"""

from __future__ import annotations

import re

_DASHES = (  # one is enough before what nobody says otherwise: 「海 -no 人物」
    "(?:(?:--|[—–―─]{1,2}|[−‐‑‒ー]{2}) ?|(?<=[ 、,])[-−‐‑‒ー](?=(?:no|neg(?:ative)?|ar|seed)[ =]))"
)
_POSITIVE_LABEL = (
    r"(?:(?i:positive(?: prompt)?|prompt|pos)|(?:ポジティブ|正)?プロンプト|ポジティブ|ポジ|呪文)"
)
_NEGATIVE_LABEL = (
    r"(?:(?<![a-z])(?i:neg(?:ative)?(?:[ _-]?prompts?)?|n_prompt|undesired content|uc)"
    r"|(?:ネガティブ|否定|負の?)(?:プロンプト|呪文)|ネガティブ|ネガ(?:プロ)?|除外(?:ワード|プロンプト)?|NGワード)"
)
_TO_NEXT = (
    rf"(?:(?! ?{_DASHES}[a-z]| (?:Steps|steps): ?[0-9]| (?<![ァ-ヶー]){_POSITIVE_LABEL} ?[:=]).)*+"
)
_KEY = (  # of what only other tools have; 「Size: 大きい」 alone may be said by anybody
    r"(?i:(?<![a-z])(?:steps|sampler(?: name)?|schedule(?:r| type)?|cfg(?: ?scale)?|clip ?skip|"
    r"guidance(?: scale)?|denoising strength|model hash|ensd|hires [a-z]{4,12}) ?[:=])"
)
PARAMETERS = re.compile(rf"(?<![ 、,])[ 、,]*+{_KEY}.*")
_ASCII = r"[A-Za-z0-9_.+-]{1,40}"
ONE_PARAMETER = re.compile(  # by itself, wherever it stands
    r"(?<![ 、,])[ 、,]*+(?:"
    r"(?:(?<![ァ-ヶー])(?:ステップ数?|サンプラー|スケジューラー?|CFG ?スケール)"
    r"|(?<![A-Za-z])(?i:scheduler|schedule type))"
    rf" ?[:=] ?{_ASCII}(?: {_ASCII}){{0,4}}"
    rf"|(?:(?<![ァ-ヶー])モデル|(?<![A-Za-z])[Mm]odel) ?[:=] ?(?=[A-Za-z.]*[0-9_-]){_ASCII}"
    r"|(?:ステップ数|(?<![A-Za-z])CFG(?: ?(?:scale|スケール))?) ?[0-9]{1,3}(?:\.[0-9])?"
    r")(?=$|[ 、,。])"
)
FIRST_PARAMETERS = re.compile(rf"^(?:(?:{_KEY}|seed:|Seed:) ?{_ASCII}(?: [a-z])?[ ,、]*+){{1,12}}")
PARAMETER = re.compile(r"(?i:(?<![a-z])(?P<key>seed|size)): ?(?P<value>[0-9x]++)")
NEGATIVE = re.compile(
    rf"(?<![ 、,])[ 、,]*+(?:{_NEGATIVE_LABEL} ?[:=]|(?:^|(?<=[ 、,]))"
    r"(?:ネガティブプロンプト(?:に?は|に)?"
    r"|(?:ネガティブ|ネガプロ|(?i:negative prompts?))(?=[ 「『])))"
    rf" ?(?P<things>{_TO_NEXT})"
)
ASKED = re.compile(
    r"(?:を|は)?(?:入れて|いれて|設定して|追加して|足して|で?お願い(?:します)?|です)$"
)
NEGATIVE_LAST = re.compile(rf"{_NEGATIVE_LABEL}(?<=(?i:prompt)) ?[:=] ?")  # the rest is all of it
POSITIVE = re.compile(
    rf"^(?:(?:[/!](?:imagine|draw|paint|dream|generate|gen|create|image|img)|imagine(?= prompt))"
    rf"(?: prompt)?(?![A-Za-z]):? ?|{_POSITIVE_LABEL} ?[:=] ?)"
)
COUNT = re.compile(
    r"(?:枚数|(?i:(?<![a-z])(?:batch(?:[ _]size|[ _]count)?|count|num_images|images))) ?[:=] ?"
    r"(?P<count>[0-9]++)(?=$|[ 、,])"
)
SHORT_COUNT = re.compile(  # 「海 -n 4」, 「海 x4」; no 「3×3」, "BMW x3"
    r"(?<![^ 、,])-(?:n|num|count)[ =]?(?P<n>[0-9]++)(?=$|[ 、,])"
    r"|(?:(?<=[ぁ-ゖァ-ヺー一-鿿々、,])|(?<=[^0-9 ] ))(?<!(?i:bmw) )"
    r"[x×] ?(?P<x>[2-9]|10)(?=$|[ 、,。!])"
)
OPTION = re.compile(
    rf"(?i:(?<![ 、,])[ 、,]*+(?<![!-~]){_DASHES}"
    rf"(?:(?:no|neg(?:ative)?(?:[_-]?prompts?)?)(?:[ =:]|(?=[「『]))(?P<things>{_TO_NEXT})"
    r"|(?P<name>ar|aspect(?:[_-]ratio)?|size|res|seed|sameseed|n|count|num|repeat|r|"
    r"batch(?:[_-](?:size|count))?|w|width|h|height|v|version|q|quality|s|stylize|chaos|c|steps|"
    r"cfg|scale|iw|niji|weird|stop|raw|hd|tile)(?![a-z_-])"
    r"(?:[ =:]?(?P<value>-?(?:[0-9][0-9.:/x]*+|\.[0-9]++))|[ =](?:raw|turbo|fast|relax))?)"
    r"|(?<![ 、,])[ 、,]*+(?<![!-~])--"
    r"(?:sampler|scheduler|model|style|profile|personalize|p|motion|[sco]ref)[ =]"
    r"(?:\"[^\"]{1,40}\"|[!-~]{1,200}+"
    r"(?: (?:a|2M|2S|3M|SDE|Karras|Exponential)(?![A-Za-z]))*+)"
    r"|(?<![ 、,])[ 、,]*+(?<![!-~])--[a-z][a-z_-]{1,20}(?![a-z])(?:[ =][0-9][0-9.:]*+)?)"
)
SHORT_OPTION = re.compile(  # as InvokeAI's and the first bots had them
    r"(?<![^ 、,])-(?P<name>[WHwhSsCA]) ?(?P<value>[0-9]{1,10})(?:\.[0-9])?(?=$|[ 、,])"
)
NONE_OF = re.compile(  # a tag by itself: "no people"
    r"[,、] ?(?i:no|without) (?P<thing>(?i:people|humans?|persons?|text|letters|watermarks?|"
    r"logos?|signatures?|cars?|animals?))(?=$|[,、.])"
)
JAPANESE, TEXT_IN_MARKS = re.compile("[ぁ-ゖァ-ヺ一-鿿]"), re.compile("[a-z] [a-z]")
OWN_STEPS = re.compile(r"(?:ステップ|(?<![A-Za-z])Steps) [0-9]{1,3}(?=$|[ 、])")
SIZE = (
    re.compile(  # 「大きさ 512×768」, as this bot writes it; 「サイズ：1024x1024」, 「512x768で」
        r"(?:(?:画像|絵|写真)?の?(?:大きさ|サイズ|解像度|(?i:(?<![a-z])size)) ?[は:=]? ?"
        r"|(?<![^ 、,])(?=[0-9]{3,5} ?[x×*] ?[0-9]{3,5}(?![0-9])))"
        r"(?P<width>[0-9]++) ?[x×*] ?(?P<height>[0-9]++) ?(?i:px|pixels?|ピクセル)?"
        r"(?:(?:の?サイズ)?(?:で|に(?:して)?)?(?=$|[ 、,。])|で|の(?=壁紙|画像|絵|イラスト|写真))"
    )
)
ANY_SEED = re.compile(  # which it is without being asked
    r"(?<![a-z-])(?:シード(?:値)?|(?i:seed)) ?[:=はを]? ?(?:[-−‐]1|ランダム|(?i:random))"
    r"(?:で|です|に)?(?=$|[ 、,。])"
)
OWN_SEEDS = re.compile(
    r"(?<![a-z])(?:シード(?:値)?|(?i:seeds?)) ?:? ?(?P<first>[0-9]{1,10})"
    r"(?P<more>(?: ?[,、] ?[0-9]{1,10}){1,3})(?=$|[ 、,。])"
)
