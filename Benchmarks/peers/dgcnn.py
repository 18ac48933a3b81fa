"""A training step of the published DGCNN in PyTorch, beside the same step here, as JSON.

    pip install -r Benchmarks/peers/requirements.txt
    swift build -c release --product Benchmarks
    python Benchmarks/peers/dgcnn.py --rounds 3 --ours .build/release/Benchmarks

16 clouds of 1,024 points, k = 20, 40 classes; float32, forward, backward and SGD with momentum. Two
forms: `published` makes the tensor of edges, N k x 2 C, as the authors' code does; `split` maps the points
first and gathers x_j W1 + x_i (W2 - W1), which is the same function.

Each form runs in a process of its own, in turns, so that a change of the machine's load meets all of
them; `peakMB` is that process's largest resident memory, PyTorch itself included. `load` is the machine's
load average before and after: trust figures of an idle machine alone.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

CLOUDS, POINTS, NEIGHBORS, CLASSES = 16, 1024, 20, 40
WIDTHS, EMBEDDING, HEAD = (64, 64, 128, 256), 1024, (512, 256)


def make_network(form):
    import torch
    from torch import nn
    from torch.nn import functional

    def neighbors(x):
        """The k nearest points by squared distance, the point itself among them; x is B x C x N."""
        inner = -2 * torch.matmul(x.transpose(2, 1), x)
        squares = (x**2).sum(dim=1, keepdim=True)
        return (-squares - inner - squares.transpose(2, 1)).topk(k=NEIGHBORS, dim=-1)[1]

    class EdgeConv(nn.Module):
        def __init__(self, width, out):
            super().__init__()
            self.width = width
            self.map = nn.Conv2d(2 * width, out, kernel_size=1, bias=False)
            self.norm = nn.BatchNorm2d(out)

        def forward(self, x):
            clouds, width, points = x.shape
            with torch.no_grad():
                index = neighbors(x) + points * torch.arange(clouds)[:, None, None]
            rows = x.transpose(2, 1).reshape(clouds * points, width)
            if form == "published":
                others = rows[index.view(-1)].view(clouds, points, NEIGHBORS, width)
                own = rows.view(clouds, points, 1, width).expand_as(others)
                edges = torch.cat((others - own, own), dim=3).permute(0, 3, 1, 2).contiguous()
                z = self.map(edges)
            else:
                first, second = self.map.weight[:, :, 0, 0].split(self.width, dim=1)
                u, v = rows @ first.t(), rows @ (second - first).t()
                z = u[index.view(-1)].view(clouds, points, NEIGHBORS, -1)
                z = (z + v.view(clouds, points, 1, -1)).permute(0, 3, 1, 2)
            return functional.leaky_relu(self.norm(z), 0.2).max(dim=-1)[0]

    class DGCNN(nn.Module):
        def __init__(self):
            super().__init__()
            inputs = (3,) + WIDTHS[:-1]
            self.layers = nn.ModuleList(EdgeConv(*widths) for widths in zip(inputs, WIDTHS))
            self.embedding = nn.Sequential(
                nn.Conv1d(sum(WIDTHS), EMBEDDING, kernel_size=1, bias=False),
                nn.BatchNorm1d(EMBEDDING), nn.LeakyReLU(0.2))
            self.head = nn.Sequential(
                nn.Linear(2 * EMBEDDING, HEAD[0], bias=False), nn.BatchNorm1d(HEAD[0]),
                nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Linear(*HEAD), nn.BatchNorm1d(HEAD[1]),
                nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Linear(HEAD[1], CLASSES))

        def forward(self, x):
            outputs = []
            for layer in self.layers:
                x = layer(x)
                outputs.append(x)
            y = self.embedding(torch.cat(outputs, dim=1))
            return self.head(torch.cat((y.max(dim=2)[0], y.mean(dim=2)), dim=1))

    return DGCNN()


def run_form(form, threads, steps):
    import torch
    from torch.nn import functional

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    network = make_network(form)
    assert sum(p.numel() for p in network.parameters()) == 1_809_576
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    x = torch.randn(CLOUDS, 3, POINTS)
    labels = torch.arange(CLOUDS) % CLASSES
    times = []
    for _ in range(steps + 1):
        begin = time.perf_counter()
        optimizer.zero_grad()
        functional.cross_entropy(network(x), labels).backward()
        optimizer.step()
        times.append(1e3 * (time.perf_counter() - begin))
    # The first step allocates and is left out.
    print(json.dumps(times[1:]))


def child(command):
    """The output of a process, and its largest resident memory in MB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed")
    return output, usage.ru_maxrss / 1024


def summary(results):
    times = [t for ms, _ in results for t in ms]
    return {
        "stepMilliseconds": round(statistics.median(times), 1),
        "peakMB": round(max(peak for _, peak in results)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--form", choices=("published", "split"), help="time one form in this process")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=3, help="timed steps of a process")
    parser.add_argument("--rounds", type=int, default=3, help="processes of each form")
    parser.add_argument("--ours", help="the Benchmarks program, to be timed in the same turns")
    options = parser.parse_args()
    if options.form:
        run_form(options.form, options.threads, options.steps)
        return
    load = [os.getloadavg()[0]]
    peers = {"published": [], "split": []}
    ours = {1: [], 2: []}
    for _ in range(options.rounds):
        for form, results in peers.items():
            output, peak = child([
                sys.executable, __file__, "--form", form, "--threads", str(options.threads),
                "--steps", str(options.steps)])
            results.append((json.loads(output), peak))
        if options.ours:
            output, peak = child([options.ours, "DGCNN step"])
            line = next(l for l in output.splitlines() if l.startswith("DGCNN step"))
            for threads, ms in zip((1, 2), line.split()[-2:]):
                ours[threads].append(([float(ms)], peak))
    load.append(os.getloadavg()[0])
    report = {"load": load, "threads": options.threads}
    report |= {f"PyTorch, {form}": summary(results) for form, results in peers.items()}
    if options.ours:
        report |= {f"here, threads {n}": summary(results) for n, results in ours.items()}
        mine, theirs = summary(ours[2]), report["PyTorch, published"]
        if options.threads == 2:
            report["publishedOverHere"] = {
                key: round(theirs[key] / mine[key], 2) for key in ("stepMilliseconds", "peakMB")}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
