"""What every base model promises."""

from __future__ import annotations

import json

from wfsim.contracts._require import require
from wfsim.learning.models import Model


def check_the_folder_holds_a_configuration_and_safetensors(model: Model) -> None:
    """`config.json`, a JSON object, and weights in one file or in shards; one without weights has one JSON file."""
    if model.timing_only:
        (file,) = model.files()
        require(isinstance(json.loads(file.read_text(encoding="utf-8")), dict), f"{file} is no JSON object")
        return
    folder = model.directory()
    require((folder / "config.json").is_file(), f"{folder} holds no config.json")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    require(isinstance(config, dict), f"{folder / 'config.json'} is no JSON object")
    require(any(folder.glob("*.safetensors")), f"{folder} holds no weights in safetensors")


def check_the_encoder_is_the_same_every_time_and_takes_the_classes(model: Model) -> None:
    """What is known without torch: equal for equal classes, another for others unless it has no head for them."""
    require(model.encoder(4) == model.encoder(4), "two encoders for 4 classes differ")
    require(
        model.encoder(4).is_decoder or model.encoder(4) != model.encoder(5),
        "the encoders for 4 and for 5 classes are equal",
    )
