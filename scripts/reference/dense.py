"""Linear, multi-layer perceptron and activations."""

import torch
from torch.nn import functional as F

from fixture import example, normal, prefixed, save


def mlp(x, p, layers):
    """Linear layers with ELU between them."""
    for k in range(layers):
        x = x @ p[f"layer{k}.weight"] + p[f"layer{k}.bias"]
        x = F.elu(x) if k + 1 < layers else x
    return x


def write(folder):
    torch.manual_seed(1)
    p = {"input": normal(6, 5), "weight": normal(5, 4), "bias": normal(1, 4)}
    out = p["input"] @ p["weight"] + p["bias"]
    save(folder, "linear", example(out, p))

    torch.manual_seed(2)
    sizes = [9, 8, 6, 4]
    p = {"input": normal(7, sizes[0])}
    for k, (a, b) in enumerate(zip(sizes, sizes[1:])):
        p[f"layer{k}.weight"] = normal(a, b, scale=0.5)
        p[f"layer{k}.bias"] = normal(1, b, scale=0.5)
    out = mlp(p["input"], p, len(sizes) - 1)
    save(folder, "mlp", example(out, p), activation="elu", sizes="9,8,6,4")

    torch.manual_seed(3)
    values = [-40, -7.5, -1, -0.3, -1e-3, 1e-3, 0.4, 1, 2.5, 40]
    tensors = {}
    for name, function in [
        ("elu", F.elu),
        ("relu", F.relu),
        ("leaky_relu", lambda x: F.leaky_relu(x, 0.2)),
        ("gelu", F.gelu),
    ]:
        x = torch.tensor([values], dtype=torch.float64, requires_grad=True)
        tensors |= prefixed(name, example(function(x), {"input": x}))
    save(folder, "activations", tensors, elu_alpha=1, leaky_relu_slope=0.2)

    torch.manual_seed(19)
    p = {"input": normal(6, 5), "slope": torch.tensor([0.3]).double().requires_grad_()}
    save(folder, "prelu", example(F.prelu(p["input"], p["slope"]), p))
