"""What the stack remembers between commands: one small file, written whole or not at all."""

from __future__ import annotations

import json
import os
import random
import socket
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.errors import StackError

FILE_NAME = "endpoints.json"
FORMAT = 1
# Below the range from which Linux (32768 up) and macOS (49152 up) take the ports of outgoing connections. A
# client that keeps reconnecting to a dead server inside that range can be given the very port as its own end,
# connect to itself and so keep the server from ever coming back.
PORT_RANGE = range(20_000, 32_000)


@dataclass
class NodeState:
    """One server: its process, as (number, start), and the ports that are its own, running or not."""

    pid: int | None = None
    started: str | None = None
    ports: dict[str, int] = field(default_factory=dict)
    address: str = ""


def load(folder: Path) -> dict[str, NodeState]:
    """The recorded state; nothing recorded is an empty state, a broken record an error."""
    path = folder / FILE_NAME
    try:
        raw = json.loads(path.read_text("utf-8"))
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']}, expected {FORMAT}")
        return {name: _node(entry) for name, entry in raw["nodes"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise StackError(
            f"Cannot read the stack's record {path}: {error}. "
            "Stop servers that still run by hand, delete the file, and start again; the data stays."
        ) from error


def _node(entry: Mapping[str, Any]) -> NodeState:
    pid, started = entry["pid"], entry["started"]
    if pid is not None and not (isinstance(pid, int) and pid > 1):
        raise ValueError(f"{pid!r} is not a process number")
    ports = {str(key): int(value) for key, value in entry["ports"].items()}
    return NodeState(pid, None if started is None else str(started), ports, str(entry["address"]))


def save(folder: Path, nodes: Mapping[str, NodeState]) -> None:
    """Write the record; a crash leaves the old one or the new one, never half of one."""
    content = {"format": FORMAT, "nodes": {name: asdict(node) for name, node in nodes.items()}}
    write_atomically(folder / FILE_NAME, json.dumps(content, indent=2) + "\n")


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def is_free(port: int) -> bool:
    """True when a server could listen there on loopback now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: connections of a server just killed must not make its own port look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def pick_port(avoid: Iterable[int] = ()) -> int:
    """A free loopback port, not one of `avoid`."""
    taken = set(avoid)
    for candidate in random.sample(PORT_RANGE, 200):
        if candidate not in taken and is_free(candidate):
            return candidate
    for _ in range(50):  # a very crowded machine: let the kernel choose
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
    raise StackError("No free port on 127.0.0.1. Close programs that hold many ports and try again.")


def settle_ports(
    names: Iterable[str],
    recorded: Mapping[str, int],
    avoid: Iterable[int] = (),
) -> dict[str, int]:
    """The recorded ports where they are still free, new ones where not."""
    taken = set(avoid)
    ports: dict[str, int] = {}
    for name in names:
        port = recorded.get(name)
        if port is None or port in taken or not is_free(port):
            port = pick_port(taken)
        ports[name] = port
        taken.add(port)
    return ports
