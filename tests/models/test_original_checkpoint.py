"""The original's checkpoints: read in every shape that its options give, and refused by key where they are none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from hific_core.errors import UnreadableFile, WeightsDamaged, WeightsMissing
from hific_core.models.hific import Hific, HificConfig
from hific_core.models.original_checkpoint import critic_of, read

from ..conftest import TINY_HIFIC, tiny_hific_network
from ..original_checkpoints import args_of, evaluation_tables, saved_by_training, tiny_critic, write_tiny_checkpoint

VARIANTS = {
    "seven blocks": replace(TINY_HIFIC, residual_blocks=7),
    "nine blocks": replace(TINY_HIFIC, residual_blocks=9),
    "logistic": replace(TINY_HIFIC, likelihood="logistic"),
    "normalised": replace(TINY_HIFIC, normalised_input=True),
    "small hyperprior": replace(TINY_HIFIC, hyper_filters=5),
    "instance norm": replace(TINY_HIFIC, norm="instance"),
    "noise": replace(TINY_HIFIC, noise_channels=3),
    "mixture": replace(TINY_HIFIC, mixture=2),
}


@pytest.mark.parametrize("config", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_every_option_is_seen(config: HificConfig, legacy: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, path = Hific(config), tmp_path / "checkpoint.pt"
    args = args_of(config, latent_channels_DLMM=config.latents, mixture_components=2)
    torch.save(saved_by_training(network, args=args), path, _use_new_zipfile_serialization=not legacy)
    found = read(path)
    assert found.config == config
    assert found.notes == ()
    assert (found.regime, found.training["steps"]) == ("med", 70000)
    expected = network.state_dict()
    assert set(found.weights) == set(expected)
    assert all(torch.equal(value, expected[name]) for name, value in found.weights.items())


def test_prefixes_tables_and_missing_newer_keys(tmp_path: Path) -> None:
    network, path = tiny_hific_network(), tmp_path / "checkpoint.pt"
    args = args_of(TINY_HIFIC)
    for newer in ("use_latent_mixture_model", "sample_noise", "noise_dim"):
        del args[newer]
    content = saved_by_training(network, args=args, prefix="module.")
    tables = {f"module.{name}": value for name, value in evaluation_tables(network).items()}
    content["model_state_dict"] |= tables | {"module.perceptual_loss.lin0": torch.ones(2)}
    torch.save(content, path)
    found = read(path)
    assert (found.config, found.notes, found.discriminator) == (TINY_HIFIC, (), None)
    assert set(found.weights) == set(network.state_dict())


def test_tensors_are_followed_where_args_disagree(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    args = args_of(TINY_HIFIC, n_residual_blocks=9, latent_channels=220)
    torch.save(saved_by_training(tiny_hific_network(), args=args), path)
    found = read(path)
    assert found.config == TINY_HIFIC
    assert found.notes == (
        "The checkpoint's args say latent_channels = 220, its tensors 12: the tensors are followed.",
        "The checkpoint's args say n_residual_blocks = 9, its tensors 2: the tensors are followed.",
    )


def test_what_args_do_not_tell_is_assumed_and_said(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save({**saved_by_training(tiny_hific_network()), "args": None}, path)
    assert read(path).notes[0].startswith("The checkpoint has no args")
    args = args_of(TINY_HIFIC)
    del args["likelihood_type"]
    torch.save(saved_by_training(tiny_hific_network(), args=args), path)
    assert read(path).notes == ("The checkpoint's args lack likelihood_type: the original's default is taken.",)
    torch.save(saved_by_training(tiny_hific_network(), args=args_of(TINY_HIFIC, likelihood_type="cauchy")), path)
    with pytest.raises(WeightsDamaged, match="'cauchy', which is not known"):
        read(path)


def test_the_discriminator_in_either_place(tmp_path: Path) -> None:
    path, critic = tmp_path / "checkpoint.pt", tiny_critic(TINY_HIFIC.latents)
    content = saved_by_training(tiny_hific_network(), critic)
    torch.save(content, path)
    expected = critic.state_dict()
    for _ in range(2):
        found = critic_of(read(path), path)
        assert set(found) == set(expected)
        assert all(torch.equal(value, expected[name]) for name, value in found.items())
        content["model_state_dict"] = {
            name: value for name, value in content["model_state_dict"].items() if not name.startswith("Discriminator.")
        }
        torch.save(content, path)
    del content["discriminator_state_dict"]
    torch.save(content, path)
    with pytest.raises(WeightsMissing, match="holds no discriminator; leave --keep-discriminator out"):
        critic_of(read(path), path)


def test_what_is_no_checkpoint_is_refused_with_its_first_keys(tmp_path: Path) -> None:
    path = tmp_path / "other.pt"
    torch.save({"state_dict": {}, "arch": "resnet", "epoch": 1, "best": 2}, path)
    with pytest.raises(WeightsDamaged, match=r"begins with state_dict \(unknown\), arch \(unknown\), epoch \(unknown"):
        read(path)
    torch.save([1, 2], path)
    with pytest.raises(WeightsDamaged, match="no checkpoint of the original HiFiC"):
        read(path)
    torch.save({"model_state_dict": {"conv1.weight": torch.ones(1), "fc.bias": torch.ones(1)}, "args": {}}, path)
    expected = r"begins with conv1.weight \(unknown\), fc.bias \(unknown\), Encoder.conv_block1.1.weight \(missing\);"
    with pytest.raises(WeightsDamaged, match=expected):
        read(path)


def test_shapes_and_types_must_fit(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    content = saved_by_training(tiny_hific_network())
    tensors = content["model_state_dict"]
    tensors["Encoder.conv_block1.1.bias"] = torch.ones(5)
    tensors["Generator.conv_block_out.1.bias"] = torch.ones(3, dtype=torch.int64)
    # claims four times the values that it has
    tensors["Generator.upconv_block4.0.bias"] = torch.ones(1).expand(4)
    torch.save(content, path)
    with pytest.raises(WeightsDamaged) as caught:
        read(path)
    assert "Encoder.conv_block1.1.bias (5 instead of 4)" in str(caught.value)
    assert "Generator.conv_block_out.1.bias (no tensor of floats)" in str(caught.value)
    assert "Generator.upconv_block4.0.bias (fewer values than it claims)" in str(caught.value)


@pytest.mark.parametrize("without_values", [Tensor.to_sparse, lambda value: value.to("meta")], ids=["sparse", "meta"])
def test_tensors_must_have_their_values(without_values: Callable[[Tensor], Tensor], tmp_path: Path) -> None:
    path, name = tmp_path / "checkpoint.pt", "Encoder.conv_block_out.1.weight"
    content = saved_by_training(tiny_hific_network())
    content["model_state_dict"][name] = without_values(content["model_state_dict"][name].detach())
    torch.save(content, path)
    with pytest.raises(WeightsDamaged, match=rf"begins with {name} \(no tensor that has all its values\)"):
        read(path)


def test_cut_files_and_none(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    write_tiny_checkpoint(path)
    whole = path.read_bytes()
    for length in (0, 3, 1000, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsDamaged, match="no checkpoint"):
            read(path)
    with pytest.raises(UnreadableFile, match="check its name"):
        read(tmp_path / "none.pt")
    with pytest.raises(UnreadableFile):
        read(tmp_path)
