"""Run by Python at the start of each router of a proof: so long the engine waits for a worker that died."""

from __future__ import annotations

import os

from event_router.engine import layout

layout.ACK_WAIT = float(os.environ["PROOF_ACK_WAIT"])
