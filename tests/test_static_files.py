"""What an upgrade collects: the workbench's script as its modules are now."""

import json

from django.core.management import call_command

ENTRY = "annotator/workbench/main.js"


def test_script_of_an_older_version_is_made_anew_although_its_entry_is_as_before(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path

    def collected() -> str:
        call_command("collectstatic", verbosity=0, interactive=False)
        return json.loads((tmp_path / "staticfiles.json").read_text())["paths"][ENTRY]

    current = collected()
    (tmp_path / ENTRY).write_text("const madeOf = 'older modules';")
    assert collected() == current
    assert "older modules" not in (tmp_path / current).read_text()
