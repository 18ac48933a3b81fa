"""The steps that `swift run -c release Benchmarks` times, in DGL: medians in milliseconds.

    pip install -r Benchmarks/peers/requirements.txt
    python Benchmarks/peers/dgl_steps.py

Two random graphs in a batch, 4,740 nodes and 122,600 directed edges plus a self loop a node, 50
features, 121 labels; float32, forward, backward and Adam. The residual follows the rule that the
published parameter counts imply: a linear map wherever the input is wider than one head.
"""

import statistics
import time

import dgl
import torch
from dgl.nn.functional import edge_softmax
from dgl.nn.pytorch import GATConv
from torch import nn
from torch.nn import functional as F


class GAT(nn.Module):
    def __init__(self, hidden, heads, output_heads):
        super().__init__()
        self.layers = nn.ModuleList()
        self.residuals = nn.ModuleList()
        width = 50
        for place, head in enumerate(hidden + [121]):
            count = output_heads if place == len(hidden) else heads
            self.layers.append(GATConv(width, head, count, bias=False, allow_zero_in_degree=True))
            self.residuals.append(
                nn.Linear(width, head * count, bias=False) if place > 0 else None
            )
            width = head * count

    def forward(self, graph, h):
        taps = []
        for place, (layer, residual) in enumerate(zip(self.layers, self.residuals)):
            out = layer(graph, h)
            if residual is not None:
                out = out + residual(h).view(out.shape)
            if place == len(self.layers) - 1:
                return out.mean(1), taps
            taps.append(out.flatten(1))
            h = F.elu(taps[-1])


def local_structure(graph, z):
    with graph.local_scope():
        graph.ndata["z"] = z
        graph.apply_edges(dgl.function.u_sub_v("z", "z", "d"))
        return edge_softmax(graph, torch.exp(-graph.edata["d"].abs().sum(-1) / 100))


def lsp(graph, student, teacher):
    terms = teacher * (torch.log(teacher) - torch.log(student))
    return terms.sum() / graph.num_nodes()


def median(body, runs=7, warmup=2):
    for _ in range(warmup):
        body()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        body()
        times.append(1e3 * (time.perf_counter() - begin))
    return statistics.median(times)


def main():
    torch.manual_seed(1)
    ends = torch.randint(0, 2370, (4, 30650))
    graphs = []
    for a, b in (ends[:2], ends[2:]):
        loops = torch.arange(2370)
        graphs.append(dgl.graph((torch.cat([loops, a, b]), torch.cat([loops, b, a]))))
    graph = dgl.batch(graphs)
    features = torch.randn(graph.num_nodes(), 50)
    labels = (torch.rand(graph.num_nodes(), 121) < 0.3).float()
    teacher, student = GAT([256, 256], 4, 6), GAT([68] * 4, 2, 2)
    assert sum(p.numel() for p in teacher.parameters()) == 3_640_748
    assert sum(p.numel() for p in student.parameters()) == 185_172

    def step(model, with_lsp=False, cached=None):
        optimizer = torch.optim.Adam(model.parameters(), lr=0.005)

        def body():
            logits, taps = model(graph, features)
            loss = F.binary_cross_entropy_with_logits(logits, labels)
            if with_lsp:
                structure = cached
                if structure is None:
                    with torch.no_grad():
                        structure = local_structure(graph, teacher(graph, features)[1][1])
                loss = loss + lsp(graph, local_structure(graph, taps[2]), structure)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        return body

    with torch.no_grad():
        structure = local_structure(graph, teacher(graph, features)[1][1])
    work = {
        "GAT teacher step": step(teacher),
        "GAT student step": step(student),
        "GAT student step with LSP, teacher's structure cached": step(student, True, structure),
        "GAT student step with LSP, as the authors' code": step(student, True),
    }
    for name, body in work.items():
        row = name.ljust(56)
        for threads in (1, 2):
            torch.set_num_threads(threads)
            row += f"{median(body):10.1f}"
        print(row)


if __name__ == "__main__":
    main()
