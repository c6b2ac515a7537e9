"""Many at one door: a code lets exactly as many in as it has places, an invitation exactly one."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.processes import Server, Visitor, demo_database, manage, run_script

PLACES, MORE = 5, 7
MAKE = """
from annotator.actions.entrance import create_code, create_invitation
from annotator.models import Study, User
admin, study = User.objects.get(username="admin"), Study.objects.get(slug="seeds")
Study.objects.filter(pk=study.pk).update(order="random")  # in a fixed order all read the first text
print(create_code(actor=admin, study=study, places=%d, days=1).code)
print(create_invitation(actor=admin, study=study, role="reader")[1])
"""
FOUND = """
import json
from annotator.models import Assignment, ClassCode, Invitation, Membership, User
new = User.objects.filter(username__startswith="person")
print(json.dumps({
    "accounts": new.count(),
    "members": Membership.objects.filter(user__in=new).count(),
    "joined": ClassCode.objects.get().joined,
    "given": Assignment.objects.filter(reviewer__in=new).count(),
    "texts": Assignment.objects.filter(reviewer__in=new).values("revision").distinct().count(),
    "invited": Membership.objects.filter(user__username__startswith="guest").count(),
    "guests": User.objects.filter(username__startswith="guest").count(),
    "used": Invitation.objects.get().state,
}))
"""


def at_the_door(port: int, secret: str) -> Visitor:
    """Somebody who has shown the secret and has not joined yet."""
    visitor = Visitor(port)
    visitor.ask("GET", "/join/")
    assert visitor.ask("POST", "/join/", code=secret)[:2] == (302, "/join/study/")
    return visitor


def all_at_once(visitors: list[Visitor], name: str) -> Counter[int]:
    """Let everybody make an account and join at the same moment."""
    barrier = threading.Barrier(len(visitors))

    def enter(number: int) -> int:
        barrier.wait()
        account: Any = {"username": f"{name}{number}", "password": "quiet harbour lantern"}
        return visitors[number].ask("POST", "/join/study/", **account, again=account["password"])[0]

    with ThreadPoolExecutor(len(visitors)) as pool:
        return Counter(pool.map(enter, range(len(visitors))))


def test_a_code_lets_in_as_many_as_it_has_places_and_an_invitation_one(tmp_path: Path) -> None:
    """They speak to two server processes, so that no lock inside one process can help."""
    with demo_database(tmp_path) as environment, Server(environment, tmp_path / "log") as one:
        with Server(environment, tmp_path / "log2") as other:
            code, secret = run_script(environment, MAKE % PLACES).split()
            ports = [one.port, other.port]
            class_of = [at_the_door(ports[number % 2], code) for number in range(PLACES + MORE)]
            assert all_at_once(class_of, "person") == {302: PLACES, 410: MORE}
            guests = [at_the_door(ports[number % 2], secret) for number in range(4)]
            assert all_at_once(guests, "guest") == {302: 1, 410: 3}
        assert json.loads(run_script(environment, FOUND)) == {
            "accounts": PLACES,
            "members": PLACES,
            "joined": PLACES,
            "given": PLACES,
            "texts": PLACES,
            "invited": 1,
            "guests": 1,
            "used": "used",
        }
        assert "Everything stored is as promised." in manage(environment, "verify").stdout
