"""Two groups of staff with explicit permissions: without any, staff see an empty admin."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

KEEPS_CODEBOOKS = [
    f"annotator.{verb}_{noun}"
    for verb in ("view", "add", "change", "delete")
    for noun in ("codebook", "label", "scale", "scalepoint")
]
GROUPS = {
    # Keep the sources and the codebooks; see no reviewers' work.
    "curators": [
        *(f"sources.{verb}_{noun}" for verb in ("view", "add", "change", "delete") for noun in ("source", "document")),
        "sources.view_revision",
        "sources.add_revision",
        "sources.view_segmentation",
        "sources.view_original",
        *KEEPS_CODEBOOKS,
    ],
    # Run every study of the site: members, assignments, and the work that was submitted.
    "leads": [
        *(f"sources.view_{noun}" for noun in ("source", "document", "revision", "segmentation", "original")),
        *KEEPS_CODEBOOKS,
        *(f"annotator.{verb}_{noun}" for verb in ("view", "add", "change") for noun in ("study", "membership", "user")),
        "annotator.view_assignment",
        "annotator.add_assignment",
        "annotator.change_assignment",
        *(f"annotator.view_{noun}" for noun in ("annotation", "rating", "decision", "event", "ledger")),
    ],
}


def make_groups(apps, schema_editor):
    alias = schema_editor.connection.alias
    # Permissions are otherwise made after the last migration, too late for a group that names them.
    for label in ("sources", "annotator"):
        app_config = apps.get_app_config(label)
        app_config.models_module = True
        create_permissions(app_config, apps=apps, using=alias, verbosity=0)
        app_config.models_module = None
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in apps.get_model("auth", "Permission").objects.using(alias).select_related("content_type")
    }
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, wanted in GROUPS.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*(permissions[key] for key in wanted))


def remove_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0001_initial"),
        ("sources", "0001_sources_and_their_texts"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
