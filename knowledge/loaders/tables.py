"""Writes rows of cells as a Markdown table; every loader that meets a table uses this."""

from collections.abc import Sequence


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """A pipe table with the first row as its header; "" when no cell holds text. Short rows are padded."""
    filled = [[_cell(cell) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    if not filled:
        return ""
    width = max(len(row) for row in filled)
    kept = [column for column in range(width) if any(column < len(row) and row[column] for row in filled)]
    padded = [[row[column] if column < len(row) else "" for column in kept] for row in filled]
    if len(kept) == 1:
        return "\n\n".join(row[0] for row in padded)
    lines = [f"| {' | '.join(row)} |" for row in padded]
    lines.insert(1, f"|{' --- |' * len(kept)}")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
