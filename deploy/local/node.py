"""What both servers have in common: prepare, start, be asked whether ready, stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deploy.local import process
from deploy.local.errors import StackError, log_tail
from deploy.local.state import NodeState

Say = Callable[[str], None]


@dataclass(frozen=True)
class Context:
    """Where a server keeps its things, under which environment it starts, and whom to tell."""

    folder: Path
    env: Mapping[str, str]
    account: process.Account | None
    say: Say


class Node(ABC):
    """One server of the stack. Its state is the caller's to save."""

    name: ClassVar[str]
    title: ClassVar[str]
    port_names: ClassVar[tuple[str, ...]]
    ready_seconds: ClassVar[float] = 240
    grace_seconds: ClassVar[float] = 60

    def __init__(self, context: Context) -> None:
        self.context = context
        self.folder = context.folder / self.name

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @abstractmethod
    def prepare(self) -> None:
        """Fetch and choose what a start needs: the slow part that needs no ports."""

    @abstractmethod
    def start(self, state: NodeState) -> None:
        """Start the process on the ports in `state` and note its number there."""

    @abstractmethod
    def address(self, ports: Mapping[str, int]) -> str:
        """What a client is told to connect to."""

    @abstractmethod
    def is_ready(self, state: NodeState) -> bool:
        """Ask the server itself, once."""

    def adopt(self, state: NodeState) -> None:  # noqa: B027 (most servers have nothing to do here)
        """Find a server of ours that runs though the record does not know it."""

    def is_running(self, state: NodeState) -> bool:
        return process.is_same(state.pid, state.started)

    def note(self, state: NodeState, pid: int) -> None:
        state.pid, state.started = pid, process.start_mark(pid)

    def wait_ready(self, state: NodeState) -> None:
        def settled() -> bool:
            return not self.is_running(state) or self.is_ready(state)

        in_time = process.wait_until(settled, self.ready_seconds, 0.15)
        if not self.is_running(state):
            raise StackError(
                f"{self.title} ended while starting. Its log, {self.log}, ends:\n{log_tail(self.log)}\n"
                "Mend what it says there and try again; if its data is broken, `down --purge` deletes it."
            )
        if not in_time:
            raise StackError(
                f"{self.title} did not become ready within {self.ready_seconds:.0f} s. "
                f"Its log, {self.log}, ends:\n{log_tail(self.log)}\n"
                "Is the machine very busy or short of memory? `status` shows what runs, `up` waits again."
            )

    def stop(self, state: NodeState) -> str:
        """End the process cleanly, or hard when it does not listen. Fine when there is none."""
        outcome = "gone"
        if state.pid is not None:
            outcome = process.terminate(state.pid, state.started, self.grace_seconds)
        state.pid = state.started = None
        return outcome
