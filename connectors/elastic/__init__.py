"""The store in Elasticsearch 9."""

from connectors.elastic.settings import ElasticSettings
from connectors.elastic.store import ElasticStore

__all__ = ["ElasticSettings", "ElasticStore"]
