"""The servers' program folders: fetched once through Maven, checked, assembled, kept in the user's cache.

The network is used only here and only when a folder is missing. Every file taken is checked against the
SHA-256 pinned in `checksums.json`. Assembling happens in a temporary folder beside the target, under a lock,
and ends with one rename: what stands under the final name is whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.jdk import reachable
from deploy.local.process import Account

HERE = Path(__file__).resolve().parent
# Named in full so that the same plugin runs whatever the user's Maven would choose.
GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:resolve"
ROOT_CACHE = Path("/var/cache/parley/stack")
MAVEN_SECONDS = 3600
Say = Callable[[str], None]
# Puts a home together: (folder with the fetched files as Maven lays them out, new empty folder).
Assemble = Callable[["Pinned", Path, Path], None]


@dataclass(frozen=True)
class Pinned:
    """One server's entry in checksums.json. `assembly` counts changes in how the home is put together."""

    name: str
    version: str
    assembly: int
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        text = json.dumps([self.name, self.version, self.assembly, sorted(self.files.items())])
        return hashlib.sha256(text.encode()).hexdigest()


def pinned(name: str, path: Path = HERE / "checksums.json") -> Pinned:
    entry = json.loads(path.read_text("utf-8"))[name]
    return Pinned(name, entry["version"], entry["assembly"], entry["files"])


def cache_root(env: Mapping[str, str], account: Account | None) -> Path:
    """The folder of all homes: in the user's cache, unless the server's user could not get there.

    For root the servers run as another user, and root's own cache lies behind a home folder closed to
    everyone else. The homes then go to the system's cache folder, which everyone may read and only root may
    write (unlike a folder for temporary files, where somebody else could have put a home of the expected name
    before).
    """
    base = Path(env.get("XDG_CACHE_HOME") or Path(env.get("HOME") or Path.home()) / ".cache")
    root = base / "parley" / "stack"
    if account is None:
        return root
    existing = root
    while not existing.exists():
        existing = existing.parent
    return root if reachable(existing, account) else ROOT_CACHE


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(pins: Pinned, folder: Path) -> None:
    """Every pinned file is there and has the pinned sum."""
    for relative, expected in pins.files.items():
        path = folder / relative
        if not path.is_file():
            raise StackError(
                f"Maven did not bring {Path(relative).name}, which {pins.name} {pins.version} needs. "
                f"Do {pins.name}-pom.xml and checksums.json in {HERE} name the same versions?"
            )
        found = sha256(path)
        if found != expected:
            raise StackError(
                f"{path.name} is not the file expected (SHA-256 {found}, expected {expected}); nothing was "
                "installed. "
                "Try again; if it stays so, whatever serves Maven's downloads here hands out a changed file."
            )


@contextlib.contextmanager
def locked(path: Path, say: Say, waiting_for: str) -> Iterator[None]:
    """Hold a lock on this file; wait for another process that has it. The kernel frees it if we die."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(f"waiting: another process is {waiting_for}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_whole(home: Path, pins: Pinned) -> bool:
    """A cheap check: made from these very pins, and every file still there with its size."""
    try:
        manifest = json.loads((home / "manifest.json").read_text("utf-8"))
        if manifest["pins"] != pins.digest:
            return False
        return all((home / name).stat().st_size == size for name, size in manifest["sizes"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def write_manifest(home: Path, pins: Pinned) -> None:
    sizes = {
        str(path.relative_to(home)): path.stat().st_size
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
    content = {"name": pins.name, "version": pins.version, "pins": pins.digest, "sizes": sizes}
    (home / "manifest.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def ensure(pins: Pinned, assemble: Assemble, root: Path, free_mb: int, say: Say) -> Path:
    """The server's home; fetched and assembled first when it is missing, broken or of older pins."""
    home = root / f"{pins.name}-{pins.version}"
    if is_whole(home, pins):
        return home
    try:
        root.mkdir(parents=True, exist_ok=True)
        with locked(root / f".{pins.name}.lock", say, f"fetching {pins.name}"):
            if not is_whole(home, pins):
                _build(pins, assemble, home, free_mb, say)
    except OSError as error:
        raise StackError(
            f"Cannot put {pins.name} {pins.version} together under {root}: {error}. "
            "Set XDG_CACHE_HOME to a folder that you can write and that has room."
        ) from error
    return home


