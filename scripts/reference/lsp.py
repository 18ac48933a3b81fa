"""Local structure preserving: KL divergences between distributions over in-edges."""

import torch

import graphs
from fixture import assert_close, gradients, normal, prefixed, save

KERNELS = {
    "l2": lambda a, b: (a - b).square().sum(1),
    "linear": lambda a, b: (a * b).sum(1),
    "poly": lambda a, b: ((a * b).sum(1) + 0.0) ** 2,
    "rbf": lambda a, b: (-(a - b).square().sum(1) / (2 * 2.0**2)).exp(),
    "laplacian_3": lambda a, b: (-(a - b).abs().sum(1) / 3).exp(),
    "laplacian_100": lambda a, b: (-(a - b).abs().sum(1) / 100).exp(),
}


def log_distribution(graph, z, kernel):
    """log LS_ij of each edge j -> i."""
    scores = KERNELS[kernel](z[graph.destinations], z[graph.sources])
    return graph.log_softmax_in(scores)


def divergence(graph, log_p, log_q):
    """The mean over all nodes of KL(p || q); a node without in-edges adds 0."""
    p = log_p.exp()
    return (p * (log_p - log_q)).sum() / graph.node_count


def case(graph, student, teacher, kernel):
    from dgl.nn.functional import edge_softmax

    ends = graph.destinations, graph.sources
    t = log_distribution(graph, teacher, kernel).detach()
    scores = KERNELS[kernel](*(teacher[k] for k in ends))
    assert_close(t.exp(), edge_softmax(graph.dgl(), scores[:, None])[:, 0])
    s = log_distribution(graph, student, kernel).detach()
    made = {"teacher_distribution": t.exp(), "student_distribution": s.exp()}
    for direction in ("teacher_student", "student_teacher"):
        s = log_distribution(graph, student, kernel)
        p, q = (t, s) if direction == "teacher_student" else (s, t)
        loss = divergence(graph, p, q)
        result = {"loss": loss[None], **gradients(loss, {"student": student})}
        made |= prefixed(direction, result)
    return made


def write(folder):
    torch.manual_seed(5)
    graph = graphs.ragged()
    student = normal(graph.node_count, 6, scale=0.7)
    teacher = normal(graph.node_count, 9, scale=0.6)
    tensors = {**graph.tensors(), "student": student, "teacher": teacher}
    for kernel in KERNELS:
        made = case(graph, student, teacher, kernel)
        tensors |= prefixed(kernel, made)

    # Scores hundreds apart: many probabilities underflow to exactly 0. Only KL(teacher ||
    # student) is finite whatever form the teacher's probabilities are stored in.
    far = {"student": normal(9, 6, scale=20), "teacher": normal(9, 9, scale=20)}
    made = case(graph, **far, kernel="linear")
    assert (made["teacher_distribution"] == 0).any()
    assert (made["student_distribution"] == 0).any()
    keep = {k: v for k, v in made.items() if not k.startswith("student_teacher")}
    tensors |= prefixed("linear_far", {**far, **keep})
    save(folder, "lsp", tensors, poly="d 2 c 0", rbf="sigma 2", laplacian="3 and 100")
