"""How well a sentence rests on its sources: what it states, what it leaves out, and what it turns around."""
