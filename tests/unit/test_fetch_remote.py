"""Fetching: URLs, names, addresses, and what real hosts answer."""

from __future__ import annotations

import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest
from fetch_hosts import (
    LOOPBACK,
    answers,
    free_port,
    git_daemon,
    http_host,
    processes_in,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import remote
from grader.errors import Blame, CandidateError, GraderError, InfrastructureError
from grader.fetch import FetchPolicy, fetch
from grader.hosts import is_public

pytest_plugins = ["fetch_fixtures"]
pytestmark = pytest.mark.usefixtures("no_proxy")


# --- the URL -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "bad_url"),
        ("   ", "bad_url"),
        ("-uhttps://example.org/a", "bad_url"),
        ("--upload-pack=touch x", "bad_url"),
        ("https://example.org/a\n", "bad_url"),
        ("https://example.org/a\x1b[31m", "bad_url"),
        ("https://example.org/\u202ea", "bad_url"),
        ("https://example.org/a b", "bad_url"),
        ("https://example.org/a%0ahost=x", "bad_url"),
        ("https://example.org/a%00", "bad_url"),
        ("https://example.org/a%zz", "bad_url"),
        ("https://example.org/a\\b", "bad_url"),
        ("https://example.org/../etc", "bad_url"),
        ("https://example.org/%2e%2e/etc", "bad_url"),
        ("https://example.org/a?x=1", "bad_url"),
        ("https://example.org/a#readme", "bad_url"),
        ("https://example.org/a?u=b@c", "bad_url"),
        ("https://example.org", "bad_url"),
        ("https://example.org/", "bad_url"),
        ("https:///a/b", "bad_url"),
        ("https://example.org:0/a", "bad_url"),
        ("https://example.org:99999/a", "bad_url"),
        ("https://example.org:/a", "bad_url"),
        ("https://exa_mple.org/a", "bad_url"),
        ("https://example.org./a", "bad_url"),
        ("https://-example.org/a", "bad_url"),
        ("https://exämple.org/a", "bad_url"),
        ("https://127.1/a", "bad_url"),
        ("https://2130706433/a", "bad_url"),
        ("https://0x7f.0.0.1/a", "bad_url"),
        ("https://0x7f000001/a", "bad_url"),
        ("https://0177.0.0.1/a", "bad_url"),
        ("https://[::1%25eth0]/a", "bad_url"),
        ("https://[nonsense]/a", "bad_url"),
        ("https://example.org/" + "a" * 3000, "bad_url"),
        ("github.com/owner/work", "bad_url"),
        ("owner/work", "bad_url"),
        ("https://user:secret@example.org/a", "credentials_in_url"),
        ("https://token@example.org/a", "credentials_in_url"),
        ("https://example.org\\@127.0.0.1/a", "credentials_in_url"),
        ("ext::sh -c touch% /tmp/x", "transport"),
        ("fd::17/a", "transport"),
        ("https::https://example.org/a", "transport"),
        ("git@github.com:owner/work.git", "transport"),
        ("github.com:owner/work.git", "transport"),
        ("ssh://git@github.com/owner/work", "transport"),
        ("http://example.org/a", "transport"),
        ("git://example.org/a", "transport"),
        ("ftp://example.org/a", "transport"),
        ("file:///etc", "transport"),
        ("FILE:///etc", "transport"),
        ("javascript://example.org/a", "transport"),
        ("/etc", "bad_url"),
        (".", "bad_url"),
    ],
)
def test_url_is_refused_before_anything_runs(url, code, fails, monkeypatch):
    """Whatever is not a plain public https address is the candidate's to mend, without DNS and without git."""
    monkeypatch.setattr(subprocess, "Popen", None)
    asked = answers(monkeypatch, "127.0.0.1")
    error = fails(url, f"fetch.{code}", policy=FetchPolicy())
    assert not asked
    assert "secret" not in str(error)
    assert "token@" not in str(error)


