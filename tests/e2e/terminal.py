"""A terminal into which a command is typed."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios

PATIENCE_S = 120


def typed(command, environment, directory, columns=None):
    """What it shows, with the line ends of a terminal."""
    ours, theirs = pty.openpty()
    if columns:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", command], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=directory,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while True:
        ready, _, _ = select.select([ours], [], [], PATIENCE_S)
        if not ready:
            process.kill()
            raise SystemExit(f"`{command}` says nothing and does not end")
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other side is closed
            piece = b""
        if not piece:
            break
        shown += piece
    process.wait()
    os.close(ours)
    return shown.decode()
