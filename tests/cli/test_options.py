import pytest
import typer

from hific_core.cli.options import Collision, collision_rule


def test_unique_is_the_default() -> None:
    assert collision_rule(None, skip_existing=False) is Collision.unique
    assert collision_rule(Collision.overwrite, skip_existing=False) is Collision.overwrite


def test_skip_existing_is_the_rule_skip() -> None:
    assert collision_rule(None, skip_existing=True) is Collision.skip
    assert collision_rule(Collision.skip, skip_existing=True) is Collision.skip
    with pytest.raises(typer.BadParameter, match="contradicts"):
        collision_rule(Collision.overwrite, skip_existing=True)