def test_ssh_address_is_answered_with_the_https_one():
    """Somebody who pastes the SSH address reads the https address to use instead."""
    with pytest.raises(CandidateError) as caught:
        remote.parse("git@github.com:owner/work.git", FetchPolicy())
    assert caught.value.next_step == "Use the https address: https://github.com/owner/work.git"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/owner/work", "https://github.com/owner/work"),
        (" https://github.com/owner/work.git ", "https://github.com/owner/work.git"),
        ("HTTPS://GitHub.COM:443/owner/Work", "https://github.com/owner/Work"),
        ("https://example.org:8443/~me/a+b/c%20d.git", "https://example.org:8443/~me/a+b/c%20d.git"),
        ("https://8.8.8.8/a", "https://8.8.8.8/a"),
        ("https://[2606:4700:0::1111]/a", "https://[2606:4700::1111]/a"),
        ("https://xn--exmple-cua.org/a@b", "https://xn--exmple-cua.org/a@b"),
    ],
)
def test_url_is_accepted_and_shown_in_one_form(url, shown):
    """Ordinary https addresses pass, and are echoed in lower case without default port."""
    assert remote.parse(url, FetchPolicy()).url == shown


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    url=st.one_of(
        st.text(),
        st.builds("{}://{}/{}".format, st.sampled_from(["https", "http", "git", "file", "ext"]), st.text(), st.text()),
        st.from_regex(r"(https?|git|file|ssh)://[a-z0-9.:\[\]@%-]{0,20}(/[ -~]{0,20})?", fullmatch=True),
    ),
    open_policy=st.booleans(),
)
def test_any_text_is_refused_by_an_error_of_ours_and_never_reaches_git(url, open_policy, monkeypatch, tmp_path):
    """Arbitrary text ends in a GraderError (or a pinned address), and a refused URL never starts git."""
    ran = []
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **_: ran.append(args))
    answers(monkeypatch, socket.gaierror(socket.EAI_NONAME, "no"))
    # A literal public address would rightly be fetched: here only names and refusals are left.
    monkeypatch.setattr("grader.remote.is_public", lambda _: False)
    policy = FetchPolicy(allow_http=True, allow_git_protocol=True) if open_policy else FetchPolicy()
    with pytest.raises(GraderError) as caught:
        fetch(url, commit=None, into=tmp_path / "x", policy=policy)
    assert str(caught.value).isprintable()
    assert not ran
    assert not (tmp_path / "x").exists()


# --- the host ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("140.82.121.3", True),
        ("8.8.8.8", True),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("168.63.129.16", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("192.0.0.192", False),
        ("192.0.2.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("239.255.255.250", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("2606:4700:4700::1111", True),
        ("2a00:1450:4001:810::200e", True),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::808:808", True),
        ("64:ff9b:1::808:808", False),
        ("2002:7f00:1::", False),
        ("2002:a9fe:a9fe::1", False),
        ("2001:0:7f00:1::", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("100::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("5f00::1", False),
    ],
)
def test_public_and_other_addresses(address, public):
    """Only addresses of the public internet are public, however they are wrapped."""
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("140.82.121.3", "169.254.169.254"), ("2606:4700::1111", "::ffff:10.0.0.1"), ("fe80::1%eth0",)],
)
def test_a_name_with_any_private_address_is_refused(addresses, fails, monkeypatch):
    """One private address among several is enough: git would be free to choose it."""
    answers(monkeypatch, *addresses)
    fails("https://rebind.example/a", "fetch.private_address", policy=FetchPolicy())


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "169.254.169.254"])
def test_a_literal_private_address_is_refused(host, fails):
    """A literal address is held to the same rule as a name."""
    fails(f"https://{host}/a", "fetch.private_address", policy=FetchPolicy())
    fails(f"git://{host}/a", "fetch.private_address", policy=FetchPolicy(allow_git_protocol=True))


def test_unknown_name_is_the_candidates(fails, monkeypatch):
    """DNS saying that a name does not exist is a typing error in the URL."""
    answers(monkeypatch, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    fails("https://gihtub.example/a", "fetch.unknown_host", policy=FetchPolicy())


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), OSError("broken")])
def test_dns_without_an_answer_is_ours(error, fails, monkeypatch):
    """A resolver that gives no answer says nothing about the candidate."""
    answers(monkeypatch, error)
    fails("https://github.example/a", "fetch.unreachable", InfrastructureError, policy=FetchPolicy())


