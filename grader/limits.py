"""Every budget in one place. Seconds, bytes and counts; the deadlines nest.

request < check < phase < grading < container lifetime.
"""

from __future__ import annotations

from grader.record import Record

KB, MB = 1024, 1024 * 1024


class PodLimits(Record):
    """What one container of a pod may use."""

    memory_bytes: int = 1024 * MB
    cpus: float = 1.0
    pids: int = 128
    open_files: int = 512
    file_bytes: int = 32 * MB
    """Largest single file the process may write (RLIMIT_FSIZE)."""
    tmp_bytes: int = 32 * MB
    tmp_inodes: int = 2_000
    shm_bytes: int = 16 * MB
    shm_inodes: int = 1_000
    data_bytes: int = 128 * MB
    """The service's data volume, which outlives a restart."""
    data_inodes: int = 4_000
    log_bytes: int = 1 * MB


class Limits(Record):
    """All budgets of one grading. Part of its identity."""

    fetch_s: float = 120
    clone_bytes: int = 200 * MB
    tree_bytes: int = 50 * MB
    tree_file_bytes: int = 20 * MB
    tree_paths: int = 20_000
    tree_depth: int = 32

    install_s: float = 300
    install_bytes: int = 2_048 * MB
    requirements: int = 200
    npm_packages: int = 1_000
    """In an npm lock file, beside those for development."""

    static_s: float = 240
    """By the clock; the analysers have budgets of processor time of their own, which nest in it."""
    documents_s: float = 60
    history_commits: int = 500

    own_tests_s: float = 150
    """When no further run of the candidate's suite is begun, once enough were made; a quiet machine uses about 30."""
    own_tests_most_s: float = 240
    """When none is begun at all."""
    own_tests_first_s: float = 120
    """The first run, with coverage: long, as a machine at a load of 30 took a minute for a suite of one second."""
    own_tests_run_s: float = 12
    """Each run after it, or four times what the first took, whichever is longer."""
    own_tests_bugs: int = 16
    own_tests_least_bugs: int = 5
    """Fewer are no sample: they are tried whatever the time is, up to the most of it."""
    own_tests_controls: int = 2

    boot_s: float = 60
    """From the service's start to a 200 from /health."""
    recover_s: float = 20
    """After the service stopped midway: how long it may take to be ready again."""
    service_restarts: int = 3
    """How often a service that stopped by itself is started again, per phase."""
    exchange_s: float = 15
    phase_s: float = 420
    """One probe run: readiness, checks and the writing of its results."""
    grading_s: float = 1_500
    container_s: int = 2_400
    """Every container's own end, should nobody be left to remove it."""
    reply_bytes: int = 4 * MB
    results_bytes: int = 8 * MB

    service: PodLimits = PodLimits()
    probe: PodLimits = PodLimits(memory_bytes=512 * MB, pids=64)
    edge: PodLimits = PodLimits(memory_bytes=768 * MB, cpus=2.0, pids=64)
    """The encoder runs here; what it lacks in processor time, the candidate's latency would show."""
    static: PodLimits = PodLimits(memory_bytes=1536 * MB, cpus=2.0, pids=96, tmp_bytes=64 * MB)
    tests: PodLimits = PodLimits(tmp_bytes=96 * MB, tmp_inodes=24_000)
    """The tree is copied to its tmpfs, since suites write where they stand."""
    install: PodLimits = PodLimits(memory_bytes=1536 * MB, cpus=2.0, pids=96, file_bytes=1024 * MB)
