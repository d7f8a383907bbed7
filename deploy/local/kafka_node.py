"""Apache Kafka: one broker that is its own controller (KRaft), plaintext, on loopback only."""

from __future__ import annotations

import base64
import shutil
import socket
import struct
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from deploy.local import artifacts, jdk, process
from deploy.local.errors import StackError, log_tail
from deploy.local.node import Context, Node
from deploy.local.state import NodeState, write_atomically

DEFAULT_HEAP = "512m"

SETTINGS = """\
# Written anew at every start by deploy/local/kafka_node.py.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
num.partitions=3
auto.create.topics.enable=true
# One broker: nothing can be replicated.
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Small internal topics start and recover faster.
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
# After a crash the controller lets the broker in again only when the old session is over (default: 9 s).
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500
# The default of 128 MB is a quarter of the heap.
log.cleaner.dedupe.buffer.size=16777216
"""

LOGGING = """\
status=ERROR
appender.console.type=Console
appender.console.name=STDOUT
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=[%d] %p %m (%c)%n
rootLogger.level=WARN
rootLogger.appenderRef.stdout.ref=STDOUT
"""


def assemble(pins: artifacts.Pinned, repository: Path, home: Path) -> None:
    """All jars in one folder: that is a complete broker."""
    (home / "libs").mkdir()
    for relative in pins.files:
        shutil.move(repository / relative, home / "libs" / Path(relative).name)


def answers_api_versions(port: int, timeout: float = 2.0) -> bool:
    """Send the first request every client sends, ApiVersions, and see that the broker answers without an
    error.

    The broker opens its port early but handles requests only once it may serve clients.
    """
    client = b"parley-stack"
    correlation = 7
    request = struct.pack(">hhih", 18, 0, correlation, len(client)) + client
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as connection:
            connection.settimeout(timeout)
            connection.sendall(struct.pack(">i", len(request)) + request)
            head = b""
            while len(head) < 10:
                part = connection.recv(10 - len(head))
                if not part:
                    return False
                head += part
    except OSError:
        return False
    _, answered, error = struct.unpack(">iih", head)
    return bool(answered == correlation and error == 0)


class KafkaNode(Node):
    name = "kafka"
    title = "Kafka"
    port_names = ("client", "controller")

    def __init__(self, context: Context, heap: str | None = None) -> None:
        super().__init__(context)
        self.heap = heap or context.env.get("PARLEY_KAFKA_HEAP") or DEFAULT_HEAP

    def prepare(self) -> None:
        env, account = self.context.env, self.context.account
        self.jdk = jdk.find(17, "Kafka", variables=("PARLEY_JAVA_HOME", "JAVA_HOME"), env=env)
        self.home = artifacts.ensure(
            artifacts.pinned("kafka"), assemble, artifacts.cache_root(env, account), 200, self.context.say
        )

    def _java(self, *arguments: str) -> list[str]:
        # The log cleaner and the group coordinator are no work for a parallel collector on a small machine.
        options = [f"-Xmx{self.heap}", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        return [str(self.jdk.java), *options, logging, "-cp", f"{self.home / 'libs'}/*", *arguments]

    def start(self, state: NodeState) -> None:
        data = self.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "server.properties"
        write_atomically(settings, SETTINGS.format(data=data, **state.ports))
        write_atomically(self.folder / "log4j2.properties", LOGGING)
        self.log.unlink(missing_ok=True)
        if not (data / "meta.properties").is_file():
            self._format(settings)
        started = process.spawn(
            self._java("kafka.Kafka", str(settings)),
            env=self._environment(), cwd=self.folder, log=self.log, account=None,
        )  # fmt: skip
        self.note(state, started.pid)

    def _environment(self) -> dict[str, str]:
        # Options meant for the user's own Java programs must not change the broker.
        unwanted = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH")
        return {key: value for key, value in self.context.env.items() if key not in unwanted}

    def _format(self, settings: Path) -> None:
        self.context.say("formatting Kafka's data folder")
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        while cluster.startswith("-"):  # the tool would take it for an option
            cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        with self.log.open("ab") as output:
            done = subprocess.run(
                self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)),
                env=self._environment(), cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, timeout=120, check=False,
            )  # fmt: skip
        if done.returncode != 0:
            raise StackError(
                f"Kafka's data folder {self.folder / 'data'} could not be formatted:\n{log_tail(self.log)}\n"
                "If it holds remains of an older try, delete it with `down --purge` and start again."
            )

    def address(self, ports: Mapping[str, int]) -> str:
        return f"127.0.0.1:{ports['client']}"

    def is_ready(self, state: NodeState) -> bool:
        return answers_api_versions(state.ports["client"])
