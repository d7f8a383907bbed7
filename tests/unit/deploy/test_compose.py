"""The compose file, read as data: there is no Docker where the tests run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (FOLDER / "Dockerfile").read_text("utf-8")
CONDITIONS = {"service_healthy", "service_completed_successfully"}
ONE_SHOT = {"kibana-user", "setup"}


def test_the_services_are_there() -> None:
    assert set(SERVICES) >= {"kafka", "elasticsearch", "kibana", "connect", "pipeline"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_pinned_closed_and_watched(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[a-z]+(/[a-z]+)?:\d+\.\d+\.\d+", service["image"]), "a full version, never `latest`"
    for port in service.get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)
    assert ("healthcheck" in service) != (name in ONE_SHOT)
    assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
    for mount in service.get("volumes", []):
        assert mount.split(":")[0] in COMPOSE["volumes"], "named volumes only"
    for key in ("privileged", "network_mode", "pid"):
        assert key not in service


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists_and_can_be_waited_for(name: str) -> None:
    for target, how in SERVICES[name].get("depends_on", {}).items():
        assert target in SERVICES
        assert how["condition"] in CONDITIONS
        assert (how["condition"] == "service_completed_successfully") == (target in ONE_SHOT)


def test_nothing_waits_in_a_circle() -> None:
    done: set[str] = set()
    while len(done) < len(SERVICES):
        ready = {name for name, body in SERVICES.items() if set(body.get("depends_on", {})) <= done} - done
        assert ready
        done |= ready


def test_addresses_inside_name_services() -> None:
    for name, service in SERVICES.items():
        for value in service.get("environment", {}).values():
            for host in re.findall(r"https?://([a-z][a-z-]*):\d+", str(value)):
                assert host in SERVICES, f"{name}: {host}"


def test_every_volume_is_used() -> None:
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_elasticsearch_and_kibana_are_of_one_version_and_that_of_the_local_stack() -> None:
    pins = (ROOT / "deploy/local/checksums.json").read_text("utf-8")
    tags = {SERVICES[name]["image"].split(":")[1] for name in ("elasticsearch", "kibana", "kibana-user")}
    assert len(tags) == 1
    assert f'"version": "{tags.pop()}"' in pins
    assert f'"version": "{SERVICES["kafka"]["image"].split(":")[1]}"' in pins


def test_secrets_come_from_a_file_that_git_does_not_take() -> None:
    example = (FOLDER / "secrets.env.example").read_text("utf-8")
    names = re.findall(r"^(\w+)=", example, re.M)
    assert set(names) >= {"ELASTIC_PASSWORD", "KIBANA_PASSWORD"}
    assert not re.search(r"^\w+=\S", example, re.M), "the example holds no password"
    assert "secrets.env" in (FOLDER / ".gitignore").read_text("utf-8").splitlines()
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key:
                assert re.match(r"\$\{\w+:\?", str(value)), f"{key} stands in the open"
    for name in ("elasticsearch", "connect", "pipeline"):
        assert SERVICES[name]["env_file"] == ["secrets.env"]


@pytest.mark.parametrize("name", ["setup", "connect", "pipeline"])
def test_parleys_own_services_are_built_here_and_hold_no_rights(name: str) -> None:
    service = SERVICES[name]
    build = service["build"]
    assert (FOLDER / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).resolve() == FOLDER / "Dockerfile"
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["command"] == [name]


def test_the_image_has_two_stages_hashes_and_no_root() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base) for base in bases)
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    last = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER (?!root)\w+$", last, re.M)
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M):
        for part in source.split():
            assert (ROOT / part).exists(), part
            assert f"!{part}" in (FOLDER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
