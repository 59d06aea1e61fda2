"""A repository's URL: what we accept, and the one address that git may talk to.

A URL is a stranger's text. :func:`parse` accepts a small grammar and refuses the rest before
anything runs. :func:`resolve` then asks DNS once, refuses a name with *any* address that is not
public, and pins what it got (``http.curloptResolve``), so a name that answers differently a
second later still leads to the addresses that were checked.

Behind an HTTP proxy the proxy resolves the name, so nothing can be pinned: names that we can
resolve are still checked, and which hosts may be reached is the proxy's rule.
"""

from __future__ import annotations

import ipaddress
import os
import re
import unicodedata
import urllib.parse
import urllib.request
from dataclasses import dataclass

from grader.errors import CandidateError, InfrastructureError, printable
from grader.hosts import IPAddress, is_name, is_public, lookup

MAX_URL = 2048
DEFAULT_PORTS = {"https": 443, "http": 80, "git": 9418}

_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
_SCP = re.compile(r"(?:[^/@:]+@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>[A-Za-z0-9._~/-]*)")
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9.-]*))(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
)

_USE_HTTPS = "Give the https:// address that the repository's page shows under “Clone”."


def shown(url: str) -> str:
    """A URL as it may be shown and kept: printable, and without the password that somebody left in it."""
    return printable(re.sub(r"(?<=//)[^/]*@", "", url, count=1), MAX_URL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """What a deployment lets people submit beyond public https.

    Attributes:
        allow_http: plain ``http://``.
        allow_local: ``file://`` and paths; for the local command line only.
        allow_private: addresses that are not public (loopback, intranet, metadata).
        allow_git_protocol: ``git://``, as ``git daemon`` speaks it (the demo, with ``allow_private``).
    """

    allow_http: bool = False
    allow_local: bool = False
    allow_private: bool = False
    allow_git_protocol: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A URL that follows the grammar; nothing was looked up yet. ``host`` is "" for local paths."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address as people may see it: no credentials, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if DEFAULT_PORTS.get(self.scheme, self.port) == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """What git is told: ``url`` is for people, ``target`` for git, ``pin`` for curl.

    ``pin`` is a value of ``http.curloptResolve`` ("" when the target is a literal address or
    local); ``proxy`` is the proxy to go through, if the environment names one for this host.
    """

    scheme: str
    url: str
    target: str
    pin: str = ""
    proxy: str = ""


def parse(url: str, policy: FetchPolicy) -> Address:
    """Hold ``url`` against the grammar and the policy.

    Raises:
        CandidateError: ``fetch.bad_url``, ``fetch.transport``, ``fetch.credentials_in_url``.
    """
    url = url.strip(" ")
    _refuse_odd_text(url)
    if _HELPER.match(url):
        raise _transport("a remote helper (“name::address”)")
    if "://" not in url:
        return _parse_without_scheme(url, policy)
    scheme, _, rest = url.partition("://")
    _refuse_scheme(scheme.lower(), policy)
    if "@" in rest.partition("/")[0]:
        raise CandidateError(
            "fetch.credentials_in_url",
            "The repository URL carries a user name or password.",
            next_step="Remove everything before the “@”, make the repository public, and change that password.",
        )
    if "?" in rest or "#" in rest:
        raise _bad_url("has a query or a fragment (“?” or “#”)")
    match = _URL.fullmatch(url)
    if match is None:
        raise _bad_url("has characters that no repository address needs, or no usable host")
    path = match["path"] or "/"
    _refuse_path(path)
    if scheme.lower() == "file":
        return _local_url(match["name"], path)
    if not path.strip("/"):
        raise _bad_url("names a site, not a repository")
    return Address(
        scheme=scheme.lower(),
        host=_host(match["v6"], match["name"]),
        port=_port(match["port"], scheme.lower()),
        path=path,
    )


def resolve(url: str, policy: FetchPolicy, timeout_s: float) -> Remote:
    """Turn a stranger's URL into a pinned :class:`Remote`.

    Raises:
        CandidateError: the codes of :func:`parse`, ``fetch.unknown_host`` (DNS says that the name
            does not exist), ``fetch.private_address``, ``fetch.not_found`` (no such local folder).
        InfrastructureError: ``fetch.unreachable``: DNS gave no answer at all.
    """
    address = parse(url, policy)
    if address.scheme == "file":
        return Remote(scheme="file", url=address.url, target=address.url)
    proxy = _proxy(address)
    try:
        found = lookup(address.host, address.port, timeout_s)
    except (CandidateError, InfrastructureError):
        if not proxy:
            raise
        return Remote(scheme=address.scheme, url=address.url, target=address.url, proxy=proxy)
    if not policy.allow_private and not all(map(is_public, found)):
        raise CandidateError(
            "fetch.private_address",
            f"The host {printable(address.host)} leads to an address that is not on the public internet.",
            next_step="Push the repository to a public host and submit its https:// address.",
        )
    if address.scheme == "git":  # not curl's, so it cannot be pinned: give git the literal address
        literal = Address(scheme="git", host=str(found[0]), port=address.port, path=address.path)
        return Remote(scheme="git", url=address.url, target=literal.url)
    pin = f"{address.host}:{address.port}:{','.join(map(_bracketed, found))}" if is_name(address.host) else ""
    return Remote(scheme=address.scheme, url=address.url, target=address.url, pin=pin, proxy=proxy)


def _refuse_odd_text(url: str) -> None:
    if not url:
        raise _bad_url("is empty")
    if len(url) > MAX_URL:
        raise _bad_url(f"is longer than {MAX_URL} characters")
    if url.startswith("-"):
        raise _bad_url("starts with “-”")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in url):
        raise _bad_url("contains control or invisible characters")


def _refuse_scheme(scheme: str, policy: FetchPolicy) -> None:
    allowed = {
        "https": True,
        "http": policy.allow_http,
        "git": policy.allow_git_protocol,
        "file": policy.allow_local,
    }
    if not allowed.get(scheme, False):
        raise _transport(f"“{printable(scheme, 20)}://”")


def _refuse_path(path: str) -> None:
    if re.search(r"%(?![0-9A-Fa-f]{2})", path):
        raise _bad_url("has a “%” that escapes nothing")
    plain = urllib.parse.unquote(path, errors="replace")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in plain):
        raise _bad_url("contains escaped control characters")
    if {".", ".."} & set(plain.split("/")):
        raise _bad_url("has “.” or “..” in its path")


def _parse_without_scheme(url: str, policy: FetchPolicy) -> Address:
    scp = _SCP.fullmatch(url)
    if policy.allow_local and (scp is None or os.path.isdir(url)):  # noqa: PTH112 - False, not an exception, for odd names
        return _local(url)
    if scp:
        raise CandidateError(
            "fetch.transport",
            f"“{printable(url, 80)}” is an SSH address, which only works with your own key.",
            next_step=f"Use the https address: https://{scp['host']}/{scp['path'].lstrip('/')}",
        )
    raise _bad_url("does not start with https://")


def _local_url(host: str | None, path: str) -> Address:
    if host not in {"", "localhost"}:
        raise _bad_url("names a host in a file:// address")
    return _local(urllib.parse.unquote(path))


def _local(path: str) -> Address:
    if not os.path.isdir(path):  # noqa: PTH112 - as above
        raise CandidateError(
            "fetch.not_found",
            f"There is no folder {printable(path)}.",
            next_step="Give the path of a git repository on this machine, or an https:// address.",
        )
    return Address(scheme="file", host="", port=0, path=urllib.parse.quote(os.path.realpath(path), errors="replace"))


def _host(v6: str | None, name: str | None) -> str:
    """The host in lower case: a literal address or a name of letters, digits and hyphens."""
    try:
        if v6 is not None:
            return str(ipaddress.IPv6Address(v6))
        host = (name or "").lower()
        if not is_name(host):
            return str(ipaddress.IPv4Address(host))
    except ValueError:
        raise _bad_url("names a host that is neither a domain name nor a plain IP address") from None
    return host


def _bracketed(ip: IPAddress) -> str:
    return f"[{ip}]" if ip.version == 6 else str(ip)  # noqa: PLR2004 - the protocol's number


def _port(text: str | None, scheme: str) -> int:
    port = int(text) if text else DEFAULT_PORTS[scheme]
    if not 0 < port < 1 << 16:
        raise _bad_url("has a port that does not exist")
    return port


def _proxy(address: Address) -> str:
    """The proxy that the environment names for this host, in curl's order; "" for none."""
    if address.scheme == "git" or urllib.request.proxy_bypass_environment(address.host):  # type: ignore[attr-defined]
        return ""
    # curl ignores an upper-case HTTP_PROXY: in a CGI it would be a header of the request.
    names = {"https": ("https_proxy", "HTTPS_PROXY"), "http": ("http_proxy",)}[address.scheme]
    return next((os.environ[n] for n in (*names, "all_proxy", "ALL_PROXY") if os.environ.get(n)), "")


def _bad_url(why: str) -> CandidateError:
    return CandidateError("fetch.bad_url", f"The repository URL {why}.", next_step=_USE_HTTPS)


def _transport(what: str) -> CandidateError:
    return CandidateError(
        "fetch.transport", f"Repositories are not fetched by {what} here, only by https.", next_step=_USE_HTTPS
    )
