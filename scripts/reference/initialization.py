"""What the libraries draw initial weights with, and the published parameter counts."""

import math

import torch

import gat


def parameter_count(inputs, hidden, width, heads, labels, output_heads):
    """A GAT with the residual rule of 2020 on all layers but the first, without bias."""
    total, wide = 0, inputs
    shapes = [(width, heads)] * hidden + [(labels, output_heads)]
    for k, (w, h) in enumerate(shapes):
        p = gat.parameters(wide, h, w, "per_head" if k else None)
        total += sum(t.numel() for t in p.values())
        wide = w * h
    return total


def sage_pool_parameter_count(inputs, hidden, width, labels):
    """GraphSAGE-pool with biases on both products, as DGL had it in 2020."""
    widths = [inputs] + [width] * hidden + [labels]
    return sum(i * i + i + 2 * (i * o + o) for i, o in zip(widths, widths[1:]))


def xavier_normal(fan_in, fan_out):
    return math.sqrt(2) * math.sqrt(2 / (fan_in + fan_out))


def check(name, weight, deviation):
    error = abs(weight.std().item() / deviation - 1)
    assert error < 5 / math.sqrt(2 * weight.numel()), f"{name}: off by {error:.3f}"
    print(f"{name:28} {str(list(weight.shape)):16} standard deviation {deviation:.5f}")


def verify():
    from dgl.nn import GATConv, GraphConv, SAGEConv
    from torch.nn import Linear

    assert parameter_count(50, 2, 256, 4, 121, 6) == 3_640_748
    assert parameter_count(50, 4, 68, 2, 121, 2) == 185_172

    assert sage_pool_parameter_count(50, 4, 64, 121) == 66_408

    torch.manual_seed(8)
    inputs, width, heads = 300, 3000, 3
    wide = heads * width
    layer = GATConv(inputs, width, heads, residual=True)
    check("GATConv fc", layer.fc.weight, xavier_normal(inputs, wide))
    check("GATConv attn_l", layer.attn_l, xavier_normal(wide, width))
    check("GATConv attn_r", layer.attn_r, xavier_normal(wide, width))
    check("GATConv res_fc", layer.res_fc.weight, xavier_normal(inputs, wide))
    # A uniform distribution on [-b, b] has the standard deviation b / sqrt(3).
    bound = math.sqrt(6 / (inputs + width))
    weight = GraphConv(inputs, width).weight
    assert weight.abs().max() <= bound
    check("GraphConv weight", weight, bound / math.sqrt(3))
    linear = Linear(inputs, width)
    assert max(linear.weight.abs().max(), linear.bias.abs().max()) <= inputs**-0.5
    check("Linear weight", linear.weight, inputs**-0.5 / math.sqrt(3))
    check("Linear bias", linear.bias, inputs**-0.5 / math.sqrt(3))
    layer = SAGEConv(inputs, width, "pool")
    for name, linear, outputs in [
        ("fc_self", layer.fc_self, width),
        ("fc_neigh", layer.fc_neigh, width),
        ("fc_pool", layer.fc_pool, inputs),
    ]:
        bound = math.sqrt(2) * math.sqrt(6 / (inputs + outputs))
        assert linear.weight.abs().max() <= bound
        check(f"SAGEConv {name}", linear.weight, bound / math.sqrt(3))
        if linear.bias is not None:
            assert linear.bias.abs().max() <= inputs**-0.5
            check(f"SAGEConv {name} bias", linear.bias, inputs**-0.5 / math.sqrt(3))
