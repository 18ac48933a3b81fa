"""Framelet networks, their framelet MLP students and framelet feature distillation, by dense
matrices (Shi et al., "Frameless graph knowledge distillation")."""

import torch
from torch.nn.functional import normalize

import framelets
from fixture import example, gradients, normal, prefixed, save

# name: masks, levels, dilation, Chebyshev terms (None: exact)
TRANSFORMS = {
    "haar": (framelets.haar, 1, 2.0, 2),
    "linear": (framelets.linear, 2, 2.0, None),
    "quadratic": (framelets.quadratic, 2, 1.5, 4),
}


class Operators:
    """The bands W and, for each, A_hat -+ epsilon / degree, of a graph without its self loops."""

    def __init__(self, graph, transform, epsilon):
        masks, levels, dilation, terms = TRANSFORMS[transform]
        laplacian = framelets.laplacian(graph)
        values, vectors = torch.linalg.eigh(laplacian)
        self.top = values[-1:]
        scales = framelets.arguments(self.top.item(), levels, dilation, True)
        if terms is None:

            def functions(m):
                scale = (m[0, 0] / laplacian[0, 0]).item()
                return [vectors @ torch.diag(g) @ vectors.T for g in masks(scale * values)]

        else:
            lists = framelets.coefficients(masks, terms, 4001)

            def functions(m):
                return [framelets.polynomial(c, m) for c in lists]

        self.bands = framelets.operators(functions, scales, laplacian)
        count = len(masks(torch.zeros(1)))
        self.names = ["low"]
        self.names += [f"high.{r}.{k + 1}" for r in range(1, count) for k in range(levels)]

        a = torch.zeros_like(laplacian)
        ends = (graph.destinations, graph.sources)
        a.index_put_(ends, torch.ones(len(graph.sources)).double(), accumulate=True)
        a.fill_diagonal_(1)
        degrees = a.sum(1)
        hat = a / (degrees[:, None] * degrees[None, :]).sqrt()
        disturbance = epsilon * torch.diag(1 / degrees)
        self.low, self.high = hat - disturbance, hat + disturbance

    def a(self, band):
        return self.low if band == 0 else self.high

    def filter(self, band):
        w = self.bands[band]
        return w.T @ self.a(band) @ w

    def knowledge(self, high_pass):
        """P_low and P_high."""
        count = len(self.bands) if high_pass == "all" else 2
        return self.filter(0), sum(self.filter(b) for b in range(1, count))


class NearKink(Exception):
    """A relu within 1e-3 of its kink."""


def relu(hidden):
    if (hidden.abs() < 1e-3).any():
        raise NearKink
    return hidden.relu()


def away_from_kinks(name, make):
    """What `make` returns for the first seed, counted from one of its own, with no relu near its
    kink."""
    seed = sum(name.encode())
    while True:
        torch.manual_seed(seed)
        try:
            return make()
        except NearKink:
            seed += 1000


def spatial(ops, x, p):
    total = p["bias"]
    for b, name in enumerate(ops.names):
        total = total + ops.bands[b] @ relu(ops.a(b) @ ops.bands[b] @ x @ p[name])
    return total


def simplified(ops, x, p, power):
    total = p["bias"]
    for b, name in enumerate(ops.names):
        total = total + torch.matrix_power(ops.filter(b), power) @ x @ p[name]
    return total


def write_teachers(folder, graph):
    for kind, transform, inputs, outputs, epsilon, power in [
        ("spatial", "haar", 5, 3, 0.0, 1),
        ("spatial", "linear", 3, 5, 0.4, 1),
        ("simplified", "haar", 5, 3, 0.3, 2),
        ("simplified", "quadratic", 3, 5, 0.0, 3),
    ]:
        name = f"{kind}_framelet_{transform}"
        ops = Operators(graph, transform, epsilon)

        def make():
            x = normal(graph.node_count, inputs)
            p = {band: normal(inputs, outputs) for band in ops.names}
            p["bias"] = normal(1, outputs)
            out = spatial(ops, x, p) if kind == "spatial" else simplified(ops, x, p, power)
            return example(out, {"input": x, **p})

        made = away_from_kinks(name, make) | {"largest_eigenvalue": ops.top}
        made |= {"low_operator": ops.low, "high_operator": ops.high}
        save(
            folder, name, {**graph.tensors(), **made}, transform=transform, epsilon=epsilon,
            power=power,
        )  # fmt: skip


