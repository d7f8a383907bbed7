"""What holds for the whole tree: names, sizes, no address of a machine, and documents that stay true."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("schemas", "connectors", "pipelines")
NO_INDEX_ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links")


def _tracked() -> list[Path]:
    """Files of the checkout, as git knows them (the new ones too, so that the test speaks before the commit)."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_the_three_names_belong_to_this_distribution_only() -> None:
    owners = importlib.metadata.packages_distributions()
    for package in PACKAGES:
        assert set(owners.get(package, [])) <= {"parley-wire"}


def test_the_wheel_holds_the_three_packages_and_nothing_else(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-build-isolation",
        "--no-deps",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("parley_wire-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/", 1)[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert "schemas/published/article.v1.json" in names
    assert any(name.startswith("pipelines/lexicon/") and name.endswith(".toml") for name in names)


@pytest.mark.parametrize("package", [*PACKAGES, "tests", "deploy", "tools"])
def test_no_module_is_past_500_lines(package: str) -> None:
    long = {str(path): n for path in (ROOT / package).rglob("*.py") if (n := len(path.read_text().splitlines())) > 500}
    assert not long


def test_the_lock_has_hashes_and_no_index_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not NO_INDEX_ADDRESS.search(lock)
    pins = re.findall(r"^[a-z0-9._-]+(?:\[[^]]*])?==", lock, re.M | re.I)
    assert len(pins) > 50
    assert lock.count("--hash=sha256:") >= len(pins)


def test_no_path_of_a_machine_stands_in_the_tree() -> None:
    wanted = [re.compile(rf"(?<![\w./-])/{home}/\w") for home in ("root", "home", "work", "Users")]
    found = []
    for path in _tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for pattern in wanted if (match := pattern.search(text))]
    assert not found


def test_every_promise_names_a_test_that_exists() -> None:
    text = (ROOT / "docs/promises.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) >= 10
    missing = []
    for file, name in named:
        path = ROOT / file
        if not path.is_file() or (name and not re.search(rf"^\s*(async )?(def|class) {name}\b", path.read_text(), re.M)):
            missing.append(f"{file}::{name}")
    assert not missing


def test_decisions_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (ROOT / "docs/decisions").glob("*.md"))
    numbers = [int(name.split("-", 1)[0]) for name in names]
    assert numbers == list(range(1, len(names) + 1))
    for name in names:
        text = (ROOT / "docs/decisions" / name).read_text()
        assert re.match(r"# \d{4}\. ", text), name
        assert "## Why" in text, name


def test_architecture_names_every_module_folder() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    folders = {
        path.parent.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")
    }
    assert not sorted(folder for folder in folders if f"{folder}/" not in text)


def test_files_named_in_the_architecture_exist() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    named = re.findall(r"`((?:schemas|connectors|pipelines|tests|deploy|docs|tools|samples)/[\w./-]*)`", text)
    assert named
    assert not sorted({name for name in named if not (ROOT / name).exists()})
