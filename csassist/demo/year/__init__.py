"""A simulated year of the demo company: what its customers do, for reasons that are planted and therefore known."""
