"""Everything that touches the outside: feeds, files, Kafka, stores. Imports ``schemas`` and never ``pipelines``."""
