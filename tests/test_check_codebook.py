"""The operator's check of codebook files."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def test_a_sound_file_is_said_to_be_so():
    out = StringIO()
    call_command("check_codebook", str(FIXTURES / "codebook.toml"), stdout=out)
    assert "no fault (credence-default version 1, 3 labels, 12 scales)" in out.getvalue()


def test_every_fault_of_every_file_is_named_with_its_line(tmp_path):
    file, err = tmp_path / "x.toml", StringIO()
    file.write_text('slug = "x"\nversion = 1\ntitle = ""\n[[label]]\ncode = "a"\nname = "A"\n')
    with pytest.raises(CommandError, match=r"^2 faults\.$"):
        call_command("check_codebook", str(file), str(FIXTURES / "codebook.toml"), stdout=StringIO(), stderr=err)
    assert f"{file}:3: codebook, title: must not be empty" in err.getvalue()
    assert f"{file}:4: label 1 (a), definition: must not be empty" in err.getvalue()


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("check_codebook", str(tmp_path / "none.toml"))
