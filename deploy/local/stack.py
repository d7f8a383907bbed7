"""The local real stack: start, stop, look, and break it on purpose.

    python -m deploy.local.stack up|down|status [--dir DIR] [--only kafka,elasticsearch] [--json]

From a test::

    from deploy.local.stack import Stack

    with Stack(folder) as stack:              # stops the servers at the end; their data stays in `folder`
        where = stack.up()
        ... where.kafka_bootstrap, where.elasticsearch_url
        stack.kill("kafka")                   # SIGKILL, as a crash would
        stack.up()                            # same data, same ports
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

if not __package__:  # run as a file: the project is two folders up
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from deploy.local import artifacts, process, state
from deploy.local.elastic_node import ElasticNode
from deploy.local.errors import StackError
from deploy.local.kafka_node import KafkaNode
from deploy.local.node import Context, Node, Say

NAMES = ("kafka", "elasticsearch")
__all__ = ["NAMES", "Endpoints", "NodeStatus", "Stack", "StackError", "default_dir"]


@dataclass(frozen=True)
class Endpoints:
    """What clients connect to. Empty for a server that was never started in this folder."""

    kafka_bootstrap: str
    elasticsearch_url: str


@dataclass(frozen=True)
class NodeStatus:
    """One server as it is now."""

    running: bool
    ready: bool
    address: str
    pid: int | None
    memory_mb: int | None
    folder: str


def default_dir(env: Mapping[str, str] = os.environ) -> Path:
    return Path(env.get("PARLEY_STACK_DIR") or ".parley/stack")


def _silent(_: str) -> None:
    pass


class Stack:
    """A Kafka and an Elasticsearch that keep everything in one folder. All methods may be called again."""

    def __init__(
        self,
        dir: Path,
        *,
        kafka_heap: str | None = None,
        es_heap: str | None = None,
        env: Mapping[str, str] | None = None,
        say: Say = _silent,
    ) -> None:
        self.dir = dir.expanduser().resolve()
        self._say = say
        context = Context(self.dir, dict(os.environ if env is None else env), process.server_account(), say)
        self._nodes: dict[str, Node] = {
            "kafka": KafkaNode(context, kafka_heap),
            "elasticsearch": ElasticNode(context, es_heap),
        }

    def up(self, only: Sequence[str] = NAMES) -> Endpoints:
        """Start what does not run and wait until it is ready. What runs already is left alone."""
        chosen = self._choose(only)
        with self._locked():
            record = self._load()
            begun: list[str] = []
            try:
                missing = [name for name in chosen if not self._is_alive(self._nodes[name], record[name])]
                for name in missing:
                    self._nodes[name].prepare()
                for name in reversed(missing):  # Elasticsearch takes longest: Kafka starts meanwhile
                    begun.append(name)
                    self._start(name, record)
                for name in chosen:
                    self._say(f"waiting for {self._nodes[name].title} to answer")
                    self._nodes[name].wait_ready(record[name])
                    begun = [other for other in begun if other != name]
                    self._save(record)
                    self._say(f"{self._nodes[name].title} is ready: {record[name].address}")
            except BaseException:
                for name in begun:  # none stays half started
                    self._nodes[name].stop(record[name])
                raise
            finally:
                self._save(record)
        return self.endpoints

    def down(self, only: Sequence[str] = NAMES) -> None:
        """Stop what runs: SIGTERM, patience, SIGKILL. Ports and data stay."""
        chosen = self._choose(only)
        if not self.dir.is_dir():
            return
        with self._locked():
            record = self._load()
            for name in chosen:
                outcome = self._nodes[name].stop(record[name])
                self._save(record)
                if outcome != "gone":
                    self._say(f"{self._nodes[name].title} {outcome}")

    def purge(self) -> None:
        """Stop everything and delete this stack's data and record; the programs stay in the cache."""
        self.down()
        for node in self._nodes.values():
            if node.folder.exists():
                shutil.rmtree(node.folder)
            link = self.dir / node.name
            if link.is_symlink():
                link.unlink()
                shutil.rmtree(node.folder.parent, ignore_errors=True)
        (self.dir / state.FILE_NAME).unlink(missing_ok=True)

    def restart(self, name: str) -> Endpoints:
        """Stop one server cleanly and start it again."""
        self.down([name])
        return self.up([name])

    def kill(self, name: str) -> None:
        """End one server by SIGKILL, as a crash would."""
        self._choose([name])
        with self._locked():
            node = self._load()[name]
            if node.pid is None or not self._nodes[name].is_running(node):
                title = self._nodes[name].title
                raise StackError(f"{title} does not run in {self.dir}, so nothing to kill. Start it first.")
            process.kill(node.pid, node.started)

    def status(self) -> dict[str, NodeStatus]:
        """Each server as it is now, asked itself."""
        return {name: self._status(self._nodes[name], entry) for name, entry in self._load().items()}

    @property
    def endpoints(self) -> Endpoints:
        record = self._load()
        return Endpoints(record["kafka"].address, record["elasticsearch"].address)

    def __enter__(self) -> Stack:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.down()

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        servers = {name: asdict(entry) for name, entry in self.status().items()}
        return {"dir": str(self.dir), **asdict(self.endpoints), "servers": servers}

    def _choose(self, only: Sequence[str]) -> list[str]:
        unknown = [name for name in only if name not in NAMES]
        if unknown or isinstance(only, str):
            named = only if isinstance(only, str) else ", ".join(unknown)
            raise StackError(f"There is no server {named!r}; name some of {', '.join(NAMES)}, in a list.")
        return [name for name in NAMES if name in only]

    def _is_alive(self, node: Node, entry: state.NodeState) -> bool:
        """Whether it runs and is not just dying: one that does not answer gets a moment to show which."""
        running = node.is_running(entry)
        if running and not node.is_ready(entry):
            process.wait_until(lambda: not node.is_running(entry), 1)
            running = node.is_running(entry)
        if entry.pid is not None and not running:
            pid = entry.pid  # its ports are to be free again, else new ones would be chosen
            process.wait_until(lambda: process.has_let_go(pid, entry.started), 15)
        return running

    def _start(self, name: str, record: dict[str, state.NodeState]) -> None:
        node, entry = self._nodes[name], record[name]
        others = [port for other in NAMES if other != name for port in record[other].ports.values()]
        entry.ports = state.settle_ports(node.port_names, entry.ports, others)
        entry.address = node.address(entry.ports)
        self._say(f"starting {node.title}")
        try:
            node.start(entry)
        except OSError as error:
            raise StackError(
                f"{node.title} could not be started in {node.folder}: {error}. "
                "Is the folder yours to write, and is there room on the disk?"
            ) from error
        self._save(record)

    def _status(self, node: Node, entry: state.NodeState) -> NodeStatus:
        running = node.is_running(entry)
        return NodeStatus(
            running=running,
            ready=running and node.is_ready(entry),
            address=entry.address,
            pid=entry.pid if running else None,
            memory_mb=process.resident_mb(entry.pid) if running and entry.pid else None,
            folder=str(node.folder),
        )

    def _load(self) -> dict[str, state.NodeState]:
        known = state.load(self.dir)
        record = {name: known.get(name, state.NodeState()) for name in NAMES}
        for name, entry in record.items():
            self._nodes[name].adopt(entry)
        return record

    def _save(self, record: Mapping[str, state.NodeState]) -> None:
        state.save(self.dir, record)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One command at a time on one folder."""
        try:
            self.dir.mkdir(parents=True, exist_ok=True)
            with artifacts.locked(self.dir / ".lock", self._say, f"working on {self.dir}"):
                yield
        except OSError as error:
            raise StackError(
                f"Cannot use the folder {self.dir}: {error}. Choose another by --dir or PARLEY_STACK_DIR."
            ) from error


if __name__ == "__main__":
    from deploy.local.command import main

    sys.exit(main())
