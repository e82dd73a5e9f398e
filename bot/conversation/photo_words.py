"""What is said in a few words about a photo, or about what was made of one.

That it is only shown, 「みてみて」; that it shall be left as it was, 「元の写真に戻して」; the same
for another photo, 「これもお願い」; and how it would look, 「ジブリ風は？」.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot import messages
from bot.conversation import image_to_image
from bot.conversation.context import EventContext, Replies
from bot.prompt import read

_SHOWS = re.compile(
    "(?:ねえ|ねぇ|ほら)?[、 ]?(?:これ|写真)?[、 ]?(?:見て|みて){1,2}"
    "(?:よ|ね|くださ?い|下さい|ー|〜|!|！)*"
)
_ORIGINAL = re.compile(
    "(?:やっぱり?|じゃあ?)?[、 ]?(?:(?:元|もと|最初|もともと)の写真[にをが、 ]{0,2}"
    "(?:戻|もど|いい|良い|よかった|見せ|見たい)|写真に(?:戻|もど)).{0,8}"
)
_SAME_FOR_IT = re.compile(
    "(?:これ|それ|こっち|この写真|次の写真|2枚目|もう1枚)(?:の写真)?も[、 ]?"
    "(?:同じ(?:ように|感じで?|風に|のに)?|おなじように)?[、 ]?"
    "(?:お願い(?:します)?|おねがい(?:します)?|して|やって|頼む|よろしく|ください)?(?:ね|!|！|。)*"
)
_HOW_ABOUT = re.compile(  # 「ジブリ風は？」, 「アニメっぽいのはどう」
    "(?P<look>[^、。?？はを]{1,10}(?:風|調|っぽいの?|バージョン))(?:とか)?(?:は|なら|だと)"
    "(?:どう(?:なる|かな|です(?:か)?)?|できる)?[?？]*"
)

_WOULD = re.compile(  # 「油絵だとどうなりますか」, 「夕焼けにしたらどうなる？」
    "(?P<look>[^、。?？はをが]{1,10}?)(?:だと|なら|にしたら|にすると)"
    "どう(?:なる|なります|なるん|なるの|なん|です|でしょう|かな|やろ)(?:です)?(?:か(?:な|ね)?)?[?？]*"
)


def handle_text(ctx: EventContext) -> Replies | EventContext | None:
    """Answer a few words about a photo, or hand on the order that a question stands for."""
    text = ctx.text_without_small_talk
    request = ctx.last_picture.job.request if ctx.last_picture else None
    if ctx.recent_photo is not None and ctx.quoted is None:
        if _SHOWS.fullmatch(text):
            return ctx.reply(messages.ask_about_photo(ctx.language))
        if request is not None and request.from_photo and _SAME_FOR_IT.fullmatch(text):
            return image_to_image.repeat_for_photo(ctx, ctx.recent_photo, request)
    elif request is not None and request.from_photo and _ORIGINAL.fullmatch(text):
        return ctx.reply_sentence("photo.original")
    about = _HOW_ABOUT.fullmatch(text) or _WOULD.fullmatch(text)
    if about is None or not (ctx.situation.has_picture or ctx.situation.photo_asked):
        return None
    look = re.sub("っぽいの?$", "風", about["look"])
    has_style = bool(read(f"{look}で").styles)
    if ctx.recent_photo is not None or not (has_style or look.endswith(("風", "調"))):
        order = f"{look}にして"
    else:  # instead of the look that the last picture has
        order = f"{look}も見たい" if has_style else f"やっぱり{look}で"
    return ctx.with_event(replace(ctx.event, text=order, mentions=(), emojis=())).with_mention()
