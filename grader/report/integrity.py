"""Views of the integrity facts: seen, ordinary explanations, what to ask. No points, no colour; a person decides."""

from __future__ import annotations

from grader.evidence_code import LicenceFacts, Secret, Similarity
from grader.report.forge import line_address
from grader.report.marks import Anchors
from grader.report.text import count, line, percent
from grader.report.views import IntegrityFact, IntegrityView, PlaceView
from grader.scorecard import CodeScore, Scorecard

PLACES = 10
NEAREST = 3


def integrity(card: Scorecard, anchors: Anchors) -> IntegrityView:
    """Similarity, secrets and licence, as far as the source was analysed."""
    if card.code is None:
        return IntegrityView(facts=())
    return IntegrityView(
        facts=(
            _similarity(card, card.code, anchors),
            _secrets(card, card.code.secrets, anchors),
            _licence(card.code.licence, anchors),
        )
    )


def _similarity(card: Scorecard, code: CodeScore, anchors: Anchors) -> IntegrityFact:
    compared = count(code.compared, "solution of this challenge", "solutions of this challenge")
    if not code.similar:
        seen = f"Nothing worth showing: compared with {compared}, the starter and public files taken out."
        if not code.compared:
            seen = "There was no other work to compare with."
        return IntegrityFact(
            anchor=anchors.id("similarity"), title="Similarity", seen=seen, ordinary="", ask="", places=()
        )
    nearest = "; ".join(_shared(one) for one in code.similar[:NEAREST])
    return IntegrityFact(
        anchor=anchors.id("similarity"),
        title="Similarity",
        seen=f"Compared with {compared}, the starter and public files taken out, with names ignored: {nearest}.",
        ordinary="The same framework, the brief's own contract, a shared tutorial, or public code with its licence.",
        ask="Which parts were taken from elsewhere, and why did they fit? Walk through a passage below.",
        places=tuple(
            PlaceView(
                where=line(f"{place.path}:{place.line}", 200),
                href=line_address(card.submission, place.path, place.line),
                text=line(
                    f"{count(place.shared, 'passage')} also in {one.other}, {place.other_path}:{place.other_line}"
                ),
            )
            for one in code.similar[:NEAREST]
            for place in one.places[:NEAREST]
        ),
    )


def _shared(one: Similarity) -> str:
    return line(f"{percent(one.share)} of this code is also in {one.other} ({percent(one.other_share)} of that work)")


def _secrets(card: Scorecard, secrets: tuple[Secret, ...], anchors: Anchors) -> IntegrityFact:
    anchor, title = anchors.id("secrets"), "Secrets in the source"
    if not secrets:
        seen = "No key, token or password was recognised."
        return IntegrityFact(anchor=anchor, title=title, seen=seen, ordinary="", ask="", places=())
    different = len({secret.same_as for secret in secrets})
    found = count(len(secrets), "place looks", "places look")
    left = len(secrets) - PLACES
    more = (PlaceView(where=f"and {left:,} more in the JSON", href="", text=""),) if left > 0 else ()
    return IntegrityFact(
        anchor=anchor,
        title=title,
        seen=f"{found} like a key, token or password; {different:,} different."
        " The values are masked here and in the JSON.",
        ordinary="A placeholder, a sample from documentation, or a test's own value.",
        ask="Is it real, and has it been revoked? How would this service get it in production?",
        places=tuple(
            PlaceView(
                where=line(f"{secret.path}:{secret.line}", 200),
                href=line_address(card.submission, secret.path, secret.line),
                text=line(f"{secret.kind}, masked ({secret.same_as})", 120),
            )
            for secret in secrets[:PLACES]
        )
        + more,
    )


def _licence(licence: LicenceFacts, anchors: Anchors) -> IntegrityFact:
    known = {"": "", "unknown": ", whose wording we do not recognise"}.get(
        licence.text, f", which reads as {licence.text}"
    )
    file = f"The repository has {licence.file}{known}." if licence.file else "The repository has no licence file."
    declared = f" {licence.declared_in} declares {licence.declared}." if licence.declared else ""
    return IntegrityFact(
        anchor=anchors.id("licence"), title="Licence", seen=line(file + declared, 400), ordinary="", ask="", places=()
    )
