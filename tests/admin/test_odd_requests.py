"""Requests that no page of the admin would send are refused in words, whatever the database says of them."""

from collections.abc import Callable
from typing import Any

import pytest

HUGE = "9" * 30
DATED = [
    "annotator/annotation/?updated_at__year=",
    "annotator/assignment/?submitted_at__year=",
    "annotator/event/?at__year=2020&at__month=",
    "sources/document/?published_on__year=",
    "sources/document/?published_on__year=2020&published_on__month=2&published_on__day=",
]


@pytest.mark.parametrize("address", DATED)
@pytest.mark.parametrize("number", ["9999999999", HUGE])
def test_a_list_by_an_impossible_date_is_refused(cast: Any, sign_in: Callable, address: str, number: str) -> None:
    assert sign_in(cast.ada).get(f"/admin/{address}{number}").status_code == 400


@pytest.mark.parametrize("date", ["9" * 9, "0", "13", "abc", ""])
def test_a_list_by_a_wrong_date_is_no_fault(cast: Any, sign_in: Callable, date: str) -> None:
    assert sign_in(cast.ada).get(f"/admin/{DATED[-2]}{date}").status_code in (200, 302)


@pytest.mark.parametrize("page", ["assignment", "membership"])
@pytest.mark.parametrize("key", ["\0", "abc", "-1", "²", HUGE])
def test_a_choice_of_what_is_no_row_comes_back_as_an_error_of_the_form(
    stage: Any, cast: Any, sign_in: Callable, page: str, key: str
) -> None:
    body = {"study": key, "revision": key, "reviewer": key, "user": key, "role": "reviewer"}
    answer = sign_in(cast.ada).post(f"/admin/annotator/{page}/add/", body)
    assert answer.status_code == 200
    assert "study" in answer.context["adminform"].form.errors


def test_a_choice_comes_back_chosen_with_the_refusal(stage: Any, cast: Any, sign_in: Callable) -> None:
    body = {"study": str(stage.study.pk), "user": "", "role": "reviewer"}
    answer = sign_in(cast.ada).post("/admin/annotator/membership/add/", body)
    assert f'<option value="{stage.study.pk}" selected>{stage.study}</option>' in answer.content.decode()


@pytest.mark.parametrize("action", ["withdraw", "reinstate"])
@pytest.mark.parametrize("key", ["\0", "abc", "-1", HUGE])
def test_an_act_upon_what_is_no_row_is_refused(stage: Any, cast: Any, sign_in: Callable, action: str, key: str) -> None:
    body = {"action": action, "_selected_action": [str(stage.revision.document_id), key], "confirmed": "1"}
    answer = sign_in(cast.ada).post("/admin/sources/document/", {**body, "reason": "why"})
    stage.revision.document.refresh_from_db()
    assert (answer.status_code, stage.revision.document.withdrawn_at) == (400, None)


def test_nothing_is_sent_to_the_history_of_a_document(stage: Any, cast: Any, sign_in: Callable) -> None:
    address = f"/admin/sources/document/{stage.revision.document_id}/history/"
    client = sign_in(cast.ada)
    assert [client.get(address).status_code, client.post(address).status_code] == [200, 405]
