"""A worker whose model hangs once: python -m tests.scenarios.hanging_worker, for test_hanging.

When a file "hang" lies in the working folder, it is taken away, and the third call of the UNet from
then on never returns: the engine's thread sits in it, as in a call of a driver that has stuck.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import inference.engine.batch
from bot.cli import main
from inference.models import model

_FLAG = Path("hang")
_left: list[int] = []


def predict(*given: Any) -> Any:
    if _FLAG.exists():
        _FLAG.unlink()
        _left.append(3)
    if _left:
        _left[0] -= 1
        if _left[0] == 0:
            threading.Event().wait()
    return model.predict(*given)


if __name__ == "__main__":
    setattr(inference.engine.batch, "predict", predict)  # noqa: B010  (of other types, on purpose)
    raise SystemExit(main(["worker"]))
