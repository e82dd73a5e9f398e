"""Whole stories: the real processes of the Procfile, with the simulator in LINE's place."""

import pytest

pytest.register_assert_rewrite("tests.scenarios.house")
