"""Nothing but the pinned files is assembled, and half a folder is never taken for a whole one."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy.local import artifacts, elastic_node
from deploy.local.errors import StackError
from deploy.local.process import Account

GOOD = b"the right bytes"


def pins(**changes: object) -> artifacts.Pinned:
    values: dict[str, object] = {"name": "thing", "version": "1", "assembly": 1}
    values["files"] = {"org/a.jar": hashlib.sha256(GOOD).hexdigest()}
    return artifacts.Pinned(**(values | changes))  # type: ignore[arg-type]


def quiet(_: str) -> None:
    pass


def copy(made_from: artifacts.Pinned, repository: Path, home: Path) -> None:
    for name in made_from.files:
        (home / Path(name).name).write_bytes((repository / name).read_bytes())


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What `Maven` brings at each call; every call takes the first."""
    queue: list[bytes] = []

    def maven(_: artifacts.Pinned, repository: Path) -> None:
        (repository / "org").mkdir(parents=True)
        (repository / "org" / "a.jar").write_bytes(queue.pop(0))

    monkeypatch.setattr(artifacts, "_maven", maven)
    return queue


def test_the_right_file_is_assembled_once_and_then_found(tmp_path: Path, served: list[bytes]) -> None:
    served.append(GOOD)
    home = artifacts.ensure(pins(), copy, tmp_path, 0, quiet)
    assert (home / "a.jar").read_bytes() == GOOD
    assert artifacts.ensure(pins(), copy, tmp_path, 0, quiet) == home  # nothing left to serve: no fetch
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["thing-1"]


def test_a_wrong_file_is_refused_and_leaves_nothing(tmp_path: Path, served: list[bytes]) -> None:
    served.append(b"other bytes")
    with pytest.raises(StackError, match="not the file expected"):
        artifacts.ensure(pins(), copy, tmp_path, 0, quiet)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"a\.jar"):
        artifacts.verify(pins(), tmp_path)


@pytest.mark.parametrize("harm", ["truncate", "delete", "no manifest", "spoil manifest"])
def test_a_damaged_home_is_built_again(tmp_path: Path, served: list[bytes], harm: str) -> None:
    served += [GOOD, GOOD]
    home = artifacts.ensure(pins(), copy, tmp_path, 0, quiet)
    match harm:
        case "truncate":
            (home / "a.jar").write_bytes(b"")
        case "delete":
            (home / "a.jar").unlink()
        case "no manifest":
            (home / "manifest.json").unlink()
        case _:
            (home / "manifest.json").write_text("[")
    assert not artifacts.is_whole(home, pins())
    artifacts.ensure(pins(), copy, tmp_path, 0, quiet)
    assert artifacts.is_whole(home, pins())
    assert not served


def test_new_pins_make_an_old_home_stale(tmp_path: Path, served: list[bytes]) -> None:
    served.append(GOOD)
    home = artifacts.ensure(pins(), copy, tmp_path, 0, quiet)
    assert not artifacts.is_whole(home, pins(assembly=2))
    assert not artifacts.is_whole(home, pins(files={}))


def test_an_interrupted_build_leaves_no_home_and_the_next_clears_up(tmp_path: Path, served: list[bytes]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    served += [GOOD, GOOD]
    with pytest.raises(KeyboardInterrupt):
        artifacts.ensure(pins(), interrupted, tmp_path, 0, quiet)
    assert not (tmp_path / "thing-1").exists()
    (tmp_path / ".build-thing-killed").mkdir()  # what SIGKILL would have left
    artifacts.ensure(pins(), copy, tmp_path, 0, quiet)
    assert not list(tmp_path.glob(".build-*"))


def test_too_little_room_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="Make room"):
        artifacts.ensure(pins(), copy, tmp_path, 10**12, quiet)


def test_without_maven_the_message_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match="`maven`"):
        artifacts.ensure(pins(), copy, tmp_path / "cache", 0, quiet)


def test_a_lock_held_elsewhere_is_waited_for(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    code = "import fcntl,sys,time; f=open(sys.argv[1],'a'); fcntl.flock(f,2); print(1,flush=True); time.sleep(0.5)"
    told: list[str] = []
    with subprocess.Popen([sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with artifacts.locked(lock, told.append, "busy"):
            assert other.wait(5) == 0
    assert told == ["waiting: another process is busy"]


def test_an_archive_cannot_write_outside(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../evil", "x")
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(StackError, match="outside"):
        artifacts.unpack(tmp_path / "evil.zip", tmp_path / "a" / "b", lambda name: name)
    assert not (tmp_path / "evil").exists()


def test_elasticsearch_is_put_together_from_both_archives(tmp_path: Path) -> None:
    def archive(name: str, members: list[str]) -> None:
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w") as file:
            for member in members:
                file.writestr(member, member)

    archive("org/elasticsearch/e.zip", ["e-1/bin/elasticsearch", "e-1/bin/elasticsearch.bat", "e-1/modules/apm/x"])
    inside = "s-1/elasticsearch"
    wanted, launcher = f"{inside}/modules/lang-painless/p.jar", f"{inside}/lib/tools/server-launcher/server-launcher"
    archive("org/sonarsource/s.zip", [wanted, f"{inside}/modules/apm/x", launcher, "s-1/lib/big.jar"])
    both = pins(files={"org/elasticsearch/e.zip": "", "org/sonarsource/s.zip": ""})
    home = tmp_path / "home"
    home.mkdir()
    elastic_node.assemble(both, tmp_path / "repo", home)
    files = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    assert files == ["bin/elasticsearch", "modules/apm/x", "modules/lang-painless/p.jar"]
    assert (home / "modules/apm/x").read_text().startswith("e-1")


@pytest.mark.parametrize("name", ["kafka", "elasticsearch"])
def test_the_poms_name_the_pinned_versions(name: str) -> None:
    entry = artifacts.pinned(name)
    pom = (artifacts.HERE / f"{name}-pom.xml").read_text()
    assert f"<version>{entry.version}</version>" in pom
    assert all(len(total) == 64 and int(total, 16) for total in entry.files.values())
    assert all(f"/{Path(path).parent.name}/" in path for path in entry.files)
    for text in (pom, (artifacts.HERE / "checksums.json").read_text()):
        assert text.count("://") <= 1  # the XML namespace at most: no address of a registry


def test_root_keeps_the_homes_where_the_servers_user_can_read(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    env = {"XDG_CACHE_HOME": str(closed)}
    assert artifacts.cache_root(env, None) == closed / "parley" / "stack"
    assert artifacts.cache_root(env, Account(54_321, 54_321)) == artifacts.ROOT_CACHE
    assert artifacts.cache_root({"HOME": "/made/up"}, None) == Path("/made/up/.cache/parley/stack")
