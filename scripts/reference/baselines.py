"""The objectives that local structure preserving is compared with."""

import torch
from torch.nn import functional as F

from fixture import assert_close, gradients, normal, prefixed, save

NODES, STUDENT, TEACHER, PROJECTED = 9, 4, 6, 5


def features():
    return {
        "student": normal(NODES, STUDENT, scale=0.8),
        "teacher": normal(NODES, TEACHER, scale=0.9).detach(),
    }


def result(loss, leaves):
    return {"loss": loss[None], **gradients(loss, leaves)}


# Knowledge distillation


def softmax_divergence(student, teacher, temperature):
    s = F.log_softmax(student / temperature, 1)
    t = F.log_softmax(teacher / temperature, 1)
    return temperature**2 * F.kl_div(s, t, reduction="batchmean", log_target=True)


def softmax_divergence_per_class(student, teacher, temperature):
    return softmax_divergence(student, teacher, temperature) / student.shape[1]


def sigmoid_divergence(student, teacher, temperature):
    s, t = student / temperature, teacher / temperature
    total = torch.zeros_like(student)
    for sign in (1, -1):
        log_p, log_q = F.logsigmoid(sign * t), F.logsigmoid(sign * s)
        total = total + log_p.exp() * (log_p - log_q)
    return temperature**2 * total.mean()


DIVERGENCES = {
    "softmax.nodes": softmax_divergence,
    "softmax.nodesAndClasses": softmax_divergence_per_class,
    "sigmoid": sigmoid_divergence,
}


def write_knowledge_distillation(folder):
    student, teacher = normal(8, 5, scale=2), normal(8, 5, scale=2).detach()
    with torch.no_grad():
        # As sure as can be, of the same and of other classes.
        student[0] = torch.tensor([60.0, -60.0, 3.0, -3.0, 0.0])
        teacher[0] = torch.tensor([-60.0, -60.0, 60.0, -2.0, 1.0])
    known = torch.tensor([1, 1, 0, 1, 1, 0, 1, 0]).bool()
    leaves = {"student": student}
    tensors = {"student": student, "teacher": teacher, "known": known}
    for temperature in (1.0, 4.0):
        for rows, mask in [("all", torch.ones_like(known)), ("known", known)]:
            for name, divergence in DIVERGENCES.items():
                loss = divergence(student[mask], teacher[mask], temperature)
                made = result(loss, leaves)
                tensors |= prefixed(f"{name}.{temperature:.0f}.{rows}", made)
    # What is used on PPI in the code of G-CRD has the same gradient.
    cross = F.binary_cross_entropy_with_logits(student, teacher.sigmoid())
    made = result(cross, leaves)["gradient.student"]
    assert_close(made, tensors["sigmoid.1.all.gradient.student"])
    save(folder, "knowledge_distillation", tensors)


# Projections


def head(inputs, kind):
    weight = normal(inputs, PROJECTED, scale=0.6)
    offset = normal(PROJECTED, scale=0.3)
    if kind == "linear":
        return {"weight": weight, "bias": offset}
    return {"weight": weight, "gamma": normal(PROJECTED), "beta": offset}


def project(x, parameters):
    x = x @ parameters["weight"]
    if "bias" in parameters:
        return x + parameters["bias"]
    x = F.batch_norm(
        x, None, None, parameters["gamma"], parameters["beta"], training=True
    )
    return F.relu(x)


def projections(folder, name, loss, extra=(), **options):
    """A loss behind projections of both sides, of either kind."""
    tensors = features()
    for kind in ("linear", "linearBatchNormReLU"):
        heads = {
            side: head(tensors[side].shape[1], kind) for side in ("student", "teacher")
        }
        leaves = {
            f"{side}.{part}": p
            for side, parameters in heads.items()
            for part, p in parameters.items()
        }
        tensors |= prefixed(kind, leaves)
        u, v = (project(tensors[side], heads[side]) for side in heads)
        made = result(loss(u, v), {"student": tensors["student"], **leaves})
        tensors |= prefixed(kind, made)
    for case in extra:
        tensors |= case(tensors)
    save(folder, name, tensors, **options)


