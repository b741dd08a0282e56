"""The three real applications install, fill, open their pages, and are labelled truthfully.

Needs Debian packages, PyPI and the database servers, and some minutes the first time: runs when WAARBORG_REAL is
set (`make test-real`). WAARBORG_REAL_DIR keeps what was installed and filled from one run to the next.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.real import kit, labels

pytestmark = pytest.mark.skipif(
    not os.environ.get("WAARBORG_REAL"), reason="set WAARBORG_REAL=1 to install real applications"
)


@pytest.fixture(scope="module", params=["redmine", "roundcube", "oscar"])
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[kit.Deployment]:
    """One filled application; its database is dropped afterwards unless it is to be kept."""
    kept = os.environ.get("WAARBORG_REAL_DIR")
    root = Path(kept) if kept else tmp_path_factory.mktemp("real")
    recipe = importlib.import_module(f"tests.real.{request.param}.recipe")
    made: kit.Deployment = recipe.build(root / request.param)
    yield made
    if not kept:
        made.drop()


def test_pages_open_for_a_member_and_the_admin(deployment: kit.Deployment) -> None:
    pages = deployment.pages(None)
    assert len(pages) >= 10
    assert {page.status for page in pages} == {200}


def test_at_least_fifty_people_are_entered(deployment: kit.Deployment) -> None:
    assert len(deployment.people) >= 50
    assert len({person.identifiers["email"] for person in deployment.people}) == len(deployment.people)


def test_labels_are_true_of_the_database(deployment: kit.Deployment) -> None:
    truth, engine = labels.load(deployment.name), sa.create_engine(deployment.url)
    assert labels.absent(truth, engine) == []
    assert labels.declared(engine) == truth.declared
    assert labels.dangling(truth, engine) == []
    assert labels.undeclared(truth, engine) == []
    assert labels.unlabelled(truth, deployment, engine) == []


def test_a_forgotten_label_is_noticed(deployment: kit.Deployment) -> None:
    """The sabotage of the test above: without one label that column, and no other, is reported."""
    truth, engine = labels.load(deployment.name), sa.create_engine(deployment.url)
    column = {
        "redmine": "wiki_content_versions.data",
        "roundcube": "cache_messages.data",
        "oscar": "order_ordernote.message",
    }
    forgotten = column[deployment.name]
    del truth.columns[forgotten]
    assert labels.unlabelled(truth, deployment, engine) == [forgotten]


def test_reset_brings_everything_back(deployment: kit.Deployment) -> None:
    """A row that is gone, and one that was changed, are as they were after `reset`."""
    table, column = {
        "redmine": ("journals", "notes"),
        "roundcube": ("contacts", "vcard"),
        "oscar": ("order_ordernote", "message"),
    }[deployment.name]
    engine = sa.create_engine(deployment.url, poolclass=sa.NullPool)

    def state() -> list[tuple[object, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1"))]

    deployment.reset()
    before = state()
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {table} SET {column} = 'gone'"))
    assert state() != before
    deployment.reset()
    assert state() == before
