"""Embeds the texts of documents in the background, and lets writers wait for it while the gateway works.

Texts wait in memory only: after a restart the missing ones are found by comparing documents and vectors.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from service.errors import GatewayError, GatewayRefused
from service.gateway import Gateway
from service.vectors import Key, Vector

logger = logging.getLogger(__name__)

BATCH = 16  # small, so that a search never queues long behind a batch at the gateway
CALL_TIMEOUT = 6.0
PROBE_TIMEOUT = 2.5
OUTAGE_WAIT = 1.5  # what a write spends on finding out whether an outage is over
OUTAGE_AFTER = 3  # failed calls in a row
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 4.0


@dataclass(frozen=True, slots=True)
class Pause:
    """How long to leave the gateway alone, and whether it asked for that (429)."""

    seconds: float
    asked_for: bool = False


class Embedder:
    """A queue of texts and the one task that works through it."""

    def __init__(
        self,
        gateway: Gateway,
        deliver: Callable[[Mapping[Key, Vector]], Awaitable[None]],
        needed: Callable[[Key], bool],
    ) -> None:
        self._gateway = gateway
        self._deliver = deliver
        self._needed = needed
        self._pending: dict[Key, str] = {}
        self._size = BATCH
        self._failures = 0
        self._begun = 0
        self._ended = 0
        self._work = asyncio.Event()
        self._hurry = asyncio.Event()
        self._progress = asyncio.Condition()

    def add(self, texts: Mapping[Key, str]) -> None:
        """Put texts into the queue. They end a pause, unless the gateway asked for it."""
        self._pending.update(texts)
        if texts:
            self._work.set()
            self._hurry.set()

    async def settled(self, keys: Iterable[Key], seconds: float) -> bool:
        """Wait until these texts are embedded, the gateway is out or the time is over; whether they are embedded."""
        mine = set(keys)
        begun = self._begun

        def settled() -> bool:
            return not mine & self._pending.keys() or (self._out() and self._ended > begun)

        try:
            async with asyncio.timeout(OUTAGE_WAIT if self._out() else seconds), self._progress:
                await self._progress.wait_for(settled)
        except TimeoutError:
            logger.warning("%d texts are embedded after their write was answered", len(mine & self._pending.keys()))
        return not mine & self._pending.keys()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._work.wait()
            pause = Pause(0.0)
            self._hurry.clear()
            self._begun += 1
            try:
                pause = await self._step()
            except Exception:  # the queue must go on, whatever one batch brings
                logger.exception("A batch could not be embedded")
                pause = Pause(LONGEST_PAUSE)
            self._ended = self._begun
            async with self._progress:
                self._progress.notify_all()
            await self._rest(pause)

    async def _rest(self, pause: Pause) -> None:
        if pause.asked_for or not pause.seconds:
            await asyncio.sleep(pause.seconds)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), pause.seconds)

    async def _step(self) -> Pause:
        """Embed one batch; how long to wait before the next one."""
        batch = self._next_batch()
        if not batch:
            self._work.clear()
            self._failures = 0
            return Pause(0.0)
        try:
            vectors = await self._gateway.embed(list(batch.values()), PROBE_TIMEOUT if self._failures else CALL_TIMEOUT)
        except GatewayRefused as refusal:
            self._refused(batch, refusal)
            return Pause(0.0)
        except GatewayError as error:
            return self._failed(error)
        await self._deliver(dict(zip(batch, vectors, strict=True)))
        self._done(batch)
        self._failures = 0
        self._size = min(BATCH, self._size * 4)
        return Pause(0.0)

    def _next_batch(self) -> dict[Key, str]:
        """The oldest texts that a document still has. After a failure a single one, to probe."""
        self._done([key for key in self._pending if not self._needed(key)])
        return dict(list(self._pending.items())[: self._size])

    def _failed(self, error: GatewayError) -> Pause:
        self._failures += 1
        self._size = 1
        logger.warning("Embedding failed %d times in a row: %s", self._failures, error)
        if error.retry_after is not None:
            return Pause(min(error.retry_after, LONGEST_PAUSE), asked_for=True)
        return Pause(min(FIRST_PAUSE * 2 ** min(self._failures - 1, 8), LONGEST_PAUSE))

    def _refused(self, batch: Mapping[Key, str], refusal: GatewayRefused) -> None:
        """Try the texts one by one, and give up a text that is refused alone: it is found by its words only."""
        if len(batch) == 1:
            logger.error("The gateway refuses a text: %s", refusal)
            self._done(batch)
            self._size = BATCH
        else:
            self._size = 1

    def _done(self, keys: Iterable[Key]) -> None:
        for key in list(keys):
            self._pending.pop(key, None)

    def _out(self) -> bool:
        return self._failures >= OUTAGE_AFTER
