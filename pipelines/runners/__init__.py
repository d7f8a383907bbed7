"""The ways to run the one graph: embedded (bounded, one file, no server) and node (Kafka in micro-batches)."""
