"""How Parley is put into service: a local stack without Docker, compose files, and what follows."""
