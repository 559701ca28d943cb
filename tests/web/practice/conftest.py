"""The scenario of the assistant's tests, and staff who are signed in."""

from tests.assistant.practice.conftest import help_shelf, no_indexes, returns, scenario, session, signed_in, staff_shelf

__all__ = ["help_shelf", "no_indexes", "returns", "scenario", "session", "signed_in", "staff_shelf"]
