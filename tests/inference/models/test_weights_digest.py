"""What tells one folder of weights from another."""

from __future__ import annotations

from pathlib import Path

from inference.models.weights_digest import weights_digest


def test_a_digest_changes_with_the_weights_alone(tmp_path: Path) -> None:
    folders = []
    for number, weights in enumerate((b"one", b"one", b"two")):
        folder = tmp_path / str(number)
        (folder / "unet").mkdir(parents=True)
        (folder / "unet" / "model.safetensors").write_bytes(weights)
        (folder / "README.md").write_text(f"card {number}")
        folders.append(weights_digest(str(folder)))
    same, copied, other = folders
    assert same == copied != other
    assert len(same) == 16


def test_a_name_and_a_file_have_one_too(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"weights")
    digests = {weights_digest(name) for name in (None, "some/model", "some/other", str(file))}
    assert len(digests) == 4
    assert weights_digest(None) == weights_digest("") == weights_digest("mame")
