"""``parley extract`` as the contract's last section has it, and the rest of the command line that reaches no service."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from pipelines.cli import main, schemas
from pipelines.cli.exits import Exit
from pipelines.engine import Engine

ROOT = Path(__file__).resolve().parents[3]
BODY = (
    "LIMA, Aug. 5 (Test Wire) - Peruvian Foreign Minister Elmer Schialer met Chilean Foreign Minister Alberto van Klaveren "
    "in Lima on Tuesday.\n\n“We spoke as neighbours,” Schialer told reporters."
)
STORY = {"uri": "test:1", "headline": "Peru, Chile ministers meet", "body": BODY, "published": "2025-08-05T20:00:00Z"}
OTHER = {"uri": "test:2", "body": "Rain fell on the whole valley."}


def lines(*rows: object) -> bytes:
    return b"".join(row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("PARLEY_DEBUG", raising=False)


def answers(out: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_one_result_a_line_in_the_inputs_order(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(OTHER, STORY))
    (tmp_path / "b.json").write_text(json.dumps({**OTHER, "uri": "test:3"}))
    (tmp_path / "c.txt").write_text(" date 2025-08-06 " + BODY + "\n\n\n")
    assert main(["extract", "a.jsonl", "c.txt", "b.json"]) == Exit.OK
    found = answers(capsysbinary.readouterr().out)
    assert [row["uri"] for row in found[:2] + found[3:]] == ["test:2", "test:1", "test:3"]
    (meeting,) = found[1]["meetings"]  # type: ignore[misc]
    assert {person["name"] for person in meeting["participants"]} == {"Elmer Schialer", "Alberto van Klaveren"}  # type: ignore[index]
    text = found[2]
    assert str(text["uri"]).startswith("sha256:")
    for quote in text["quotes"]:  # type: ignore[attr-defined]
        assert BODY[quote["start"] : quote["end"]] == quote["text"]


def test_standard_input_is_read_by_a_hyphen_and_by_default(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (["extract", "-"], ["extract"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(STORY))))
        assert main(arguments) == Exit.OK
        assert [row["uri"] for row in answers(capsysbinary.readouterr().out)] == ["test:1"]


def test_output_is_utf8_whatever_the_locale(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(STORY))
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "extract", "a.jsonl"],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert "neighbours," in done.stdout.decode("utf-8")
    assert done.stderr == b""


def test_an_unreadable_line_is_named_the_rest_goes_on_and_the_status_is_3(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "bad.jsonl").write_bytes(
        lines(
            b'{"uri": "test:cut", "body": \n',
            STORY,
            {"uri": 7, "body": "x"},
            {"body": "no uri"},
            b'{"uri": "test:latin", "body": "caf\xe9"}\n',
            {**OTHER, "body": ["not", "text"]},
            {**OTHER, "body": "x" * 20_000_000},
            OTHER,
        )
    )
    assert main(["extract", "bad.jsonl", "absent.jsonl"]) == Exit.REFUSED
    seen = capsysbinary.readouterr()
    assert [row["uri"] for row in answers(seen.out)] == ["test:1", "test:2"]
    told = seen.err.decode().splitlines()
    for number, words in ((1, "bad_json"), (3, "uri"), (4, "uri"), (5, "bad_encoding"), (6, "body"), (7, "too_large")):
        (line,) = [line for line in told if line.startswith(f"bad.jsonl:{number}: ")]
        assert words in line
    assert any(line.startswith("absent.jsonl") for line in told)
    assert "Traceback" not in seen.err.decode()


def test_a_story_that_breaks_the_engine_costs_itself(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Engine.extract

    def breaking(self: Engine, article: object, *, triage: bool = False) -> object:
        if getattr(article, "uri", "") == "test:2":
            raise RecursionError("too deep")
        return whole(self, article, triage=triage)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "extract", breaking)
    (tmp_path / "a.jsonl").write_bytes(lines(OTHER, STORY))
    assert main(["extract", "a.jsonl"]) == Exit.REFUSED
    seen = capsysbinary.readouterr()
    assert [row["uri"] for row in answers(seen.out)] == ["test:1"]
    assert "a.jsonl:1: the engine failed on test:2: RecursionError" in seen.err.decode()


def test_skipped_stories_are_answered_never_refused(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    empty = {"uri": "test:empty", "body": " \n"}
    french = {"uri": "test:fr", "language": "fr", "body": "PARIS - Le ministre a rencontré son homologue mardi."}
    (tmp_path / "a.jsonl").write_bytes(lines(empty, french))
    assert main(["extract", "a.jsonl"]) == Exit.OK
    found = answers(capsysbinary.readouterr().out)
    assert [row["detection"]["skipped"] for row in found] == ["empty", "language"]  # type: ignore[index]


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_bytes(lines(*[OTHER] * 3000))
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "extract", "many.jsonl"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    assert process.wait(30) == Exit.READER_GONE
    process.stderr.close()
    assert told == b""


def test_pretty_is_for_people_and_no_story_drives_their_terminal(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    nasty = {**STORY, "headline": "\x1b[2JPeru, Chile [bold]ministers[/bold] meet\x07"}
    (tmp_path / "a.jsonl").write_bytes(lines(nasty))
    assert main(["extract", "--pretty", "a.jsonl"]) == Exit.OK
    out = capsysbinary.readouterr().out.decode()
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[bold]ministers[/bold]" in out
    assert "HELD  Tue 5 Aug 2025  Lima, Peru" in out
    assert "Elmer Schialer · Peruvian Foreign Minister, Peru" in out
    assert "“We spoke as neighbours,” — Elmer Schialer" in out


def test_triage_answers_every_story_too(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(OTHER, STORY))
    assert main(["extract", "--triage", "a.jsonl"]) == Exit.OK
    found = answers(capsysbinary.readouterr().out)
    assert [row["detection"]["is_meeting"] for row in found] == [False, True]  # type: ignore[index]


def test_a_result_is_what_the_published_schema_says(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(OTHER, STORY))
    assert main(["extract", "a.jsonl"]) == Exit.OK
    published = schemas.published()
    extraction = json.loads((published / "extraction.v1.json").read_text())
    article = json.loads((published / "article.v1.json").read_text())
    checker = jsonschema.Draft202012Validator(extraction, format_checker=jsonschema.FormatChecker())
    for row in answers(capsysbinary.readouterr().out):
        checker.validate(row)
        assert {"signal", "dateline", "detection", "meetings", "quotes", "engine"} <= row.keys()
    jsonschema.Draft202012Validator(article).validate(STORY)
    assert not jsonschema.Draft202012Validator(article).is_valid({"body": "no uri"})
    assert not checker.is_valid({"uri": "x", "version": 1})


def test_the_published_schemas_are_those_of_the_models(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["schemas", "check"]) == Exit.OK
    assert main(["schemas", "write", str(tmp_path / "own")]) == Exit.OK
    assert main(["schemas", "check", str(tmp_path / "own")]) == Exit.OK
    (tmp_path / "own/quote.v1.json").write_text("{}")
    capsysbinary.readouterr()
    assert main(["schemas", "check", str(tmp_path / "own")]) == Exit.NOT_SET_UP
    assert b"quote.v1.json" in capsysbinary.readouterr().err


def test_no_traceback_reaches_a_user(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.cli.extract.items", lambda *_: (_ for _ in ()).throw(KeyError("surprise")))
    assert main(["extract", "x.jsonl"]) == Exit.UNEXPECTED
    told = capsysbinary.readouterr().err.decode()
    assert "surprise" in told
    assert "Traceback" not in told
    log = tmp_path / "state/parley/errors.log"
    assert str(log) in told
    assert "Traceback" in log.read_text()
    monkeypatch.setenv("PARLEY_DEBUG", "1")
    assert main(["extract", "x.jsonl"]) == Exit.UNEXPECTED
    assert b"Traceback" in capsysbinary.readouterr().err


@pytest.mark.parametrize("arguments", [["extract", "--nonsense"], ["nonsense"], ["extract", "x.jsonl", "--format", "nonsense"]])
def test_wrong_usage_is_status_2(arguments: list[str], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "x.jsonl").write_bytes(lines(OTHER))
    assert main(arguments) == Exit.USAGE
    assert b"nonsense" in capsysbinary.readouterr().err


def test_wrong_settings_are_status_2(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "parley.toml").write_text("[kafak]\n")
    assert main(["config", "show"]) == Exit.USAGE
    assert b"kafka" in capsysbinary.readouterr().err


def test_config_show_masks_secrets(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setenv("PARLEY__ELASTICSEARCH__PASSWORD", "open sesame")
    for arguments in (["config", "show"], ["config", "show", "--json"]):
        assert main(arguments) == Exit.OK
        seen = capsysbinary.readouterr()
        assert b"sesame" not in seen.out + seen.err
        assert b"****" in seen.out
    assert main(["config", "check"]) == Exit.OK


def test_help_starts_in_half_a_second() -> None:
    command = [sys.executable, "-m", "pipelines.cli", "--help"]
    best = 9.0
    for _ in range(3):
        begun = time.monotonic()
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
        best = min(best, time.monotonic() - begun)
    assert b"Exit status" in done.stdout
    assert best < 0.5
    heavy = "import sys; sys.argv = ['parley', '--help']; from pipelines.cli.app import app; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", heavy], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    assert not {b"apache_beam", b"elasticsearch", b"kafka", b"pydantic"} & set(loaded.stdout.split())
