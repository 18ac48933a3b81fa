"""Balanced Forman curvature, curvature-based rewiring and Dirichlet energies, by dense matrices."""

from fractions import Fraction
from itertools import product

import torch

from fixture import save
from framelets import laplacian
from graphs import EdgeList


def adjacency(n, pairs):
    """The simple graph: rows of 0 and 1."""
    a = [[0] * n for _ in range(n)]
    for i, j in pairs:
        if i != j:
            a[i][j] = a[j][i] = 1
    return a


def ric(a, i, j):
    """The curvature of definition 1 of Topping et al. (ICLR 2022), exactly, set by set."""
    n = len(a)
    s = [{v for v in range(n) if a[u][v]} for u in range(n)]
    di, dj = len(s[i]), len(s[j])
    if min(di, dj) == 1:
        return Fraction(0)
    triangles = len(s[i] & s[j])

    def square(p, q):
        """Neighbours of p on 4-cycles without diagonals, with the number of these cycles."""
        found = {}
        for k in s[p] - s[q] - {q}:
            cycles = (s[k] & s[q]) - s[p] - {p}
            if cycles:
                found[k] = len(cycles)
        return found

    at_i, at_j = square(i, j), square(j, i)
    value = Fraction(2, di) + Fraction(2, dj) - 2
    value += Fraction(2 * triangles, max(di, dj)) + Fraction(triangles, min(di, dj))
    if at_i:
        gamma = max([*at_i.values(), *at_j.values()])
        value += Fraction(len(at_i) + len(at_j), gamma * max(di, dj))
    return value


def released(a, early_exit):
    """The whole matrix as the released code fills it, exactly."""
    n = len(a)
    a2 = [[sum(a[i][k] * a[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    degrees = [sum(row) for row in a]
    c = [[Fraction(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            if a[i][j] == 0:
                if early_exit:
                    break
                continue
            most, least = max(degrees[i], degrees[j]), min(degrees[i], degrees[j])
            numbers = [a[k][j] * (a2[i][k] - a[i][k]) for k in range(n)]
            numbers += [a[i][k] * (a2[k][j] - a[k][j]) for k in range(n)]
            numbers = [x for x in numbers if x > 0]
            c[i][j] = Fraction(2, most) + Fraction(2, least) - 2
            c[i][j] += (Fraction(2, most) + Fraction(1, least)) * a2[i][j]
            if numbers:
                c[i][j] += Fraction(len(numbers), max(numbers) * most)
    return c


def edges(a):
    return [(i, j) for i in range(len(a)) for j in range(i + 1, len(a)) if a[i][j]]


def flow(a, loops, bound):
    """Ricci flow that takes the best candidate, the lowest of equal ones, and removes any but that.

    Each step is the edge of lowest curvature, the one added and the one removed, -1 for none.
    """
    a = [row[:] for row in a]
    n = len(a)
    steps = []
    for _ in range(loops):
        i, j = min(edges(a), key=lambda e: (ric(a, *e), e))
        before = ric(a, i, j)
        near = [[v for v in range(n) if a[u][v] or u == v] for u in (i, j)]
        pairs = {(min(k, l), max(k, l)) for k, l in product(*near) if k != l and not a[k][l]}
        gains = {}
        for k, l in pairs:
            a[k][l] = a[l][k] = 1
            gains[k, l] = ric(a, i, j) - before
            a[k][l] = a[l][k] = 0
        best = min(gains, key=lambda p: (-gains[p], p), default=None)
        step = [i, j, -1, -1, -1, -1]
        if best and gains[best] > 0:
            step[2:4] = best
            a[best[0]][best[1]] = a[best[1]][best[0]] = 1
        others = [e for e in edges(a) if e != tuple(step[2:4])]
        top = min(others, key=lambda e: (-ric(a, *e), e))
        if bound is not None and ric(a, *top) > bound:
            step[4:6] = top
            a[top[0]][top[1]] = a[top[1]][top[0]] = 0
        if step[2:] == [-1] * 4:
            break
        steps.append(step)
    return steps


def write(folder):
    torch.manual_seed(43)
    # Nodes 0 to 4 hang together, so that the early exit leaves something; two clusters and a bridge,
    # a grid, a tail, a parallel edge, self loops, an isolated node.
    pairs = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (0, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 4)]
    pairs += [(5, 8), (8, 9), (9, 6), (9, 10), (10, 11), (11, 12), (12, 10), (11, 13), (12, 13)]
    pairs += [(10, 13), (13, 14), (14, 15), (1, 2), (4, 0), (16, 11), (16, 12), (16, 14)]
    directed = [e for a, b in pairs for e in ((a, b), (b, a))] + [(3, 3), (17, 17)]
    graph = EdgeList(18, directed)
    a = adjacency(graph.node_count, pairs)
    ends = edges(a)
    code, published = released(a, early_exit=False), released(a, early_exit=True)
    assert all(code[i][j] == code[j][i] for i, j in ends)
    # The upper triangle is never reached.
    assert all(published[i][j] == 0 for i, j in ends) and any(published[j][i] for i, j in ends)

    def numbers(values):
        return torch.tensor([float(v) for v in values], dtype=torch.float64)

    x = torch.randn(graph.node_count, 3, dtype=torch.float64)
    energy = torch.trace(x.T @ laplacian(graph) @ x)
    save(
        folder,
        "curvature",
        graph.tensors()
        | {
            "edges": torch.tensor(ends),
            "definition": numbers(ric(a, i, j) for i, j in ends),
            "releasedCode": numbers(code[i][j] for i, j in ends),
            "asPublished": numbers(published[j][i] for i, j in ends),
            "flow.adding": torch.tensor(flow(a, 8, None)),
            "flow.removing": torch.tensor(flow(a, 8, Fraction(1, 2))),
            "features": x,
            "energy.none": energy.reshape(1),
            "energy.squaredNorm": (energy / x.square().sum()).reshape(1),
        },
    )