def test_dns_has_a_deadline(fails, monkeypatch):
    """A resolver that never answers does not hold the grading."""
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(20) and [])
    fails("https://slow.example/a", "fetch.unreachable", InfrastructureError, policy=FetchPolicy(), timeout_s=0.2)
    release.set()


def test_the_name_is_resolved_once_and_pinned(repo, get, monkeypatch):
    """Git goes to the address that was checked: the name does not exist for it, and is asked for once."""
    repo.files(readme="hello")
    asked = answers(monkeypatch, "127.0.0.1")
    with http_host(repo.path.parent) as host:
        got = get(f"http://repo.example:{host.port}/smart/work.git", policy=LOOPBACK)
    assert asked == ["repo.example"]
    assert got.url == f"http://repo.example:{host.port}/smart/work.git"
    assert {seen[0] for seen in host.seen} == {f"repo.example:{host.port}"}


def test_all_checked_addresses_are_pinned(monkeypatch):
    """Every address that was checked is pinned, so an IPv4-only machine reaches a host that has IPv6 too."""
    answers(monkeypatch, "2606:4700::1111", "140.82.121.3", "140.82.121.3")
    got = remote.resolve("https://example.org/a", FetchPolicy(), 5)
    assert got.pin == "example.org:443:[2606:4700::1111],140.82.121.3"


def test_git_protocol_goes_to_the_literal_address(repo, get, monkeypatch):
    """git:// knows no pinning, so git is given the checked address itself."""
    (repo.path / "git-daemon-export-ok").touch()
    repo.files(readme="hello")
    answers(monkeypatch, "127.0.0.1")
    with git_daemon(repo.path.parent) as port:
        got = get(f"git://repo.example:{port}/work.git", policy=LOOPBACK)
    assert (got.tree_dir / "readme").read_text() == "hello"
    assert got.url == f"git://repo.example:{port}/work.git"


def test_proxy_of_the_environment_is_used(repo, get, monkeypatch):
    """Behind a proxy the name need not resolve here: the proxy is asked for it."""
    repo.files(readme="hello")
    answers(monkeypatch, socket.gaierror(socket.EAI_AGAIN, "no DNS behind the proxy"))
    with http_host(repo.path.parent) as host:
        host.do_GET = lambda self: (setattr(self, "path", self.path.replace("http://repo.example", "")), serve(self))
        serve = host.do_POST
        host.do_POST = host.do_GET
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{host.port}")
        got = get("http://repo.example/smart/work.git", policy=FetchPolicy(allow_http=True))
    assert got.files == 1


def test_proxy_does_not_open_private_addresses(fails, monkeypatch):
    """A proxy changes how we go, not where one may go."""
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{free_port()}")
    fails("https://169.254.169.254/a", "fetch.private_address", policy=FetchPolicy())


# --- what hosts answer ---------------------------------------------------------------------------


def test_tls_certificates_are_checked(repo, fails, get, monkeypatch, tmp_path):
    """A certificate nobody vouches for ends the fetch; with its authority in the environment https works, pinned."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    pem = tmp_path / "pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/CN=repo.example"]
    make += ["-addext", "subjectAltName=DNS:repo.example", "-keyout", str(pem), "-out", str(tmp_path / "ca")]
    subprocess.run(make, check=True, capture_output=True, timeout=30)
    pem.write_text(pem.read_text() + (tmp_path / "ca").read_text())
    repo.files(readme="hello")
    answers(monkeypatch, "127.0.0.1")
    with http_host(repo.path.parent, certificate=pem) as host:
        url = f"https://repo.example:{host.port}/smart/work.git"
        fails(url, "fetch.unreachable", InfrastructureError, policy=LOOPBACK)
        assert not host.seen
        for name in ("GIT_SSL_CAINFO", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca"))
        assert get(url, policy=LOOPBACK).files == 1


def test_redirects_are_not_followed(fails, tmp_path):
    """A redirect to another host is the candidate's to resolve, and that host gets no request."""
    with http_host(tmp_path) as inner, http_host(tmp_path, redirect=f"http://127.0.0.1:{inner.port}") as host:
        fails(f"http://127.0.0.1:{host.port}/to/work.git", "fetch.redirected", policy=LOOPBACK)
        fails(f"http://127.0.0.1:{host.port}/to/work", "fetch.redirected", policy=LOOPBACK)
    assert host.seen
    assert not inner.seen


