"""Read every setting from the environment, once, and report everything that is wrong.

Any NAME may instead be given as NAME_FILE, the path of a file that holds the value, as Docker,
Kubernetes and systemd pass secrets.
"""

from bot.settings.environment import RENAMED
from bot.settings.fields import LOOPBACK_HOSTS, Settings
from bot.settings.values import NotANumber, NumberError, SettingError

__all__ = [
    "LOOPBACK_HOSTS",
    "RENAMED",
    "NotANumber",
    "NumberError",
    "SettingError",
    "Settings",
]
