"""EdgeConv and a whole DGCNN with the published tensor of edges."""

import torch
from torch.nn import functional

from fixture import example, gradients, normal, prefixed, save

MOMENTUM, EPS, SLOPE = 0.1, 1e-5, 0.2


def neighbors(x, k):
    """The k nearest points of each cloud, B x N x k, the point itself among them."""
    distances = torch.cdist(x.detach(), x.detach(), compute_mode="donot_use_mm_for_euclid_dist")
    distances += torch.diag(torch.full((x.shape[1],), -1.0, dtype=x.dtype))
    return distances.topk(k, dim=2, largest=False).indices


def edge_conv(x, weight, gamma, beta, k, mean, variance, training):
    """x is B x N x d; weight 2 d x c."""
    index = neighbors(x, k)
    clouds = torch.arange(x.shape[0])[:, None, None]
    others = x[clouds, index]
    own = x[:, :, None, :].expand_as(others)
    z = torch.cat([others - own, own], dim=3) @ weight
    z = functional.batch_norm(
        z.permute(0, 3, 1, 2), mean, variance, gamma[0], beta[0], training, MOMENTUM, EPS)
    return functional.leaky_relu(z, SLOPE).max(dim=3).values.transpose(1, 2)


def normalized(x, weights, state, name, training):
    """Linear map, batch norm over rows, LeakyReLU."""
    y = x @ weights[f"{name}.weight"]
    if f"{name}.bias" in weights:
        y = y + weights[f"{name}.bias"]
    y = functional.batch_norm(
        y, *state[name], weights[f"{name}.norm.gamma"][0], weights[f"{name}.norm.beta"][0],
        training, MOMENTUM, EPS)
    return functional.leaky_relu(y, SLOPE)


def write(folder):
    write_layer(folder)
    write_trajectory(folder)


def write_layer(folder):
    torch.manual_seed(61)
    leaves = {
        "input": normal(16, 3), "weight": normal(6, 6), "norm.gamma": normal(1, 6),
        "norm.beta": normal(1, 6),
    }
    mean = torch.randn(6, dtype=torch.float64)
    variance = torch.rand(6, dtype=torch.float64) + 0.5
    state = {"running_mean": mean.clone(), "running_variance": variance.clone()}

    def apply(training):
        x = leaves["input"].view(2, 8, 3)
        parts = (leaves[name] for name in ("weight", "norm.gamma", "norm.beta"))
        return edge_conv(x, *parts, 3, mean, variance, training).reshape(16, 6)

    index = neighbors(leaves["input"].view(2, 8, 3), 3).sort(dim=2).values
    index = index + 8 * torch.arange(2)[:, None, None]
    tensors = prefixed("evaluation", example(apply(False), leaves))
    tensors |= prefixed("training", example(apply(True), leaves))
    for part in ("evaluation", "training"):
        for name in leaves:
            del tensors[f"{part}.{name}"]
    after = {"mean_after": mean, "variance_after": variance}
    save(folder, "edge_conv", {**leaves, **state, **after, **tensors, "neighbors": index.flatten()},
         k=3, slope=SLOPE)


def write_trajectory(folder):
    torch.manual_seed(62)
    k, widths, embedding, head, classes = 3, [4, 5], 8, [6, 5], 3
    weights, state = {}, {}

    def add(name, rows, columns, bias=False):
        weights[f"{name}.weight"] = normal(rows, columns, scale=rows**-0.5)
        if bias:
            weights[f"{name}.bias"] = normal(1, columns, scale=0.1)

    def add_norm(name, columns):
        weights[f"{name}.norm.gamma"] = normal(1, columns)
        weights[f"{name}.norm.beta"] = normal(1, columns, scale=0.1)
        state[name] = (
            torch.zeros(columns, dtype=torch.float64), torch.ones(columns, dtype=torch.float64))

    width = 3
    for l, columns in enumerate(widths):
        add(f"layers.{l}", 2 * width, columns)
        add_norm(f"layers.{l}", columns)
        width = columns
    add("embedding", sum(widths), embedding)
    add_norm("embedding", embedding)
    width = 2 * embedding
    for l, columns in enumerate(head):
        add(f"head.{l}", width, columns, bias=l > 0)
        add_norm(f"head.{l}", columns)
        width = columns
    add(f"head.{len(head)}", width, classes, bias=True)

    x = torch.randn(4, 10, 3, dtype=torch.float64)
    labels = functional.one_hot(torch.tensor([0, 2, 1, 2]), classes).double()

    def forward(training):
        y, outputs = x, []
        for l in range(len(widths)):
            name = f"layers.{l}"
            y = edge_conv(
                y, weights[f"{name}.weight"], weights[f"{name}.norm.gamma"],
                weights[f"{name}.norm.beta"], k, *state[name], training)
            outputs.append(y)
        y = normalized(
            torch.cat(outputs, dim=2).flatten(0, 1), weights, state, "embedding", training)
        y = y.view(4, 10, embedding)
        y = torch.cat([y.max(dim=1).values, y.mean(dim=1)], dim=1)
        for l in range(len(head)):
            y = normalized(y, weights, state, f"head.{l}", training)
        name = f"head.{len(head)}"
        return y @ weights[f"{name}.weight"] + weights[f"{name}.bias"]

    tensors = {"input": x.flatten(0, 1), "labels": labels}
    tensors |= prefixed("initial", {name: value.clone() for name, value in weights.items()})
    optimizer = torch.optim.SGD(weights.values(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    losses = []
    for step in range(10):
        logits = forward(True)
        loss = functional.cross_entropy(logits, labels)
        losses.append(loss.detach())
        first = gradients(loss, weights)
        if step == 0:
            tensors["first.logits"] = logits
            tensors |= prefixed("first", first)
        optimizer.step()
    tensors["losses"] = torch.stack(losses)
    tensors |= prefixed("final", weights)
    for name, (mean, variance) in state.items():
        tensors[f"final.{name}.norm.runningMean"] = mean
        tensors[f"final.{name}.norm.runningVariance"] = variance
    tensors["evaluation.logits"] = forward(False)
    save(folder, "dgcnn_trajectory", tensors, k=k, slope=SLOPE)
