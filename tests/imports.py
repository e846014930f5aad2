"""Who imports whom, read from the source (AST) without importing anything."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.repository import ROOT


def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path, top_level_only: bool = False) -> Iterator[str]:
    """The dotted names that a module imports; with ``top_level_only`` those that importing it imports at once."""
    tree = ast.parse(path.read_text())
    for node in _executed(tree) if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; write the full name"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """The statements that run when a module is imported: no function bodies, nothing under TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _executed(child)


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Every cycle that a walk through the graph runs into, as the names in order."""
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
            return
        if name in done:
            return
        for target in sorted(graph[name]):
            visit(target, [*path, name])
        done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return found


def graph(package: str) -> dict[str, set[str]]:
    """For each module of a package, the modules of the same package that importing it imports."""
    known = modules(package)
    return {
        name: {target for target in imported(path, top_level_only=True) if target in known and target != name}
        for name, path in known.items()
    }
