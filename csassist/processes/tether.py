"""
Run a command that cannot outlive its parent: `tether.py PARENT_PID COMMAND...`.

Linux sends SIGKILL to the command when the parent dies, even of kill -9, so no orphan ever holds a port or the
vector index. Everything that lasts is in the database, so a killed process loses nothing. Only the standard
library is imported here.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie_to_parent(parent_pid: int) -> None:
    """Die together with `parent_pid`, which must be the parent; elsewhere than on Linux this does nothing."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the line above
        sys.exit(1)


if __name__ == "__main__":
    parent_pid, *command = sys.argv[1:]
    tie_to_parent(int(parent_pid))
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}")
