"""
An OpenAI-compatible server for tests and demos: deterministic answers, and every way in which a real one fails.

It needs no Django and no package beyond the standard library, listens on loopback only, and keeps what it was asked
so that a test can see what left us.
"""

from csassist.llm.test_server.server import TestModelServer

__all__ = ["TestModelServer"]
