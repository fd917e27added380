"""Studio's resources among those that the tagging API finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.sagemaker.models import SageMakerModelBackend

from .wrap import around


def apply() -> None:
    """Adds to moto's own resources, and tags either."""
    # Late, since that module knows who calls, which patches know only through the pipeline.
    from ..sagemaker_store import store_for

    @around(SageMakerModelBackend, "iter_tagged_resources")
    def resources(original: Any, self: SageMakerModelBackend) -> Iterator[TaggedResource]:
        yield from original(self)
        for one in store_for(self.account_id, self.region_name).every():
            if one.kind != "image-version":
                yield TaggedResource(arn=one.arn, tags=dict(one.tags), resource_type=f"sagemaker:{one.kind}")

    @around(SageMakerModelBackend, "tag_resource")
    def tag(original: Any, self: SageMakerModelBackend, arn: str, tags: dict[str, str]) -> None:
        found = store_for(self.account_id, self.region_name).by_arn(arn)
        if found is None:
            original(self, arn, tags)
        else:
            found.tags |= tags

    @around(SageMakerModelBackend, "untag_resource")
    def untag(original: Any, self: SageMakerModelBackend, arn: str, tag_keys: list[str]) -> None:
        found = store_for(self.account_id, self.region_name).by_arn(arn)
        if found is None:
            original(self, arn, tag_keys)
        else:
            found.tags = {key: value for key, value in found.tags.items() if key not in tag_keys}
