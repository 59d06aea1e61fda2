"""Keeps a pod's service: starts it, starts it again when it stops by itself, and says when it is gone."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from grader.evidence import ContainerEnd, Log
from grader.limits import Limits
from grader.sandbox.base import Container, ContainerSpec, File, Sandbox
from grader.sandbox.logs import joined


def inbox_of(phase: str) -> str:
    """Each phase has its own: a service given up in one phase is not given up in the next."""
    return f"/pod/in/phase-{phase}"


@dataclass(slots=True)
class ServiceKeeper:
    """Starts the service, starts it again when it stops by itself, and says so when it is gone."""

    sandbox: Sandbox
    spec: ContainerSpec
    limits: Limits
    _container: Container | None = None
    _watcher: threading.Thread | None = None
    _watching: bool = False
    _stopping: bool = False
    _phase: str = ""
    _probe: Container | None = None
    _restarts: int = 0
    _ends: list[ContainerEnd] = field(default_factory=list)
    _earlier: Log | None = None
    """What it printed in containers before this one."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    memory_peak: int | None = None
    """The most bytes it was seen to have held at once, over all phases."""
    problem: BaseException | None = None
    """What ended the watching, if anything of ours did."""

    def begin_phase(self, phase: str, probe: Container) -> None:
        """A phase begins: count restarts anew, and start the service unless it runs."""
        with self._lock:
            self._phase, self._probe, self._restarts = phase, probe, 0
            watching = self._watching
        if not watching:
            self._start()

    def end_phase(self) -> None:
        """The probe has ended; nobody needs to be told of a stop any more."""
        with self._lock:
            self._probe = None

    def stop(self) -> None:
        """SIGKILL, and wait until it is gone."""
        with self._lock:
            self._stopping = True
        if self._container is not None:
            self._container.kill()
        if self._watcher is not None:
            self._watcher.join(timeout=30)
        self._watcher, self._watching = None, False

    def move(self, spec: ContainerSpec) -> None:
        """From its next start on, run in another container; what the one before it printed stays known."""
        self.stop()
        if self._container is not None:
            self._earlier = self.log()
            self._container.remove()
            self._container = None
        self.spec = spec

    def remove(self) -> None:
        """Stop it, and take the container away; what it printed stays known."""
        self.stop()
        if self._container is not None:
            self._container.remove()

    def ends(self, phase: str) -> tuple[ContainerEnd, ...]:
        """How it ended by itself in a phase, in order."""
        with self._lock:
            return tuple(end for end in self._ends if end.phase == phase)

    def measure(self) -> None:
        """Look at its memory; what it held before it stopped by itself is gone with it."""
        now = self._container.memory_peak() if self._container is not None else None
        if now is not None:
            self.memory_peak = max(now, self.memory_peak or 0)

    def log(self) -> Log | None:
        """What it printed, over all starts."""
        now = self._container.log() if self._container is not None else None
        if self._earlier is None or now is None:
            return now or self._earlier
        return joined(self._earlier, now)

    def _start(self) -> None:
        if self._container is None:
            self._container = self.sandbox.create(self.spec)
        with self._lock:
            self._stopping = False
        self._container.start()
        self._watching = True
        self._watcher = threading.Thread(target=self._watch, args=(self._container,), daemon=True, name="service")
        self._watcher.start()

    def _give_up(self) -> None:
        if self._probe is not None:
            self._probe.put(inbox_of(self._phase), [File(path="service-gone", data=str(time.time()).encode())])

    def _watch(self, container: Container) -> None:
        try:
            while True:
                end = container.wait(self.limits.container_s)
                with self._lock:
                    if self._stopping:
                        return
                    self._ends.append(
                        ContainerEnd(
                            role="service",
                            phase=self._phase,
                            reason=end.reason,
                            exit_code=end.exit_code,
                            seconds=round(end.seconds, 3),
                        )
                    )
                    self._restarts += 1
                    # All under the lock: a stop() finds it dead or running, and a phase finds it given up or watched.
                    if self._restarts > self.limits.service_restarts:
                        self._watching = False
                        self._give_up()
                        return
                    container.start()
        except Exception as error:  # noqa: BLE001 - kept for the main thread, which decides
            self.problem, self._watching = error, False
