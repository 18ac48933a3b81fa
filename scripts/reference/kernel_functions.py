"""Objectives with kernels that are given by a formula of x . y or of ||x - y||^2."""

import torch
from torch.nn import functional as F

import graphs
import lsp
from baselines import discrepancy, features, result
from fixture import normal, prefixed, save


def squared_distances(a, b):
    return (a[..., :, None, :] - b[..., None, :, :]).square().sum(-1)


# name: u of all pairs of rows, f(u)
FUNCTIONS = {
    "quadric": (squared_distances, lambda u: 1 / (1 + u / 0.7)),
    "sigmoid": (lambda a, b: a @ b.transpose(-2, -1), lambda u: torch.tanh(u / 2)),
}


def of_pairs(name):
    argument, f = FUNCTIONS[name]
    return lambda a, b: f(argument(a, b))


def of_ends(name):
    """The same for the two ends of each edge."""
    pairs = of_pairs(name)
    return lambda a, b: pairs(a[:, None], b[:, None])[:, 0, 0]


def write(folder):
    torch.manual_seed(53)
    graph = graphs.ragged()
    student = normal(graph.node_count, 6, scale=0.7)
    teacher = normal(graph.node_count, 9, scale=0.6)
    tensors = {**graph.tensors(), "student": student, "teacher": teacher}
    for name in FUNCTIONS:
        lsp.KERNELS[name] = of_ends(name)
        tensors |= prefixed(name, lsp.case(graph, student, teacher, name))
        del lsp.KERNELS[name]
    save(folder, "lsp_functions", tensors, quadric="scale 0.7")

    tensors = features()
    student, teacher = tensors["student"], tensors["teacher"]
    leaves = {"student": student}
    for name in FUNCTIONS:
        kernel = of_pairs(name)
        loss = discrepancy(student, teacher, lambda _: kernel)
        tensors |= prefixed(f"mmd.{name}", result(loss, leaves))
        for kind, prepared in (
            ("features", lambda z: z),
            ("directions", lambda z: F.normalize(z, dim=1)),
        ):
            s, t = (kernel(prepared(z), prepared(z)) for z in (student, teacher))
            tensors |= prefixed(f"gsp.{name}.{kind}", result(F.mse_loss(s, t), leaves))
    save(folder, "kernel_functions", tensors, quadric="scale 0.7")
