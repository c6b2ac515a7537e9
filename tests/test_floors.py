"""Imports go downward: who may import whom, read from the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The longest prefix that fits gives a module's floor; a module may import its own floor's folder and what lies below.
FLOORS = {
    "annotator.urls": 5,
    "annotator.wsgi": 5,
    "annotator.asgi": 5,
    "annotator.api": 4,
    "annotator.views": 4,
    "annotator.templatetags": 4,
    "annotator.admin": 4,
    "annotator.management": 4,
    "annotator.middleware": 4,
    "annotator.extra_reviews": 4,
    "annotator.actions": 3,
    "annotator.queries": 3,
    "annotator.offline": 3,
    "annotator.models": 2,
    "annotator.triggers": 2,
    "annotator.agreement": 2,
    "annotator.formats": 2,
    "annotator.gold": 2,
    "annotator.records": 1,
    "annotator.ids": 1,
    "annotator.colours": 1,
    "annotator.reading": 1,
    "annotator.memory": 1,
    "annotator.pace": 1,
    "annotator.questions": 1,
    "annotator.points": 1,
    "sources": 1,
}
# Pairs on one floor, or below, that still must not meet.
FORBIDDEN = [
    ("annotator.models", "annotator.agreement"),
    ("annotator.models", "annotator.formats"),
    ("annotator.models", "annotator.gold"),
    ("annotator.gold", "annotator.models"),
    ("annotator.agreement", "annotator.models"),
    ("annotator.agreement", "annotator.formats"),
    ("annotator.formats", "annotator.models"),
    ("annotator.formats", "annotator.agreement"),
    ("annotator.actions", "annotator.queries"),
    ("annotator.actions", "annotator.agreement"),
    ("sources", "annotator"),
]
# One errors module serves pages and API, so that both say the same.
ALLOWED_SIDEWAYS = {
    ("annotator.views", "annotator.api"),
    ("annotator.middleware", "annotator.views"),
    ("annotator.admin", "annotator.views"),
    ("annotator.views", "annotator.templatetags"),
    ("annotator.api", "annotator.extra_reviews"),
    ("annotator.views", "annotator.extra_reviews"),
    ("annotator.management", "annotator.extra_reviews"),
    ("annotator.reading", "annotator.records"),  # what it turns into one another
    ("annotator.questions", "annotator.records"),  # what it reads
    ("annotator.points", "annotator.records"),  # what it counts
}
PURE = ["annotator.agreement", "annotator.formats", "annotator.records", "annotator.ids", "annotator.colours"]
PURE += [
    "annotator.offline",
    "annotator.reading",
    "annotator.pace",
    "annotator.gold",
    "annotator.points",
    "sources.text",
    "sources.importers",
    "sources.segmentation",
]
FREE = {"annotator.settings", "annotator.apps", "annotator.staticfiles", "annotator.caching", "annotator.migrations"}
FREE.add("annotator")


def modules() -> list[tuple[str, Path]]:
    found = []
    for package in ("annotator", "sources"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append((name, path))
    return found


def imports(path: Path) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module, node


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def room(name: str) -> str | None:
    fitting = [prefix for prefix in FLOORS if within(name, prefix)]
    return max(fitting, key=len) if fitting else None


MODULES = modules()
NAMES = [name for name, _ in MODULES]


@pytest.mark.parametrize(("name", "path"), MODULES, ids=NAMES)
def test_imports_go_downward(name: str, path: Path) -> None:
    own = room(name)
    if own is None:
        assert any(within(name, free) for free in FREE), f"{name} has no floor"
        return
    for imported, _ in imports(path):
        other = room(imported)
        if other is None or other == own:
            continue
        pair = (own, other)
        assert not any(within(name, a) and within(imported, b) for a, b in FORBIDDEN), f"{name} imports {imported}"
        downward = FLOORS[other] < FLOORS[own]
        same_floor = FLOORS[other] == FLOORS[own] and FLOORS[own] in (2, 3)
        assert downward or same_floor or pair in ALLOWED_SIDEWAYS, f"{name} imports {imported}: upward or across"


@pytest.mark.parametrize(("name", "path"), MODULES, ids=NAMES)
def test_pure_wings_know_no_django(name: str, path: Path) -> None:
    if any(within(name, pure) for pure in PURE):
        strange = [imported for imported, _ in imports(path) if within(imported, "django")]
        assert strange == [], f"{name} imports {strange}"


def test_no_import_hides_in_a_function_to_dodge_a_cycle() -> None:
    for name, path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.ImportFrom) and n.module]
                own = [n.module for n in inner if within(n.module, "sources") or within(n.module, "annotator")]
                assert own == [], f"{name}.{node.name} imports {own}"


def test_every_module_says_what_lives_in_it() -> None:
    for name, path in MODULES:
        if "migrations" not in name:
            assert ast.get_docstring(ast.parse(path.read_text())), f"{name} has no docstring"
