"""The index templates, as data, and the names under which a cluster has them.

``common.json`` is a component template (analysis, fields of every document), every other file an index template of one kind.
For kind ``articles``: template ``PREFIX-articles-v1``, index ``PREFIX-articles-v1-000001``, and two aliases:
``PREFIX-articles`` for reading, ``PREFIX-articles-write`` for writing and for reading by id. With them an index can be made
anew beside the old one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import cast

from connectors.documents import SCHEMA_VERSION
from connectors.store import KINDS, Json, Kind

Node = dict[str, Json]


def component_name(prefix: str) -> str:
    """Of the component template."""
    return f"{prefix}-common-v{SCHEMA_VERSION}"


def template_name(prefix: str, kind: Kind) -> str:
    """Of a kind's index template."""
    return f"{prefix}-{kind}-v{SCHEMA_VERSION}"


def index_name(prefix: str, kind: Kind) -> str:
    """Of a kind's first index."""
    return f"{template_name(prefix, kind)}-000001"


def read_alias(prefix: str, kind: Kind) -> str:
    """For searching."""
    return f"{prefix}-{kind}"


def write_alias(prefix: str, kind: Kind) -> str:
    """For writing, and for reading by id."""
    return f"{prefix}-{kind}-write"


def kind_of(prefix: str, index: str) -> Kind:
    """Whose index this is."""
    name = re.sub(r"-v\d+-\d+\Z", "", index.removeprefix(f"{prefix}-"))
    return next(kind for kind in KINDS if kind == name)


def component() -> Node:
    """The component template's body."""
    body = _load("common")
    return {**body, **_meta(body), "version": SCHEMA_VERSION}


def template(prefix: str, kind: Kind, *, shards: int) -> Node:
    """A kind's index template."""
    body = _load(kind)
    inner = cast("Node", body["template"])
    mappings = cast("Node", inner["mappings"])
    whole: Node = {
        "index_patterns": [f"{template_name(prefix, kind)}-*"],
        "composed_of": [component_name(prefix)],
        "priority": 500,
        "version": SCHEMA_VERSION,
        "template": {
            "settings": {"index": {"number_of_shards": shards, "auto_expand_replicas": "0-1"}},
            "mappings": {**mappings, **_meta(_load("common"), body)},
            "aliases": {read_alias(prefix, kind): {}},
        },
    }
    return {**whole, **_meta(whole)}


def mappings(kind: Kind) -> Node:
    """All fields of a kind's index, those of every document among them, with ``_meta``."""
    common, own = _load("common"), _load(kind)
    fields: Node = {}
    for body in (common, own):
        fields |= cast("Node", cast("Node", cast("Node", body["template"])["mappings"])["properties"])
    return {"dynamic": "strict", "properties": fields, **_meta(common, own)}


def digest_in(body: Mapping[str, Json]) -> str | None:
    """Hash of the data that something in the cluster was made from; None if Parley did not make it."""
    return cast("str | None", _metadata(body).get("digest"))


def version_in(body: Mapping[str, Json]) -> int | None:
    """Schema version that something in the cluster was made with."""
    return cast("int | None", _metadata(body).get("schema_version"))


def _metadata(body: Mapping[str, Json]) -> Mapping[str, Json]:
    meta = body.get("_meta")
    return meta if isinstance(meta, Mapping) else {}


def _meta(*made_from: Node) -> Node:
    text = json.dumps(made_from, sort_keys=True).encode()
    return {"_meta": {"made_by": "parley", "schema_version": SCHEMA_VERSION, "digest": hashlib.sha256(text).hexdigest()[:16]}}


def _load(name: str) -> Node:
    text = resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8")
    return cast("Node", json.loads(text))
