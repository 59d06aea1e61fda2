"""What every sandbox promises (grader/sandbox/base.py), on Docker and on its scripted twin alike."""

from __future__ import annotations

import threading
import time

import pytest

from grader.errors import InfrastructureError
from grader.sandbox.base import File

OUT = File(path="out", data=None, mode=0o777, uid=10001, gid=10001)
MB = 1024 * 1024


def test_exit_code_is_reported(world):
    """A container that ends by itself is reported as exited, with its code."""
    container = world.sandbox.create(world.spec("exit7"))
    container.start()
    end = container.wait(20)
    assert (end.reason, end.exit_code) == ("exited", 7)
    assert not container.running()


def test_files_go_in_before_the_start_and_come_out_after_the_end(world):
    """Files are put before the first start, and fetched after the end."""
    volume = world.sandbox.volume("work")
    container = world.sandbox.create(world.spec("copy", volume=volume))
    container.put("/vol", [OUT, File(path="in.txt", data=b"hello")])
    container.start()
    assert container.wait(20).exit_code == 0
    assert container.fetch("/vol/out", max_bytes=MB) == {"copy.txt": b"HELLO"}


def test_a_volume_is_shared_and_outlives_a_container(world):
    """What one container wrote, the next one reads from the same volume."""
    volume = world.sandbox.volume("work")
    first = world.sandbox.create(world.spec("count", volume=volume))
    first.put("/vol", [OUT])
    first.start()
    first.wait(20)
    first.remove()
    second = world.sandbox.create(world.spec("count", volume=volume))
    second.start()
    second.wait(20)
    assert second.fetch("/vol/out", max_bytes=MB) == {"count": b"2"}


def test_a_container_starts_again_after_its_end(world):
    """The same container can be started again; its volumes are as it left them."""
    volume = world.sandbox.volume("work")
    container = world.sandbox.create(world.spec("count", volume=volume))
    container.put("/vol", [OUT])
    for _ in range(3):
        container.start()
        assert container.wait(20).exit_code == 0
    assert container.fetch("/vol/out", max_bytes=MB) == {"count": b"3"}


def test_deadline_kills(world):
    """A container that outlives its deadline is killed, and its end says so."""
    container = world.sandbox.create(world.spec("sleep"))
    container.start()
    end = container.wait(1)
    assert end.reason == "deadline"
    assert not container.running()


def test_kill_ends_it_at_once(world):
    """A killed container's end is 'killed'; killing or removing it again is no error."""
    container = world.sandbox.create(world.spec("sleep"))
    container.start()
    assert container.running()
    container.kill()
    assert container.wait(10).reason == "killed"
    container.kill()
    container.remove()
    container.remove()


def test_memory_is_measured_while_it_runs(world):
    """What a running container held at most is a number, where the engine can say; an ended one has none."""
    volume = world.sandbox.volume("work")
    container = world.sandbox.create(world.spec("sleep", volume=volume))
    container.put("/vol", [File(path="file", data=b"x" * 100)])
    container.start()
    peak = container.memory_peak()
    assert peak is None or 0 < peak <= 256 * MB
    container.kill()
    container.wait(10)
    assert container.memory_peak() is None


def test_log_keeps_head_and_tail_and_says_what_is_missing(world):
    """A long log keeps its first and last lines, counts its bytes, says truncated, and escapes control characters."""
    container = world.sandbox.create(world.spec("many_lines"))
    container.start()
    container.wait(30)
    log = container.log()
    assert log.head.startswith("first\n")
    assert log.tail.rstrip().endswith("last \\x1b[31m")
    assert log.truncated
    assert log.bytes > 200_000
    assert len(log.head) + len(log.tail) < 40_000


def test_flood_of_output_is_ended(world):
    """A container that prints without end is ended, and its end says why."""
    container = world.sandbox.create(world.spec("flood"))
    container.start()
    end = container.wait(60)
    assert end.reason == "log_flood"


def test_read_only_mount_is_read_only(world):
    """A volume mounted read-only can be written neither by the program nor through put."""
    volume = world.sandbox.volume("work")
    filler = world.sandbox.create(world.spec("exit7", volume=volume))
    filler.put("/vol", [OUT])
    filler.remove()
    container = world.sandbox.create(world.spec("write_read_only", volume=volume, read_only=True))
    container.start()
    assert container.wait(20).exit_code == 13
    with pytest.raises(InfrastructureError) as caught:
        container.put("/vol", [File(path="late.txt", data=b"x")])
    assert caught.value.code == "engine.refused"


def test_fetch_has_a_cap(world):
    """More bytes than the cap never reach the grader's memory; the error names it."""
    volume = world.sandbox.volume("work")
    container = world.sandbox.create(world.spec("big", volume=volume))
    container.put("/vol", [OUT])
    container.start()
    container.wait(20)
    with pytest.raises(InfrastructureError) as caught:
        container.fetch("/vol/out", max_bytes=MB)
    assert caught.value.code == "sandbox.too_large"


def test_fetch_of_nothing_is_nothing(world):
    """A path that does not exist gives no files, not an error."""
    volume = world.sandbox.volume("work")
    container = world.sandbox.create(world.spec("exit7", volume=volume))
    container.start()
    container.wait(20)
    assert container.fetch("/vol/nothing", max_bytes=MB) == {}


def test_kept_volumes_outlive_the_run(world):
    """Closing removes the run's volumes and leaves the kept ones, which go when dropped."""
    own, kept = world.sandbox.volume("own"), world.sandbox.kept_volume(f"test-{world.sandbox.run_id}")
    assert world.sandbox.has_volume(own)
    assert world.sandbox.has_volume(kept)
    world.sandbox.drop_volume(own)
    assert not world.sandbox.has_volume(own)
    world.sandbox.drop_volume(kept)
    world.sandbox.drop_volume(kept)
    assert not world.sandbox.has_volume(kept)


def test_close_ends_a_wait_under_way(world):
    """Closing from another thread ends a wait with 'sandbox.closed', soon."""
    container = world.sandbox.create(world.spec("sleep"))
    container.start()
    threading.Timer(0.5, world.sandbox.close).start()
    began = time.monotonic()
    with pytest.raises(InfrastructureError) as caught:
        container.wait(60)
    assert caught.value.code == "sandbox.closed"
    assert time.monotonic() - began < 20


def test_nothing_is_made_after_close(world):
    """A closed sandbox makes nothing more."""
    world.sandbox.close()
    for make in (lambda: world.sandbox.volume("late"), lambda: world.sandbox.create(world.spec("exit7"))):
        with pytest.raises(InfrastructureError) as caught:
            make()
        assert caught.value.code == "sandbox.closed"
