"""A stand-in for rudder-server, which panics and loses where the real one would.

It knows nothing of this project. Each thing that it decides is a line of the protocol's description, whose paragraph
(§) stands beside it.
"""

from __future__ import annotations

from rudder_server.jobs import Job
from rudder_server.panics import Panic, Refused
from rudder_server.server import RudderServer

__all__ = ["Job", "Panic", "Refused", "RudderServer"]
