"""What the stack remembers, and that a remembered number never hits a stranger."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import command, process, state
from deploy.local.elastic_node import data_folder, server_pid, sweep
from deploy.local.errors import StackError
from deploy.local.kafka_node import answers_api_versions
from deploy.local.process import Account
from deploy.local.stack import Stack


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield child
    child.kill()
    child.wait()


def test_the_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    nodes = {"kafka": state.NodeState(4711, "12@boot", {"client": 20_001}, "127.0.0.1:20001"), "x": state.NodeState()}
    state.save(tmp_path, nodes)
    assert state.load(tmp_path) == nodes
    assert [path.name for path in tmp_path.iterdir()] == [state.FILE_NAME]


def test_no_record_is_an_empty_record(tmp_path: Path) -> None:
    assert state.load(tmp_path) == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": 9, "nodes": {}}', '{"format": 1, "nodes": {"kafka": {"pid": -1}}}', "null"]
)
def test_a_broken_record_is_a_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / state.FILE_NAME).write_text(text)
    with pytest.raises(StackError, match=r"endpoints\.json"):
        state.load(tmp_path)


@pytest.mark.parametrize("pid", [0, 1, -1])
def test_a_record_cannot_name_a_process_that_is_not_one(tmp_path: Path, pid: int) -> None:
    entry = {"pid": pid, "started": "x", "ports": {}, "address": ""}
    (tmp_path / state.FILE_NAME).write_text(json.dumps({"format": 1, "nodes": {"kafka": entry}}))
    with pytest.raises(StackError):
        state.load(tmp_path)


def test_ports_stay_while_they_are_free_and_differ_otherwise() -> None:
    first = state.settle_ports(("a", "b"), {})
    assert len(set(first.values())) == 2
    assert state.settle_ports(("a", "b"), first) == first
    with socket.create_server(("127.0.0.1", first["a"])):
        second = state.settle_ports(("a", "b"), first)
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]
    assert state.settle_ports(("a",), first, avoid=[first["a"]])["a"] != first["a"]


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    assert state.pick_port() in state.PORT_RANGE


def test_a_process_is_known_by_number_and_start(sleeper: subprocess.Popen[bytes]) -> None:
    mark = process.start_mark(sleeper.pid)
    assert process.is_same(sleeper.pid, mark)
    assert not process.is_same(sleeper.pid, "0@another-boot")
    assert not process.is_same(None, mark)
    assert process.start_mark(0) is None


def test_a_stranger_with_a_recycled_number_is_not_touched(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    state.save(tmp_path, {"kafka": state.NodeState(sleeper.pid, "1@long-ago", {"client": 20_001}, "127.0.0.1:20001")})
    stack = Stack(tmp_path)
    assert not stack.status()["kafka"].running
    with pytest.raises(StackError, match="nothing to kill"):
        stack.kill("kafka")
    stack.down()
    assert sleeper.poll() is None
    assert state.load(tmp_path)["kafka"].pid is None


def test_down_ends_the_recorded_process_and_may_be_repeated(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    entry = state.NodeState(sleeper.pid, process.start_mark(sleeper.pid), {"client": 20_001}, "127.0.0.1:20001")
    state.save(tmp_path, {"kafka": entry})
    with Stack(tmp_path) as stack:
        assert stack.status()["kafka"].pid == sleeper.pid
    assert process.start_mark(sleeper.pid) is None
    stack.down()
    assert stack.endpoints.kafka_bootstrap == "127.0.0.1:20001"


def test_one_that_ignores_the_polite_signal_is_killed(sleeper: subprocess.Popen[bytes]) -> None:
    code = "import signal,time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        assert process.terminate(deaf.pid, process.start_mark(deaf.pid), 0.3) == "killed"
    assert process.terminate(sleeper.pid, process.start_mark(sleeper.pid), 5) == "stopped"
    assert not process.send(sleeper.pid, "gone", signal.SIGKILL)


def test_a_killed_process_has_let_go_of_its_port_at_once() -> None:
    code = "import socket,time; s=socket.create_server(('127.0.0.1',0)); print(s.getsockname()[1],flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        mark = process.start_mark(server.pid)
        assert not process.has_let_go(server.pid, mark)
        process.kill(server.pid, mark)
        assert process.has_let_go(server.pid, mark)
        assert state.is_free(port)


def test_a_pid_file_is_believed_only_if_the_command_line_agrees(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    (tmp_path / "es.pid").write_text(str(sleeper.pid))
    assert server_pid(tmp_path) is None
    code = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, f"-Djava.io.tmpdir={tmp_path / 'tmp'}"]) as ours:
        (tmp_path / "es.pid").write_text(str(ours.pid))
        assert process.wait_until(lambda: server_pid(tmp_path) == ours.pid, 5)
        ours.kill()


def test_a_closed_stack_folder_gets_its_data_elsewhere_and_it_is_swept_later(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    closed, root = tmp_path / "closed", tmp_path / "root"
    closed.mkdir(mode=0o700)
    stranger = Account(os.getuid() + 12_345, os.getgid() + 12_345)
    assert data_folder(closed, None, root) == closed / "elasticsearch"
    place = data_folder(closed, stranger, root)
    assert place.parent.parent == root
    assert data_folder(closed, stranger, root) == place
    sweep(root)
    assert place.exists()
    (closed / "elasticsearch").unlink()
    closed.rmdir()
    sweep(root)
    assert not place.exists()


def test_a_port_that_is_no_broker_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not answers_api_versions(server.getsockname()[1], timeout=0.2)
    assert not answers_api_versions(state.pick_port())


def test_unknown_servers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no server"):
        Stack(tmp_path).up(["cassandra"])
    with pytest.raises(StackError, match="in a list"):
        Stack(tmp_path).up("kafka")


def test_the_command_says_by_its_status_what_is_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--dir", str(tmp_path / "stack")]
    assert command.main(["down", *place]) == command.OK
    assert not (tmp_path / "stack").exists()
    assert command.main(["status", *place, "--json"]) == command.NOT_RUNNING
    assert json.loads(capsys.readouterr().out)["servers"]["kafka"]["running"] is False
    (tmp_path / "file").write_text("")
    assert command.main(["up", "--dir", str(tmp_path / "file")]) == command.FAILED
    assert "Choose another" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        command.main(["up", "--only", "cassandra"])


@pytest.mark.parametrize("way", [["-m", "deploy.local.stack"], ["deploy/local/stack.py"]])
def test_it_runs_as_a_module_and_as_a_file(way: list[str]) -> None:
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, *way, "--help"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "exit status" in done.stdout
