"""The hub of `tests.store.engine.hub`: a project with a shop and a marketplace, which nobody calls here."""

import pytest

from tests.store.engine.hub import Hub


@pytest.fixture
def hub(db: None) -> Hub:
    return Hub.open()


@pytest.fixture
def shared_hub(transactional_db: None) -> Hub:
    """One that other threads can see."""
    return Hub.open()
