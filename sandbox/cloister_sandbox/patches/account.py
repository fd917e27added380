"""The pipeline says which account calls; moto on its own would guess from the access key."""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse

from .wrap import around, call_of


def apply() -> None:
    """Makes moto use the account that the pipeline found."""

    @around(BaseResponse, "get_current_account")
    def get_current_account(original: Any, self: BaseResponse) -> str:
        call = call_of(self)
        return call.account if call is not None and call.account else original(self)
