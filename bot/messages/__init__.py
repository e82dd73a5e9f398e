"""The LINE messages that the bot sends, as JSON objects of the Messaging API.

Each function returns one message, or a list of one to five that fit into one reply.
May import texts, prompt and line.
"""

from bot.messages.alarms import alarm_line, alarm_message, alarm_name
from bot.messages.answers import (
    AnswersError,
    commercial_use,
    daily_limit,
    load_answers,
    question_answer,
    support_answer,
    talk_answer,
)
from bot.messages.cards import EACH_ACTION, album_link, erase_question, several_wishes
from bot.messages.chat_settings import DEFAULTS_ACTION, chat_settings
from bot.messages.durations import elapsed_text
from bot.messages.greeting import welcome
from bot.messages.help_carousel import TRY_ACTION, example_text
from bot.messages.keep import kept, share_card, share_url
from bot.messages.mentions import address_to, strip_mention
from bot.messages.parts import Message, sentence, text_message
from bot.messages.pictures import chosen_picture, picture_details, picture_messages
from bot.messages.questions import (
    ABOUT_PREFIX,
    ASKED_ACTION,
    erase_photo_question,
    erase_picture_question,
    oneself_question,
    topic_sentence,
    wish_question,
)
from bot.messages.refusals import (
    job_failed,
    limit_reached,
    moderation_refused,
    photo_unusable,
    request_problem,
)
from bot.messages.replies import (
    ask_about_photo,
    ask_change,
    help_message,
    job_cancelled,
    language_chosen,
    no_previous_picture,
    nothing_waiting,
    photo_not_used,
    picture_gone,
    pictures_left,
    prefix_answer,
    terms_link,
    too_late_to_cancel,
    unknown_number,
)
from bot.messages.style_carousel import SHAPE_ACTION, SHAPES, STYLE_ACTION, style_carousel
from bot.messages.tickets import (
    group_ticket,
    lined_up_ticket,
    still_painting,
    ticket,
    with_offer,
)

__all__ = [
    "ABOUT_PREFIX",
    "ASKED_ACTION",
    "DEFAULTS_ACTION",
    "EACH_ACTION",
    "SHAPES",
    "SHAPE_ACTION",
    "STYLE_ACTION",
    "TRY_ACTION",
    "AnswersError",
    "Message",
    "address_to",
    "alarm_line",
    "alarm_message",
    "alarm_name",
    "album_link",
    "ask_about_photo",
    "ask_change",
    "chat_settings",
    "chosen_picture",
    "commercial_use",
    "daily_limit",
    "elapsed_text",
    "erase_photo_question",
    "erase_picture_question",
    "erase_question",
    "example_text",
    "group_ticket",
    "help_message",
    "job_cancelled",
    "job_failed",
    "kept",
    "language_chosen",
    "limit_reached",
    "lined_up_ticket",
    "load_answers",
    "moderation_refused",
    "no_previous_picture",
    "nothing_waiting",
    "oneself_question",
    "photo_not_used",
    "photo_unusable",
    "picture_details",
    "picture_gone",
    "picture_messages",
    "pictures_left",
    "prefix_answer",
    "question_answer",
    "request_problem",
    "sentence",
    "several_wishes",
    "share_card",
    "share_url",
    "still_painting",
    "strip_mention",
    "style_carousel",
    "support_answer",
    "talk_answer",
    "terms_link",
    "text_message",
    "ticket",
    "too_late_to_cancel",
    "topic_sentence",
    "unknown_number",
    "welcome",
    "wish_question",
    "with_offer",
]
