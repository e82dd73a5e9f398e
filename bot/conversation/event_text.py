"""The text of an event, read once, and where that is possible before any transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from bot.line.events import WebhookEvent
from bot.prompt import MAX_PROMPT, Command, Reading, clean, parse_command, read, remove_spans
from bot.prompt.commands.spoken import strip_small_talk
from bot.prompt.japanese.respell import respell
from bot.prompt.pasted.line_order import with_negative_last
from bot.prompt.translation.emoji import emoji_wish
from bot.prompt.translation.english import more_in_japanese, to_japanese


@dataclass(frozen=True)
class EventText:
    """What is read from an event's text alone. Each is computed once, when first used."""

    event: WebhookEvent

    @cached_property
    def cleaned(self) -> str:
        """The text, cleaned, without mentions and LINE emojis."""
        event = self.event
        return clean(
            with_negative_last(remove_spans(event.text or "", event.mentions, event.emojis))
        )

    @property
    def is_too_long(self) -> bool:
        """Whether the cleaned text is longer than anything that is read."""
        return len(self.cleaned) > MAX_PROMPT

    @cached_property
    def without_small_talk(self) -> str:
        """The same without the thanks or greetings it begins with, steering words as usual."""
        return respell(strip_small_talk(self.cleaned))

    @cached_property
    def reading(self) -> Reading:
        """The text as a request for pictures."""
        return read(self.event.text, self.event.mentions, self.event.emojis)

    @cached_property
    def command(self) -> Command | None:
        """The command that the text is, or None."""
        return parse_command(self.event.text, self.event.mentions, self.event.emojis)

    def with_emoji_named(self) -> EventText:
        """Return a text of emoji alone as the words for what they show, or itself.

        An answer to a picture is none: 「🌸」 there says that somebody likes it.
        """
        wish = None if self.event.quoted_message_id else emoji_wish(self.cleaned)
        if wish is None:
            return self
        return EventText(replace(self.event, text=wish, mentions=(), emojis=()))

    def in_japanese(self, *, has_picture: bool) -> EventText:
        """Return the text with what is said in English about pictures in Japanese, or itself.

        has_picture: whether there is one that it may be about.
        """
        japanese = to_japanese(self.cleaned, has_picture=has_picture)
        if japanese == self.cleaned:
            return self
        return EventText(replace(self.event, text=japanese, mentions=(), emojis=()))

    def with_count_in_japanese(self) -> EventText:
        """Return "two more" as 「あと2枚」, or itself."""
        japanese = more_in_japanese(self.cleaned)
        if japanese == self.cleaned:
            return self
        return EventText(replace(self.event, text=japanese, mentions=(), emojis=()))


def read_ahead(event: WebhookEvent) -> EventText:
    """Read what will be needed of a text that is said to the bot, while no transaction is open.

    A long text may take some hundredths of a second, for which nobody else could write to SQLite.
    """
    text = EventText(event)
    is_for_the_bot = event.chat_kind == "user" or any(mention.is_self for mention in event.mentions)
    if event.text is not None and is_for_the_bot and not text.is_too_long:
        _ = text.without_small_talk, text.reading, text.command
    return text
