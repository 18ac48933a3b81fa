"""Task losses: means over the known nodes only."""

import torch
from torch.nn import functional as F

from fixture import assert_close, gradients, normal, prefixed, save


def write(folder):
    torch.manual_seed(4)
    n, c = 9, 5
    known = torch.tensor([1, 1, 0, 1, 1, 0, 1, 1, 0]).bool()

    logits = normal(n, c, scale=2)
    with torch.no_grad():
        logits[0] = torch.tensor([50.0, -50.0, 50.0, -50.0, 0.0])
    labels = torch.randint(2, (n, c)).double()
    labels[0] = torch.tensor([1.0, 1.0, 0.0, 0.0, 1.0])
    tensors = {"logits": logits, "labels": labels, "known": known}
    for name, rows in [("masked", known), ("all", torch.ones_like(known))]:
        loss = F.binary_cross_entropy_with_logits(logits[rows], labels[rows])
        made = {"loss": loss[None], **gradients(loss, {"logits": logits})}
        tensors |= prefixed(name, made)
    save(folder, "bce", tensors)

    logits = normal(n, c, scale=2)
    with torch.no_grad():
        logits[0] = torch.tensor([50.0, -50.0, 50.0, -50.0, 0.0])
    classes = torch.tensor([1, 0, 2, 3, 4, 0, 2, 2, 1])
    tensors = {"logits": logits, "classes": classes, "known": known}
    hot = F.one_hot(classes, c).double()
    # Smoothing over the other classes only, as the DGCNN authors do it.
    others = 0.8 * hot + 0.2 * (1 - hot) / (c - 1)
    targets = {
        "plain": hot,
        "smoothed": 0.8 * hot + 0.2 / c,
        "smoothed_others": others,
    }
    for name, target in targets.items():
        loss = F.cross_entropy(logits[known], target[known])
        made = {"loss": loss[None], **gradients(loss, {"logits": logits})}
        tensors |= prefixed(name, made)
    x, y = logits[known], classes[known]
    assert_close(tensors["plain.loss"][0], F.cross_entropy(x, y))
    smoothed = F.cross_entropy(x, y, label_smoothing=0.2)
    assert_close(tensors["smoothed.loss"][0], smoothed)
    save(folder, "cross_entropy", tensors, smoothing=0.2)

    weighted(folder)


def focal(logits, target, labels, weights, exponent):
    """Lin et al.'s focal loss over many classes, with weights of classes as PyTorch has them."""
    log_p = F.log_softmax(logits, 1)
    terms = target * weights * (1 - log_p.exp()) ** exponent * -log_p
    return terms.sum() / weights[labels].sum()


def weighted(folder):
    torch.manual_seed(18)
    n, c = 9, 5
    known = torch.tensor([1, 1, 0, 1, 1, 0, 1, 1, 0]).bool()
    logits = normal(n, c, scale=2)
    classes = torch.tensor([1, 0, 2, 3, 4, 0, 2, 2, 1])
    weights = torch.tensor([0.5, 2.0, 1.0, 3.0, 0.25]).double()
    y = classes[known]
    hot = F.one_hot(y, c).double()
    smoothed = 0.8 * hot + 0.2 / c
    ones = torch.ones(c).double()
    losses = {
        "weighted": lambda x: F.cross_entropy(x, y, weight=weights),
        "weighted_smoothed": lambda x: F.cross_entropy(
            x, y, weight=weights, label_smoothing=0.2),
        "focal": lambda x: focal(x, hot, y, ones, 2),
        "focal_weighted_smoothed": lambda x: focal(x, smoothed, y, weights, 0.5),
    }
    x = logits[known]
    assert_close(losses["weighted"](x), focal(x, hot, y, weights, 0))
    tensors = {"logits": logits, "classes": classes, "known": known, "weights": weights[None]}
    for name, function in losses.items():
        loss = function(logits[known])
        made = {"loss": loss[None], **gradients(loss, {"logits": logits})}
        tensors |= prefixed(name, made)
    save(folder, "weighted_cross_entropy", tensors)
