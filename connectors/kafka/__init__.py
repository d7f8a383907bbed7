"""Kafka: topics, CloudEvents, one producer, one consumer, dead letters."""
