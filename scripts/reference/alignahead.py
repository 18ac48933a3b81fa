"""Three students that take turns and learn from one another's layers and predictions."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, elu

import graphs
import lsp
from fixture import prefixed, save

INPUTS, LABELS = 6, 4
HIDDEN = [[5, 4, 6], [5, 4, 6], [7, 3, 5]]
ROUNDS, RATE, WEIGHT, MUTUAL = 4, 0.5, 0.7, 0.3
TEMPERATURE = 2.0
# Own hidden layer, peer's hidden layer.
STRATEGIES = {
    "one_to_one": [(0, 0), (1, 1), (2, 2)],
    "alignahead": [(1, 0), (2, 1), (0, 2)],
    "reversed": [(0, 1), (1, 2), (2, 0)],
}


def initial(hidden):
    widths = [INPUTS, *hidden, LABELS]
    layers = {}
    for k, (rows, columns) in enumerate(zip(widths, widths[1:])):
        layers[f"layer{k}.weight"] = 0.5 * torch.randn(rows, columns, dtype=torch.float64)
        layers[f"layer{k}.bias"] = 0.2 * torch.randn(1, columns, dtype=torch.float64)
    return layers


def forward(graph, x, layers):
    """The logits and the hidden features before the activation: means over in-neighbours."""
    degrees = graph.in_degrees().clamp(min=1)[:, None]
    hidden = []
    count = len(layers) // 2
    for k in range(count):
        x = graph.sum_in(x[graph.sources]) / degrees
        x = x @ layers[f"layer{k}.weight"] + layers[f"layer{k}.bias"]
        if k < count - 1:
            hidden.append(x)
            x = elu(x)
    return x, hidden


def bernoulli_divergence(teacher, student):
    """T^2 times the mean of KL between sigmoids at temperature T."""
    t, s = teacher / TEMPERATURE, student / TEMPERATURE
    log = torch.nn.functional.logsigmoid
    p = t.sigmoid()
    kl = p * (log(t) - log(s)) + (1 - p) * (log(-t) - log(-s))
    return TEMPERATURE**2 * kl.mean()


def train(graph, x, labels, known, pairs, students):
    students = [
        {n: p.clone().requires_grad_() for n, p in layers.items()} for layers in students
    ]
    losses = {"task": [], "align": [], "mutual": []}
    for _ in range(ROUNDS):
        for own, layers in enumerate(students):
            logits, hidden = forward(graph, x, layers)
            task = binary_cross_entropy_with_logits(logits[known], labels[known])
            align, mutual = 0, 0
            for other, peer in enumerate(students):
                if other == own:
                    continue
                with torch.no_grad():
                    peer_logits, peer_hidden = forward(graph, x, peer)
                for mine, theirs in pairs:
                    align = align + lsp.divergence(
                        graph,
                        lsp.log_distribution(graph, peer_hidden[theirs], "laplacian_3"),
                        lsp.log_distribution(graph, hidden[mine], "laplacian_3"),
                    )
                mutual = mutual + bernoulli_divergence(peer_logits, logits)
            align, mutual = align / (len(students) - 1), mutual / (len(students) - 1)
            for name, loss in (("task", task), ("align", align), ("mutual", mutual)):
                losses[name].append(loss.detach())
            total = task + WEIGHT * align + MUTUAL * mutual
            gradients = torch.autograd.grad(total, list(layers.values()))
            with torch.no_grad():
                for p, gradient in zip(layers.values(), gradients):
                    p -= RATE * gradient
    made = {f"loss.{name}": torch.stack(values)[None] for name, values in losses.items()}
    for k, layers in enumerate(students):
        made |= prefixed(f"final{k}", layers)
    return made


def write(folder):
    torch.manual_seed(11)
    graph = graphs.ragged()
    x = torch.randn(graph.node_count, INPUTS, dtype=torch.float64)
    labels = (torch.randn(graph.node_count, LABELS) > 0.3).double()
    known = torch.arange(graph.node_count) % 4 != 1
    students = [initial(hidden) for hidden in HIDDEN]
    tensors = {**graph.tensors(), "features": x, "labels": labels, "known": known}
    for k, layers in enumerate(students):
        tensors |= prefixed(f"initial{k}", layers)
    for strategy, pairs in STRATEGIES.items():
        tensors |= prefixed(strategy, train(graph, x, labels, known, pairs, students))
    save(folder, "alignahead", tensors, rounds=ROUNDS, rate=RATE)
