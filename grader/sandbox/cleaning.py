"""``grader clean``: what dead runs left goes; with everything, caches and images too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from grader.errors import InfrastructureError
from grader.sandbox.engine import Engine
from grader.sandbox.runs import any_alive, orphaned, sweep
from grader.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What was done, a line each; ``whole`` is false when something would not go."""

    lines: tuple[str, ...]
    whole: bool


def clean_engine(settings: Settings, *, everything: bool) -> Cleaned:
    """Remove leftovers by label; never what a live run holds.

    Raises:
        InfrastructureError: ``engine.unreachable``.
    """
    with Engine() as engine:
        return _clean(engine, settings, everything=everything)


def _clean(engine: Engine, settings: Settings, *, everything: bool) -> Cleaned:
    swept = sweep(engine, settings)
    lines = [f"removed {n} {kind}{'s' if n > 1 else ''}" for kind, n in Counter(i.kind for i in swept.removed).items()]
    stuck = list(swept.stuck)
    # Another machine's (or state folder's) environments stand in lists that cannot be read from here.
    own = [name for name in engine.kept(settings.host_id()) if orphaned(settings, name)]
    kept = [("volume", name) for name in (engine.kept() if everything else own)]
    if everything and any_alive(settings):
        kept = []
        stuck.append("a grading is under way: caches and images stay until it is done")
    elif everything:
        # Images that stand on others go first.
        kept += [("image", tag) for tag in sorted(engine.our_images(), key=_depth)]
    for kind, name in kept:
        try:
            engine.remove(kind, name)
            lines.append(f"removed {kind} {name}")
        except InfrastructureError as error:
            stuck.append(f"{kind} {name}: {error.detail or error.message}")
    lines += [f"could not remove {line}" for line in stuck]
    return Cleaned(lines=tuple(lines or ["nothing to remove"]), whole=not stuck)


def _depth(tag: str) -> int:
    return 2 if tag.startswith("grader/base:") else 1 if "-wheels:" in tag else 0
