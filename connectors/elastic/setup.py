"""Making the templates, indices and aliases, and seeing whether they are there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, cast

from elasticsearch import NotFoundError

from connectors.documents import SCHEMA_VERSION
from connectors.elastic import templates
from connectors.elastic.client import Client
from connectors.elastic.templates import Node
from connectors.store import KINDS, Change, Kind
from schemas.errors import Code, Fatal

Action = Literal["create", "update", "same"]


def set_up(client: Client, *, dry_run: bool) -> list[Change]:
    """Bring the cluster to what this version needs; what is there already stays. Raises ``Fatal`` where that cannot be."""
    prefix, raw = client.settings.prefix, client.raw
    changes = []

    def apply(name: str, found: Node | None, wanted: Node, put: Callable[[], object]) -> None:
        action: Action = "create" if found is None else "update"
        if found is not None and templates.digest_in(found) == templates.digest_in(wanted):
            action = "same"
        if action != "same" and not dry_run:
            client.call(f"make {name}", put)
        changes.append(Change(action, name))

    component, name = templates.component(), templates.component_name(prefix)
    apply(
        f"component template {name}",
        _component(client, name),
        component,
        lambda: raw.cluster.put_component_template(name=name, body=component),
    )
    for kind in KINDS:
        template = templates.template(prefix, kind, shards=client.settings.shards)
        named = templates.template_name(prefix, kind)

        put = partial(raw.indices.put_index_template, name=named, body=template)
        apply(f"index template {named}", _template(client, named), template, put)
    return [*changes, *(_set_up_index(client, kind, dry_run=dry_run) for kind in KINDS)]


def check(client: Client) -> None:
    """Raises ``Fatal`` if a template or an index is missing, or was made by another schema version."""
    prefix = client.settings.prefix
    for kind in KINDS:
        name = templates.template_name(prefix, kind)
        found = _template(client, name)
        mappings = _index_mappings(client, kind)
        if mappings is not None:
            _same_version(client, f"the index behind {templates.write_alias(prefix, kind)}", mappings)
        if found is None or mappings is None:
            what = f"index template {name}" if found is None else f"alias {templates.write_alias(prefix, kind)}"
            raise Fatal(Code.MISSING_TEMPLATE, f"Elasticsearch at {client.address} has no {what}: run `parley setup`")
        _same_version(client, f"index template {name}", found)


def drop(client: Client) -> None:
    """Delete every index and template of this prefix."""
    prefix, raw = client.settings.prefix, client.raw
    for kind in KINDS:
        found = client.call("list indices", partial(raw.indices.get, index=f"{prefix}-{kind}-v*-*"))
        if found.body:
            client.call("delete indices", partial(raw.indices.delete, index=sorted(found.body)))
    for kind in KINDS:
        name = templates.template_name(prefix, kind)
        if _template(client, name) is not None:
            client.call("delete a template", partial(raw.indices.delete_index_template, name=name))
    name = templates.component_name(prefix)
    if _component(client, name) is not None:
        client.call("delete a template", partial(raw.cluster.delete_component_template, name=name))


def _set_up_index(client: Client, kind: Kind, *, dry_run: bool) -> Change:
    prefix, raw = client.settings.prefix, client.raw
    found, wanted = _index_mappings(client, kind), templates.mappings(kind)
    name = templates.index_name(prefix, kind)
    if found is None:
        if not dry_run:
            aliases = {templates.read_alias(prefix, kind): {}, templates.write_alias(prefix, kind): {"is_write_index": True}}
            client.call(f"make index {name}", lambda: raw.indices.create(index=name, aliases=aliases))
        return Change("create", f"index {name}")
    _same_version(client, f"the index behind {templates.write_alias(prefix, kind)}", found)
    if templates.digest_in(found) == templates.digest_in(wanted):
        return Change("same", f"index {name}")
    if not dry_run:
        # Fields may be added to an index that is in use; a changed one is refused here, and needs a new schema version.
        alias = templates.write_alias(prefix, kind)
        client.call(f"add fields to {name}", partial(raw.indices.put_mapping, index=alias, body=wanted))
    return Change("update", f"index {name}")


def _same_version(client: Client, what: str, found: Node) -> None:
    version = templates.version_in(found)
    if version == SCHEMA_VERSION:
        return
    made = "not made by Parley" if version is None else f"of schema version {version}"
    newer = version is not None and version > SCHEMA_VERSION
    todo = "upgrade Parley" if newer else "set another `prefix`, run `parley setup`, and fill the new indices from the articles"
    raise Fatal(
        Code.INCOMPATIBLE_STORE,
        f"Elasticsearch at {client.address}: {what} is {made}, this Parley needs version {SCHEMA_VERSION}: {todo}",
    )


def _component(client: Client, name: str) -> Node | None:
    def request() -> Node | None:
        try:
            found = client.raw.cluster.get_component_template(name=name)["component_templates"]
        except NotFoundError:
            return None
        return cast("Node", found[0]["component_template"])

    return client.call("look for templates", request)


def _template(client: Client, name: str) -> Node | None:
    def request() -> Node | None:
        try:
            found = client.raw.indices.get_index_template(name=name)["index_templates"]
        except NotFoundError:
            return None
        return cast("Node", found[0]["index_template"])

    return client.call("look for templates", request)


def _index_mappings(client: Client, kind: Kind) -> Node | None:
    def request() -> Node | None:
        try:
            found = client.raw.indices.get_mapping(index=templates.write_alias(client.settings.prefix, kind)).body
        except NotFoundError:
            return None
        return cast("Node", next(iter(found.values()))["mappings"])

    return client.call("look for indices", request)
