import inspect
from pathlib import Path

import pytest
import typer

from hific_core.cli import models_group, program
from hific_core.cli.options import Collision, collision_rule, parse_path

from .conftest import Hific


def test_unique_is_the_default() -> None:
    assert collision_rule(None, skip_existing=False) is Collision.unique
    assert collision_rule(Collision.overwrite, skip_existing=False) is Collision.overwrite


def test_skip_existing_is_the_rule_skip() -> None:
    assert collision_rule(None, skip_existing=True) is Collision.skip
    assert collision_rule(Collision.skip, skip_existing=True) is Collision.skip
    with pytest.raises(typer.BadParameter, match="contradicts"):
        collision_rule(Collision.overwrite, skip_existing=True)


def test_every_path_of_every_command_is_checked() -> None:
    found = []
    for command in (*program.registered_commands, *models_group.registered_commands):
        assert command.callback is not None
        for each in inspect.signature(command.callback, eval_str=True).parameters.values():
            if "Path" in str(each.annotation):
                found.append(f"{command.callback.__name__} {each.name}")
                assert [about.parser for about in each.annotation.__metadata__] == [parse_path], found[-1]
    assert {"compress inputs", "compress metrics", "train resume", "info files", "watch output"} < set(found)


@pytest.mark.parametrize(
    "command",
    [
        ["compress", ""],
        ["compress", "a.png", "-o", ""],
        ["compress", "a.png", "--metrics", "t.csv", "--metrics", ""],
        ["decompress", "a.hfc", ""],
        ["watch", ""],
        ["info", ""],
        ["eval", "a.png", "--csv", ""],
        ["train", "--data", ""],
        ["models", "import", ""],
    ],
)
def test_an_empty_name_is_not_the_current_folder(
    hific: Hific, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = hific(*command)
    assert (outcome.code, outcome.out) == (2, "")
    assert "an empty name, as of a variable that is not set" in " ".join(outcome.err.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_first_weights_without_a_name_are_not_the_current_folder(hific: Hific) -> None:
    outcome = hific("train", "--data", "photos", "--init", "")
    assert (outcome.code, "no model called ''" in outcome.err) == (1, True)
