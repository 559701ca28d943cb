"""Build a new generation of both indexes beside the live one, then switch."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from csassist.core.errors import AppError
from csassist.llm import embeddings
from knowledge.engine import index_parts
from knowledge.generations import begin_generation, ensure_generation, live_generation, progress, switch_if_complete
from knowledge.indexing import sync_batch
from knowledge.models import IndexGeneration


class Command(BaseCommand):
    help = (
        "Build both indexes anew from the database and switch to them when complete. Questions are answered from the "
        "old ones meanwhile. Can be stopped and run again: it goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--background", action="store_true", help="Only ask for it; the worker does the work.")
        parser.add_argument(
            "--timeout-seconds", type=float, default=3600.0, help="Give up waiting after this long (default 3600)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        recipe = embeddings().recipe
        first = live_generation() is None
        generation = ensure_generation(recipe) if first else begin_generation(recipe)
        if options["background"]:
            self.stdout.write(f"Generation {generation.pk} will be built by the worker.")
            return
        try:
            self._build(generation, time.monotonic() + options["timeout_seconds"])
        except AppError as error:
            raise CommandError(f"{error.message} What was done is kept: run the command again to go on.") from error
        self.stdout.write(f"Generation {generation.pk} is live.")

    def _build(self, generation: IndexGeneration, deadline: float) -> None:
        parts = index_parts(generation)
        counts = progress(generation)
        with tqdm(total=counts["documents"], initial=counts["done"], unit="doc", file=self.stderr) as bar:
            while True:
                taken = sync_batch(parts)
                counts = progress(generation)
                bar.total = counts["documents"]
                bar.update(counts["done"] - bar.n)
                if counts["done"] == counts["documents"]:
                    break
                if time.monotonic() > deadline:
                    raise CommandError(
                        f"{counts['waiting'] + counts['failing']} documents are still to do: run it again."
                    )
                if not taken:
                    time.sleep(0.5)  # a worker has the rest, or they wait for another attempt
        switch_if_complete()
