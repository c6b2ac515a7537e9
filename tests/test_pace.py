"""The pace of reading and marking, from the times of what was done; worked by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from annotator.pace import LEAST, active_time, usual_pace

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def after(*minutes: float) -> list[datetime]:
    """Times so many minutes after nine."""
    return [NINE + timedelta(minutes=each) for each in minutes]


def test_active_time_goes_from_the_first_act_to_the_last_whatever_their_order() -> None:
    assert active_time(after(0, 1, 4)) == timedelta(minutes=4)
    assert active_time(after(4, 0, 1)) == timedelta(minutes=4)
    assert active_time(after(3)) == active_time([]) == timedelta()


def test_a_pause_counts_as_five_minutes_at_most() -> None:
    assert active_time(after(0, 5)) == timedelta(minutes=5)
    assert active_time(after(0, 6)) == timedelta(minutes=5)
    assert active_time(after(0, 2, 24 * 60, 24 * 60 + 1)) == timedelta(minutes=2 + 5 + 1)


def test_the_pace_is_the_middle_of_the_work_with_the_ends_of_its_middle_half() -> None:
    works = [(after(0, minutes), 2000) for minutes in (1, 2, 3, 4, 5)]
    pace = usual_pace(works)
    assert pace is not None
    assert (pace.quick, pace.middle, pace.slow, pace.n) == (60, 90, 120, 5)
    left = pace.time_for(10_000)
    assert (left.quick, left.middle, left.slow) == (600, 900, 1200)
    assert pace.time_for(0).middle == 0


@pytest.mark.parametrize("extra", [(after(3), 2000), ([], 2000), (after(0, 1), 0)])
def test_work_that_tells_no_time_is_left_out_and_too_few_tell_no_pace(extra: tuple[list[datetime], int]) -> None:
    told = [(after(0, 1), 1000)] * (LEAST - 1)
    assert usual_pace([*told, extra]) is None
    assert usual_pace([*told, extra, (after(0, 1), 1000)]) is not None


def test_one_slow_reader_does_not_move_the_middle() -> None:
    works = [(after(0, 1), 1000)] * 6
    slow = [*works[1:], (after(*range(0, 300, 5)), 1000)]
    assert usual_pace(works) == usual_pace(works)
    one, other = usual_pace(works), usual_pace(slow)
    assert one is not None
    assert other is not None
    assert one.middle == other.middle == 60
