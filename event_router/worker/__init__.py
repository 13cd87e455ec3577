"""The worker: takes events from the engine to their destination, as one of any number that share the work."""
