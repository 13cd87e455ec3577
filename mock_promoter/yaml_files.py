"""Seeds in YAML: what JSON has too, and nothing else."""

from __future__ import annotations

import math
from typing import Any

import yaml

#: What is raised for what is no YAML.
YamlError = yaml.YAMLError


class _Loader(yaml.SafeLoader):
    """Plain values only: no tags, and no aliases, nine lines of which can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise YamlError(f"an alias, which is not taken{event.start_mark}")
        if event.tag is not None:
            raise YamlError(f"a tag, which is not taken{event.start_mark}")
        return super().compose_node(parent, index)


def _finite(loader: _Loader, node: yaml.ScalarNode) -> float:
    value: float = loader.construct_yaml_float(node)
    if not math.isfinite(value):
        raise YamlError(f"{node.value} is a number that JSON does not have")
    return value


def _sized(loader: _Loader, node: yaml.ScalarNode) -> float:
    value: int = loader.construct_yaml_int(node)
    return value if abs(value) < 2**63 else float(value)  # As with JSON.


_Loader.add_constructor("tag:yaml.org,2002:float", _finite)
_Loader.add_constructor("tag:yaml.org,2002:int", _sized)


def load(data: bytes | str) -> Any:
    """Return the value of a YAML text. Raises ``YamlError``."""
    try:
        return yaml.load(data, _Loader)  # noqa: S506 - a SafeLoader of ours.
    except (ValueError, ArithmeticError, RecursionError) as error:
        # Such as a time in month 13, a number beyond all bounds, or a thousand brackets.
        raise YamlError(str(error)) from error
