"""How SageMaker words its refusals."""

from __future__ import annotations

from .answers import ServiceError


def invalid(message: str) -> ServiceError:
    """A request that SageMaker does not accept, which it does not model as an exception."""
    return ServiceError("ValidationException", message)


def missing(kind: str, arn: str) -> ServiceError:
    """A resource that is not there."""
    return ServiceError("ResourceNotFound", f"{kind} [{arn}] does not exist.")


def exists(kind: str, arn: str) -> ServiceError:
    """A name that is taken."""
    return ServiceError("ResourceInUse", f"{kind} [{arn}] already exists.")


def has(kind: str, arn: str, others: str) -> ServiceError:
    """A resource that others still need."""
    return ServiceError("ResourceInUse", f"Unable to delete {kind} [{arn}] because {others}(s) are associated with it.")


def busy(kind: str, arn: str, status: str) -> ServiceError:
    """A resource whose state lets nobody change it."""
    return ServiceError("ResourceInUse", f"{kind} [{arn}] is in {status} status. Wait until it can be changed.")
