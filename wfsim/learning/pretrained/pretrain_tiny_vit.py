"""Train the tiny ViT shipped in ``tiny_vit/`` on Fashion-MNIST.

Run ``python -m wfsim.learning.pretrained.pretrain_tiny_vit --data DIR --out DIR``.
All random draws come from explicit generators, so that a seed fixes the result
for one PyTorch build, one thread count and one machine type.
"""

import argparse
import gzip
import json
import platform
import time
from pathlib import Path

DEFAULT_DATA_DIR = Path("/usr/share/datasets/fashion-mnist")
DEFAULT_OUT_DIR = Path(__file__).parent / "tiny_vit"
CLASS_NAMES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
DATA_LICENCE = "Fashion-MNIST, MIT licence, (c) 2017 Zalando SE, from the Debian package dataset-fashion-mnist"
WEIGHTS_LICENCE = "Apache-2.0 (trained by the wfsim project)"

IMAGE_SIZE_PX = 28
INITIAL_WEIGHT_STD = 0.1
BATCH_SIZE_IMAGES = 64
PEAK_LEARNING_RATE = 2e-3
WARMUP_FRACTION = 0.2
WEIGHT_DECAY = 0.05
GRADIENT_CLIP_NORM = 1.0
MAX_SHIFT_PX = 2
FLIP_PROBABILITY = 0.5
ERASE_PROBABILITY = 0.1
ERASE_SIDE_PX = 6


def read_idx_images(path):
    """Return the images of a gzipped IDX3 file as uint8 [image, row, column]."""
    import torch

    raw = bytearray(gzip.decompress(Path(path).read_bytes()))
    count, rows, columns = (int.from_bytes(raw[i : i + 4], "big") for i in (4, 8, 12))
    return torch.frombuffer(raw, dtype=torch.uint8, offset=16).view(count, rows, columns)


def read_idx_labels(path):
    """Return the labels of a gzipped IDX1 file as int64 [image]."""
    import torch

    raw = bytearray(gzip.decompress(Path(path).read_bytes()))
    return torch.frombuffer(raw, dtype=torch.uint8, offset=8).long()


def load_split(data_dir, split_prefix):
    """Return (images, labels) of the split named ``train`` or ``t10k``."""
    stem = Path(data_dir) / split_prefix
    images = read_idx_images(f"{stem}-images-idx3-ubyte.gz")
    return images, read_idx_labels(f"{stem}-labels-idx1-ubyte.gz")


def scale_pixels(images):
    """Map uint8 [n, 28, 28] to float [n, 1, 28, 28] in the range -1 to 1."""
    return ((images.float() / 255 - 0.5) / 0.5).unsqueeze(1)


def random_shift(images, generator):
    """Shift each uint8 image by up to MAX_SHIFT_PX along both axes, padding with 0."""
    import torch

    count = len(images)
    padded = torch.nn.functional.pad(images, (MAX_SHIFT_PX,) * 4)
    offsets_px = torch.randint(0, 2 * MAX_SHIFT_PX + 1, (2, count, 1), generator=generator)
    rows, columns = offsets_px + torch.arange(IMAGE_SIZE_PX)
    return padded[torch.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def random_flip(images, generator):
    """Mirror each image left to right with probability FLIP_PROBABILITY."""
    import torch

    flipped = torch.rand(len(images), generator=generator) < FLIP_PROBABILITY
    return torch.where(flipped[:, None, None], images.flip(-1), images)


def random_erase(images, generator):
    """Blank one square per image with probability ERASE_PROBABILITY."""
    import torch

    count, pixels = len(images), torch.arange(IMAGE_SIZE_PX)
    chosen = torch.rand(count, generator=generator) < ERASE_PROBABILITY
    limit_px = IMAGE_SIZE_PX - ERASE_SIDE_PX + 1
    corners_px = torch.randint(0, limit_px, (2, count, 1), generator=generator)
    rows, columns = (pixels >= corners_px) & (pixels < corners_px + ERASE_SIDE_PX)
    erased = rows[:, :, None] & columns[:, None, :] & chosen[:, None, None]
    return images.masked_fill(erased, 0)


def augment(images, generator):
    """Return a randomly shifted, flipped and erased copy of uint8 images."""
    for change in (random_shift, random_flip, random_erase):
        images = change(images, generator)
    return images


def make_config():
    """Return the Hugging Face configuration of the tiny ViT."""
    from transformers import ViTConfig

    return ViTConfig(
        hidden_size=64,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=128,
        image_size=IMAGE_SIZE_PX,
        patch_size=7,
        num_channels=1,
        pooler_output_size=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=INITIAL_WEIGHT_STD,
        id2label=dict(enumerate(CLASS_NAMES)),
        label2id={name: label for label, name in enumerate(CLASS_NAMES)},
    )


def initialise_weights(model, generator):
    """Redraw every parameter from ``generator``, with the configured spread."""
    from torch.nn import init

    for name, parameter in model.named_parameters():
        if parameter.ndim > 1:
            init.trunc_normal_(parameter, std=model.config.initializer_range, generator=generator)
        elif "norm" in name and name.endswith("weight"):
            init.ones_(parameter)
        else:
            init.zeros_(parameter)


def make_model(generator):
    """Return a fresh tiny ViT classifier; the global random state is left as it was."""
    import torch
    from transformers import ViTForImageClassification

    with torch.random.fork_rng(devices=[]):
        model = ViTForImageClassification(make_config())
    initialise_weights(model, generator)
    return model


def make_optimiser(model, total_steps):
    """Return AdamW and its one-cycle learning-rate schedule."""
    import torch

    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, PEAK_LEARNING_RATE, total_steps=total_steps, pct_start=WARMUP_FRACTION
    )
    return optimiser, schedule


