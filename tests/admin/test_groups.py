"""The groups that the migrations make."""

import importlib

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from annotator.models import User

migration = importlib.import_module("annotator.migrations.0002_staff_groups")


@pytest.fixture
def migrated(db):
    """The arguments that Django gives to the functions of a migration."""
    apps = MigrationLoader(connection).project_state(("annotator", "0002_staff_groups")).apps
    return apps, connection.schema_editor()


def permissions_of(name):
    rows = Group.objects.get(name=name).permissions.select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def test_fresh_database_has_both_groups_with_their_permissions(db):
    assert {name: permissions_of(name) for name in migration.GROUPS} == {
        name: set(permissions) for name, permissions in migration.GROUPS.items()
    }


def test_making_the_groups_again_changes_nothing(migrated):
    before = list(Group.permissions.through.objects.order_by("pk").values())
    migration.make_groups(*migrated)
    assert list(Group.permissions.through.objects.order_by("pk").values()) == before


def test_unmaking_takes_the_groups_away_and_leaves_others(migrated):
    Group.objects.create(name="others")
    migration.remove_groups(*migrated)
    assert [group.name for group in Group.objects.all()] == ["others"]


def test_curators_see_no_work_and_leads_do(kim, lou):
    kim, lou = User.objects.get(pk=kim.pk), User.objects.get(pk=lou.pk)
    assert (kim.keeps_sources, kim.runs_studies, kim.sees_all_work) == (True, False, False)
    assert (lou.keeps_sources, lou.runs_studies, lou.sees_all_work) == (True, True, True)


def test_no_group_may_write_work_history_or_roles(db):
    given = permissions_of("curators") | permissions_of("leads")
    nouns = ("annotation", "rating", "decision", "event", "ledger", "token", "group", "permission", "loginfailure")
    assert not {key for key in given if key.split("_", 1)[1] in nouns and ".view_" not in key}
    assert "annotator.delete_user" not in given
