"""Graph isomorphism layers, against GINConv and MLP of PyTorch Geometric."""

import torch

import graphs
from fixture import assert_close, example, normal, save


def layer(graph, x, p, epsilon, norm):
    sums = (1 + epsilon) * x + graph.sum_in(x[graph.sources])
    h = sums @ p["first.weight"] + p["first.bias"]
    if norm:
        mean, variance = h.mean(0), h.var(0, unbiased=False)
        h = (h - mean) / (variance + 1e-5).sqrt() * p["norm.gamma"] + p["norm.beta"]
    return torch.relu(h) @ p["second.weight"] + p["second.bias"]


def library(graph, x, p, epsilon, norm):
    from torch_geometric.nn import MLP, GINConv

    inputs, inner = p["first.weight"].shape
    mlp = MLP(
        [inputs, inner, p["second.weight"].shape[1]], norm="batch_norm" if norm else None).double()
    values = {
        "lins.0.weight": p["first.weight"].T, "lins.0.bias": p["first.bias"][0],
        "lins.1.weight": p["second.weight"].T, "lins.1.bias": p["second.bias"][0],
    }
    if norm:
        values |= {
            "norms.0.module.weight": p["norm.gamma"][0], "norms.0.module.bias": p["norm.beta"][0]
        }
    # The convolution draws its perceptron's weights anew.
    conv = GINConv(mlp, eps=float(epsilon), train_eps=True).double()
    missing, unexpected = mlp.load_state_dict(values, strict=False)
    assert not unexpected and all("running" in k or "num_batches" in k for k in missing), missing
    return conv(x, torch.stack([graph.sources, graph.destinations]))


def write(folder):
    graph = graphs.ragged()
    for name, inputs, inner, outputs, norm in [
        ("gin_norm", 6, 5, 4, True),
        ("gin_plain", 4, 7, 7, False),
    ]:
        torch.manual_seed(sum(name.encode()))
        x = normal(graph.node_count, inputs)
        p = {
            "epsilon": torch.tensor([0.3]).double().requires_grad_(),
            "first.weight": normal(inputs, inner), "first.bias": normal(1, inner),
            "second.weight": normal(inner, outputs), "second.bias": normal(1, outputs),
        }
        if norm:
            p |= {"norm.gamma": normal(1, inner), "norm.beta": normal(1, inner)}
        out = layer(graph, x, p, p["epsilon"], norm)
        assert_close(out, library(graph, x, p, p["epsilon"], norm))
        save(folder, name, {**graph.tensors(), **example(out, {"input": x, **p})}, inner=inner)