def affine(p, name, x):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def step(p, knowledge, x, power, names, rectified, high, scored, classifiers=None):
    """One FMLP step; names are those of encoders, scores and the features' encoder."""

    def hidden(t):
        return relu(t) if rectified else t

    low_matrix, high_matrix = (torch.matrix_power(k, power) for k in knowledge)
    encoders, features = names
    low_encoder, high_encoder = f"{encoders}.low", f"{encoders}.high"
    if high != "own":
        high_encoder = low_encoder
    if high == "lowOperatorAndEncoder":
        high_matrix = low_matrix
    h_low = hidden(affine(p, low_encoder, low_matrix))
    h_high = hidden(affine(p, high_encoder, high_matrix))
    h_x = hidden(affine(p, features, x))
    scores = [
        affine(p, f"{encoders}.attention", torch.cat((h, h_x), 1)).sigmoid()
        for h in (h_low, h_high)
    ]
    v_low, v_high, v_x = h_low, h_high, h_x
    if classifiers:
        v_low = affine(p, f"{classifiers}.low", h_low)
        of_high = "high" if high == "own" else "low"
        v_high = affine(p, f"{classifiers}.{of_high}", h_high)
        v_x = affine(p, f"{classifiers}.features", h_x)
    y = 0
    for alpha, v in zip(scores, (v_low, v_high)):
        beta = alpha if scored == "structure" else 1 - alpha
        y = y + beta * v + (1 - beta) * v_x
    return y, scores


def student(n, knowledge, inputs, classes, widths, shared, published):
    """FMLP-O with hidden steps of these widths, or FMLP-S of width 4 and power 2 for None: input,
    parameters, output and scores."""
    p = {}

    def parameter(part, rows, columns):
        if f"{part}.weight" not in p:
            p[f"{part}.weight"] = normal(rows, columns)
            p[f"{part}.bias"] = normal(1, columns)

    x = normal(n, inputs)
    simple = widths is None
    hidden = [] if simple else widths
    out, scores = x, {}
    for place in range(len(hidden) + 1):
        last = place == len(hidden)
        width = 4 if simple else hidden[min(place, len(hidden) - 1)]
        high, scored = "own", "structure"
        if last and published:
            high = "lowEncoder" if simple else "lowOperatorAndEncoder"
            scored = "features"
        encoders = "encoders" if shared else f"layers.{place}.encoders"
        features = f"layers.{place}.features"
        if place > 0 and shared:
            features = "encoders.hidden"
        classifiers = f"layers.{place}.classifiers" if last else None
        parameter(f"{encoders}.low", n, width)
        if high == "own":
            parameter(f"{encoders}.high", n, width)
        parameter(f"{encoders}.attention", 2 * width, 1)
        parameter(features, out.shape[1], width)
        if last:
            for part in ["low", "features"] + ["high"] * (high == "own"):
                parameter(f"{classifiers}.{part}", width, classes)
        power, names = 2 if simple else place + 1, (encoders, features)
        out, (low, high_score) = step(
            p, knowledge, out, power, names, not simple, high, scored, classifiers
        )
        scores |= {f"scores.{place}.low": low, f"scores.{place}.high": high_score}
    return x, p, out, scores


def write_students(folder, graph):
    # name: hidden widths (None: FMLP-S), shared encoders, as published
    cases = {
        "fmlp_o": ([4, 4], True, False, "haar", "all", 0.0),
        "fmlp_o_separate": ([4, 6], False, False, "quadratic", "all", 0.2),
        "fmlp_o_published": ([4], True, True, "linear", "first", 0.0),
        "fmlp_s": (None, True, False, "linear", "first", 0.1),
        "fmlp_s_published": (None, True, True, "haar", "all", 0.0),
    }
    for name, (widths, shared, published, transform, high_pass, epsilon) in cases.items():
        ops = Operators(graph, transform, epsilon)
        knowledge = ops.knowledge(high_pass)

        def make():
            n = graph.node_count
            x, p, out, scores = student(n, knowledge, 5, 3, widths, shared, published)
            return example(out, {"input": x, **p}) | scores

        made = away_from_kinks(name, make) | {"largest_eigenvalue": ops.top}
        made |= {"low_knowledge": knowledge[0], "high_knowledge": knowledge[1]}
        save(folder, name, {**graph.tensors(), **made}, transform=transform, epsilon=epsilon)


def write_objective(folder, graph):
    torch.manual_seed(43)
    features, teacher = normal(graph.node_count, 4), normal(graph.node_count, 6)
    same = normal(graph.node_count, 4)
    tensors = graph.tensors() | {"student": features, "teacher": teacher, "same.teacher": same}
    for name, transform, weights, normalizes, projects in [
        ("same", "haar", [1.0, 0.5], False, False),
        ("regressor", "linear", [0.3, 1.0, 2.0, 0.0, 0.7], True, True),
        ("plain", "quadratic", None, True, False),
    ]:
        ops = Operators(graph, transform, 0.0)
        weights = weights or [1.0] * len(ops.bands)
        p, s, t = {}, features, same
        if projects:
            p = {"student.weight": normal(4, 6), "student.bias": normal(1, 6)}
            s, t = affine(p, "student", features), teacher
        if normalizes:
            s, t = normalize(s, dim=1), normalize(t, dim=1)
        t = t.detach()
        loss = sum(w * (m @ s - m @ t).square().mean() for w, m in zip(weights, ops.bands))
        made = {"loss": loss.detach().reshape(1), "largest_eigenvalue": ops.top, **p}
        made |= gradients(loss, {"student": features, **p})
        tensors |= prefixed(name, made)
    save(folder, "framelet_distillation", tensors)


def write(folder):
    graph = framelets.undirected()
    write_teachers(folder, graph)
    write_students(folder, graph)
    write_objective(folder, graph)
