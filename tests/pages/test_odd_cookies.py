"""A cookie that no database can hold is as good as none."""

import pytest
from django.conf import settings
from django.test import Client


@pytest.mark.parametrize(("address", "status"), [("/", 302), ("/login/", 200), ("/api/v1/me/", 401)])
def test_a_session_cookie_with_nul_signs_nobody_in(db: None, address: str, status: int) -> None:
    """Cookies may spell a character as three octal digits in quotes."""
    spelt = '"' + r"\000" * 32 + '"'
    answer = Client(headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={spelt}"}).get(address)
    assert answer.status_code == status
