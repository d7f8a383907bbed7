"""How to reach the brokers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Addresses and security. The password is in no ``repr`` and no message."""

    bootstrap: str = "localhost:9092"
    """Comma-separated HOST:PORT."""
    security_protocol: str = "PLAINTEXT"
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
    sasl_mechanism: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    timeout_seconds: float = 10.0
    """How long a start waits for a broker."""

    def client(self) -> dict[str, object]:
        """The keyword arguments that every kafka-python client takes."""
        found: dict[str, object] = {
            "bootstrap_servers": [part.strip() for part in self.bootstrap.split(",") if part.strip()],
            "security_protocol": self.security_protocol,
            "bootstrap_timeout_ms": int(self.timeout_seconds * 1000),
        }
        if self.ca_file is not None:
            found["ssl_cafile"] = self.ca_file
        if self.sasl_mechanism is not None:
            found |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return found