def test_the_name_with_git_is_tried_where_a_host_redirects_to_it(repo, get):
    """GitLab redirects from the page's address to the one with .git: that one address is tried by name."""
    repo.files(readme="hello")
    with http_host(repo.path.parent) as host:
        got = get(f"http://127.0.0.1:{host.port}/gitlab/work", policy=LOOPBACK)
    assert got.url.endswith("/gitlab/work.git")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_not_found_and_not_public_are_the_candidates(status, fails, tmp_path, monkeypatch):
    """A repository that is missing or asks for a password is not public; no credentials of ours are offered."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(home))
    with http_host(tmp_path) as host:
        fails(f"http://127.0.0.1:{host.port}/status/{status}/x", "fetch.not_found", policy=LOOPBACK)
    assert host.seen
    assert not any(authorization for _, _, authorization in host.seen)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_broken_host_is_infrastructure(status, fails, tmp_path):
    """What can't be told from our own network trouble never costs the candidate points."""
    with http_host(tmp_path) as host:
        url = f"http://127.0.0.1:{host.port}/status/{status}/x"
        error = fails(url, "fetch.unreachable", InfrastructureError, policy=LOOPBACK)
    assert error.blame is Blame.INFRASTRUCTURE


def test_refused_connection_is_infrastructure(fails):
    """Nobody listens: retry, no points lost."""
    port = free_port()
    fails(f"http://127.0.0.1:{port}/a/b", "fetch.unreachable", InfrastructureError, policy=LOOPBACK)
    fails(f"git://127.0.0.1:{port}/a/b", "fetch.unreachable", InfrastructureError, policy=LOOPBACK)


def test_a_servers_words_do_not_choose_the_blame(fails, tmp_path):
    """An error page that talks of a full disk is still an error page."""
    with http_host(tmp_path) as host:
        url = f"http://127.0.0.1:{host.port}/remote/x"
        fails(url, "fetch.unreachable", InfrastructureError, policy=LOOPBACK)


def test_not_exported_by_git_daemon(repo, fails):
    """The daemon's refusal means not found or not public."""
    repo.files(readme="hello")
    with git_daemon(repo.path.parent) as port:
        fails(f"git://127.0.0.1:{port}/work.git", "fetch.not_found", policy=LOOPBACK)


@pytest.mark.parametrize("kind", ["stall", "drip"])
def test_a_stalling_host_ends_at_the_deadline(kind, fails, tmp_path):
    """A host that says nothing, or one byte at a time, is left at the deadline, with no process behind."""
    with http_host(tmp_path) as host:
        started = time.monotonic()
        url = f"http://127.0.0.1:{host.port}/{kind}/x"
        fails(url, "fetch.timeout", InfrastructureError, policy=LOOPBACK, timeout_s=0.6)
        assert time.monotonic() - started < 10


def test_ctrl_c_leaves_nothing(tmp_path):
    """An interrupted fetch leaves neither files nor processes."""
    into = tmp_path / "fetched"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin with it ignored
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    with http_host(tmp_path) as host:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            fetch(f"http://127.0.0.1:{host.port}/stall/x", commit=None, into=into, policy=LOOPBACK)
    assert not into.exists()
    assert not processes_in(into)


def test_dumb_http_works_and_follows_no_alternates(repo, get, tmp_path):
    """A static web server is enough, but it can't send us to fetch objects elsewhere."""
    repo.files(readme="hello")
    repo.git("update-server-info")
    with http_host(tmp_path / "elsewhere") as inner, http_host(repo.path.parent) as host:
        url = f"http://127.0.0.1:{host.port}/dumb/work.git"
        assert get(url, policy=LOOPBACK).files == 1
        shutil.rmtree(tmp_path / "fetched")
        (repo.path / "objects/info/http-alternates").write_text(f"http://127.0.0.1:{inner.port}/dumb/objects\n")
        for loose in repo.path.glob("objects/??"):
            shutil.rmtree(loose)
        with pytest.raises(GraderError):
            get(url, policy=LOOPBACK)
    assert not inner.seen
