"""Graph attention: GATConv of DGL, with the residual rule of today and that of 2020."""

import torch
from torch.nn.functional import leaky_relu

import graphs
from fixture import assert_close, example, normal, save

SLOPE = 0.2


def residual_kind(rule, inputs, heads, width):
    """per_head (2020): a linear map unless the input is as wide as one head; full (today):
    unless it is as wide as all heads together. Otherwise the identity."""
    same = inputs == {"per_head": width, "full": heads * width}[rule]
    return "identity" if same else "linear"


def parameters(inputs, heads, width, residual=None, bias=False, scale=0.5):
    """The named parameters; weights act from the right, x W, and columns go head by head."""
    result = {
        "weight": normal(inputs, heads * width, scale=scale),
        "attentionSource": normal(heads, width, scale=scale),
        "attentionDestination": normal(heads, width, scale=scale),
    }
    if residual and residual_kind(residual, inputs, heads, width) == "linear":
        result["residualWeight"] = normal(inputs, heads * width, scale=scale)
    if bias:
        result["bias"] = normal(1, heads * width, scale=scale)
    return result


def gat(graph, x, p, residual=None, average=False):
    """The output, n x (heads * width), or n x width where heads are averaged, and alpha."""
    heads, width = p["attentionSource"].shape
    h = (x @ p["weight"]).view(-1, heads, width)
    left = (h * p["attentionSource"]).sum(-1)
    right = (h * p["attentionDestination"]).sum(-1)
    scores = left[graph.sources] + right[graph.destinations]
    assert scores.abs().min() > 1e-4, "a score is too near to the kink"
    alpha = graph.log_softmax_in(leaky_relu(scores, SLOPE)).exp()
    out = graph.sum_in(alpha[:, :, None] * h[graph.sources])
    if "residualWeight" in p:
        out = out + (x @ p["residualWeight"]).view(-1, heads, width)
    elif residual:
        out = out + x.view(x.shape[0], -1, width)
    if "bias" in p:
        out = out + p["bias"].view(heads, width)
    return (out.mean(1) if average else out.flatten(1)), alpha


def dgl_layer(inputs, p, residual):
    """DGL's layer with the same parameters, where its residual rule gives the same."""
    from dgl.nn import GATConv

    heads, width = p["attentionSource"].shape
    layer = GATConv(
        inputs,
        width,
        heads,
        negative_slope=SLOPE,
        residual=residual is not None,
        bias="bias" in p,
    ).double()
    values = {
        "fc.weight": p["weight"].T,
        "attn_l": p["attentionSource"][None],
        "attn_r": p["attentionDestination"][None],
    }
    if "residualWeight" in p:
        values["res_fc.weight"] = p["residualWeight"].T
    if "bias" in p:
        # Today's DGL hands the bias to the residual's linear map where there is one.
        linear = "residualWeight" in p
        values["res_fc.bias" if linear else "bias"] = p["bias"][0]
    layer.load_state_dict(values)
    return layer


def assert_same_as_dgl(graph, x, p, residual, average, made, alpha):
    layer = dgl_layer(x.shape[1], p, residual)
    x = x.detach().requires_grad_()
    out, attention = layer(graph.dgl(), x, get_attention=True)
    out = out.mean(1) if average else out.flatten(1)
    assert_close(made["output"], out)
    assert_close(alpha, attention.squeeze(-1))
    out.backward(made["cotangent"])
    assert_close(made["gradient.input"], x.grad)
    assert_close(made["gradient.weight"], layer.fc.weight.grad.T)
    assert_close(made["gradient.attentionSource"], layer.attn_l.grad[0])
    assert_close(made["gradient.attentionDestination"], layer.attn_r.grad[0])
    if "residualWeight" in p:
        assert_close(made["gradient.residualWeight"], layer.res_fc.weight.grad.T)
    if "bias" in p:
        bias = layer.res_fc.bias if "residualWeight" in p else layer.bias
        assert_close(made["gradient.bias"][0], bias.grad)


def write(folder):
    cases = [
        ("gat_hidden", 10, 3, 7, "per_head", False, False),
        ("gat_output", 12, 4, 5, "per_head", True, False),
        ("gat_plain", 6, 3, 4, None, False, False),
        ("gat_per_head_identity", 6, 3, 6, "per_head", False, False),
        ("gat_full_linear", 9, 4, 5, "full", True, True),
        ("gat_full_identity", 12, 3, 4, "full", False, True),
    ]
    graph = graphs.looped()
    for name, inputs, heads, width, residual, average, bias in cases:
        torch.manual_seed(sum(name.encode()))
        x = normal(graph.node_count, inputs)
        p = parameters(inputs, heads, width, residual, bias)
        out, alpha = gat(graph, x, p, residual, average)
        made = example(out, {"input": x, **p})
        if name != "gat_per_head_identity":  # the one case that DGL no longer has
            assert_same_as_dgl(graph, x, p, residual, average, made, alpha)
        save(
            folder,
            name,
            {**graph.tensors(), **made, "alpha": alpha},
            heads=heads,
            width=width,
            residual=residual or "none",
            combine="average" if average else "concatenate",
            slope=SLOPE,
        )
