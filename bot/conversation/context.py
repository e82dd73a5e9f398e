"""EventContext: one event of LINE, what is known about it, and the ways to answer it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection

from bot import messages
from bot.conversation.event_text import EventText
from bot.conversation.picture_refs import (
    LAST_PICTURE_SECONDS,
    PictureRef,
    find_last,
    find_pending,
    find_picked,
    find_quoted,
)
from bot.intent import Intent, Situation, classify
from bot.jobs import UNFINISHED, Job
from bot.line.events import Mention, WebhookEvent
from bot.messages import Message
from bot.moderation import harm
from bot.moderation.photos import classify_photo_wish
from bot.prompt import Command, Reading
from bot.prompt.japanese.asides import turns_to_another, without_aside
from bot.prompt.japanese.cleaning import without_last_emojis
from bot.prompt.options.purposes import without_purpose
from bot.prompt.pasted.labels import without_labels
from bot.prompt.pasted.parameters import extract_pasted
from bot.queue.app import TaskMessage
from bot.settings import Settings
from bot.store import flags, outbox, people, photos
from bot.store.clock import now
from bot.store.flags import Flags
from bot.store.glance import Glance
from bot.store.photos import Photo

PROFILE_SECONDS = 5.0  # for which a greeting waits to know the language
LAST_PHOTO_SECONDS = 600.0  # for which 「これ」 means the last photo

Replies = list[TaskMessage]
"""What a handler returns: the task messages to publish after the commit."""


@dataclass(frozen=True)
class EventContext:
    """One event and what is needed to answer it.

    received_at: Unix time when the webhook reached the bot, from which LINE counts a reply token's
    minute. glance: what there was before the event was handled. language: of the chat. meant: the
    command that the text was found to mean in other words than a command's. read_before: the
    event's text, if it was read before the transaction; it counts for that event alone.
    is_confirmed: the person said that doubtful words are a wish. What is not given is computed
    once, when first used.
    """

    db: Connection
    event: WebhookEvent
    settings: Settings
    chat_id: str
    chat_kind: str
    received_at: float
    glance: Glance
    language: str = "ja"
    meant: Command | None = None
    read_before: EventText | None = None
    is_confirmed: bool = False

    def with_event(self, event: WebhookEvent) -> EventContext:
        """Return the context of another event in this one's place, with nothing read yet."""
        return replace(self, event=event, meant=None)

    def with_mention(self, length: int = 0) -> EventContext:
        """Return the context as if the text's first `length` UTF-16 units mentioned the bot."""
        mention = Mention(0, length, is_self=True)
        return self.with_event(replace(self.event, mentions=(*self.event.mentions, mention)))

    @property
    def is_private(self) -> bool:
        """Whether this is a 1:1 chat, where every word is meant for the bot."""
        return self.chat_kind == "user"

    @property
    def postback(self) -> tuple[str, str] | None:
        """The tapped button's (action, target), such as ("again", "4F7-K2M:0").

        None if nothing was tapped, or an example of the help, which is taken for a text.
        """
        if self.event.type != "postback" or self.event.text is not None:
            return None
        action, _, target = (self.event.postback_data or "").partition(":")
        return action, target

    @property
    def terms_url(self) -> str:
        """The page with the restrictions of the model's licence."""
        return f"{self.settings.public_url}/terms"

    @cached_property
    def _event_text(self) -> EventText:
        before = self.read_before
        text = before if before and before.event is self.event else EventText(self.event)
        text = text.with_emoji_named()
        if self.language != "en":
            return text.with_count_in_japanese()
        return text.in_japanese(has_picture=self.last_picture is not None)

    @property
    def text(self) -> str:
        """The text, cleaned, without mentions and LINE emojis."""
        return self._event_text.cleaned

    @property
    def is_too_long(self) -> bool:
        """Whether the text is longer than anything that is read."""
        return self._event_text.is_too_long

    @property
    def text_without_small_talk(self) -> str:
        """The same without the thanks or greetings it begins with."""
        return self._event_text.without_small_talk

    @property
    def reading(self) -> Reading:
        """The text as a request for pictures."""
        return self._event_text.reading

    @property
    def command(self) -> Command | None:
        """The command that the text is, or None."""
        return self.meant or self._event_text.command

    @cached_property
    def quoted(self) -> PictureRef | None:
        """The picture that the message quotes, or None."""
        message_id = self.event.quoted_message_id
        if not message_id:
            return None
        return find_quoted(self.db, self.chat_id, self.event.user_id, message_id)

    @cached_property
    def last_picture(self) -> PictureRef | None:
        """The person's picture of the last hour in this chat, or None."""
        if not self.glance.has_job:
            return None
        return find_last(self.db, self.chat_id, self.event.user_id, LAST_PICTURE_SECONDS)

    @cached_property
    def meant_picture(self) -> PictureRef | None:
        """The picture that the text is about: quoted, just chosen among several, or the last."""
        picked = None
        if self.glance.has_question:
            picked = find_picked(self.db, self.chat_id, self.event.user_id)
        return self.quoted or picked or self.last_picture

    @property
    def is_waiting(self) -> bool:
        """Whether the person's last picture is not painted yet."""
        return self.last_picture is not None and self.last_picture.job.state in UNFINISHED

    @cached_property
    def last_photo(self) -> Photo | None:
        """The last photo that the person sent in this chat, or None."""
        user_id = self.event.user_id
        if user_id is None or not self.glance.has_photo:
            return None
        return photos.latest(self.db, self.chat_id, user_id, 0.0)

    @cached_property
    def recent_photo(self) -> Photo | None:
        """The photo that the bot has just asked about, if nothing was painted since, or None."""
        photo = self.last_photo
        if (
            photo is None
            or self.turns_from_photo
            or photo.created_at < now() - LAST_PHOTO_SECONDS
            or not self.is_private
        ):
            return None
        last = self.last_picture
        is_newest = last is None or last.job.created_at < photo.created_at
        return photo if is_newest and not self._is_asked else None

    @cached_property
    def turns_from_photo(self) -> bool:
        """Whether the text says that it is about something else, and does a photo no harm."""
        if not turns_to_another(self.text):
            return False
        words = without_aside(self.text)
        return classify_photo_wish(words) is None and harm.judge(words, "photo").action != "refuse"

    @cached_property
    def _is_asked(self) -> bool:
        if not self.glance.has_question:
            return False
        return find_pending(self.db, self.chat_id, self.event.user_id) is not None

    @cached_property
    def flags(self) -> Flags:
        """What operators have switched."""
        return flags.get_flags(self.db) if self.glance.has_flags else Flags()

    @cached_property
    def situation(self) -> Situation:
        """What is known when the text is said: it may change what the words mean."""
        return Situation(
            in_group=not self.is_private,
            is_reply=self.quoted is not None,
            has_picture=self.last_picture is not None or self.quoted is not None,
            photo_asked=self.recent_photo is not None,
            is_asked=self._is_asked,
        )

    @cached_property
    def intent(self) -> Intent:
        """What the text is about, whatever the picture is for, 「待ち受けにしたいので、月」, and
        whatever a list or a tool's syntax says, 「月、NG：雲」, 「/imagine 月」.

        Emojis at the end are left away: the corpus has few, and they say what words say before."""
        says_purpose = self.reading.purpose is not None
        text = without_purpose(self.text) if says_purpose else self.text
        text, _ = extract_pasted(without_labels(without_aside(text)))
        return classify(without_last_emojis(text), self.situation)

    @property
    def mentions_bot(self) -> bool:
        """Whether the text is said to the bot: in a 1:1 chat, or by a mention."""
        return self.is_private or any(mention.is_self for mention in self.event.mentions)

    @property
    def is_addressed(self) -> bool:
        """Whether it is for the bot: said to it, or in reply to one of its messages."""
        return self.mentions_bot or (self.quoted is not None and self.quoted.sent_by_bot)

    def reply(
        self,
        content: list[Message],
        *,
        ticket_for: Job | None = None,
        about_job: Job | None = None,
    ) -> Replies:
        """Answer with this event's reply token. Does nothing if the event has none.

        ticket_for: the job whose 受け取る button the answer holds. about_job: the job that somebody
        means who quotes the answer.
        """
        token = self.event.reply_token
        if not token or not content:
            return []
        if not self.is_private:
            content = messages.address_to(content, self.event.quote_token, self.event.user_id)
        job = ticket_for or about_job
        delivery_id = outbox.add_reply(
            self.db,
            outbox.TICKET if ticket_for else outbox.ANSWER,
            token=token,
            token_at=self.received_at,
            job_id=job.id if job else None,
            chat_id=self.chat_id,
            messages=content,
        )
        return [TaskMessage("send", delivery_id)]

    def greet(self, *, wait_for_profile: bool) -> Replies:
        """Greet the chat with this event's reply token. Does nothing if the event has none.

        wait_for_profile: if LINE is being asked for the person's language, wait for its answer,
        for PROFILE_SECONDS at most; bot.tasks.profiles then sends the greeting.
        """
        token, user_id = self.event.reply_token, self.event.user_id
        if not token:
            return []
        is_pending = user_id is not None and people.is_pending(self.db, self.chat_id, user_id)
        wait = PROFILE_SECONDS if wait_for_profile and is_pending else 0.0
        delivery_id = outbox.add_greeting(
            self.db,
            token=token,
            token_at=self.received_at,
            chat_id=self.chat_id,
            wait_seconds=wait,
        )
        return [] if wait else [TaskMessage("send", delivery_id)]

    def reply_sentence(self, key: str, **values: object) -> Replies:
        """Answer with one sentence. key, values: as in `bot.texts.gettext`."""
        return self.reply(messages.sentence(key, self.language, **values))
