"""Fixture files: named float64 and integer tensors, with gradients from autograd."""

from pathlib import Path

import torch
from safetensors.torch import save_file

DTYPES = {torch.float64, torch.int64, torch.bool}
TOLERANCE = dict(rtol=1e-12, atol=1e-12)


def normal(*shape, scale=1.0):
    """A random leaf tensor that autograd follows."""
    return (scale * torch.randn(*shape, dtype=torch.float64)).requires_grad_()


def gradients(output, leaves, cotangent=None):
    """The gradients of sum(output * cotangent), named gradient.NAME."""
    for leaf in leaves.values():
        leaf.grad = None
    output.backward(cotangent)
    return {f"gradient.{name}": leaf.grad.clone() for name, leaf in leaves.items()}


def example(output, leaves):
    """A function's inputs, parameters, output, random cotangent and all gradients."""
    cotangent = torch.randn_like(output)
    return {
        **leaves,
        "output": output,
        "cotangent": cotangent,
        **gradients(output, leaves, cotangent),
    }


def prefixed(prefix, tensors):
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def assert_close(ours, reference):
    torch.testing.assert_close(ours.detach(), reference.detach(), **TOLERANCE)


def save(folder: Path, name, tensors, **options):
    """Writes NAME.safetensors; options say how the layer was set up."""
    stored = {}
    for key, tensor in tensors.items():
        assert tensor.dtype in DTYPES, f"{name}: {key} is {tensor.dtype}"
        assert tensor.dtype == torch.bool or tensor.isfinite().all(), f"{name}: {key}"
        # A copy: safetensors refuses tensors that share memory.
        stored[key] = tensor.detach().clone().contiguous()
    # One key and one string: the writer does not keep several keys in a fixed order.
    text = "; ".join(f"{key}={value}" for key, value in options.items())
    path = folder / f"{name}.safetensors"
    save_file(stored, path, metadata={"options": text} if text else None)
    print(f"{path.name:36} {path.stat().st_size:6} bytes, {len(stored):3} tensors")
