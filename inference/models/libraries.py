"""Import diffusers and transformers without their progress bars and warnings."""

from __future__ import annotations

from typing import Any


def import_quietly() -> tuple[Any, Any]:
    """Return the modules (diffusers, transformers), which report errors only from then on."""
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    return diffusers, transformers
