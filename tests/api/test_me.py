"""Who asks."""


def test_me_names_the_account_and_its_places(ben, stage):
    data = ben.get("me/").data
    member = stage.study.memberships.get(user__username="ben")
    assert data == {
        "username": "ben",
        "kind": "human",
        "is_staff": False,
        "studies": [{"study": "harbour", "role": "reviewer", "pseudonym": member.pseudonym}],
        "token": None,
    }


def test_me_names_the_token_in_use_without_its_secret(by_token, stage):
    program = by_token("ben", "read")
    data = program.get("me/").data
    assert (data["username"], data["token"]["scope"]) == ("ben", "read")
    assert program.headers["Authorization"].removeprefix("Token ") not in str(data)
