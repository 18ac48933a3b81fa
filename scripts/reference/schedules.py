"""Learning rates, epoch by epoch, of PyTorch's schedulers."""

import torch
from torch.optim import SGD, lr_scheduler as schedulers

from fixture import save

RATE = 0.5


def rates(make, epochs, values=None):
    """The rate of each epoch; where there are values, the scheduler is shown them after each epoch."""
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    scheduler = make(optimizer)
    found = []
    for epoch in range(epochs):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([] if values is None else [values[epoch]]))
    return torch.tensor([found], dtype=torch.float64)


def after_warmup(make, warmup):
    """A linear warm-up from 1 / warmup, in front of another scheduler."""

    def both(optimizer):
        linear = schedulers.LinearLR(optimizer, 1 / warmup, total_iters=warmup - 1)
        return schedulers.SequentialLR(optimizer, [linear, make(optimizer)], milestones=[warmup])

    return both


def write(folder):
    torch.manual_seed(20)
    epochs = 40
    # A loss that falls, stands still, falls a little less than counts, and rises.
    losses = torch.cat([
        torch.linspace(2, 1, 8), torch.full((10,), 1.0), torch.linspace(1, 0.9992, 8),
        1 + torch.rand(14),
    ]).double().tolist()
    plateau = schedulers.ReduceLROnPlateau
    tensors = {
        "losses": torch.tensor([losses], dtype=torch.float64),
        "multi_step": rates(lambda o: schedulers.MultiStepLR(o, [3, 4, 20], 0.3), epochs),
        "exponential": rates(lambda o: schedulers.ExponentialLR(o, 0.9), epochs),
        "warm_exponential": rates(
            after_warmup(lambda o: schedulers.ExponentialLR(o, 0.9), 5), epochs),
        "warm_cosine": rates(
            after_warmup(lambda o: schedulers.CosineAnnealingLR(o, 35, 0.05), 5), epochs),
        "plateau": rates(lambda o: plateau(o, "min", 0.5, 2), epochs, losses),
        "plateau_rests": rates(
            lambda o: plateau(o, "min", 0.4, 1, threshold=1e-3, cooldown=3, min_lr=0.02), epochs,
            losses),
        "plateau_rises": rates(
            lambda o: plateau(o, "max", 0.5, 3, threshold=0.01), epochs, [-x + 5 for x in losses]),
        "plateau_at_once": rates(lambda o: plateau(o, "min", 0.1, 0), epochs, losses),
    }
    save(folder, "schedules", tensors)
