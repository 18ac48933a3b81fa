"""Small awkward graphs and sums over in-edges."""

import torch


class EdgeList:
    """Directed edges sources[k] -> destinations[k] among node_count nodes."""

    def __init__(self, node_count, edges):
        self.node_count = node_count
        self.sources, self.destinations = torch.tensor(edges, dtype=torch.int64).T
        self.order = torch.argsort(self.destinations, stable=True)

    def tensors(self):
        return {
            "node_count": torch.tensor([self.node_count]),
            "sources": self.sources,
            "destinations": self.destinations,
            "edge_order": self.order,
            "sorted_sources": self.sources[self.order],
            "sorted_destinations": self.destinations[self.order],
        }

    def sorted(self):
        """The same graph with its edges grouped by destination."""
        edges = torch.stack([self.sources, self.destinations], 1)
        return EdgeList(self.node_count, edges[self.order].tolist())

    def in_degrees(self):
        return torch.bincount(self.destinations, minlength=self.node_count).double()

    def out_degrees(self):
        return torch.bincount(self.sources, minlength=self.node_count).double()

    def sum_in(self, messages):
        """Row i of the result is the sum of the rows of the edges into node i."""
        zeros = messages.new_zeros(self.node_count, *messages.shape[1:])
        return zeros.index_add(0, self.destinations, messages)

    def log_softmax_in(self, scores):
        """The logarithm of the softmax over the in-edges of each node, per column."""
        index = self.destinations.view(-1, *[1] * (scores.dim() - 1)).expand_as(scores)
        shape = (self.node_count, *scores.shape[1:])
        top = scores.new_full(shape, -torch.inf).scatter_reduce(
            0, index, scores.detach(), "amax"
        )
        shifted = scores - top[self.destinations]
        return shifted - self.sum_in(shifted.exp())[self.destinations].log()

    def dgl(self):
        import dgl

        ends = (self.sources, self.destinations)
        return dgl.graph(ends, num_nodes=self.node_count)


def looped():
    """Every node has a self loop, node 8 nothing else; 0 is a hub; 3 -> 4 is there twice."""
    hub = [(k, 0) for k in (5, 2, 7, 9, 1, 4, 10)]
    rest = [(3, 4), (0, 6), (6, 3), (3, 4), (1, 2), (2, 1), (9, 10), (0, 5), (7, 9)]
    loops = [(k, k) for k in range(11)]
    edges = hub[:4] + loops[5:] + rest[:5] + loops[:5] + rest[5:] + hub[4:]
    return EdgeList(11, edges)


def ragged():
    """Some self loops, 2 -> 1 three times, sources only (4), sinks only (5), nothing (7)."""
    edges = [(2, 1), (0, 0), (1, 2), (2, 1), (4, 0), (4, 5), (6, 5), (3, 3), (2, 1)]
    edges += [(0, 3), (3, 6), (1, 6), (6, 1), (4, 1), (8, 1), (0, 8), (8, 8), (3, 0)]
    return EdgeList(9, edges)


def random_looped(node_count, extra, generator):
    """Random edges and one self loop a node, grouped by destination."""
    ends = torch.randint(node_count, (extra, 2), generator=generator).tolist()
    edges = [tuple(e) for e in ends] + [(k, k) for k in range(node_count)]
    return EdgeList(node_count, edges).sorted()
