"""Runs one program to its end, or to its time limit, and keeps what it printed."""

import os
import signal
import subprocess
import threading
import time

running = set()
running_lock = threading.Lock()

class Finished:
    def __init__(self, exit_code, output, seconds):
        self.exit_code = exit_code
        self.output = output
        self.seconds = seconds


def run(command, log, *, seconds, environment=None, folder=None):
    """The program has a process group of its own, which is killed with it: a hung test leaves no children behind.

    `exit_code` of what this gives is None when time ran out. `log` receives both streams, in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with open(log, "wb") as output:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, cwd=folder,
                start_new_session=True)
        except OSError as error:
            output.write(f"{command[0]}: {error}\n".encode())
            output.flush()
            return Finished(127, log.read_text(errors="replace"), 0)
        with running_lock:
            running.add(process)
        try:
            exit_code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            exit_code = None
        finally:
            # Also after an orderly end: what the program started and forgot must not outlive it.
            end_group(process)
            with running_lock:
                running.discard(process)
    return Finished(exit_code, log.read_text(errors="replace"), time.monotonic() - begun)


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def end_all():
    """Ends what other threads are running; for a run that is broken off."""
    with running_lock:
        for process in running:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
