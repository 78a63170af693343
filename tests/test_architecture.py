"""The packages depend on each other in one direction, and the large libraries stay behind their fences."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT = {
    "core": set(),
    "retriever": {"core"},
    "ingest": {"core", "retriever"},
    "assistant": {"core", "retriever"},
    "desk": {"core", "retriever", "ingest", "assistant"},
    "ui": {"core", "retriever", "assistant", "desk"},
    "app": {"core", "retriever", "assistant", "desk", "ui"},
    "evals": {"core", "retriever", "ingest", "assistant", "desk", "ui"},
}

FENCES = {
    "gradio": lambda module: module == "app.py" or module.startswith("ui/"),
    "chromadb": lambda module: module == "retriever/vector_index.py",
    "sentence_transformers": lambda module: module in MODEL_MODULES,
    "mcp": lambda module: module.startswith("desk/http/"),
    "torch": lambda module: module in MODEL_MODULES,
}
MODEL_MODULES = {
    "retriever/encoder.py", "retriever/builtin/model.py", "retriever/builtin/network.py", "retriever/reader.py", "evals/encoder_bench.py",
    "evals/reader/train.py", "evals/query_adapter.py",
}  # fmt: skip


def modules() -> list[str]:
    files = [ROOT / "app.py", *(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def imported(module: str) -> Iterator[str]:
    """Every absolute name that a module imports anywhere, also inside functions and by `import_module`."""
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.split("/")[: -node.level] if node.level else []
            yield ".".join([*package, *([node.module] if node.module else [])])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def package_of(module: str) -> str:
    return module.split("/")[0].removesuffix(".py")


def test_all_packages_of_the_design_are_looked_at() -> None:
    assert {package_of(module) for module in modules()} == set(MAY_IMPORT)


@pytest.mark.parametrize("module", modules())
def test_imports_go_one_way(module: str) -> None:
    own = package_of(module)
    reached = {name.split(".")[0] for name in imported(module)} & (MAY_IMPORT.keys() | {"tests"})
    assert reached <= MAY_IMPORT[own] | {own}


@pytest.mark.parametrize("library", FENCES)
def test_a_library_stays_behind_its_fence(library: str) -> None:
    users = [module for module in modules() if any(name.split(".")[0] == library for name in imported(module))]
    assert users, f"{library} is fenced but not used: take it out of this test"
    assert [module for module in users if not FENCES[library](module)] == []


def test_imports_inside_functions_are_seen(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.py"
    hidden.write_text("def f():\n    from chromadb.api import ClientAPI\n    import torch.nn\n")
    assert set(imported(str(hidden))) == {"chromadb.api", "torch.nn"}
