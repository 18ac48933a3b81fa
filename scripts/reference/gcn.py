"""Graph convolution: output = C x W + b, with one coefficient an edge in C."""

import torch

import graphs
from fixture import assert_close, example, normal, save


def coefficients(graph, norm):
    """c_ij of each edge j -> i; degrees are clamped to 1."""
    into = graph.in_degrees().clamp(min=1)
    out = graph.out_degrees().clamp(min=1)
    i, j = graph.destinations, graph.sources
    return {
        "both": (out[j] * into[i]).rsqrt(),
        "right": 1 / into[i],
        "none": torch.ones_like(into[i]),
        "in_degree": (into[j] * into[i]).rsqrt(),
    }[norm]


def with_loops(graph):
    """The graph with exactly one self loop a node, all of them after the other edges."""
    ends = zip(graph.sources.tolist(), graph.destinations.tolist())
    edges = [(j, i) for j, i in ends if i != j]
    edges += [(k, k) for k in range(graph.node_count)]
    return graphs.EdgeList(graph.node_count, edges)


def reference_layer(norm, p):
    inputs, outputs = p["weight"].shape
    if norm == "kipf":
        from torch_geometric.nn import GCNConv

        layer = GCNConv(inputs, outputs).double()
        layer.load_state_dict({"lin.weight": p["weight"].T, "bias": p["bias"][0]})
        return layer, layer.lin.weight, True
    from dgl.nn import GraphConv

    layer = GraphConv(inputs, outputs, norm=norm, allow_zero_in_degree=True).double()
    layer.load_state_dict({"weight": p["weight"], "bias": p["bias"][0]})
    return layer, layer.weight, False


def assert_same_as_library(graph, norm, x, p, made):
    layer, weight, transposed = reference_layer(norm, p)
    x = x.detach().requires_grad_()
    if norm == "kipf":
        out = layer(x, torch.stack([graph.sources, graph.destinations]))
    else:
        out = layer(graph.dgl(), x)
    assert_close(made["output"], out)
    out.backward(made["cotangent"])
    grad = weight.grad.T if transposed else weight.grad
    assert_close(made["gradient.weight"], grad)
    assert_close(made["gradient.bias"][0], layer.bias.grad)
    assert_close(made["gradient.input"], x.grad)


def write(folder):
    graph = graphs.ragged()
    for norm, inputs, outputs in [
        ("both", 7, 4),
        ("right", 4, 7),
        ("none", 5, 5),
        ("in_degree", 6, 3),
        ("kipf", 6, 4),
    ]:
        name = f"gcn_{norm}"
        torch.manual_seed(sum(name.encode()))
        x = normal(graph.node_count, inputs)
        p = {"weight": normal(inputs, outputs), "bias": normal(1, outputs)}
        used = with_loops(graph) if norm == "kipf" else graph
        c = coefficients(used, "in_degree" if norm == "kipf" else norm)
        out = used.sum_in(c[:, None] * (x @ p["weight"])[used.sources]) + p["bias"]
        made = example(out, {"input": x, **p})
        if norm != "in_degree":
            assert_same_as_library(graph, norm, x, p, made)
        cells = (used.destinations, used.sources)
        n = graph.node_count
        made["adjacency"] = torch.zeros(n, n).double().index_put(cells, c, True)
        save(folder, name, {**graph.tensors(), **made}, norm=norm)