def normalized_error(a, b):
    return F.mse_loss(F.normalize(a, dim=1), F.normalize(b, dim=1))


def fitnet_same_width(tensors):
    teacher = normal(NODES, STUDENT).detach()
    student = tensors["student"]
    made = result(normalized_error(student, teacher), {"student": student})
    return prefixed("same", {"teacher": teacher, **made})


def fitnet_regressor(tensors):
    weight, bias = normal(STUDENT, TEACHER), normal(TEACHER)
    parameters = {"student.weight": weight, "student.bias": bias}
    projected = tensors["student"] @ weight + bias
    loss = normalized_error(projected, tensors["teacher"])
    made = result(loss, {"student": tensors["student"], **parameters})
    return prefixed("regressor", {**parameters, **made})


def contrast(u, v):
    similarities = F.normalize(u, dim=1) @ F.normalize(v, dim=1).T
    return F.cross_entropy(similarities / 0.075, torch.arange(NODES))


# Attention, discrepancy, global structure


def write_attention_transfer(folder):
    tensors = features()
    leaves = {"student": tensors["student"]}

    def maps():
        both = (tensors[side] for side in ("student", "teacher"))
        return [F.normalize(z.square().sum(-1), dim=-1) for z in both]

    a, b = maps()
    tensors |= prefixed("meanSquared", result(F.mse_loss(a, b), leaves))
    a, b = maps()
    tensors |= prefixed("norm", result((a - b).norm(), leaves))
    save(folder, "attention_transfer", tensors)


def discrepancy(student, teacher, kernel):
    """Over the channels of both, each a vector over nodes of length 1."""
    x, y = (F.normalize(z, dim=0).T for z in (student, teacher))
    k = kernel(torch.cat([x, y]).detach())
    return k(x, x).mean() + k(y, y).mean() - 2 * k(x, y).mean()


def rbf(variance):
    def kernel(a, b):
        squares = (a[:, None] - b[None]).square().sum(2)
        return (-squares / (2 * variance)).exp()

    return kernel


def mean_squared_distance(vectors):
    squares = (vectors[:, None] - vectors[None]).square().sum(2)
    return squares[~torch.eye(len(vectors)).bool()].mean()


KERNELS = {
    "linear": lambda _: lambda a, b: a @ b.T,
    "poly": lambda _: lambda a, b: (a @ b.T + 0.5) ** 3,
    "rbf": lambda _: rbf(0.7),
    "rbf_mean": lambda vectors: rbf(mean_squared_distance(vectors)),
}


def write_discrepancy(folder):
    tensors = features()
    student, teacher = tensors["student"], tensors["teacher"]
    for name, kernel in KERNELS.items():
        loss = discrepancy(student, teacher, kernel)
        tensors |= prefixed(name, result(loss, {"student": student}))
    save(folder, "mmd", tensors, poly="degree 3 offset 0.5", rbf="variance 0.7")


def cosines(z):
    z = F.normalize(z, dim=1)
    return z @ z.T


def distances(z):
    return (z[:, None] - z[None]).norm(dim=2)


SIMILARITIES = {
    "cosine": cosines,
    "poly": lambda z: cosines(z) ** 2,
    "l2": distances,
    "rbf": lambda z: (-0.5 * (z[:, None] - z[None]).square().sum(2)).exp(),
}


def write_global_structure(folder):
    tensors = features()
    student, teacher = tensors["student"], tensors["teacher"]
    for name, similarity in SIMILARITIES.items():
        loss = F.mse_loss(similarity(student), similarity(teacher))
        tensors |= prefixed(name, result(loss, {"student": student}))
    save(folder, "global_structure", tensors, poly="degree 2 offset 0", rbf="sigma 1")


def write(folder):
    torch.manual_seed(9)
    write_knowledge_distillation(folder)
    projections(
        folder, "fitnet", normalized_error, [fitnet_same_width, fitnet_regressor]
    )
    projections(folder, "contrastive", contrast, temperature=0.075)
    write_attention_transfer(folder)
    write_discrepancy(folder)
    write_global_structure(folder)
