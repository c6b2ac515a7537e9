"""One script out of many ES modules, so that a page loads in one request and packs well.

Each module becomes a function called once, in the order of imports, so names of one module cannot meet another's. Only
the forms our modules use are known: named imports from relative paths at the start of a line, and exported
declarations. Anything else is refused when static files are collected, not found out by a reader's browser.
"""

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function\*?|const) (\w+))", re.MULTILINE)
LEFT_OVER = re.compile(r"^(?:import\b(?! ?\()|export\b).*", re.MULTILINE)


def bundle(entry: str, read: Callable[[str], str]) -> str:
    """Return the script of a module with all it imports.

    `read` gives the source of a module by its path; dynamic imports stay as they are.

    Raises
    ------
    ValueError
        When an import or export has another form, or modules import each other in a circle.
    """
    places: dict[str, int] = {}
    parts: list[str] = []

    def add(path: str, importers: tuple[str, ...]) -> int:
        if path in importers:
            raise ValueError(f"circular import: {' -> '.join([*importers, path])}")
        if path not in places:
            chain = (*importers, path)
            body = _module(read(path), lambda other: add(normpath(join(dirname(path), other)), chain))
            places[path] = len(parts)
            parts.append(f"const $_{places[path]} = (() => {{\n{body}\n}})();\n")
        return places[path]

    add(entry, ())
    return "".join(parts)


def _module(source: str, place: Callable[[str], int]) -> str:
    """Return a module's source with its imports taken from the modules before it and its exports returned."""
    exported = [found[1] for found in EXPORT.finditer(source)]
    body = IMPORT.sub(lambda found: f"const {{{found[1].replace(' as ', ': ')}}} = $_{place(found[2])};", source)
    body = EXPORT.sub("", body)
    if found := LEFT_OVER.search(body):
        raise ValueError(f"a form of import or export that is not known: {found[0]}")
    return f"{body}\nreturn {{ {', '.join(exported)} }};"
