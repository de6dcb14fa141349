"""The documents say what the code does."""

import re
import shlex
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from retour.cli import app
from retour.cli.settings_file import read
from retour.connectors import registry
from retour.core.model import Resolution
from retour.core.why import SENTENCES
from retour.documents.connector_page import pages
from retour.documents.variations import standard
from retour.store.wanted import Options

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/retour/**/*.md")])
COMMANDS: Any = typer.main.get_command(app)

FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
CALL = re.compile(r"(?<![\w/.-])(?:\S*/bin/)?retour (?=[a-z-])(?P<words>.*)")
VARIABLE = re.compile(r"\bRETOUR_[A-Z][A-Z_]*[A-Z]\b")
PATH = re.compile(r"(?:src|tests|docs|scripts|examples|bench)/[\w./-]*\w/?")
MODULE = re.compile(r"(?:core|connectors|store|sync|web|cli|sandbox|testing|project)/[\w./]+\.py")
FILE = re.compile(r"^# (?P<name>\S+\.py)\n", re.MULTILINE)


PAGES = ROOT / "docs" / "connectors"


@dataclass(frozen=True)
class Block:
    document: Path
    language: str
    text: str


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(*languages: str) -> list[Block]:
    found = [Block(path, m["language"], m["text"]) for path in DOCUMENTS for m in FENCE.finditer(path.read_text())]
    return [block for block in found if block.language in languages]


def prose(path: Path) -> str:
    return FENCE.sub("", path.read_text())


def tutorial_files() -> dict[str, str]:
    """The files of the tutorial, by name."""
    texts = [b.text for b in blocks("python") if b.document.name == "new-connector.md"]
    return {found["name"]: text[found.end() :] for text in texts if (found := FILE.match(text))}


def _calls() -> Iterator[tuple[str, list[str]]]:
    """Every call of the program in a document: where, and its words."""
    for path in DOCUMENTS:
        spans = SPAN.findall(prose(path))
        lines = [line for block in blocks("sh", "ini") if block.document == path for line in block.text.splitlines()]
        for text in [*spans, *(line.partition(" #")[0] for line in lines)]:
            if found := CALL.search(text):
                yield _name(path), [word for word in shlex.split(found["words"]) if word != "..."]


CALLS = list(_calls())


@pytest.mark.parametrize("key", pages())
def test_the_page_of_a_connector_is_what_its_manifest_says(key: str) -> None:
    written = (PAGES / f"{key}.md").read_text()
    assert written == pages()[key], "run scripts/connector-pages"


def test_no_page_is_left_of_a_connector_that_is_gone() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == pages().keys()


def _platforms() -> Iterator[str]:
    """The tables of the README, from the manifests as they are with standard settings."""
    yield "| marketplace | told | by hand | who can start a return | maturity |"
    yield "| --- | --- | --- | --- | --- |"
    for key, sells in sorted(registry.marketplaces().items(), key=lambda one: one[1].name.casefold()):
        able = sells.capabilities(standard(sells.config))
        starts = " and ".join("you" if start == "seller" else "the customer" for start in sorted(able.starts))
        facts = (_listed(able.tells), _listed(able.by_hand), starts, sells.maturity)
        yield f"| [{sells.name}](docs/connectors/{key}.md) | {' | '.join(facts)} |"
    yield "| shop | you decide there | a lost request | its orders | maturity |"
    yield "| --- | --- | --- | --- | --- |"
    for key, shop in sorted(registry.shops().items(), key=lambda one: one[1].name.casefold()):
        can = shop.capabilities(standard(shop.config))
        lost = "is looked up" if can.finds else "is asked of you"
        facts = (_listed(can.decides), lost, "are searched" if can.orders else "are not searched", shop.maturity)
        yield f"| [{shop.name}](docs/connectors/{key}.md) | {' | '.join(facts)} |"


def _listed(resolutions: Collection[Resolution]) -> str:
    return (
        "all six"
        if len(resolutions) == len(Resolution)
        else ", ".join(r for r in Resolution if r in resolutions) or "-"
    )


