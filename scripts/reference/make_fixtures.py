"""Writes the reference fixtures of the Swift tests; see README.md beside this file."""

import argparse
from pathlib import Path

import torch

import alignahead
import baselines
import clouds
import curvature
import dense
import dgcnn
import frameless
import framelets
import gat
import gatv2
import gcn
import gcnii
import gin
import initialization
import kernel_functions
import losses
import lsp
import norms
import optimizers
import paired_tests
import propagation
import sage
import schedules
import student


def main():
    default = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=default, help=f"default {default}")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    initialization.verify()
    modules = (
        gat, gcn, sage, dense, losses, lsp, baselines, optimizers, student, alignahead, framelets,
        frameless, curvature, norms, dgcnn, paired_tests, clouds, propagation, kernel_functions,
        schedules, gatv2, gcnii, gin,
    )
    for module in modules:
        module.write(folder)


if __name__ == "__main__":
    main()
