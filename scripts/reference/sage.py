"""GraphSAGE: output = x selfWeight + aggregate neighborWeight + selfBias + neighborBias; with the
aggregate `gcn`, of the node and its neighbours, there are neither selfWeight nor neighborBias."""

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
    """DGL keeps one bias, the sum of both, and has no maximum without a map in front of it: that of PyTorch
    Geometric adds the bias to the neighbours' product."""
    if aggregator == "max":
        return assert_same_as_geometric(graph, x, p, made)
    from dgl.nn import SAGEConv

    inputs, outputs = p["neighborWeight"].shape
    layer = SAGEConv(inputs, outputs, aggregator).double()
    state = {"fc_neigh.weight": p["neighborWeight"].T}
    if aggregator == "gcn":
        state |= {"bias": p["selfBias"][0]}
    else:
        state |= {
            "fc_self.weight": p["selfWeight"].T,
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
    if "neighborBias" in p:
        assert_close(made["gradient.neighborBias"], made["gradient.selfBias"])


def assert_same_as_geometric(graph, x, p, made):
    from torch_geometric.nn import SAGEConv

    inputs, outputs = p["selfWeight"].shape
    layer = SAGEConv(inputs, outputs, aggr="max").double()
    layer.load_state_dict(
        {
            "lin_l.weight": p["neighborWeight"].T,
            "lin_l.bias": (p["selfBias"] + p["neighborBias"])[0],
            "lin_r.weight": p["selfWeight"].T,
        }
    )
    x = x.detach().requires_grad_()
    out = layer(x, torch.stack([graph.sources, graph.destinations]))
    assert_close(made["output"], out)
    out.backward(made["cotangent"])
    assert_close(made["gradient.input"], x.grad)
    assert_close(made["gradient.selfWeight"], layer.lin_r.weight.grad.T)
    assert_close(made["gradient.neighborWeight"], layer.lin_l.weight.grad.T)
    assert_close(made["gradient.selfBias"][0], layer.lin_l.bias.grad)


def write(folder):
    graph = graphs.ragged()
    for aggregator, inputs, outputs in [
        ("mean", 7, 4),
        ("mean", 4, 7),
        ("pool", 6, 5),
        ("pool", 5, 18),
        ("gcn", 7, 4),
        ("max", 4, 7),
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
        if aggregator == "gcn":
            del p["selfWeight"], p["neighborBias"]
            sums = graph.sum_in(x[graph.sources]) + x
            aggregate = sums / (graph.in_degrees() + 1)[:, None]
        if aggregator == "max":
            aggregate = maximum(graph, x)
        if aggregator == "pool":
            p |= {"poolWeight": normal(inputs, inputs), "poolBias": normal(1, inputs)}
            hidden = x @ p["poolWeight"] + p["poolBias"]
            assert far_from_kinks(graph, hidden), name
            aggregate = maximum(graph, F.relu(hidden))
        out = aggregate @ p["neighborWeight"]
        if aggregator == "gcn":
            out = out + p["selfBias"]
        else:
            out = x @ p["selfWeight"] + out + p["selfBias"] + p["neighborBias"]
        made = example(out, {"input": x, **p})
        assert_same_as_library(graph, aggregator, x, p, made)
        save(folder, name, {**graph.tensors(), **made}, aggregator=aggregator)
