"""Steps over the graph behind a linear map: APPNP and SGC, against PyTorch Geometric."""

import torch

import graphs
from fixture import assert_close, example, normal, save
from gcn import coefficients, with_loops


def propagated(graph, h, c, steps, teleport):
    z = h
    for _ in range(steps):
        z = (1 - teleport) * graph.sum_in(c[:, None] * z[graph.sources]) + teleport * h
    return z


def library(graph, x, p, steps, teleport, last):
    from torch_geometric.nn import APPNP, SGConv

    ends = torch.stack([graph.sources, graph.destinations])
    if last:
        layer = SGConv(*p["weight"].shape, K=steps, add_self_loops=False).double()
        layer.load_state_dict({"lin.weight": p["weight"].T, "lin.bias": p["bias"][0]})
        return layer(x, ends)
    layer = APPNP(steps, teleport, add_self_loops=False).double()
    return layer(x @ p["weight"] + p["bias"], ends)


def write(folder):
    graph = with_loops(graphs.ragged())
    c = coefficients(graph, "in_degree")
    for name, inputs, outputs, steps, teleport, last in [
        ("appnp", 6, 4, 5, 0.2, False),
        ("sgc", 5, 7, 3, 0.0, True),
    ]:
        torch.manual_seed(sum(name.encode()))
        x = normal(graph.node_count, inputs)
        p = {"weight": normal(inputs, outputs), "bias": normal(1, outputs)}
        h = x @ p["weight"] + (0 if last else p["bias"])
        out = propagated(graph, h, c, steps, teleport) + (p["bias"] if last else 0)
        assert_close(out, library(graph, x, p, steps, teleport, last))
        save(folder, name, {**graph.tensors(), **example(out, {"input": x, **p})})
