"""Everything that the vantages of one sandbox share."""

from __future__ import annotations

from pathlib import Path

from . import network_services, patches, quotas, sagemaker, sts
from .access.gate import Gate
from .access.worker import Worker
from .backend import Backend
from .calls import CallLog
from .control import Control
from .history import History
from .holds import Holds
from .identity import Identities
from .life import Life
from .pipeline import Pipeline
from .rates import Rates
from .ready import time_scale
from .recorder import Recorder
from .registry import Registry
from .spoil import Spoiler
from .stillness import Stillness
from .trail import Delivery
from .vantages import Vantages


class Sandbox:
    """One AWS stand-in: state, identities, records, faults."""

    def __init__(
        self,
        worker: Worker,
        life: Life,
        rules_file: Path | None = None,
        latency_factor: float = 0.0,
        rate_share: float = 0.0,
    ) -> None:
        patches.apply()
        self.registry = Registry()
        self.backend = Backend(self.registry)
        self.stillness = Stillness()
        self.holds = Holds()
        self.worker = worker
        self.life = life
        self.gate = Gate(worker, self.backend.lock)
        self.identities = Identities()
        self.calls = CallLog()
        self.spoiler = Spoiler(rules_file, latency_factor)
        self.rates = Rates(rate_share, time_scale(latency_factor))
        self.delivery = Delivery(self.backend.lock, self.stillness, latency_factor)
        self.history = History(latency_factor)
        self.recorder = Recorder(self.history, self.delivery)
        self.control = Control(self)
        self.vantages = Vantages(lambda vantage: Pipeline(self, vantage))
        quotas.load()
        sts.register(self.registry, self.identities)
        sagemaker.register(self.registry)
        network_services.register(self.registry)
        self.history.register(self.registry)
