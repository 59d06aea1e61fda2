"""Every parser that reads a stranger's bytes, by name."""

from __future__ import annotations

from tests.fuzz import (
    container_output,
    craft,
    http_client,
    http_servers,
    npm,
    report_text,
    repository,
    submission_files,
)
from tests.fuzz.support import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for part in (submission_files, npm, craft, repository, http_client, http_servers, container_output, report_text)
    for target in part.TARGETS
}