def _build(pins: Pinned, assemble: Assemble, home: Path, free_mb: int, say: Say) -> None:
    root = home.parent
    for left in root.glob(f".build-{pins.name}-*"):  # of a build that was killed: we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    free = shutil.disk_usage(root).free // 1_000_000
    if free < free_mb:
        raise StackError(
            f"{pins.name} needs {free_mb} MB in {root} while it is put together, and {free} MB are free. "
            "Make room or set XDG_CACHE_HOME to a folder on another disk."
        )
    build = Path(tempfile.mkdtemp(prefix=f".build-{pins.name}-", dir=root))
    try:
        # Maven's own repository is the user's. One of our own inside the build folder leaves nothing of the
        # large archives behind, at the price of fetching Maven's plugin (20 MB) each time a home is built.
        repository = build / "repository"
        say(f"fetching {pins.name} {pins.version} through Maven (once)")
        _maven(pins, repository)
        say(f"checking and assembling {pins.name}")
        verify(pins, repository)
        new = build / "home"
        new.mkdir()
        assemble(pins, repository, new)
        _open_for_reading(new)
        write_manifest(new, pins)
        (new / "manifest.json").chmod(0o644)
        if home.exists():
            os.rename(home, build / "old")
        os.rename(new, home)
    finally:
        shutil.rmtree(build, ignore_errors=True)


def _maven(pins: Pinned, repository: Path) -> None:
    mvn = shutil.which("mvn")
    if mvn is None:
        raise StackError(
            f"{pins.name} {pins.version} is not in the cache yet, and fetching it needs Maven: there is no "
            "`mvn` "
            "on PATH. Install the package `maven` (Debian, Fedora, Homebrew), then try again."
        )
    command = [mvn, "-B", "-ntp", f"-Dmaven.repo.local={repository}"]
    command += ["-f", str(HERE / f"{pins.name}-pom.xml"), GOAL]
    try:
        # Away from the current folder: Maven would read settings it finds there.
        done = subprocess.run(
            command, cwd=repository.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=MAVEN_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise StackError(f"Maven did not end within {MAVEN_SECONDS} s. Is the network very slow?") from error
    if done.returncode != 0:
        said = [line for line in done.stdout.splitlines() if "ERROR" in line][:6]
        said = said or (done.stdout + done.stderr).splitlines()[-6:]
        shown = "\n".join(f"  | {line[:400]}" for line in said)
        raise StackError(
            f"Maven could not fetch {pins.name} {pins.version}:\n{shown}\n"
            "Check the network and Maven's settings (proxy, mirror), then try again; nothing half-done was "
            "left."
        )


def _open_for_reading(home: Path) -> None:
    """Readable by all, writable by the owner only, whatever the umask: the servers may run as another "
    "user."""
    for path in [home, *home.rglob("*")]:
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)


def unpack(archive: Path, into: Path, choose: Callable[[str], str | None]) -> int:
    """Take files out of a zip: `choose` gives each name's new place, or None to leave it. Returns how "
    "many."""
    count = 0
    with zipfile.ZipFile(archive) as file:
        for entry in file.infolist():
            place = None if entry.is_dir() else choose(entry.filename)
            if place is None:
                continue
            target = into / place
            if not target.resolve().is_relative_to(into.resolve()):
                raise StackError(
                    f"{archive.name} holds {entry.filename}, which would land outside its folder. "
                    "Nothing was installed; report this."
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open(entry) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            target.chmod(0o755 if entry.external_attr >> 16 & 0o100 else 0o644)
            count += 1
    return count
