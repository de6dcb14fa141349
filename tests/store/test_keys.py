"""The secret keys: changed while the hub runs, or not the right ones."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from retour.project.home import KEYS, add_key, make_home, read_keys
from retour.store.platforms import config_of
from retour.store.reseal import reseal_all
from retour.store.sealed import CannotOpen, reseal, seal, unseal
from tests.store.engine.hub import Hub


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """A home of its own, whose keys this process has read."""
    make_home(tmp_path / "home")
    settings.HOME = tmp_path / "home"
    settings.SECRET_KEYS = read_keys(settings.HOME)
    folder: Path = settings.HOME
    return folder


def test_what_another_process_sealed_with_a_new_key_opens_without_a_restart(home: Path, settings: Any) -> None:
    before = list(settings.SECRET_KEYS)
    add_key(home)
    settings.SECRET_KEYS = read_keys(home)
    sealed = seal({"city": "Utrecht"})
    settings.SECRET_KEYS = before  # a process that was started before
    assert unseal(sealed) == {"city": "Utrecht"}
    assert read_keys(home) == settings.SECRET_KEYS


def test_after_a_rotation_the_running_hub_reads_what_was_resealed(home: Path, hub: Hub, settings: Any) -> None:
    before = list(settings.SECRET_KEYS)
    add_key(home)
    settings.SECRET_KEYS = read_keys(home)
    reseal_all(lambda _: None)
    (home / KEYS).write_text(settings.SECRET_KEYS[0] + "\n")
    settings.SECRET_KEYS = before
    hub.shop.refresh_from_db()
    assert config_of(hub.shop).token.get_secret_value() == "a-secret-token"  # type: ignore[attr-defined]


def test_the_wrong_key_is_said_in_a_sentence_without_a_word_of_what_was_sealed(home: Path, settings: Any) -> None:
    sealed = seal("Utrecht")
    (home / KEYS).write_text(Fernet.generate_key().decode() + "\n")
    settings.SECRET_KEYS = read_keys(home)
    for opens in (unseal, reseal):
        with pytest.raises(CannotOpen) as told:
            opens(sealed)
        assert "secret.keys in RETOUR_HOME is not the one it was sealed with" in str(told.value)
        assert sealed not in str(told.value)
        assert told.value.__suppress_context__ or told.value.__context__ is None


def test_what_was_tampered_with_does_not_open(home: Path) -> None:
    sealed = seal("Utrecht")
    middle = len(sealed) // 2
    other = "A" if sealed[middle] != "A" else "B"
    with pytest.raises(CannotOpen):
        unseal(sealed[:middle] + other + sealed[middle + 1 :])


def test_the_same_is_never_sealed_alike_twice(home: Path) -> None:
    assert seal("Utrecht") != seal("Utrecht")
