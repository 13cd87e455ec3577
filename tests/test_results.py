"""Results: their shape, and what is final."""

from __future__ import annotations

from support import identify

from event_router.api import Delivered, Dropped, Outcome, Parked, Problem, Reason, Rejected, Retry, Skipped
from event_router.results import Result, as_json, result_of

REASON = Reason("x.y", "words")


def result(line: int, outcome: Outcome, attempts: int = 0, **event: str) -> Result:
    """Return a result."""
    return result_of(line, "promoter", identify(**event), outcome, attempts)


def test_shape() -> None:
    """Each line has what others rely on; of very many dropped fields the first and the count."""
    problem = Problem("contract.type", "$.a", "type", "1", "words")
    value = as_json(
        result_of(
            3,
            "promoter",
            identify(),
            Rejected(REASON, (problem,)),
            0,
            tuple(Dropped(f"$.{n}", "null") for n in range(60)),
        )
    )
    assert {"line", "message_id", "user_id", "type", "outcome", "code", "reason"} <= value.keys()
    assert (value["outcome"], value["code"], value["user_id"]) == ("rejected", "x.y", "12345")
    assert (len(value["dropped"]), value["dropped_count"]) == (50, 60)
    assert value["errors"][0]["path"] == "$.a"
    assert as_json(result_of(1, "p", None, Delivered()))["message_id"] is None


def test_what_is_final() -> None:
    """What a destination decided is final; what it never saw, and what failed, is judged again."""
    final: list[Outcome] = [Delivered(), Skipped(REASON)]
    open_: list[Outcome] = [Parked(REASON), Retry(REASON), Rejected(REASON)]
    assert all(result(1, outcome).final for outcome in final)
    assert not any(result(1, outcome).final for outcome in open_)
    assert not result_of(1, "promoter", None, Skipped(REASON)).final
    assert result(1, Rejected(REASON), 1).final