def test_the_readme_lists_every_platform_as_its_manifest_says() -> None:
    wanted = list(_platforms())
    section = (ROOT / "README.md").read_text().partition("\n## Platforms\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    assert rows == wanted, "put these into the README:\n" + "\n".join(wanted)


@pytest.mark.parametrize(("document", "words"), CALLS, ids=[f"{name} {' '.join(words)}" for name, words in CALLS])
def test_every_command_in_a_document_exists(document: str, words: list[str]) -> None:
    command, rest = COMMANDS, list(words)
    while rest and hasattr(command, "commands") and not rest[0].startswith("-"):
        assert rest[0] in command.commands, f"{document}: retour {' '.join(words)}"
        command = command.commands[rest.pop(0)]
    options = {name: option for option in command.params for name in option.opts}
    taken = 0
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            taken += 1
            continue
        assert word in options, f"{document}: {word} is no option of {command.name}"
        if not options[word].is_flag and rest:
            rest.pop(0)
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    assert taken <= len(arguments), f"{document}: {command.name} takes {len(arguments)} arguments"


def test_commands_are_found_at_all() -> None:
    assert {words[0] for _, words in CALLS if words} >= {"init", "apply", "doctor", "serve", "sync", "demo", "returns"}


def test_every_command_is_in_a_document() -> None:
    told = {words[0] for _, words in CALLS if words}
    assert set(COMMANDS.commands) <= told


def test_every_make_target_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    texts = [text for path in DOCUMENTS for text in SPAN.findall(prose(path))]
    texts += [line for block in blocks("sh") for line in block.text.splitlines()]
    named = {found[1] for text in texts if (found := re.match(r"make ([a-z-]+)", text))}
    assert named >= {"demo", "test"}
    assert named <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        # The merchants' words are put on a connector's page, and their links count from there.
        folder = PAGES if path.name == "merchants.md" else path.parent
        there = (folder / target).resolve() if target else path
        assert there.exists(), f"{_name(path)} links to {link}"
        if anchor:
            assert anchor in _anchors(there), f"{_name(path)} links to {link}"


def _anchors(path: Path) -> set[str]:
    """As the common forges make them."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose(path)))
    return {text.strip().replace(" ", "-") for text in plain}


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_file_in_a_document_exists(path: Path) -> None:
    written_there = set(tutorial_files())
    for span in SPAN.findall(prose(path)):
        if found := PATH.fullmatch(span):
            assert (ROOT / found[0]).exists() or found[0] in written_there, f"{_name(path)} names {span}"
        elif found := MODULE.fullmatch(span):
            assert (ROOT / "src" / "retour" / found[0]).exists(), f"{_name(path)} names {span}"


def test_every_environment_variable_is_documented() -> None:
    used = {name for file in (ROOT / "src").rglob("*.py") for name in VARIABLE.findall(file.read_text())}
    operating = (ROOT / "docs" / "operating.md").read_text()
    section = operating.partition("## Environment variables")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == used


def test_every_environment_variable_in_a_document_is_used() -> None:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    used = {name for file in files for name in VARIABLE.findall(file.read_text())}
    for path in DOCUMENTS:
        assert set(VARIABLE.findall(path.read_text())) <= used, _name(path)


def test_every_sentence_for_a_person_is_explained() -> None:
    operating = (ROOT / "docs" / "operating.md").read_text()
    assert {key for key in SENTENCES if f"`{key}`" not in operating} == set()


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *extras["postgresql"], *extras["testing"]]
    names = {re.split(r"[<>=\[]", one)[0] for one in needed}
    table = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()
    told = {name for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE) for name in re.findall(r"[\w-]+", row)}
    assert names <= told


@pytest.mark.parametrize(
    "block", [b for b in blocks("toml") if "[companies" in b.text], ids=lambda b: _name(b.document)
)
def test_every_settings_file_in_a_document_is_one(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "retour.toml"
    file.write_text(block.text)
    hook = "https://shop.example.org/channable/returns/hook/store/3/code/a-token-0123456789"
    wanted = read(file, {"SHOP_HOOK": hook, "BOL_SECRET": "a-secret-0123456789"})
    shop, bol = wanted.companies[0].projects[0].connections
    assert (shop.settings, dict(shop.secrets)) == (
        {"base_url": "https://shop.example.org", "store_id": "3"},
        {"token": "a-token-0123456789"},
    )
    assert dict(bol.secrets) == {"client_secret": "a-secret-0123456789"}


def test_every_option_in_a_document_is_one() -> None:
    spans = [span for path in DOCUMENTS for span in SPAN.findall(prose(path))]
    lines = [line for block in blocks("toml") for line in block.text.splitlines()]
    found = [text for text in (*spans, *lines) if text.startswith("options = {")]
    assert len(found) > 2
    for text in found:
        Options.model_validate(tomllib.loads(text)["options"])


def test_the_settings_file_of_the_examples_is_one() -> None:
    wanted = read(ROOT / "examples" / "retour.toml", {"ACME_MAGENTO_TOKEN": "a-token", "BOL_SECRET": "a-secret"})
    assert len(wanted.companies[0].projects[0].connections) == 2
