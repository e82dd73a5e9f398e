"""What an error code means, and what an operator does about it."""

from __future__ import annotations

from typing import NamedTuple


class Cause(NamedTuple):
    """means: what happened. do: what mends it."""

    means: str
    do: str


_CAUSES = {
    # --- painting (inference.request, bot.drawing)
    "paint_failed": Cause(
        "The model failed, each time that it was tried.",
        "Read the worker's lines about it: python -m bot logs --job NUMBER --level warning",
    ),
    "invalid_request": Cause(
        "The model cannot paint this number, size or number of steps.",
        "Compare STEPS and GUIDANCE with what the model takes.",
    ),
    "unsafe": Cause(
        "Every picture was flagged by the model's safety checker, twice.",
        "Nothing; if this befalls harmless prompts, think of another model.",
    ),
    "out_of_memory": Cause(
        "Memory ran out, also for a smaller picture.",
        "Lower ENGINE_SLOTS, or see what else holds the device's memory.",
    ),
    "busy": Cause(
        "The worker's waiting room was full for a minute.",
        "Start another worker, or lower ENGINE_SLOTS so that others get the jobs.",
    ),
    "model_unavailable": Cause(
        "The worker could not load its model.", "Look with: python -m bot doctor"
    ),
    "lost": Cause(
        "A worker gave no sign of life over it until its lease was over: killed, frozen, cut off.",
        "See what the worker said last: python -m bot logs --job NUMBER; then its machine's log.",
    ),
    "hung": Cause(
        "A worker took no step of it for too long, and ended itself.",
        "Once is chance. Else look at that machine: nvidia-smi, dmesg; or raise STEP_TIMEOUT.",
    ),
    "storage_failed": Cause(
        "It was painted, but could not be stored.",
        "Look at the line about storage of: python -m bot doctor",
    ),
    "source_gone": Cause(
        "The picture or photo that it was to go on from is not there any more.",
        "Nothing, if it was erased or taken back; else look at the storage with: "
        "python -m bot doctor",
    ),
    # --- photos to paint from (bot.fetching)
    "photo_gone": Cause(
        "LINE has deleted the photo (404, 410).", "Nothing; it has to be sent anew."
    ),
    "photo_unavailable": Cause(
        "LINE did not hand the photo out, again and again.",
        "Look at the couriers' warnings of that time; the person was asked to send it anew.",
    ),
    "photo_too_large": Cause(
        "The photo has more bytes or pixels than are taken.", "Nothing; the person was told."
    ),
    "photo_animated": Cause("It moves, so it is no photo.", "Nothing; the person was told."),
    "photo_unreadable": Cause(
        "It is no picture that can be read, or it is broken.", "Nothing; the person was told."
    ),
    "too_many_attempts": Cause(
        "Workers died or fell silent over it MAX_ATTEMPTS times.",
        "Look for what killed them: memory (the system's log), the driver, a machine that froze.",
    ),
    # --- sending (bot.line.errors, bot.sending)
    "invalid_reply_token": Cause(
        "The reply token was used, or is older than a minute.",
        "Nothing, the next way is tried. If it happens often, couriers are too few or too slow.",
    ),
    "rate_limited": Cause(
        "LINE took no more calls for the moment (429).", "Nothing, it is tried again later."
    ),
    "quota_exhausted": Cause(
        "The month's messages are spent (429): replies work, pushes do not.",
        "Wait for the next month, or buy messages; see: python -m bot quota",
    ),
    "unauthorized": Cause(
        "LINE does not take the channel's access token (401, 403).",
        "Issue a new LINE_CHANNEL_ACCESS_TOKEN in the console and restart the couriers.",
    ),
    "bad_request": Cause(
        "LINE found a fault in the message (400).",
        "Mostly a link that is not https: see public URL and storage of python -m bot doctor, and "
        "LINE's words: python -m bot logs --job NUMBER. Else report it, with the request id.",
    ),
    "not_found": Cause("LINE does not know the chat or file (404, 410).", "Nothing; it is gone."),
    "timeout": Cause("LINE was called and did not answer in time.", "Nothing, it is tried again."),
    "connection": Cause(
        "LINE could not be reached.", "Look at the network and DNS of the couriers."
    ),
    "dropped": Cause(
        "The connection to LINE broke before the answer.", "Nothing, it is tried again."
    ),
    "server_error": Cause("Trouble at LINE's (5xx).", "See LINE's status page; it is tried again."),
    "not_ready": Cause("LINE was still preparing a file.", "Nothing, it is tried again."),
    "too_large": Cause("A file that somebody sent is too large.", "Nothing."),
    "erased": Cause("What was to be said had been taken back by then.", "Nothing."),
    "tried_too_often": Cause(
        "It was tried for about a day and given up.",
        "Look at the couriers' warnings of that day, and with: python -m bot doctor",
    ),
}
_UNKNOWN = Cause(
    "This version knows no such code.", "Search the logs for it: python -m bot logs --text CODE"
)


def cause(code: str) -> Cause:
    """What this code means; for one that nobody knows, where to look."""
    return _CAUSES.get(code, _UNKNOWN)


def known() -> frozenset[str]:
    """The codes that are explained."""
    return frozenset(_CAUSES)
