"""What the site has besides the files of docs/: the README as its first page, and the notebooks with their figures.

MkDocs calls it. A notebook is shown as it stands in build/notebooks, where `python docs/hooks.py` runs each, else as it
is kept: without what it gives out, and says so.
"""

from __future__ import annotations

import os
import posixpath
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "build" / "notebooks"
LINK = re.compile(r"\[([^\]]*)\]\(([^)#:]+)(#[^)]*)?\)")
NOT_RUN = "!!! note\n    Here without its figures: `make docs` runs it.\n\n"


def on_files(files: Any, config: Any) -> Any:
    """Add the README and the notebooks; each notebook's figures lie beside its page."""
    from mkdocs.structure.files import File

    def add(place: str, content: str | bytes) -> None:
        files.append(File.generated(config, place, content=content))

    add("index.md", (ROOT / "README.md").read_text(encoding="utf-8"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        text, pictures = shown(path)
        add(f"notebooks/{path.stem}.md", text)
        for name, picture in pictures.items():
            add(f"notebooks/{name}", picture)
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Lead links from the README and the notebooks to the site's own pages; what is no page of it is plain text."""
    source = {"index.md": "README.md"}.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    if page.file.src_uri.startswith("notebooks/"):
        source = page.file.src_uri

    def moved(found: re.Match[str]) -> str:
        words, to, anchor = found[1], found[2], found[3] or ""
        place = posixpath.normpath(posixpath.join(posixpath.dirname(source), to))
        inside = re.sub(r"\.ipynb$", ".md", place).removeprefix("docs/")
        if files.get_file_from_path(inside) is None:
            return words if (ROOT / place).exists() else found[0]
        return f"[{words}]({posixpath.relpath(inside, posixpath.dirname(page.file.src_uri) or '.')}{anchor})"

    return LINK.sub(moved, markdown)


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    """Tell a notebook's page from the others: there a block of plain text is what a cell gives out."""
    return f'<div class="notebook">{html}</div>' if page.file.src_uri.startswith("notebooks/") else html


def shown(path: Path) -> tuple[str, dict[str, bytes]]:
    """A notebook as Markdown, and its figures by name."""
    import nbformat
    from nbconvert import MarkdownExporter

    run = RUN / path.name
    notebook = nbformat.read(run if run.exists() else path, as_version=4)
    text, found = MarkdownExporter().from_notebook_node(notebook, {"unique_key": path.stem, "output_files_dir": "."})
    text = re.sub(r"<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)
    if not run.exists():
        head, _, rest = text.partition("\n\n")
        text = f"{head}\n\n{NOT_RUN}{rest}"
    return text, {posixpath.basename(name): picture for name, picture in found["outputs"].items()}


def main() -> int:
    """Run every notebook at its own size, and keep it with what it gives out."""
    import nbformat
    from nbclient import NotebookClient

    RUN.mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONPATH"] = str(ROOT)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        print(f"running {path.name}", flush=True)
        notebook = nbformat.read(path, as_version=4)
        place = {"metadata": {"path": str(RUN)}}
        NotebookClient(notebook, timeout=1200, kernel_name="python3", resources=place).execute()
        nbformat.write(notebook, RUN / path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
