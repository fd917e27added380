"""How long AWS takes for what goes on after an answer, in seconds (p50, p90).

The model that composites are estimated with; nothing in it was measured against AWS.
"""

from __future__ import annotations

from .latency import Seconds

DOMAIN_CREATE: Seconds = (150, 300)
DOMAIN_UPDATE: Seconds = (15, 60)
DOMAIN_DELETE: Seconds = (60, 180)
PROFILE_CREATE: Seconds = (10, 30)
PROFILE_UPDATE: Seconds = (5, 20)
PROFILE_DELETE: Seconds = (10, 45)
SPACE_CREATE: Seconds = (5, 20)
SPACE_UPDATE: Seconds = (5, 20)
SPACE_DELETE: Seconds = (15, 60)
APP_CREATE: Seconds = (120, 600)
APP_DELETE: Seconds = (90, 300)
IMAGE_CREATE: Seconds = (1, 2)
IMAGE_DELETE: Seconds = (2, 10)
IMAGE_VERSION_CREATE: Seconds = (60, 120)
IMAGE_VERSION_DELETE: Seconds = (2, 10)

# Network interfaces outlive the app that used them.
INTERFACE_LINGER: Seconds = (30, 90)

# The part of a job before its container runs, and the container of a lab, which has little to do.
JOB_START: Seconds = (60, 180)
JOB_RUN: Seconds = (60, 180)
JOB_STOP: Seconds = (15, 60)

# Until a new role can be assumed, and until a deleted one no longer can.
ROLE_PROPAGATION: Seconds = (10, 30)

VPC_CREATE: Seconds = (1, 3)
INTERFACE_ENDPOINT_CREATE: Seconds = (75, 150)
INTERFACE_ENDPOINT_DELETE: Seconds = (90, 240)
GATEWAY_ENDPOINT_DELETE: Seconds = (5, 20)
# The interfaces of an endpoint outlive it.
ENDPOINT_INTERFACE_LINGER: Seconds = (25, 60)
NAT_GATEWAY_CREATE: Seconds = (100, 150)
NAT_GATEWAY_DELETE: Seconds = (60, 90)
FIREWALL_CREATE: Seconds = (330, 600)
FIREWALL_DELETE: Seconds = (720, 1300)
# Until changed rules are in force at every endpoint.
FIREWALL_SYNC: Seconds = (20, 60)
FIREWALL_RULES_DELETE: Seconds = (5, 30)
FILE_SYSTEM_CREATE: Seconds = (3, 5)
FILE_SYSTEM_UPDATE: Seconds = (5, 15)
FILE_SYSTEM_DELETE: Seconds = (5, 15)
MOUNT_TARGET_CREATE: Seconds = (60, 90)
MOUNT_TARGET_DELETE: Seconds = (45, 90)

# Aggregation, then delivery.
FLOW_LOG_DELIVERY: Seconds = (420, 900)
FIREWALL_LOG_DELIVERY: Seconds = (180, 360)
