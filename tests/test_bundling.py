"""One script out of many modules: what is taken apart is put together in order, and unknown forms are refused."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from annotator.bundling import bundle
from annotator.staticfiles import HashedStorage

MODULES = {
    "app/main.js": (
        'import { double, LIMIT as most } from "./parts/sums.js";\n'
        'import { say } from "./say.js";\n'
        "say(double(most));\n"
    ),
    "app/parts/sums.js": (
        'import { say } from "../say.js";\nexport const LIMIT = 4;\nexport function double(x) {\n  return 2 * x;\n}\n'
    ),
    "app/say.js": "const own = [];\nexport function say(words) {\n  own.push(words);\n}\n",
}


def test_every_module_comes_once_and_before_those_that_import_it():
    script = bundle("app/main.js", MODULES.__getitem__)
    places = [script.index(part) for part in ("function say", "const LIMIT", "say(double(most))")]
    assert places == sorted(places)
    assert script.count("const own") == 1
    assert "const { double, LIMIT: most } = $_1;" in script
    assert "return { LIMIT, double };" in script
    assert "export" not in script
    assert "import" not in script


def test_dynamic_import_stays():
    assert (
        bundle("a.js", {"a.js": 'const later = () => import("./b.js");\n'}.__getitem__).count('import("./b.js")') == 1
    )


@pytest.mark.parametrize(
    "source",
    [
        'import whole from "./b.js";',
        'import * as all from "./b.js";',
        'import "./b.js";',
        "export default 1;",
        "export let changing = 1;",
        'export { x } from "./b.js";',
    ],
)
def test_other_forms_are_refused(source):
    with pytest.raises(ValueError, match="not known"):
        bundle("a.js", {"a.js": f"{source}\n", "b.js": ""}.__getitem__)


def test_circle_is_refused_by_its_names():
    modules = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}
    with pytest.raises(ValueError, match=r"a\.js -> b\.js -> a\.js"):
        bundle("a.js", modules.__getitem__)


def test_a_bundle_is_collected_anew_since_what_it_imports_may_have_changed(tmp_path):
    storage = HashedStorage(location=tmp_path)
    for name in ("annotator/agreement/heat.js", "annotator/offsets.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    source = Path(finders.find("annotator/agreement/heat.js")).stat().st_mtime
    assert storage.get_modified_time("annotator/agreement/heat.js").timestamp() < source
    assert storage.get_modified_time("annotator/offsets.js").timestamp() > source
