"""Draws the public files and the editions: the same cores and seeds give the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import random
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from compose import Composer, Ticket
from cores import Pool
from resubmit import resubmitted

HERE = Path(__file__).parent
EDITIONS = HERE.parent / "editions"
PUBLIC = HERE.parent / "public" / "data"
NAMES = ("a", "b")
"""The editions. ``seeds`` in ``editions.toml`` also has the one of the public files."""
COLUMNS = ("ticket_id", "created_at", "channel", "queue", "subject", "body", "category")
NEIGHBOURS = ("outage", "slow_connection")
OUTAGE_TAKEN_FOR_SLOW = 0.65
VALIDATION_ROWS, VALIDATION_FLOOR = 300, 15
MAIN_FLOOR = 72
PERIODS = {
    "train": (dt.date(2023, 1, 2), dt.date(2024, 12, 30)),
    "validation": (dt.date(2025, 1, 2), dt.date(2025, 3, 30)),
    "hidden": (dt.date(2025, 4, 1), dt.date(2025, 9, 29)),
    "drift": (dt.date(2025, 10, 1), dt.date(2025, 12, 20)),
}

Row = dict[str, Any]
Plan = dict[str, Any]


def read_plan(path: Path = HERE / "editions.toml") -> Plan:
    """How files are drawn."""
    return tomllib.loads(path.read_text("utf-8"))


def public_files(pool: Pool, plan: Plan) -> dict[str, str]:
    """The public files by name."""
    train = _train(pool, plan, random.Random(plan["seeds"]["public"]))
    validation = _validation(pool, plan, random.Random(plan["seeds"]["public"] + 1), {row["body"] for row in train})
    return {"train.csv": _table(train), "validation.csv": _table(validation)}


def edition_files(pool: Pool, plan: Plan, seed: int) -> dict[str, str]:
    """The files of an edition by name."""
    rows = _hidden(pool, plan, random.Random(seed))
    return {"tickets.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)}


def _train(pool: Pool, plan: Plan, rng: random.Random) -> list[Row]:
    composer = Composer(rng, pool, plan, public=True)
    traps = plan["traps"]
    rows: list[Row] = []
    for name, share in plan["frequency"].items():
        count = round(plan["train_rows"] * share)
        again = round(count * traps["near_duplicates"])
        cores = _cycle(rng, pool.categories[name].phrasings("seen"))
        first = [_row(composer.ticket(next(cores), name), _moment(rng, "train"), name) for _ in range(count - again)]
        rows += first + [resubmitted(rng, rng.choice(first)) for _ in range(again)]
    for row in rng.sample(rows, round(len(rows) * traps["signature_only"])):
        row["body"] = composer.signature_only()
    _mislabel(rng, rows, list(pool.categories), traps)
    for row in rows:
        right = rng.random() < traps["queue_is_team"]
        row["queue"] = pool.shared["teams"][row["category"]] if right else rng.choice(plan["desks"])
        row["channel"] = rng.choice(plan["channels"])
    return _numbered(rng, rows, 100_000)


def _mislabel(rng: random.Random, rows: list[Row], names: list[str], traps: dict[str, float]) -> None:
    """Wrong labels: some anywhere, some where an outage was taken for a slow connection, or the reverse."""
    wrong = rng.sample(range(len(rows)), round(len(rows) * traps["wrong_uniform"]))
    left = [at for at in range(len(rows)) if at not in set(wrong)]
    for at in wrong:
        rows[at]["category"] = rng.choice([name for name in names if name != rows[at]["category"]])
    count = round(len(rows) * traps["wrong_neighbours"])
    shares = (OUTAGE_TAKEN_FOR_SLOW, 1 - OUTAGE_TAKEN_FOR_SLOW)
    for (one, other), share in zip((NEIGHBOURS, NEIGHBOURS[::-1]), shares, strict=True):
        own = [at for at in left if rows[at]["category"] == one]
        chosen = rng.sample(own, round(count * share))
        left = [at for at in left if at not in set(chosen)]
        for at in chosen:
            rows[at]["category"] = other


def _validation(pool: Pool, plan: Plan, rng: random.Random, taken: set[str]) -> list[Row]:
    """Clean tickets, none with a body that is taken."""
    composer = Composer(rng, pool, plan, public=True)
    rows: list[Row] = []
    for name, count in _counts(plan, VALIDATION_ROWS, VALIDATION_FLOOR).items():
        for core, _ in _mixed(composer, name, count, plan["seen"]["validation"], unseen="checked"):
            ticket = composer.ticket(core, name)
            while ticket.body in taken:
                ticket = composer.ticket(core, name)
            taken.add(ticket.body)
            rows.append(_row(ticket, _moment(rng, "validation"), name))
    return _numbered(rng, _taken_in(rng, plan, rows), 400_000)


def _hidden(pool: Pool, plan: Plan, rng: random.Random) -> list[Row]:
    composer = Composer(rng, pool, plan, public=False)
    slices = plan["slices"]
    rows = [
        *_main(composer, slices["main"]),
        *_out_of_scope(composer, slices["out_of_scope"]),
        *_two_topics(composer, slices["two_topics"]),
        *_drift(Composer(rng, pool, plan, public=False, newest=True), slices["drift"]),
        *_languages(composer, slices["languages"]),
        *(_judged(composer.empty(), "empty", None, [], "unseen", rng) for _ in range(slices["empty"])),
    ]
    rows = _numbered(rng, _taken_in(rng, plan, rows), 500_000)
    names = ("slice", "category", "accept", "phrasing", *COLUMNS[:-1])
    return [{"id": f"t-{at:04}", **{name: row[name] for name in names}} for at, row in enumerate(rows, start=1)]


def _main(composer: Composer, count: int) -> Iterator[Row]:
    for name, own in _counts(composer.plan, count, MAIN_FLOOR).items():
        for core, kind in _mixed(composer, name, own, composer.plan["seen"]["main"], unseen="unseen"):
            accept = composer.pool.categories[name].accepted(core)
            yield _judged(composer.ticket(core, name), "main", name, accept, kind, composer.rng)


def _out_of_scope(composer: Composer, count: int) -> Iterator[Row]:
    cores = _cycle(composer.rng, composer.pool.shared["out_of_scope"]["phrasings"])
    for core in itertools.islice(cores, count):
        yield _judged(composer.ticket(core, None), "out_of_scope", None, [], "unseen", composer.rng)


def _two_topics(composer: Composer, count: int) -> Iterator[Row]:
    """Two requests in one ticket; the first one names the category, both are accepted."""
    rng, names = composer.rng, list(composer.pool.categories)
    share = composer.plan["seen"]["two_topics"]
    for at in range(count):
        one = names[at % len(names)]
        two = rng.choice([name for name in names if name != one])
        kinds = ["seen" if rng.random() < share else "unseen" for _ in range(2)]
        first, second = (
            rng.choice(composer.pool.categories[name].phrasings(kind))
            for name, kind in zip((one, two), kinds, strict=True)
        )
        core = f"{first} {rng.choice(composer.pool.shared['two_topics']['links'])} {second}"
        kind = kinds[0] if kinds[0] == kinds[1] else "mixed"
        yield _judged(composer.ticket(core, one, plain=True), "two_topics", one, [one, two], kind, rng)


def _drift(composer: Composer, count: int) -> Iterator[Row]:
    """New wordings first, then known ones, seen and unseen by turns, most of which name a product."""
    names = list(composer.pool.categories)
    for name in names:
        category = composer.pool.categories[name]
        known = [_named_first(composer, category.phrasings(kind)) for kind in ("seen", "unseen")]
        turns = [pair for row in zip(*known, strict=False) for pair in zip(row, ("seen", "unseen"), strict=True)]
        cores = [*((text, "unseen") for text in category.new), *turns]
        for core, kind in cores[: count // len(names)]:
            yield _judged(composer.ticket(core, name), "drift", name, category.accepted(core), kind, composer.rng)


def _named_first(composer: Composer, texts: list[str]) -> list[str]:
    """Texts in random order, those first that name a product with a newer name."""
    slots = [f"{{{slot}}}" for slot in composer.pool.shared["new_slots"]]
    return sorted(composer.rng.sample(texts, len(texts)), key=lambda text: not any(slot in text for slot in slots))


def _languages(composer: Composer, count: int) -> Iterator[Row]:
    texts = [
        (text, name)
        for name, category in composer.pool.categories.items()
        for own in category.languages.values()
        for text in own
    ]
    for text, name in composer.rng.sample(texts, count):
        yield _judged(composer.foreign(text, name), "languages", name, [name], "unseen", composer.rng)


def _mixed(composer: Composer, name: str, count: int, share: float, *, unseen: str) -> Iterator[tuple[str, str]]:
    """Cores of a category with their kind: a share of them seen, the rest from another pool."""
    seen = round(count * share)
    for kind, own in (("seen", seen), (unseen, count - seen)):
        cores = _cycle(composer.rng, composer.pool.categories[name].phrasings(kind))
        for core in itertools.islice(cores, own):
            yield core, kind


def _cycle(rng: random.Random, items: Sequence[Any]) -> Iterator[Any]:
    """Items in random order, again and again, so that each comes about equally often."""
    while True:
        yield from rng.sample(list(items), len(items))


def _counts(plan: Plan, total: int, floor: int) -> dict[str, int]:
    """Rows of each category: so many for all, the rest by frequency; what rounding leaves goes to the first."""
    spare = total - floor * len(plan["frequency"])
    counts = {name: floor + int(spare * share) for name, share in plan["frequency"].items()}
    counts[next(iter(counts))] += total - sum(counts.values())
    return counts


def _row(ticket: Ticket, moment: dt.datetime, category: str | None) -> Row:
    return {"created_at": moment, "subject": ticket.subject, "body": ticket.body, "category": category}


def _judged(  # noqa: PLR0917 - a row's fields in their order
    ticket: Ticket, part: str, category: str | None, accept: list[str], phrasing: str, rng: random.Random
) -> Row:
    moment = _moment(rng, "drift" if part == "drift" else "hidden")
    return {**_row(ticket, moment, category), "slice": part, "accept": accept, "phrasing": phrasing}


def _taken_in(rng: random.Random, plan: Plan, rows: list[Row]) -> list[Row]:
    """Rows as they come in: at a desk and by a channel that have nothing to do with the category."""
    return [{**row, "queue": rng.choice(plan["desks"]), "channel": rng.choice(plan["channels"])} for row in rows]


def _moment(rng: random.Random, period: str) -> dt.datetime:
    first, last = PERIODS[period]
    day = dt.datetime.combine(first, dt.time(), tzinfo=dt.UTC) + dt.timedelta(days=rng.randrange((last - first).days))
    return day + dt.timedelta(minutes=rng.randrange(6 * 60, 23 * 60))


def _numbered(rng: random.Random, rows: list[Row], start: int) -> list[Row]:
    """Rows by time, with rising ticket numbers."""
    number = start
    found = []
    for row in sorted(rows, key=lambda row: row["created_at"]):
        number += rng.randint(1, 40)
        moment = row["created_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
        found.append({**row, "ticket_id": f"TW-{number}", "created_at": moment})
    return found


def _table(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
