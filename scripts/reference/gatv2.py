"""Graph attention with the nonlinearity inside: GATv2Conv of PyTorch Geometric."""

import torch
from torch.nn.functional import leaky_relu

import graphs
from fixture import assert_close, example, normal, save

SLOPE = 0.2


def attention(graph, x, p, heads, average):
    """The output, n x (heads * width), or n x width where heads are averaged, and alpha."""
    def end(name):
        weight = p.get(f"{name}Weight", p["sourceWeight"])
        bias = p.get(f"{name}Bias", p.get("sourceBias"))
        mapped = x @ weight if bias is None else x @ weight + bias
        return mapped.view(x.shape[0], heads, -1)

    source, destination = end("source"), end("destination")
    inner = source[graph.sources] + destination[graph.destinations]
    assert inner.abs().min() > 1e-5, "a feature is too near to the kink"
    scores = (leaky_relu(inner, SLOPE) * p["attention"].view(heads, -1)).sum(-1)
    alpha = graph.log_softmax_in(scores).exp()
    out = graph.sum_in(alpha[:, :, None] * source[graph.sources])
    if "bias" in p:
        out = out + p["bias"].view(heads, -1)
    return (out.mean(1) if average else out.flatten(1)), alpha


def library(graph, x, p, heads, average, shared):
    from torch_geometric.nn import GATv2Conv

    inputs, wide = p["sourceWeight"].shape
    has_bias = "bias" in p
    layer = GATv2Conv(
        inputs, wide // heads, heads, concat=not average, negative_slope=SLOPE, bias=has_bias,
        share_weights=shared, add_self_loops=False).double()
    destination = "source" if shared else "destination"
    values = {
        "att": p["attention"].view(1, heads, -1),
        "lin_l.weight": p["sourceWeight"].T,
        "lin_r.weight": p[f"{destination}Weight"].T,
    }
    if has_bias:
        # PyTorch Geometric's bias is one head's where heads are averaged.
        bias = p["bias"].view(heads, -1)
        values["bias"] = bias.mean(0) if average else p["bias"][0]
        values["lin_l.bias"] = p["sourceBias"][0]
        values["lin_r.bias"] = p[f"{destination}Bias"][0]
    layer.load_state_dict(values)
    return layer(x, torch.stack([graph.sources, graph.destinations]))


def write(folder):
    for name, graph, inputs, heads, width, average, bias, shared in [
        ("gatv2_hidden", graphs.looped(), 7, 3, 5, False, True, False),
        ("gatv2_output", graphs.ragged(), 6, 2, 4, True, True, False),
        ("gatv2_shared", graphs.looped(), 5, 2, 9, False, False, True),
    ]:
        torch.manual_seed(sum(name.encode()))
        x = normal(graph.node_count, inputs)
        p = {"attention": normal(1, heads * width, scale=0.5)}
        for end in ["source"] if shared else ["source", "destination"]:
            p[f"{end}Weight"] = normal(inputs, heads * width, scale=0.5)
            if bias:
                p[f"{end}Bias"] = normal(1, heads * width, scale=0.5)
        if bias:
            p["bias"] = normal(1, heads * width, scale=0.5)
        out, alpha = attention(graph, x, p, heads, average)
        assert_close(out, library(graph, x, p, heads, average, shared))
        save(
            folder, name, {**graph.tensors(), **example(out, {"input": x, **p}), "alpha": alpha},
            heads=heads, width=width, slope=SLOPE,
            combine="average" if average else "concatenate", shared=shared)
