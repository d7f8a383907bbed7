"""A real Kafka and a real Elasticsearch on this machine, without Docker.

Use it from the shell with ``python -m deploy.local.stack up`` or from a test with
``deploy.local.stack.Stack``. Standard library only, so that it runs before anything else is installed.
"""
