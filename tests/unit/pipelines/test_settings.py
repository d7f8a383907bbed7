"""Settings: what wins over what, and that nothing misspelt is silently a default."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines import settings
from schemas.errors import Code, Fatal

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith("PARLEY_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def refusal(path: Path | None = None) -> str:
    with pytest.raises(Fatal) as caught:
        settings.load(path)
    assert caught.value.code is Code.BAD_CONFIG
    return caught.value.message


def test_the_example_file_says_every_default(tmp_path: Path) -> None:
    example = ROOT / "deploy/config/parley.example.toml"
    assert example.read_text("utf-8") == settings.example()
    assert settings.load(example) == settings.Settings() == settings.load()
    for name, kind in settings.sections().items():
        for key, field in kind.model_fields.items():
            assert field.description, f"{name}.{key} has no meaning written down"


def test_the_environment_goes_over_the_file_and_the_file_over_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "parley.toml"
    file.write_text('[kafka]\nbootstrap = "broker:1"\npartitions = 7\n')
    monkeypatch.setenv("PARLEY__KAFKA__PARTITIONS", "9")
    found = settings.load()  # ./parley.toml
    assert (found.kafka.bootstrap, found.kafka.partitions, found.kafka.group) == ("broker:1", 9, "parley")


def test_the_file_in_the_users_folder_is_the_last_place_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "config/parley/parley.toml"
    theirs.parent.mkdir(parents=True)
    theirs.write_text('[store]\nuse = "embedded"\n')
    assert settings.load().store.use == "embedded"
    other = tmp_path / "other.toml"
    other.write_text("[kafka]\npartitions = 4\n")
    monkeypatch.setenv("PARLEY_CONFIG", str(other))
    assert settings.load().store.use == "elasticsearch"
    assert settings.load().kafka.partitions == 4


@pytest.mark.parametrize(
    ("text", "named", "meant"),
    [
        ('[kafka]\nbootstrp = "x"\n', "kafka.bootstrp", "kafka.bootstrap"),
        ('[elastic]\nurl = "x"\n', "elastic", "elasticsearch"),
        ('bootstrap = "x"\n', "bootstrap", "the sections are"),
    ],
)
def test_an_unknown_key_is_refused_by_name(tmp_path: Path, text: str, named: str, meant: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    message = refusal(file)
    assert named in message
    assert meant in message
    assert str(file) in message


@pytest.mark.parametrize(
    ("name", "meant"),
    [("PARLEY__KAFKA__BOOTSTRP", "kafka.bootstrap"), ("PARLEY__STOR__USE", "store"), ("PARLEY__LOG__LEVEL__X", "level")],
)
def test_an_unknown_variable_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    monkeypatch.setenv(name, "x")
    message = refusal()
    assert name in message
    assert meant in message


def test_a_bad_value_names_key_and_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[elasticsearch]\nurl = "http://user:word@host"\n[pipeline]\nretry_min_seconds = 90\n')
    monkeypatch.setenv("PARLEY__PIPELINE__MAX_RECORDS", "many")
    message = refusal(file)
    assert f"elasticsearch.url in {file}" in message
    assert "PARLEY__PIPELINE__MAX_RECORDS" in message
    assert "word" not in message  # what was set may hold a secret


@pytest.mark.parametrize("content", [b"[kafka\n", b"\xff\xfe", b'[kafka]\ngroup = ""\n', b"[kafka]\ngroup = 3\n"])
def test_a_file_that_cannot_be_is_said_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(content)
    assert str(file) in refusal(file)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    assert "nowhere.toml" in refusal(tmp_path / "nowhere.toml")


def test_secrets_come_from_files_and_are_masked_when_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY__KAFKA__PASSWORD", "open sesame")
    found = settings.load()
    assert "sesame" not in settings.shown(found) + repr(found) + found.model_dump_json()
    assert settings.secret(found.kafka.password, "", "kafka.password") == "open sesame"
    word = tmp_path / "word"
    word.write_text("  from a file\n")
    assert settings.secret(settings.Settings(kafka=settings.Kafka()).elasticsearch.password, str(word), "x") == "from a file"
    with pytest.raises(Fatal, match="Keep one"):
        settings.secret(found.kafka.password, str(word), "kafka.password")
    with pytest.raises(Fatal, match=r"absent.* cannot be read"):
        settings.secret(found.elasticsearch.password, str(tmp_path / "absent"), "elasticsearch.password")
