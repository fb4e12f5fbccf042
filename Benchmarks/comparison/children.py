"""Runs a child process to its end and tells its output, wall time and peak memory."""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass


class ChildFailure(Exception):
    """The child could not start, failed, or took too long; the message says which and why."""


@dataclass(frozen=True)
class Child:
    """A child that ended well, with what it wrote to standard output and to standard error.

    `seconds` is wall time from before the process exists until it is gone. `peak_memory_mib` is the largest resident
    set; Linux lets it start at that of the parent, which is a few MiB and smaller than any contestant.
    """

    output: str
    messages: str
    seconds: float
    peak_memory_mib: float


def run(command, folder=None, timeout=None):
    """Runs `command` in a session of its own and waits; kills all of it if this process is interrupted meanwhile."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        expired = threading.Event()
        process = None
        timer = threading.Timer(timeout or threading.TIMEOUT_MAX, lambda: (expired.set(), kill(process)))
        timer.daemon = True
        start = time.perf_counter()
        try:
            with interruptions_deferred():
                process = start_process(command, folder, output, errors)
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
        except BaseException:
            if process:
                kill(process)
                process.wait()
            raise
        finally:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it again
        if expired.is_set():
            raise ChildFailure(f"took longer than {timeout:g} s and was ended")
        if process.returncode != 0:
            raise ChildFailure(failure_message(process.returncode, text(errors)))
        return Child(text(output), text(errors), seconds, usage.ru_maxrss / 1024)


def start_process(command, folder, output, errors):
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            cwd=folder,
            start_new_session=True,
        )
    except OSError as error:
        raise ChildFailure(f"cannot start {command[0]}: {error.strerror}") from error


@contextlib.contextmanager
def interruptions_deferred():
    """Raises `KeyboardInterrupt` at the end instead of inside, where it would lose a child that has begun."""
    deferred = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in handlers:
        signal.signal(number, lambda *_: deferred.append(True))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if deferred:
        raise KeyboardInterrupt


def kill(process):
    """Ends the child and everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def failure_message(returncode, errors):
    """The last line of what a child said, where both Python and Lockstep put the reason, and how it ended."""
    ending = f"exit status {returncode}" if returncode > 0 else f"signal {signal.Signals(-returncode).name}"
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    return f"{lines[-1][:300]} ({ending})" if lines else ending


def text(file):
    file.seek(0)
    return file.read().decode(errors="replace")
