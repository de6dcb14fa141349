"""`python -m retour.documents FOLDER`: writes a page for every installed connector."""

import sys
from pathlib import Path

from retour.documents.connector_page import pages


def main(folder: Path) -> None:
    """Writes the pages into this folder. A page of a connector that is no longer installed is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, text in pages().items():
        (folder / f"{key}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
