"""The questions a customer can start with by one click. The page stands without them."""

from knowledge import selectors


def suggested_questions(*, language: str, most_count: int = 4) -> tuple[str, ...]:
    """Up to `most_count` questions in `language` ("en" or "zh") that published articles answer."""
    return selectors.suggested_questions(language, most_count=most_count)