def train_step(model, optimiser, schedule, pixels, labels):
    """Take one optimiser step and return the loss."""
    import torch

    loss = torch.nn.functional.cross_entropy(model(pixel_values=pixels).logits, labels)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_CLIP_NORM)
    optimiser.step()
    schedule.step()
    return loss.item()


def train_epoch(model, optimiser, schedule, images, labels, generator):
    """Train on every image once, in random order, and return the mean loss."""
    import torch

    model.train()
    batches = torch.randperm(len(images), generator=generator).split(BATCH_SIZE_IMAGES)
    losses = [
        train_step(model, optimiser, schedule, scale_pixels(augment(images[batch], generator)), labels[batch])
        for batch in batches
    ]
    return sum(losses) / len(losses)


def train(data_dir, epochs, seed):
    """Return a tiny ViT trained for ``epochs`` from the random state ``seed``."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    images, labels = load_split(data_dir, "train")
    model = make_model(generator)
    optimiser, schedule = make_optimiser(model, epochs * -(-len(images) // BATCH_SIZE_IMAGES))
    for epoch in range(epochs):
        loss = train_epoch(model, optimiser, schedule, images, labels, generator)
        print(f"epoch {epoch + 1}/{epochs}: mean loss {loss:.4f}", flush=True)
    return model


def save_model(model, out_dir):
    """Write fp16 weights, and a configuration that makes loaders use float32."""
    model.half().save_pretrained(out_dir)
    config_path = Path(out_dir) / "config.json"
    config = json.loads(config_path.read_text(encoding="utf-8"))
    config["dtype"] = "float32"
    config_path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def measure_test_accuracy(model_dir, data_dir):
    """Return the share of Fashion-MNIST test images the saved model gets right."""
    import torch
    from transformers import ViTForImageClassification

    model = ViTForImageClassification.from_pretrained(model_dir).float().eval()
    images, labels = load_split(data_dir, "t10k")
    with torch.inference_mode():
        predicted = [model(pixel_values=scale_pixels(part)).logits.argmax(-1) for part in images.split(1000)]
    return (torch.cat(predicted) == labels).double().mean().item()


def describe_recipe():
    """Return the training settings fixed in this file."""
    return {
        "optimiser": "AdamW",
        "schedule": "one-cycle (cosine)",
        "initial_weight_std": INITIAL_WEIGHT_STD,
        "batch_size_images": BATCH_SIZE_IMAGES,
        "peak_learning_rate": PEAK_LEARNING_RATE,
        "warmup_fraction": WARMUP_FRACTION,
        "weight_decay": WEIGHT_DECAY,
        "gradient_clip_norm": GRADIENT_CLIP_NORM,
        "max_shift_px": MAX_SHIFT_PX,
        "flip_probability": FLIP_PROBABILITY,
        "erase_probability": ERASE_PROBABILITY,
        "erase_side_px": ERASE_SIDE_PX,
        "pixel_scaling": "(x / 255 - 0.5) / 0.5",
    }


def describe_versions():
    """Return the versions of the software that trained the model."""
    import safetensors
    import torch
    import transformers

    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "safetensors": safetensors.__version__,
    }


def write_training_record(out_dir, **measured):
    """Write ``training.json``: what was measured, and from what."""
    record = {
        **measured,
        "recipe": describe_recipe(),
        "versions": describe_versions(),
        "data_licence": DATA_LICENCE,
        "weights_licence": WEIGHTS_LICENCE,
    }
    path = Path(out_dir) / "training.json"
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def parse_arguments(arguments=None):
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA_DIR, help="folder of IDX .gz files")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT_DIR, help="folder to write")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def main(arguments=None):
    """Train on one thread, save, measure the saved model and record the result."""
    import torch

    options = parse_arguments(arguments)
    torch.set_num_threads(1)
    start_s = time.perf_counter()
    model = train(options.data, options.epochs, options.seed)
    training_s = round(time.perf_counter() - start_s, 1)
    save_model(model, options.out)
    accuracy = measure_test_accuracy(options.out, options.data)
    write_training_record(
        options.out,
        test_accuracy=accuracy,
        epochs=options.epochs,
        seed=options.seed,
        parameters=model.num_parameters(),
        training_s=training_s,
    )
    print(f"test accuracy {accuracy:.4f} after {training_s} s of training")


if __name__ == "__main__":
    main()
