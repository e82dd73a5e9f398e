"""setup: from a channel's two secrets to the first answered message, one question at a time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from bot.cli.language import shell_language
from bot.cli.richmenu import publish
from bot.line import LineError
from bot.line.rich_menus import RichMenuClient
from bot.operations.setting_errors import SettingProblems
from bot.operations.setup import SetupProblem, arrival, webhook
from bot.operations.setup.channel import Channel, identify
from bot.operations.setup.env_file import EnvFile
from bot.settings import RENAMED, SettingError, Settings
from bot.store.clock import now
from bot.store.database import Database
from bot.telemetry import logs
from bot.texts import LANGUAGES, gettext

SECRET, TOKEN = "LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN"
ADDRESS, API = "PUBLIC_URL", "LINE_API_URL"
DEFAULT_API = "https://api.line.me"
TUNNELS = ("cloudflared", "ngrok", "tailscale")
TRIES = 3  # of somebody who types
POLL_SECONDS, SLOW_POLL_SECONDS = 0.5, 5.0
MODEL_SECONDS = 180.0  # after which it may be a large one that is still downloaded


@click.command()
@click.option(
    "--env-file", "path", type=click.Path(path_type=Path), default=Path(".env"), show_default=True
)
@click.option(
    "--half",
    type=click.Choice(("ask", "connect")),
    help="Only ask and write the file, or only connect LINE to the processes that run.",
)
@click.option("--wait", is_flag=True, help="Wait until the first message came and was answered.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Without it, as LANG says.")
def setup(path: Path, half: str | None, *, wait: bool, language: str | None) -> int:
    """Connect the bot to your LINE official account; run it again at will.

    It asks for what is missing, has LINE check it, writes it to a file that only you can read, has
    LINE test the webhook, makes the menu, and prints the account's address and its QR code.
    """
    logs.configure("operator", "text", out=sys.stderr, disabled=True)  # what matters is printed
    guide = Guide(path, language or shell_language(os.environ))
    try:
        if half != "connect":
            guide.ask()
        if half == "connect" or (half is None and guide.is_served()):
            guide.connect(wait=wait)
    except SetupProblem as problem:
        click.echo(problem.sentence(guide.lang), err=True)
        return 2
    except SettingError as error:
        click.echo(SettingProblems(error).in_language(guide.lang), err=True)
        return 2
    return 0


class Guide:
    """One run: the file, the language, and the settings as far as they are known.

    What the environment says goes before what the file says, as for the processes.
    """

    def __init__(self, path: Path, lang: str) -> None:
        self.path, self.lang = path, lang
        self.typing = sys.stdin.isatty()
        self._file: EnvFile | None = None

    @property
    def file(self) -> EnvFile:
        """The file of settings, read at the first use."""
        if self._file is None:
            self._file = EnvFile(self.path)
        return self._file

    def say(self, key: str, **values: object) -> None:
        """Print one of the texts' sentences."""
        click.echo(gettext(f"setup.{key}", self.lang, **values))

    def environ(self, **changes: str) -> dict[str, str]:
        """Return everything that is set, by the file, the environment, and now."""
        return {**self.file.values, **os.environ, **changes}

    # --- the first half: what is needed, checked and kept

    def ask(self) -> None:
        """Ask for secret, token and address, and keep what is right. Raises SetupProblem."""
        self.say("title")
        for old, new in self.file.renamed(RENAMED):
            self.say("renamed", file=self.path, old=old, new=new)
        channel, secrets = self._ask_secrets()
        self.say("account", name=channel.name, account=channel.basic_id)
        if channel.channel_id is None:
            self.say("secret_untested")
        else:
            self.say("secret_right", channel=channel.channel_id)
        # What stands in a file of its own (NAME_FILE) is not copied into this one.
        given = self.environ()
        secrets = {name: v for name, v in secrets.items() if not given.get(f"{name}_FILE")}
        # All of them, before any is kept; a wrong address keeps nobody from typing another.
        Settings.from_env(self.environ(**secrets, **{ADDRESS: ""}))
        self._keep(secrets)
        address = self._ask_address()
        Settings.from_env(self.environ(**secrets, **{ADDRESS: address}))
        self._keep({ADDRESS: address})

    def _keep(self, values: dict[str, str]) -> None:
        if api := os.environ.get(API):
            values = {**values, API: api}
        changed = self.file.update(values)
        self.say("saved" if changed else "kept", file=self.path)

    def _ask_secrets(self) -> tuple[Channel, dict[str, str]]:
        api = self.environ().get(API) or DEFAULT_API
        typed = False
        for attempt in range(1, TRIES + 1):
            secret = self._given(SECRET, typed) or self._type("secret", SECRET)
            token = self._given(TOKEN, typed) or self._type("token", TOKEN)
            try:
                return identify(api, secret, token), {SECRET: secret, TOKEN: token}
            except SetupProblem as problem:
                hopeless = problem.key in ("line_away", "line_refused", "chat_mode")
                # What the environment says would go before what is typed now.
                fixed = SECRET in os.environ or TOKEN in os.environ
                if hopeless or fixed or not self.typing or attempt == TRIES:
                    raise
                click.echo(problem.sentence(self.lang), err=True)
                typed = True  # what was given is wrong
        raise AssertionError

    def _given(self, name: str, typed: bool) -> str:
        """Return a value that is set, or stands in the file NAME_FILE; "" if it is to be typed."""
        if typed:
            return ""
        environ = self.environ()
        if path := environ.get(f"{name}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or "UTF-8"
                raise SetupProblem("env_unreadable", file=path, why=why) from None
        return environ.get(name, "").strip()

    def _type(self, what: str, name: str) -> str:
        if not self.typing:
            raise SetupProblem("not_typed", name=name, file=self.path)
        self.say(f"{what}_where")
        question = gettext(f"setup.ask_{what}", self.lang)
        return str(click.prompt(question, hide_input=True)).strip()

    def _ask_address(self) -> str:
        known = self.environ().get(ADDRESS, "")
        api = self.environ().get(API) or DEFAULT_API
        if ADDRESS in os.environ or not self.typing:
            if not known:
                raise SetupProblem("address_missing", file=self.path)
            return webhook.public_address(known, api)
        if not known:
            self.say("address_needed")
            for tunnel in TUNNELS:
                self.say(f"tunnel_{tunnel}", port=self.environ().get("PORT") or 8000)
        question = gettext("setup.ask_address", self.lang)
        for attempt in range(1, TRIES + 1):
            try:
                answer = click.prompt(question, default=known or None)
                return webhook.public_address(answer, api)
            except SetupProblem as problem:
                if attempt == TRIES:
                    raise
                click.echo(problem.sentence(self.lang), err=True)
        raise AssertionError

    # --- the second half: LINE finds the bot, and people find the account

    def is_served(self) -> bool:
        """Return whether a web process answers; if not, say what is to be started first."""
        settings = Settings.from_env(self.environ())
        here = f"http://127.0.0.1:{settings.port}"
        if any(webhook.answers_as_ours(url) for url in (here, settings.public_url)):
            return True
        self.say("then_start")
        return False

    def connect(self, *, wait: bool) -> None:
        """Connect LINE to the web process that runs. Raises SetupProblem, SettingError."""
        settings = Settings.from_env(self.environ())
        address = webhook.public_address(settings.public_url, settings.line_api_url)
        since = now()
        database = Database(settings.database_url)
        try:
            if database.needs_migration():
                raise SetupProblem("no_tables")
            line = RichMenuClient(settings)
            channel = identify(
                settings.line_api_url,
                settings.line_channel_secret,
                settings.line_channel_access_token,
            )
            self.say("connecting", url=f"{address}/callback")
            active = webhook.connect(line, address, settings.port)
            self.say("connected")
            self._make_menu(line, database)
            self._tell_by_hand()
            if not active:
                self.say("use_webhook")
                if wait:
                    self._until(lambda: _is_active(line), SLOW_POLL_SECONDS)
                    self.say("use_webhook_on")
            if wait:
                self._wait_for_model(database, since)
            self._show_friend_link(channel)
            if not wait:
                self.say("ready_without_wait")
                return
            self.say("write")
            self._until(lambda: arrival.message_came(database, since))
            self.say("came")
            self._until(lambda: arrival.answer_sent(database, since))
            self.say("answered")
        finally:
            database.close()

    def _make_menu(self, line: RichMenuClient, database: Database) -> None:
        try:
            done = publish(line, lambda: database, self.lang)
        except LineError as error:  # the bot works without it
            self.say("menu_failed", why=error.code)
        else:
            self.say("menu_made" if done.changed else "menu_kept")

    def _tell_by_hand(self) -> None:
        self.say("by_hand")
        for switch in ("redelivery", "auto_reply", "groups"):
            self.say(f"by_hand_{switch}")

    def _show_friend_link(self, channel: Channel) -> None:
        import segno

        self.say("friend")
        click.echo(channel.friend_url)
        code = segno.make_qr(channel.friend_url, error="m")
        code.terminal(sys.stdout, compact=True, border=2)
        sys.stdout.flush()

    def _wait_for_model(self, database: Database, since: float) -> None:
        """Ask for no picture before somebody can paint it; in the end the queue is patient."""
        end = time.monotonic() + MODEL_SECONDS
        if arrival.worker_ready(database, since):
            return
        self.say("model_loading")
        self._until(lambda: arrival.worker_ready(database, since) or time.monotonic() > end)
        if time.monotonic() > end:
            self.say("model_later")

    def _until(self, condition: Callable[[], bool], seconds: float = POLL_SECONDS) -> None:
        while not condition():
            time.sleep(seconds)


def _is_active(line: RichMenuClient) -> bool:
    try:
        endpoint = line.webhook_endpoint()
    except LineError:
        return False  # asked again soon
    return endpoint is not None and endpoint.active


COMMANDS = (setup,)
