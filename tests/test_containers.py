"""compose.yaml and the Containerfile say what they should, without any program for containers."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from dataclasses import fields
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from bot.settings import Settings
from scripts import container_test, containers, image_check
from tests import ROOT

OURS = {"migrate", "web", "courier", "clock", "worker"}
SERVERS = {"postgres", "valkey", "store"}
# Read by libraries or gunicorn, or only by compose.yaml itself.
OTHERS = {"HOST", "STORE_PASSWORD", "STORE_PORT", "TORCH_INDEX"}
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def stages() -> dict[str, list[str]]:
    """The lines of each stage with those that it begins from, by its name."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"(?m)^FROM ", CONTAINERFILE)[1:]:
        head, _, body = part.partition("\n")
        source, _, name = head.partition(" AS ")
        found[name] = [*found.get(source, []), *body.splitlines()]
    return found


def test_all_processes_and_servers_are_there() -> None:
    assert set(SERVICES) == OURS | SERVERS
    assert {service["image"] for name, service in SERVICES.items() if name in OURS} == {
        "efude-web",
        "efude-worker",
    }
    for name in SERVERS:  # a version, or what runs tomorrow is another program
        assert re.fullmatch(r"docker\.io/\S+:v?\d[\w.-]*", SERVICES[name]["image"]), name


def test_processes_run_the_commands_of_the_procfile() -> None:
    procfile = dict(
        line.split(": ", 1) for line in (ROOT / "Procfile").read_text("utf-8").splitlines()
    )
    said = {name: " ".join(SERVICES[name].get("command", [])) for name in OURS}
    assert said["migrate"] == procfile["release"]
    assert (said["courier"], said["clock"]) == (procfile["courier"], procfile["clock"])
    for name in ("web", "worker"):  # the image's own
        assert said[name] == ""
        [command] = re.findall(r"(?m)^CMD (\[.+\])$", "\n".join(stages()[name]))
        assert " ".join(yaml.safe_load(command)) == procfile[name].replace("'", "")
        assert container_test.COMMANDS[name] == (name, [])


def test_nothing_is_open_to_other_machines() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_processes_can_do_and_write_next_to_nothing() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]
        assert [volume.partition(":")[2] for volume in service["volumes"]] == ["/data"]
        assert "privileged" not in service
    for name in ("web", "worker"):
        lines = stages()[name]
        assert "USER 10001:10001" in lines
        assert [line for line in lines if line.startswith("VOLUME")] == ["VOLUME /data"]
        assert any(line.startswith("ENTRYPOINT") and "tini" in line for line in lines)


def test_every_service_has_a_health_check() -> None:
    for name in ("web", "worker"):
        assert any(line.startswith("HEALTHCHECK") for line in stages()[name])
    for name in {"courier", "clock"} | SERVERS:
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES["migrate"]["healthcheck"] == {"disable": True}
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"]["condition"].startswith("service_completed")


def test_settings_have_names_that_are_read() -> None:
    known = {field.name.upper() for field in fields(Settings)} | OTHERS
    given = {name for each in OURS for name in SERVICES[each]["environment"]}
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE_TEXT))
    asked = {name for name in asked if not name.startswith("AWS_")}
    assert given <= known
    assert asked <= known
    assert {"DATABASE_URL", "BROKER_URL"} <= given


def test_no_secret_stands_in_the_files() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY", name):
                assert re.fullmatch(r"\$\{[A-Z0-9_]+(:[-?][^}]*)?\}", value), name
    assert "://efude:${STORE_PASSWORD:?" in SERVICES["web"]["environment"]["DATABASE_URL"]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"  # nothing goes into an image by accident: .env, live/, var/
    assert {line for line in rules if line.startswith("!")} == {
        "!bot",
        "!inference",
        "!constraints.txt",
    }


def test_only_the_worker_gets_torch() -> None:
    for name, lines in stages().items():
        text = "\n".join(line for line in lines if not line.startswith("#"))
        has_torch = "inference-requirements.txt" in text or "build-worker" in text
        assert has_torch is (name in {"build-worker", "worker"}), name
    cuda = yaml.safe_load((ROOT / "compose.cuda.yaml").read_text(encoding="utf-8"))
    assert set(cuda["services"]) == {"worker"}
    assert "/cu" in cuda["services"]["worker"]["build"]["args"]["TORCH_INDEX"]


def test_images_have_no_layer_that_needs_a_shell() -> None:
    for name in ("base", "web", "worker"):
        lines = stages()[name]
        assert not [line for line in lines if line.startswith("RUN")], name
        assert "COPY --from=system /system /" in lines
    assert re.search(r"(?m)^FROM scratch AS base$", CONTAINERFILE)


def test_only_bytecode_that_no_process_imports_is_left_out() -> None:
    patterns = re.findall(r"""unused=["'](?:\$unused\|)?([^"'$]+)["']""", CONTAINERFILE)
    excluded = re.compile("|".join(patterns))
    assert excluded.search("venv/lib/python3.11/site-packages/sqlalchemy/orm/session.py")
    # In a process of its own: tests import more than the bot does.
    script = "from scripts import image_check\n"
    script += "for module in image_check.import_bot():\n    print(getattr(module, '__file__', ''))"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = done.stdout.splitlines()
    assert any("/site-packages/linebot/v3/messaging/" in path for path in paths)
    assert not [path for path in paths if excluded.search(path)]


def test_a_library_that_cannot_be_loaded_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "broken.so.1").write_bytes(b"\x7fELF and no more")
    monkeypatch.setattr(sysconfig, "get_path", lambda _name: str(tmp_path))
    [fault] = image_check.find_broken_libraries()
    assert "lib/broken.so.1 cannot be loaded" in fault


def test_a_module_without_bytecode_is_found(tmp_path: Path) -> None:
    module = ModuleType("uncompiled")
    module.__spec__ = ModuleSpec("uncompiled", None)
    module.__spec__.cached = str(tmp_path / "uncompiled.pyc")
    fault = "uncompiled has no bytecode."
    assert list(image_check.find_slow_modules([sys, module])) == [fault]
    (tmp_path / "uncompiled.pyc").touch()
    assert not list(image_check.find_slow_modules([sys, module]))


def test_the_base_is_one_and_the_same() -> None:
    assert re.findall(r"(?m)^ARG BASE=(\S+)$", CONTAINERFILE) == [containers.BASE]
