"""The made-up challenge behind the sample scorecards: criteria, groups, checks and measures."""

from __future__ import annotations

from dataclasses import dataclass

from grader.challenge import Source
from grader.evidence import Measure


@dataclass(frozen=True)
class Row:
    """A criterion of the sample challenge."""

    id: str
    title: str
    weight: float
    minutes: int
    source: Source
    asks: str
    levels: tuple[str, str, str, str, str]

    @property
    def text(self) -> str:
        """What candidates are shown."""
        return TEXTS[self.id]


TEXTS = {
    "contract": "How requests are answered, those that break the contract too.",
    "persistence": "Whether documents are stored, replaced, deleted and kept.",
    "relevance": "How often the right article is among the first ten results.",
    "filters": "Whether filters and pages are exact and stable.",
    "operations": "What happens while embeddings fail, and how fast searches are.",
    "lint": "Findings of a linter about likely mistakes.",
    "complexity": "How much of the code stands in complex functions.",
    "structure": "Whether parts can be read and changed apart from one another.",
    "decisions": "Whether decisions name an alternative and a reason.",
}

ROWS = (
    Row(
        "contract",
        "API contract and errors",
        15,
        35,
        Source.CHECKS,
        "Every route takes and returns the JSON of the contract; a caller's mistake gets a structured 4xx.",
        (
            "No route follows the contract.",
            "Single routes follow it; bad input gets a 5xx or HTML.",
            "Most routes follow it; some bad bodies get a 5xx.",
            "All routes follow it; a few bad bodies lack the structured error.",
            "All routes and every bad body follow it.",
        ),
    ),
    Row(
        "persistence",
        "Documents and persistence",
        15,
        40,
        Source.CHECKS,
        "Upserts are idempotent and visible at once; documents survive a restart.",
        (
            "Documents are not stored.",
            "Documents are stored but updates or deletes are not visible.",
            "Visible at once; lost on restart.",
            "Survive a restart; a batch is not atomic.",
            "Idempotent, atomic, and survive a restart.",
        ),
    ),
    Row(
        "relevance",
        "Relevance on hidden queries",
        25,
        55,
        Source.CHECKS,
        "Search finds articles by meaning, by identifier and by acronym.",
        (
            "At or below word matching everywhere.",
            "Above word matching for identifiers alone.",
            "Halfway between word matching and a sentence encoder on paraphrases.",
            "As a sentence encoder on paraphrases; identifiers or acronyms trail.",
            "As a sentence encoder on paraphrases, and exact on identifiers.",
        ),
    ),
    Row(
        "filters",
        "Filters and pagination",
        10,
        25,
        Source.CHECKS,
        "Filters and pages are exact; the same request gives the same order.",
        (
            "Filters are ignored.",
            "Filters work for one field.",
            "Filters work; selective ones return too few results.",
            "Exact filters; order changes between equal requests.",
            "Exact filters, bounds and a stable order.",
        ),
    ),
    Row(
        "operations",
        "Dependencies and latency",
        10,
        25,
        Source.CHECKS,
        "When embeddings fail, search degrades or answers an honest 503; p95 stays under 500 ms.",
        (
            "Stops or hangs when embeddings fail.",
            "Answers an empty 200 when embeddings fail.",
            "An honest 503; texts are embedded again without need.",
            "An honest 503 or a fallback; p95 above the target.",
            "Degrades honestly, embeds each text once, p95 within the target.",
        ),
    ),
    Row(
        "lint",
        "Code findings",
        5,
        10,
        Source.LINT,
        "The linter's scored categories are clean.",
        ("Many.", "Several per file.", "One in most files.", "Single findings.", "None in scored categories."),
    ),
    Row(
        "complexity",
        "Function complexity",
        5,
        10,
        Source.COMPLEXITY,
        "Functions stay small enough to read in one sitting.",
        (
            "Most lines stand in complex functions.",
            "Half do.",
            "A quarter do.",
            "A tenth do.",
            "Nearly none do.",
        ),
    ),
    Row(
        "structure",
        "Structure and tests",
        8,
        20,
        Source.REVIEW,
        "A reader finds each responsibility in one place, with tests where a fault would cost most.",
        (
            "One file does everything.",
            "Parts exist, and most changes touch several.",
            "Parts are clear; the search still knows of storage.",
            "Each part stands alone; tests cover the risky ones.",
            "Each part stands alone and is tested where a fault would cost most.",
        ),
    ),
    Row(
        "decisions",
        "Decisions and trade-offs",
        7,
        20,
        Source.REVIEW,
        "The README names the decisions, what was measured and what was left out.",
        (
            "No decision is named.",
            "Decisions are named without reasons.",
            "Reasons are named, alternatives are not.",
            "Alternatives and reasons are named.",
            "Alternatives, reasons and a measurement are named, and the code bears them out.",
        ),
    ),
)

