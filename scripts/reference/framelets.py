"""Undecimated framelet transforms of signals on a graph, by dense matrices."""

import math

import torch

from fixture import assert_close, gradients, normal, prefixed, save
from graphs import EdgeList

PI = math.pi


def haar(x):
    return [torch.cos(x / 2), torch.sin(x / 2)]


def linear(x):
    return [torch.cos(x / 2) ** 2, torch.sin(x) / math.sqrt(2), torch.sin(x / 2) ** 2]


def quadratic(x):
    c, s = torch.cos(x / 2), torch.sin(x / 2)
    return [c**3, math.sqrt(3) * s * c**2, math.sqrt(3) * s**2 * c, s**3]


def entropy(x, alpha=0.5):
    """What is 0, pi/2 or pi but for rounding counts as that."""
    u = (x / PI).clamp(0, 1)
    corner = (2 * u).round() / 2
    u = torch.where((u - corner).abs() < 1e-12, corner, u)
    squares = 1 - 4 * alpha * u + 4 * alpha * u**2
    middle = (4 * alpha * u - 4 * alpha * u**2).sqrt()
    return [(squares * (u <= 0.5)).sqrt(), middle, (squares * (u > 0.5)).sqrt()]


def sigmoid(x, alpha=20.0):
    high = torch.sigmoid(alpha * (x / PI - 0.5))
    return [(1 - high).sqrt(), high.sqrt()]


def smooth_steps(x):
    """Masks by a formula: cos and sin of pi / 2 s(x / pi), s(u) = u^2 (3 - 2 u)."""
    u = x / PI
    angle = PI / 2 * u**2 * (3 - 2 * u)
    return [torch.cos(angle), torch.sin(angle)]


# name: masks, levels, dilation, whether the argument grows with the level
CASES = {
    "haar": (haar, 1, 2.0, True),
    "haar3": (haar, 3, 2.0, True),
    "linear": (linear, 2, 2.0, True),
    "quadratic": (quadratic, 3, 1.5, True),
    "entropy": (entropy, 2, 1.7, False),
    "sigmoid": (sigmoid, 2, 1.5, False),
    "functions": (smooth_steps, 2, 2.0, True),
}


def laplacian(graph):
    """Parallel edges add up; self loops are dropped; an isolated node keeps a 1."""
    a = torch.zeros(graph.node_count, graph.node_count, dtype=torch.float64)
    ends = (graph.destinations, graph.sources)
    a.index_put_(ends, torch.ones(len(graph.sources)).double(), accumulate=True)
    a.fill_diagonal_(0)
    degrees = a.sum(1)
    scale = torch.where(degrees > 0, degrees.clamp(min=1) ** -0.5, 0)
    return torch.eye(len(a)).double() - scale[:, None] * a * scale[None, :]


def verify_laplacian(graph):
    """PyTorch Geometric drops self loops and gives isolated nodes a 1, too."""
    from torch_geometric.utils import get_laplacian, to_dense_adj

    ends = torch.stack([graph.sources, graph.destinations])
    index, weight = get_laplacian(
        ends, normalization="sym", dtype=torch.float64, num_nodes=graph.node_count
    )
    theirs = to_dense_adj(index, edge_attr=weight, max_num_nodes=graph.node_count)[0]
    assert_close(theirs, laplacian(graph))


def coefficients(masks, terms, points):
    """c_k = 2 / pi integral of cos(k theta) f(pi / 2 (cos theta + 1)), by trapezoids."""
    theta = torch.linspace(0, PI, points, dtype=torch.float64)
    values = masks(PI / 2 * (torch.cos(theta) + 1))
    return [
        [2 / PI * torch.trapezoid(torch.cos(k * theta) * f, theta).item() for k in range(terms)]
        for f in values
    ]


def polynomial(c, m):
    """c_0 / 2 + sum of c_k T_k(2 m / pi - 1)."""
    unit = torch.eye(len(m)).double()
    t = 2 / PI * m - unit
    before, now = unit, t
    total = c[0] / 2 * unit
    for k in range(1, len(c)):
        total = total + c[k] * now
        before, now = now, 2 * t @ now - before
    return total


def arguments(top, levels, dilation, increasing):
    """What each level multiplies L with."""
    j = math.log(top / PI) / math.log(dilation)
    if increasing:
        j += levels - 1
        return [dilation ** (-j + level - 1) for level in range(1, levels + 1)]
    return [dilation ** (-j - level + 1) for level in range(1, levels + 1)]


def operators(functions, scales, matrix):
    """Low pass of the last level, then mask by mask the high passes of all levels."""
    low = torch.eye(len(matrix)).double()
    by_level = []
    for scale in scales:
        parts = [w @ low for w in functions(scale * matrix)]
        low = parts[0]
        by_level.append(parts)
    masks = len(by_level[0])
    return [low] + [parts[r] for r in range(1, masks) for parts in by_level]


def undirected():
    """A cycle with chords and a tail, a parallel edge, a triangle with a tail apart, an isolated
    node, self loops. No argument of the entropy bank comes near its jump."""
    pairs = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (0, 2), (1, 3), (4, 5), (5, 6), (1, 2)]
    pairs += [(7, 8), (8, 9), (9, 7), (9, 10), (10, 11)]
    edges = [e for a, b in pairs for e in ((a, b), (b, a))] + [(3, 3), (12, 12)]
    return EdgeList(13, edges)


def write(folder):
    torch.manual_seed(41)
    graph = undirected()
    verify_laplacian(graph)
    matrix = laplacian(graph)
    values, vectors = torch.linalg.eigh(matrix)
    top = values[-1].item()
    x = normal(graph.node_count, 3)
    tensors = graph.tensors() | {
        "laplacian": matrix,
        "largest_eigenvalue": values[-1:],
        "input": x,
    }
    for name, (masks, levels, dilation, increasing) in CASES.items():
        scales = arguments(top, levels, dilation, increasing)

        if name == "entropy":
            assert all((s * values - PI / 2).abs().min() > 0.01 for s in scales)

        def exact(m):
            scale = (m[0, 0] / matrix[0, 0]).item()
            return [vectors @ torch.diag(g) @ vectors.T for g in masks(scale * values)]

        def chebyshev(terms, points):
            lists = coefficients(masks, terms, points)
            return lambda m: [polynomial(c, m) for c in lists]

        routes = {"exact": exact, "published": chebyshev(2, 500), "trapezoid": chebyshev(5, 500)}
        if name != "entropy":
            # For smooth masks the trapezoid rule has converged to rounding.
            routes["gauss"] = chebyshev(8, 4001)
        for route, functions in routes.items():
            w = operators(functions, scales, matrix)
            if route == "exact":
                assert_close(sum(m.T @ m for m in w), torch.eye(len(matrix)).double())
            output = torch.stack([m @ x for m in w])
            cotangent = torch.randn_like(output)
            made = {"output": output, "cotangent": cotangent}
            made |= gradients(output, {"input": x}, cotangent)
            flat = {key: t.reshape(-1, x.shape[1]) for key, t in made.items()}
            tensors |= prefixed(f"{name}.{route}", flat)
    save(folder, "framelets", tensors)
