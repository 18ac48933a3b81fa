"""Two layers of GCNII between linear ones, against GCN2Conv of PyTorch Geometric."""

import math

import torch

import graphs
from fixture import assert_close, example, normal, save
from gcn import coefficients, with_loops

ALPHA, THETA, LAYERS = 0.2, 0.7, 2


def network(x, p, convolution):
    first = torch.relu(x @ p["layers.0.weight"] + p["layers.0.bias"])
    h = first
    for k in range(1, LAYERS + 1):
        h = torch.relu(convolution(k, h, first))
    return h @ p[f"layers.{LAYERS + 1}.weight"] + p[f"layers.{LAYERS + 1}.bias"]


def write(folder):
    from torch_geometric.nn import GCN2Conv

    graph = with_loops(graphs.ragged())
    c = coefficients(graph, "in_degree")
    torch.manual_seed(sum(b"gcnii"))
    inputs, width, outputs = 6, 5, 3
    x = normal(graph.node_count, inputs)
    p = {"layers.0.weight": normal(inputs, width), "layers.0.bias": normal(1, width)}
    for k in range(1, LAYERS + 1):
        p[f"layers.{k}.weight"] = normal(width, width)
    last = f"layers.{LAYERS + 1}"
    p |= {f"{last}.weight": normal(width, outputs), f"{last}.bias": normal(1, outputs)}

    def ours(k, h, first):
        beta = math.log(THETA / k + 1)
        mixed = (1 - ALPHA) * graph.sum_in(c[:, None] * h[graph.sources]) + ALPHA * first
        return (1 - beta) * mixed + beta * mixed @ p[f"layers.{k}.weight"]

    def library(k, h, first):
        layer = GCN2Conv(width, ALPHA, THETA, k, add_self_loops=False).double()
        layer.load_state_dict({"weight1": p[f"layers.{k}.weight"]})
        return layer(h, first, torch.stack([graph.sources, graph.destinations]))

    out = network(x, p, ours)
    assert_close(out, network(x, p, library))
    made = example(out, {"input": x, **p})
    # A network keeps the gradient of its input to itself.
    del made["gradient.input"]
    save(folder, "gcnii", {**graph.tensors(), **made}, alpha=ALPHA, theta=THETA, layers=LAYERS)
