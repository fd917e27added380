"""SageMaker Studio: every operation that the sandbox answers itself."""

from __future__ import annotations

from . import (
    sagemaker_apps,
    sagemaker_configs,
    sagemaker_domain_update,
    sagemaker_domains,
    sagemaker_image_versions,
    sagemaker_images,
    sagemaker_jobs,
    sagemaker_portfolio,
    sagemaker_presign,
    sagemaker_profiles,
    sagemaker_spaces,
    sagemaker_tags,
)
from .registry import Registry

_MODULES = (
    sagemaker_apps,
    sagemaker_configs,
    sagemaker_domain_update,
    sagemaker_domains,
    sagemaker_image_versions,
    sagemaker_images,
    sagemaker_jobs,
    sagemaker_portfolio,
    sagemaker_presign,
    sagemaker_profiles,
    sagemaker_spaces,
    sagemaker_tags,
)


def register(registry: Registry) -> None:
    """Adds the operations of each part."""
    for module in _MODULES:
        module.add(registry)
