"""The results file: what is written survives, and what a later run learns from it."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from support import identify

from event_router.api import Delivered, Outcome, Reason, Retry, Skipped
from event_router.outcomes import DUPLICATE
from event_router.results import Result, result_of
from event_router.resume import Done, ResultsError, resume

REASON = Reason("x.y", "words")


def result(line: int, outcome: Outcome, attempts: int = 0, **event: str) -> Result:
    """Return a result."""
    return result_of(line, "promoter", identify(**event), outcome, attempts)


def lines_of(path: Path) -> list[int]:
    """Return the line numbers that a results file holds."""
    return [orjson.loads(line)["line"] for line in path.read_bytes().splitlines()]


def test_a_later_run_knows_and_tidies(tmp_path: Path) -> None:
    """Settled lines stay, the others and a torn last line go, other destinations' lines are not touched."""
    path = tmp_path / "out.ndjson"
    file, done = resume(path, "promoter", str)
    assert not done.has("a")
    for one in (
        result(1, Delivered(), 1, messageId="a"),
        result(2, Retry(REASON), 5, messageId="b"),
        result(3, Skipped(REASON), messageId="c"),
    ):
        file.write(one)
    file.write(result_of(9, "other", identify(messageId="d"), Retry(REASON)))
    file.close()
    with path.open("ab") as torn:
        torn.write(b'{"line": 4, "mess')
    file, done = resume(path, "promoter", str)
    file.close()
    assert lines_of(path) == [1, 3, 9]
    assert [done.has(name) for name in "abcd"] == [True, False, True, False]
    assert (done.at(1, "a"), done.at(2, "a")) == (True, False)
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "track"}\n',
        '{"type": "track"}\n{}\n',
        "5\n",
        '{"line": 1, "message_id": [1], "outcome": "", "code": "", "destination": "", "attempts": 0, "requests_settled": 0}\n',
        "x" * 10 + "\n" + "y",
    ],
)
def test_other_files_are_left_alone(tmp_path: Path, text: str) -> None:
    """A file that holds no results is refused and stays as it is."""
    path = tmp_path / "events.ndjson"
    path.write_text(text)
    with pytest.raises(ResultsError, match="this is no result"):
        resume(path, "promoter", str)
    assert path.read_text() == text


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """A second run on the same file is refused while the first is at work, and may go on after it."""
    path = tmp_path / "out.ndjson"
    file, _ = resume(path, "promoter", str)
    with pytest.raises(ResultsError, match="in use by another run"):
        resume(path, "promoter", str)
    file.write(result(1, Delivered()))
    file.close()
    again, done = resume(path, "promoter", str)
    again.close()
    assert done.at(1, "m-1")


def test_a_later_run_knows_what_was_begun(tmp_path: Path) -> None:
    """Of an event that failed half-way, the requests that are settled are known."""
    path = tmp_path / "out.ndjson"
    file, _ = resume(path, "promoter", str)
    file.write(result_of(5, "promoter", identify(messageId="a"), Retry(REASON), 5, (), 1))
    file.write(result_of(6, "promoter", identify(messageId="b"), Retry(REASON), 5))
    file.close()
    file, done = resume(path, "promoter", str)
    file.close()
    assert [done.begin_at(5, "a"), done.begin_at(6, "b"), done.begin_at(7, "a")] == [1, 0, 0]
    assert Done().begin_at(5, "a") == 0


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder is no file."""
    with pytest.raises(ResultsError, match="cannot be used"):
        resume(tmp_path, "promoter", str)


def test_secrets_are_redacted(tmp_path: Path) -> None:
    """Whatever a server echoed, the key is not written."""
    file, _ = resume(tmp_path / "out.ndjson", "promoter", lambda text: text.replace("s3cret", "***"))
    file.write(result(1, Retry(Reason("x", "no key s3cret"))))
    file.close()
    assert "s3cret" not in (tmp_path / "out.ndjson").read_text()


def test_a_duplicate_settles_its_own_line_only() -> None:
    """The event it repeats may still wait."""
    done = Done()
    done.add(result(2, DUPLICATE, messageId="a"))
    assert (done.at(2, "a"), done.has("a")) == (True, False)


def test_done_forgets_nothing() -> None:
    """What was added is there."""
    done = Done()
    done.add(result(1, Delivered(), messageId="a"))
    assert done.at(1, "a")
