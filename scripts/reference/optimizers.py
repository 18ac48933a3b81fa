"""Five steps of each optimiser with given gradients."""

import torch
from torch.optim import SGD, Adam, AdamW, RMSprop

from fixture import save

CASES = {
    "adam": (Adam, dict(lr=0.05)),
    "adam_coupled": (Adam, dict(lr=0.05, weight_decay=0.1)),
    "adam_decoupled": (AdamW, dict(lr=0.05, weight_decay=0.1)),
    "adam_betas": (Adam, dict(lr=0.02, betas=(0.8, 0.95), eps=1e-3)),
    "sgd": (SGD, dict(lr=0.1)),
    "sgd_momentum": (SGD, dict(lr=0.1, momentum=0.9)),
    "sgd_momentum_decay": (SGD, dict(lr=0.1, momentum=0.9, weight_decay=0.05)),
    "sgd_nesterov_decay": (
        SGD,
        dict(lr=0.1, momentum=0.9, weight_decay=0.05, nesterov=True),
    ),
    "rmsprop": (RMSprop, dict(lr=0.05)),
    "rmsprop_momentum_decay": (
        RMSprop,
        dict(lr=0.02, alpha=0.9, eps=1e-3, momentum=0.8, weight_decay=0.1),
    ),
    "rmsprop_centered": (
        RMSprop,
        dict(lr=0.02, alpha=0.9, momentum=0.5, centered=True),
    ),
}


def trajectory(initial, steps, optimizer, options):
    p = initial.clone().requires_grad_()
    stepper = optimizer([p], **options)
    rows = []
    for gradient in steps:
        p.grad = gradient[None].clone()
        stepper.step()
        rows.append(p.detach().clone())
    return torch.cat(rows)


def write(folder):
    torch.manual_seed(6)
    initial = torch.randn(1, 12).double()
    steps = torch.randn(5, 12).double()
    steps[:, 3] = 0
    tensors = {"initial": initial, "gradients": steps}
    for name, (optimizer, options) in CASES.items():
        tensors[name] = trajectory(initial, steps, optimizer, options)
    texts = {
        name: ", ".join(f"{k} {v}" for k, v in options.items())
        for name, (_, options) in CASES.items()
    }
    save(folder, "optimizers", tensors, **texts)
