"""Ten training steps of a small GAT student with labels and LSP."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, elu

import gat
import graphs
import lsp
from fixture import prefixed, save

INPUTS, WIDTH, HEADS, HIDDEN, LABELS = 10, 4, 2, 4, 5
BATCHES = [(0, 1), (2, 3)]
STEPS, RATE, TAP = 10, 0.005, 2


def initial_layers():
    layers = []
    for k in range(HIDDEN + 1):
        inputs = INPUTS if k == 0 else HEADS * WIDTH
        width = LABELS if k == HIDDEN else WIDTH
        residual = None if k == 0 else "per_head"
        layers.append(gat.parameters(inputs, HEADS, width, residual, scale=0.4))
    return layers


def named(layers):
    return {
        f"layer{k}.{n}": p for k, layer in enumerate(layers) for n, p in layer.items()
    }


def forward(graph, x, layers):
    """The logits and the tap, a hidden layer's features before the activation."""
    tap = None
    for k, p in enumerate(layers):
        last = k == HIDDEN
        x, _ = gat.gat(graph, x, p, "per_head" if k else None, average=last)
        tap = x if k == TAP else tap
        x = x if last else elu(x)
    return x, tap


def make_graph(seed, node_count):
    generator = torch.Generator().manual_seed(seed)
    graph = graphs.random_looped(node_count, 3 * node_count, generator)

    def random(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    scores = random(len(graph.sources))
    data = {
        "features": random(node_count, INPUTS),
        "labels": (random(node_count, LABELS) > 0.3).double(),
        "known": random(node_count) > -1,
        "teacher_distribution": graph.log_softmax_in(scores).exp(),
    }
    return graph, data


def batch(samples):
    """One block-diagonal graph."""
    edges, start = [], 0
    for graph, _ in samples:
        pairs = zip(graph.sources.tolist(), graph.destinations.tolist())
        edges += [(j + start, i + start) for j, i in pairs]
        start += graph.node_count
    data = {k: torch.cat([d[k] for _, d in samples]) for k in samples[0][1]}
    return graphs.EdgeList(start, edges), data


def losses(graph, data, layers):
    logits, tap = forward(graph, data["features"], layers)
    known = data["known"]
    task = binary_cross_entropy_with_logits(logits[known], data["labels"][known])
    student = lsp.log_distribution(graph, tap, "laplacian_100")
    distance = lsp.divergence(graph, data["teacher_distribution"].log(), student)
    return task, distance, logits, tap


def write(folder):
    torch.manual_seed(7)
    samples = [make_graph(seed, n) for seed, n in enumerate([9, 12, 10, 7])]
    layers = initial_layers()
    leaves = named(layers)
    tensors = prefixed("initial", {n: p.detach().clone() for n, p in leaves.items()})
    tensors["batches"] = torch.tensor(BATCHES)
    for k, (graph, data) in enumerate(samples):
        tensors |= prefixed(f"graph{k}", {**graph.tensors(), **data})

    optimizer = torch.optim.Adam(list(leaves.values()), lr=RATE)
    record = {"task": [], "lsp": [], "total": []}
    for step in range(STEPS):
        graph, data = batch([samples[k] for k in BATCHES[step % 2]])
        task, distance, logits, tap = losses(graph, data, layers)
        total = task + distance
        optimizer.zero_grad()
        total.backward()
        if step == 0:
            first = {"logits": logits, "tap": tap}
            first |= {f"gradient.{n}": p.grad.clone() for n, p in leaves.items()}
            tensors |= prefixed("first", first)
        optimizer.step()
        for name, value in zip(record, (task, distance, total)):
            record[name].append(value.item())
    for name, values in record.items():
        tensors[f"loss.{name}"] = torch.tensor(values, dtype=torch.float64)
    assert record["total"][-1] < record["total"][0]
    tensors |= prefixed("final", {n: p.detach() for n, p in leaves.items()})
    tensors["parameter_count"] = torch.tensor([sum(p.numel() for p in leaves.values())])
    save(
        folder,
        "student_trajectory",
        tensors,
        hidden_layers=HIDDEN,
        width=WIDTH,
        heads=HEADS,
        tap=TAP,
        optimizer=f"adam lr {RATE}",
        kernel="laplacian 100",
        direction="teacher_student",
    )
