"""What a person is told of an erasure that has not begun: what it waits for, and until when."""

import pytest

from dsar.web import progress


@pytest.mark.parametrize(
    ("copy_first", "words"), [(False, "Until then nothing is erased"), (True, "your copy")]
)
def test_the_step_says_the_moment(app, at, copy_first, words):
    shown = {"stage": "frozen"}
    with app.test_request_context(headers={"Accept-Language": "en"}):
        (line, _) = (step.line for step in progress._erasing(shown, (at, copy_first)))
    assert words in line
    assert "24 Nov" in line
    assert '<time datetime="2021-11-24T02:00:00Z">' in line