GROUPS = (
    ("api", "Requests and replies", "Routes, bodies and errors of the contract."),
    ("data", "Storing documents", "Upsert, update, delete, batch and restart."),
    ("search", "Finding the right articles", "Hidden queries over a made-up product's help articles."),
    ("filter", "Filters and pages", "Filters, limits, offsets and a stable order."),
    ("ops", "When things go wrong", "Embedding faults, load and waste."),
)

# id, group, criterion, weight, title, sentence of the brief
CHECKS = (
    ("contract.health", "api", "contract", 1, "Health says ready", "`GET /health` answers 200 when the service is ready."),
    ("contract.put", "api", "contract", 1, "PUT stores a document", "`PUT /documents/{id}` answers 200 or 201 with the id."),
    ("contract.unknown", "api", "contract", 1, "An unknown id is a 404", "An unknown id answers 404 with a structured error."),
    ("contract.malformed", "api", "contract", 2, "Malformed JSON is a 4xx", "A body that is not JSON answers 4xx with a structured error."),
    ("contract.types", "api", "contract", 2, "Wrong types are a 4xx", "A field of the wrong type answers 4xx with a structured error."),
    ("contract.missing", "api", "contract", 2, "Missing fields are a 4xx", "A missing field answers 4xx with a structured error."),
    ("contract.extra", "api", "contract", 1, "Unknown fields are ignored or refused", "Unknown fields are ignored or answer 4xx."),
    ("contract.huge", "api", "contract", 1, "A 3 MB body is answered", "A body over 1 MB answers 413 or is stored."),
    ("contract.unicode", "api", "contract", 1, "Unicode comes back unchanged", "Text comes back as it was sent."),
    ("data.visible", "data", "persistence", 2, "A stored document is found at once", "A document can be found as soon as its PUT answered."),
    ("data.idempotent", "data", "persistence", 1, "The same PUT twice stores one", "The same PUT twice leaves one document."),
    ("data.update", "data", "persistence", 1, "An update replaces the text", "After an update the old text is not found."),
    ("data.delete", "data", "persistence", 1, "A deleted document is gone", "After DELETE the document is not found."),
    ("data.batch", "data", "persistence", 2, "A batch is stored whole or not at all", "A batch with one bad document stores none of it."),
    ("data.concurrent", "data", "persistence", 1, "Writes and searches at once", "Searches during an ingest answer within the deadline."),
    ("data.restart", "data", "persistence", 3, "Documents survive a restart", "Documents are there after a restart."),
    ("relevance.paraphrase", "search", "relevance", 5, "Paraphrases without shared words", "Search finds an article by meaning."),
    ("relevance.identifier", "search", "relevance", 2, "Product codes and error codes", "A product or error code finds its article first."),
    ("relevance.keyword", "search", "relevance", 1, "Plain keyword queries", "Keyword queries work as in any search."),
    ("relevance.acronym", "search", "relevance", 1, "Acronyms", "An acronym finds what it stands for."),
    ("relevance.long", "search", "relevance", 2, "Answers inside long articles", "An answer in the middle of a long article is found."),
    ("filter.exact", "filter", "filters", 2, "Filters by metadata", "`filter` keeps documents whose metadata match."),
    ("filter.selective", "filter", "filters", 2, "A filter that keeps one in a hundred", "A filter returns top_k results when that many match."),
    ("filter.bounds", "filter", "filters", 1, "top_k out of bounds", "`top_k` below 1 or above 100 answers 4xx."),
    ("filter.stable", "filter", "filters", 1, "The same request, the same order", "Equal requests give equal results."),
    ("ops.outage", "ops", "operations", 2, "Embeddings are down", "When embeddings fail: a fallback or an honest 503, never an empty 200."),
    ("ops.retry", "ops", "operations", 1, "429 with Retry-After", "A 429 is retried after the time that it names."),
    ("ops.waste", "ops", "operations", 1, "Nothing is embedded twice", "An unchanged document is not embedded again."),
    ("ops.latency", "ops", "operations", 1, "p95 of search", "p95 of search stays under 500 ms."),
)  # fmt: skip

MEASURES = {
    "relevance.paraphrase": {"recall_at_10": Measure(value=0.874, low=0.806, high=0.931, n=84)},
    "relevance.identifier": {"reciprocal_rank": Measure(value=0.968, low=0.913, high=1.0, n=31)},
    "relevance.keyword": {"ndcg_at_10": Measure(value=0.811, low=0.752, high=0.864, n=42)},
    "relevance.acronym": {"recall_at_10": Measure(value=0.762, low=0.571, high=0.905, n=21)},
    "ops.latency": {"p95_ms": Measure(value=143.2, n=300, unit="ms")},
    "ops.waste": {"texts_embedded": Measure(value=412, unit="texts")},
}
