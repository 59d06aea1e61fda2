"""The work of the service, apart from HTTP: tickets in, verdicts out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from triage.gateway import Vectors
from triage.memory import Embedder
from triage.model import Model
from triage.terms import Ticket, Verdict


class Desk:
    """A model with a source of embeddings."""

    def __init__(self, model: Model, embedder: Embedder) -> None:
        self.model = model
        self._embedder = embedder

    async def judge(self, tickets: Sequence[Ticket]) -> list[Verdict]:
        """A verdict per ticket, in order. Raises GatewayDownError when meanings cannot be had."""
        reasons = await asyncio.to_thread(self.model.reasons, tickets)
        told = [reason for reason in reasons if reason]
        vectors = dict(zip(told, await self._embedder.embed(told), strict=True))
        return await asyncio.to_thread(self._verdicts, reasons, vectors)

    def _verdicts(self, reasons: Sequence[str], vectors: dict[str, Vectors]) -> list[Verdict]:
        return [self.model.judge(reason, vectors[reason]) if reason else self.model.pass_on() for reason in reasons]
