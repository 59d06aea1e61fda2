"""What can go wrong, as exceptions. ``web.py`` is the only place that turns them into HTTP answers.

Every error carries the status, a code for programs and a message for people. Anything that is not a ``ServiceError``
is a bug: it is logged with its traceback and answered as a plain 500 by ``protocol.py``.
"""


class ServiceError(Exception):
    """An error that the caller is told about."""

    status = 500
    code = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class MalformedBody(ServiceError):
    """The body is not JSON in UTF-8."""

    status = 400
    code = "malformed_body"


class BodyTooLarge(ServiceError):
    """The body has more bytes than any valid request of its kind."""

    status = 413
    code = "body_too_large"


class BodyTooSlow(ServiceError):
    """The body did not arrive in time."""

    status = 408
    code = "body_too_slow"


class InvalidRequest(ServiceError):
    """The body is JSON but breaks the contract."""

    status = 422
    code = "invalid_request"


class DocumentNotFound(ServiceError):
    """No such document is stored."""

    status = 404
    code = "document_not_found"


class StorageUnavailable(ServiceError):
    """The database refused the write; nothing of it was stored."""

    status = 503
    code = "storage_unavailable"


class StorageFull(ServiceError):
    """The write does not fit; nothing of it was stored."""

    status = 507
    code = "storage_full"


class SearchUnavailable(ServiceError):
    """The gateway is out and no keyword matches either."""

    status = 503
    code = "search_unavailable"


class GatewayError(Exception):
    """A call of the embeddings gateway failed; trying again may help."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class GatewayRefused(Exception):
    """The gateway does not accept these texts; trying the same call again is of no use."""
