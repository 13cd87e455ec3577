"""Contract tests: what any destination plugin (``destination``) and Promoter-compatible server (``vendor``) is held to."""
