"""Dead letters of runs without Kafka: a file of one JSON object a line, beside the store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from schemas.dead_letter import DeadLetter
from schemas.errors import Code, Quarantine, Retry


class LetterFile:
    """Dead letters in a file. A letter that is there already (same id) is not written again. One writer at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: set[str] | None = None

    def append(self, letters: Sequence[DeadLetter]) -> int:
        """Keep letters; returns how many were new, once they are on the disk. Raises ``Retry`` when they cannot be."""
        try:
            if self._known is None:
                self._known = {found.id for found in self.read() if isinstance(found, DeadLetter)}
            new = {letter.id: letter for letter in letters if letter.id not in self._known}
            if new:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("ab") as file:
                    if file.tell() and not self._ends_whole():
                        file.write(b"\n")  # a crash cut the last line short: it stays as it is, and is told on reading
                    file.write(b"".join(letter.to_json() + b"\n" for letter in new.values()))
                    file.flush()
                    os.fsync(file.fileno())
                self._known |= new.keys()
        except OSError as error:
            raise Retry(
                Code.STORE_UNAVAILABLE,
                f"Dead letters cannot be kept in {self.path}: {error}. Nothing was lost; make room or give the right to write.",
            ) from error
        return len(new)

    def read(self) -> Iterator[DeadLetter | Quarantine]:
        """The letters in the order they were written; a line that is none comes as ``Quarantine``."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    yield DeadLetter.model_validate_json(line)
                except ValidationError:
                    yield Quarantine(Code.BAD_JSON, f"{self.path}:{number} is no dead letter (cut short by a crash?)")

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"


def beside(store: Path) -> Path:
    """Where the dead letters of an embedded store are: ``NAME.deadletters.jsonl`` in its folder."""
    return store.with_name(f"{store.name}.deadletters.jsonl")
