"""A validation with something of everything: proofs that hold, are broken and were left out; hostile text in each place."""

from __future__ import annotations

from grader.validation.shapes import Finding, Proof, Row, Validation

HOSTILE = "\x1b[31m\u202e</script><img src=x onerror=alert(1)> " + "unbroken" * 40

VALIDATED = Validation(
    challenge="helpdesk-search",
    version="1.2.0",
    mode="full",
    began_at="2026-01-05T09:00:00+00:00",
    seconds=1503.2,
    challenge_digest="a" * 64,
    harness_digest="b" * 64,
    proofs=(
        Proof(
            id="rubric",
            title="The rubric and the brief say the same",
            state="held",
            sentence="11 criteria, 51 checks, 240 minutes; the brief has 998 words.",
        ),
        Proof(
            id="leaks",
            title="Nothing hidden is told",
            state="broken",
            sentence="2 things do not hold.",
            findings=(
                Finding(
                    subject="starter/server.py",
                    message="it holds the canary of hidden/canary.txt",
                    path="starter/server.py",
                    next_step="Take it out.",
                ),
                Finding(subject=HOSTILE, message=HOSTILE, path=HOSTILE, next_step=HOSTILE),
            ),
        ),
        Proof(
            id="ladder",
            title="Every solution lands where it says, for its reasons",
            state="held",
            sentence="16 of 16 solutions land where they say.",
            heads=("kind", "score", "band", "why"),
            rows=tuple(
                Row(subject=name, held=True, cells=(kind, score, band, why))
                for name, kind, score, band, why in (
                    ("reference", "reference", "100.0", "95–100", "An honest solution in four hours."),
                    ("lexical-only", "weak", "74.8", "72–77", "All of the contract, but no meaning."),
                    ("cheat-canned", "cheat", "5.0", "0–5", "Answers with what is public, whatever is asked."),
                    ("empty", "empty", "0.0", "0–0", HOSTILE),
                )
            ),
        ),
        Proof(
            id="mutants",
            title="The checks notice mutants",
            state="broken",
            sentence="51 of 51 designed mutants are noticed; of 80 drawn ones 74, 6 survive (2 equivalent): 94.9%.",
            findings=(
                Finding(
                    subject="search/index.py:negate:01ab23cd",
                    message="nothing notices this mutant",
                    next_step="Add a check, or a [[survivor]].",
                    path="validation.toml",
                ),
            ),
            heads=("where", "change", "noticed by", "why not"),
            rows=tuple(
                Row(
                    subject=f"search/index.py:negate:{number:08x}",
                    held=number > 0,
                    cells=(
                        f"search/index.py:{number + 12}",
                        "(a) < (b) → (a) >= (b)",
                        "documents.update, search.pages" if number else "",
                        "equivalent: nothing differs" if number == 1 else "",
                    ),
                )
                for number in range(60)
            ),
        ),
        Proof(
            id="baselines",
            title="The baselines are what is stored",
            state="skipped",
            sentence="A full run computes them.",
        ),
    ),
)
