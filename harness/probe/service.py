"""The guarded client that hidden checks talk to the service with."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from harness.probe import strict_json
from harness.probe.errors import CheckFailed, ServiceFault, SlowCheck, TimeSpent
from harness.probe.exchanges import Exchange, ExchangeLog, Held
from harness.probe.text import show
from harness.probe.wire import RawReply, Wire

Kind = TypeVar("Kind")

HELD_REPLIES: Final = 4
"""How many replies of the largest size one check may hold in memory."""


class Unset:
    """Says that no JSON body is meant (``None`` is a JSON value)."""


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True, repr=False)
class Reply:
    """A complete reply of the service.

    Attributes:
        status: the HTTP status; redirects are replies like any other.
        headers: lower-case names; repeated ones joined by a comma.
        body: the bytes, never decoded from a content encoding.
        elapsed_ms: from connecting to the last byte.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_ms: float
    _name: str
    _parse: Callable[[bytes], Any]

    def __repr__(self) -> str:
        return f"<reply {self.status} to {self._name}>"

    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body as strict JSON.

        Raises:
            ServiceFault: ``bad_text`` or ``bad_json``.
        """
        return self._parse(self.body)

    def at(self, *path: str | int, kind: type[Kind]) -> Kind:
        """The value at a place in the JSON body, which must be of that kind.

        ``reply.at("results", 0, "id", kind=str)``. Prefer it to indexing: a reply of another shape then fails the
        check, while a ``KeyError`` would count as the check's own bug.

        Raises:
            ServiceFault: the body is not strict JSON.
            CheckFailed: there is no such place, or something else stands there.
        """
        return pick(self.json(), *path, kind=kind)


def pick(value: Any, *path: str | int, kind: type[Kind]) -> Kind:  # noqa: ANN401 - any JSON value
    """The value at a place inside a JSON value, which must be of that kind.

    ``kind=float`` takes whole numbers too; ``kind=object`` takes anything; true and false are no numbers.

    Raises:
        CheckFailed: there is no such place, or something else stands there.
    """
    place = "the reply's JSON"
    for depth, step in enumerate(path, start=1):
        fits = isinstance(value, dict if isinstance(step, str) else list)
        if not fits or not (step in value if isinstance(step, str) else -len(value) <= step < len(value)):
            raise CheckFailed(f"{step!r} in {place}", show(value))
        value = value[step]
        place = f"'{'.'.join(str(part) for part in path[:depth])}' of the reply's JSON"
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            value = float(value)
        except OverflowError:
            raise CheckFailed(f"a number within range as {place}", show(value)) from None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind not in (bool, object)):
        raise CheckFailed(f"a value of type {_TYPE_NAMES.get(kind, kind.__name__)} as {place}", show(value))
    return value


_TYPE_NAMES: Final[dict[type, str]] = {
    dict: "object",
    list: "list",
    str: "string",
    int: "whole number",
    float: "number",
    bool: "true or false",
    type(None): "null",
}


@dataclass(slots=True, kw_only=True)
class Budget:
    """The seconds of one check, and how many of them went by waiting for the service."""

    seconds: float
    started: float = field(default_factory=time.monotonic)
    _waited: float = 0.0
    _since: float | None = None
    _thread: int = field(default_factory=threading.get_ident)

    @property
    def waited(self) -> float:
        """Seconds spent waiting for the service, or reading what it sent, up to now."""
        return self._waited + (0.0 if self._since is None else time.monotonic() - self._since)

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Count the block's time as the service's; the outermost block of the check's own thread counts."""
        if self._since is not None or threading.get_ident() != self._thread:
            yield
            return
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._waited, self._since = self.waited, None

    def left(self) -> float:
        """Seconds left; negative when overdrawn."""
        return self.started + self.seconds - time.monotonic()

    def mostly_waited(self) -> bool:
        """Whether at least half of the time so far went by waiting for the service."""
        return self.waited * 2 >= time.monotonic() - self.started

    def spent(self) -> Exception:
        """What to raise when nothing is left: the service's fault only if it took the time."""
        sentence = f"The check's {self.seconds:g} seconds ran out."
        return TimeSpent(sentence) if self.mostly_waited() else SlowCheck(sentence)


Request = tuple[str, str] | tuple[str, str, Any]
"""Method, path and, as a third, the JSON body."""


