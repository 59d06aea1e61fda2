"""The vector of a query: within the time that a search has, and remembered."""

import asyncio
import logging
from collections import OrderedDict

from service.errors import GatewayError
from service.gateway import Gateway, Patience
from service.vectors import Vector

logger = logging.getLogger(__name__)

REMEMBERED = 2_000
# Three attempts outlast two failed calls, and embed one text each: three at most.
USUAL = Patience(attempts=3, call_timeout=2.4, total=8.5)
IN_OUTAGE = Patience(attempts=3, call_timeout=1.5, total=8.5)


class Queries:
    """Embeds queries. The pages of one search, and repeated searches, cost one text."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._patience = USUAL
        self._known: OrderedDict[str, Vector] = OrderedDict()
        self._under_way: dict[str, asyncio.Lock] = {}

    async def vector(self, query: str) -> Vector:
        """The vector of a query, or a GatewayError when the gateway does not give it in time."""
        if query not in self._known:
            lock = self._under_way.setdefault(query, asyncio.Lock())
            try:
                async with asyncio.timeout(self._patience.total), lock:
                    if query not in self._known:
                        await self._ask(query)
            except TimeoutError as error:
                reason = "the same query did not get its vector in time"
                raise GatewayError(reason) from error
            finally:
                if not lock.locked():
                    self._under_way.pop(query, None)
        self._known.move_to_end(query)
        return self._known[query]

    async def _ask(self, query: str) -> None:
        try:
            [vector] = await self._gateway.embed_patiently([query], self._patience)
        except GatewayError as error:
            logger.warning("A query was not embedded: %s", error)
            self._patience = IN_OUTAGE
            raise
        self._patience = USUAL
        self._known[query] = vector
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
