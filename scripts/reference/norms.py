"""Batch and layer normalisation, in training and in evaluation."""

import torch

from fixture import example, normal, prefixed, save


def write(folder):
    torch.manual_seed(41)
    layer = torch.nn.BatchNorm1d(5, dtype=torch.float64)
    leaves = {"input": normal(7, 5, scale=2.0), "gamma": normal(1, 5), "beta": normal(1, 5)}
    with torch.no_grad():
        leaves["input"] += torch.arange(5) * 10
        layer.running_mean += torch.randn(5)
        layer.running_var *= torch.rand(5) + 0.5
    state = {
        "running_mean": layer.running_mean.clone(),
        "running_variance": layer.running_var.clone(),
    }

    def apply(training):
        return torch.nn.functional.batch_norm(
            leaves["input"], layer.running_mean, layer.running_var, leaves["gamma"][0],
            leaves["beta"][0], training, layer.momentum, layer.eps)

    tensors = prefixed("evaluation", example(apply(False), leaves))
    tensors |= prefixed("training", example(apply(True), leaves))
    after = {"mean_after": layer.running_mean, "variance_after": layer.running_var}
    for part in ("evaluation", "training"):
        for name in leaves:
            del tensors[f"{part}.{name}"]
    save(folder, "batch_norm", {**leaves, **state, **after, **tensors},
         momentum=layer.momentum, eps=layer.eps)

    torch.manual_seed(42)
    leaves = {"input": normal(6, 9, scale=3.0), "gamma": normal(1, 9), "beta": normal(1, 9)}
    output = torch.nn.functional.layer_norm(
        leaves["input"], (9,), leaves["gamma"][0], leaves["beta"][0], 1e-5)
    save(folder, "layer_norm", example(output, leaves), eps=1e-5)
