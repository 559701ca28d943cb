"""A machine whose two clocks a test moves by hand."""


class Machine:
    """`wall` and `monotonic` in seconds; `pass_time` moves both, `jump` the wall clock alone."""

    def __init__(self, wall: float = 1_800_000_000.0) -> None:
        self.wall_seconds = wall
        self.monotonic_seconds = 50.0

    def wall(self) -> float:
        return self.wall_seconds

    def monotonic(self) -> float:
        return self.monotonic_seconds

    def pass_time(self, seconds: float) -> None:
        self.wall_seconds += seconds
        self.monotonic_seconds += seconds

    def jump(self, seconds: float) -> None:
        self.wall_seconds += seconds
