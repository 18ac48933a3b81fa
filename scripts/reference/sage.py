"""GraphSAGE: output = x selfWeight + aggregate neighborWeight + selfBias + neighborBias."""

import torch
from torch.nn import functional as F

import graphs
from fixture import assert_close, example, normal, save


def mean(graph, x):
    return graph.sum_in(x[graph.sources]) / graph.in_degrees().clamp(min=1)[:, None]


def maximum(graph, x):
    """Channel by channel; 0 for nodes without edges into them."""
    rows = [x[graph.sources[graph.destinations == i]] for i in range(graph.node_count)]
    return torch.stack([r.amax(0) if len(r) else x.new_zeros(x.shape[1]) for r in rows])


def far_from_kinks(graph, hidden):
    """Whether no relu and no maximum of two different nodes is within 1e-3 of a change."""
    relu = hidden.relu()
    for i in range(graph.node_count):
        rows = relu[graph.sources[graph.destinations == i].unique()]
        if len(rows) > 1:
            first, second = rows.topk(2, dim=0).values
            if ((first > 0) & (first - second < 1e-3)).any():
                return False
    return bool((hidden.abs() > 1e-3).all())


def assert_same_as_library(graph, aggregator, x, p, made):
    """DGL keeps one bias, the sum of both."""
    from dgl.nn import SAGEConv

    inputs, outputs = p["selfWeight"].shape
    layer = SAGEConv(inputs, outputs, aggregator).double()
    state = {
        "fc_self.weight": p["selfWeight"].T,
        "fc_neigh.weight": p["neighborWeight"].T,
        "fc_self.bias": (p["selfBias"] + p["neighborBias"])[0],
    }
    if aggregator == "pool":
        state |= {"fc_pool.weight": p["poolWeight"].T, "fc_pool.bias": p["poolBias"][0]}
    layer.load_state_dict(state)
    x = x.detach().requires_grad_()
    out = layer(graph.dgl(), x)
    assert_close(made["output"], out)
    out.backward(made["cotangent"])
    assert_close(made["gradient.input"], x.grad)
    for name, ours in [
        ("fc_self", "self"),
        ("fc_neigh", "neighbor"),
        ("fc_pool", "pool"),
    ]:
        if f"{ours}Weight" in p:
            theirs = layer.get_submodule(name)
            assert_close(made[f"gradient.{ours}Weight"], theirs.weight.grad.T)
            if theirs.bias is not None:
                assert_close(made[f"gradient.{ours}Bias"][0], theirs.bias.grad)
    assert_close(made["gradient.neighborBias"], made["gradient.selfBias"])


def write(folder):
    graph = graphs.ragged()
    for aggregator, inputs, outputs in [
        ("mean", 7, 4),
        ("mean", 4, 7),
        ("pool", 6, 5),
        ("pool", 5, 18),
    ]:
        name = f"sage_{aggregator}_{inputs}_{outputs}"
        torch.manual_seed(sum(name.encode()))
        x = normal(graph.node_count, inputs)
        p = {
            "selfWeight": normal(inputs, outputs),
            "neighborWeight": normal(inputs, outputs),
            "selfBias": normal(1, outputs),
            "neighborBias": normal(1, outputs),
        }
        aggregate = mean(graph, x)
        if aggregator == "pool":
            p |= {"poolWeight": normal(inputs, inputs), "poolBias": normal(1, inputs)}
            hidden = x @ p["poolWeight"] + p["poolBias"]
            assert far_from_kinks(graph, hidden), name
            aggregate = maximum(graph, F.relu(hidden))
        out = x @ p["selfWeight"] + aggregate @ p["neighborWeight"]
        made = example(out + p["selfBias"] + p["neighborBias"], {"input": x, **p})
        assert_same_as_library(graph, aggregator, x, p, made)
        save(folder, name, {**graph.tensors(), **made}, aggregator=aggregator)