class Service:
    """The candidate's service, as one repeat of one check sees it.

    Every exchange has a fresh connection and ends by its own deadline and by the end of the check's seconds.
    """

    def __init__(self, wire: Wire, budget: Budget, log: ExchangeLog, *, exchange_s: float, max_bytes: int) -> None:
        self._wire = wire
        self._budget = budget
        self._log = log
        self._exchange_s = exchange_s
        self._max_bytes = max_bytes
        self._held = Held(HELD_REPLIES * max_bytes)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = UNSET,  # noqa: ANN401 - any JSON value
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Reply:
        """Send one request and read the whole reply.

        Args:
            method: any token.
            path: with its query; begins with ``/``. Dot segments are resolved; escape them to send them.
            json: sent as UTF-8 JSON with its content type.
            body: sent as it is, for bodies that are not sound JSON.
            headers: added to ours, or in their place.
            deadline_s: in place of the plan's deadline of one exchange; never beyond the check's own end.

        Raises:
            ServiceFault: no sound reply in time.
            SlowCheck: the check had used up its time by itself.
        """
        sent = dict(headers or {})
        data = body.encode() if isinstance(body, str) else body or b""
        if not isinstance(json, Unset):
            data = strict_json.dumps(json)
            sent = {"content-type": "application/json"} | sent
        left = self._budget.left()
        if left <= 0:
            raise self._budget.spent()
        record = self._log.begin(method, path, data)
        seconds = min(self._exchange_s if deadline_s is None else deadline_s, left)
        try:
            with self._budget.waiting():
                raw = self._wire.exchange(
                    record, body=data, headers=sent, seconds=seconds, max_bytes=self._max_bytes, held=self._held
                )
        except ServiceFault as fault:
            self._log.failed(record, fault.kind)
            if fault.kind == "timeout" and self._budget.left() <= 0:
                raise self._budget.spent() from None
            raise
        return self._reply(record, raw)

    def get(self, path: str, **more: Any) -> Reply:  # noqa: ANN401 - as request
        """``request("GET", path, ...)``."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> Reply:  # noqa: ANN401 - as request
        """``request("POST", path, ...)``."""
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> Reply:  # noqa: ANN401 - as request
        """``request("PUT", path, ...)``."""
        return self.request("PUT", path, **more)

    def delete(self, path: str, **more: Any) -> Reply:  # noqa: ANN401 - as request
        """``request("DELETE", path, ...)``."""
        return self.request("DELETE", path, **more)

    def many(self, calls: Sequence[Request | Callable[[], Any]], workers: int = 8) -> list[Any]:
        """Run requests or callables side by side; what each gave, in their order.

        A :class:`ServiceFault` is returned in its place, so that one cut exchange does not hide the others. Any
        other exception of a call is raised once all have ended.
        """
        todo: queue.SimpleQueue[int] = queue.SimpleQueue()
        for index in range(len(calls)):
            todo.put(index)
        results: list[Any] = [None] * len(calls)
        broken: list[BaseException] = []

        def work() -> None:
            while True:
                try:
                    index = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    results[index] = self._call(calls[index])
                except ServiceFault as fault:
                    results[index] = fault.with_traceback(None)
                except BaseException as error:  # noqa: BLE001 - raised again by the main thread
                    broken.append(error)

        # Daemons, not a pool: a call that never ends must not keep the probe from ending.
        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(calls)))]
        with self._budget.waiting():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if broken:
            raise broken[0]
        return results

    def pause(self, seconds: float) -> None:
        """Sleep, at most until the check's end; counts as waiting for the service, as in polling."""
        with self._budget.waiting():
            time.sleep(max(0.0, min(seconds, self._budget.left())))

    def _call(self, call: Request | Callable[[], Any]) -> Any:  # noqa: ANN401 - what the callable gives
        if callable(call):
            return call()
        return self.request(call[0], call[1], json=call[2] if len(call) > 2 else UNSET)  # noqa: PLR2004

    def _reply(self, record: Exchange, raw: RawReply) -> Reply:
        def parse(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
            try:
                with self._budget.waiting():  # a huge reply costs its sender's time, not the check's
                    return strict_json.loads(body)
            except ServiceFault as fault:
                self._log.failed(record, fault.kind)
                raise ServiceFault(fault.kind, f"{record.name}: {fault.sentence}") from None

        reply = Reply(
            status=raw.status,
            headers=raw.headers,
            body=raw.body,
            elapsed_ms=record.ms,
            _name=record.name,
            _parse=parse,
        )
        weakref.finalize(reply, self._held.release, len(raw.body)).atexit = False
        return reply
