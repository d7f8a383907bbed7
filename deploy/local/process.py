"""Processes that outlive the command that started them: who they are, whether they live, how they end.

A process is known by its number *and* the moment it started, because numbers are given out again: a stale
number in a state file must never get a stranger killed.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError

PROC = Path("/proc")
# Our own running children: Python warns when it drops one that still runs, and these are meant to outlive us.
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Account:
    """The user a server runs as when root starts it."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """`nobody` for root (Elasticsearch refuses to run as root), otherwise None: stay who we are."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise StackError(
            "Elasticsearch refuses to run as root and this machine has no user `nobody` to run it as. "
            "Start the stack as an ordinary user."
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def _stat_fields(pid: int) -> list[str] | None:
    try:
        text = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The second field is the program's name in brackets and may itself hold blanks and brackets.
    return text[text.rfind(")") + 2 :].split()


def _ps(pid: int, column: str) -> str | None:
    command = ["ps", "-o", f"{column}=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def start_mark(pid: int) -> str | None:
    """A text that names this very process among all that ever had the number; None when it is gone.

    A zombie is gone: it holds no port and no file, only its parent has not looked yet.
    """
    if pid <= 0:
        return None
    _reap(pid)
    if sys.platform == "linux":
        fields = _stat_fields(pid)
        if fields is None or fields[0] in ("Z", "X"):
            return None
        try:
            boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            boot = "unknown"
        return f"{fields[19]}@{boot}"
    if (_ps(pid, "stat") or "Z").startswith("Z"):
        return None
    return _ps(pid, "lstart")


def _reap(pid: int) -> None:
    """Collect the process if it is a dead child of ours, else it would stay a zombie."""
    for child in _children:
        if child.pid == pid:
            child.poll()
            return
    with contextlib.suppress(OSError):
        os.waitpid(pid, os.WNOHANG)


def is_same(pid: int | None, mark: str | None) -> bool:
    """True when the process recorded as (number, start) still lives."""
    return pid is not None and mark is not None and start_mark(pid) == mark


def has_let_go(pid: int, mark: str | None) -> bool:
    """True when the process is gone with all its threads, so that its ports and file locks are free again.

    After SIGKILL the first thread can be a zombie while others still hold what the process had.
    """
    if is_same(pid, mark):
        return False
    fields = _stat_fields(pid) if sys.platform == "linux" else None
    return fields is None or fields[0] not in ("Z", "X") or int(fields[17]) <= 1


def command_line(pid: int) -> str:
    """The process's command line, blanks between its words; empty when unknown."""
    if sys.platform == "linux":
        try:
            return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    return _ps(pid, "command") or ""


def resident_mb(pid: int) -> int | None:
    """Memory the process really holds, in MB."""
    if sys.platform == "linux":
        try:
            pages = int((PROC / str(pid) / "statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return None
        return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000
    kilobytes = _ps(pid, "rss")
    return int(kilobytes) // 1000 if kilobytes and kilobytes.isdigit() else None


def spawn(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, account: Account | None
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that a Ctrl-C at the terminal does not reach it."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )  # fmt: skip
    _children[:] = [other for other in _children if other.poll() is None] + [child]
    return child


def send(pid: int, mark: str | None, number: signal.Signals) -> bool:
    """Signal the process if it is still the recorded one; False when it is gone or another."""
    if not is_same(pid, mark):
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise StackError(
            f"Process {pid} was started by another user and cannot be stopped by this one. "
            "Run the command as the user who started the stack."
        ) from error
    return True


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Ask again and again until it is so or the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def terminate(pid: int, mark: str | None, grace: float) -> str:
    """SIGTERM, a while of patience, SIGKILL. Returns `gone`, `stopped` or `killed`."""
    if not send(pid, mark, signal.SIGTERM):
        return "gone"
    if wait_until(lambda: has_let_go(pid, mark), grace, 0.02):
        return "stopped"
    kill(pid, mark)
    return "killed"


def kill(pid: int, mark: str | None) -> None:
    """SIGKILL, then wait until the kernel has let go of it."""
    if send(pid, mark, signal.SIGKILL) and not wait_until(lambda: has_let_go(pid, mark), 30, 0.02):
        raise StackError(
            f"Process {pid} does not end, even by SIGKILL: it may wait for a disk or a network drive that "
            "hangs. "
            "Look with `ps`, then try again."
        )
