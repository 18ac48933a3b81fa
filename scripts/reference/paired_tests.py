"""Paired tests of scores k / n, with SciPy and statsmodels."""

import numpy as np
import torch
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_paired

from fixture import save

MARGIN = 0.002


def scores(rng, seeds, nodes, gain, spread):
    """Two methods' counts of right answers, some of them equal on every few seeds."""
    second = rng.integers(int(0.6 * nodes), int(0.9 * nodes), seeds)
    first = second + np.round(rng.normal(gain, spread, seeds)).astype(int)
    return first.clip(0, nodes), second


def corrected(differences, ratio, margin):
    """Nadeau & Bengio's corrected resampled t test, its interval and the same for equivalence."""
    n = len(differences)
    error = np.sqrt((1 / n + ratio) * differences.var(ddof=1))
    student = stats.t(n - 1, differences.mean(), error)
    p = stats.ttest_1samp(differences, 0).statistic * np.sqrt(1 / n / (1 / n + ratio))
    p = 2 * stats.t.sf(abs(p), n - 1)
    low, high = student.ppf(0.025), student.ppf(0.975)
    t = stats.t(n - 1)
    equivalence = max(
        t.sf((differences.mean() + margin) / error), t.cdf((differences.mean() - margin) / error)
    )
    return [p, low, high, equivalence]


def case(name, first, second, nodes, ratio):
    a, b = first / nodes, second / nodes
    # Ties and zeros are those of the counts.
    counts = (first - second).astype(float)
    differences = counts / nodes
    paired = stats.ttest_rel(a, b)
    interval = paired.confidence_interval(0.95)
    equivalence = ttost_paired(a, b, -MARGIN, MARGIN)[0]
    expected = [
        differences.mean(), differences.std(ddof=1), paired.pvalue, interval.low, interval.high,
        equivalence,
    ]
    # With no correction the corrected test is the paired one.
    assert np.allclose(corrected(differences, 0, MARGIN), expected[2:])
    kept = counts[counts != 0]
    if len(kept) > 50:
        rank = stats.wilcoxon(counts, method="approx", correction=True, zero_method="wilcox")
    elif len(set(abs(kept))) == len(kept):
        rank = stats.wilcoxon(kept, method="exact")
    else:
        # All 2^n signs.
        assert len(kept) <= 12, f"{name}: {len(kept)} differences with ties"
        signs = stats.PermutationMethod(n_resamples=2 ** len(kept))
        rank = stats.wilcoxon(kept, method=signs)
    numbers = {
        "first": a, "second": b, "paired": expected, "ratio": [ratio],
        "corrected": corrected(differences, ratio, MARGIN), "signed_rank": [rank.pvalue],
    }
    return {f"{name}.{key}": torch.tensor(np.asarray(value)).double() for key, value in numbers.items()}


def write(folder):
    rng = np.random.default_rng(11)
    tensors = {"margin": torch.tensor([MARGIN], dtype=torch.float64)}
    settings = {
        # seeds, nodes, gain and spread in nodes, n_test / n_train
        "texas": (10, 37, 1, 2, 0.20 / 0.48),
        "wisconsin": (10, 51, 0, 1, 0.20 / 0.48),
        "cora": (10, 1_624, -8, 12, 3.0),
        "physics": (3, 34_243, 10, 40, 342.43),
        "five": (5, 1_000, 3, 2, 3.0),
        "two": (2, 1_000, 3, 9, 1.0),
        "twelve_near": (12, 34_243, 1, 3, 0.25),
        "twelve_tied": (12, 60, 1, 2, 0.5),
        "large_tied": (80, 183, 1, 4, 0.25),
    }
    for name, (seeds, nodes, gain, spread, ratio) in settings.items():
        tensors.update(case(name, *scores(rng, seeds, nodes, gain, spread), nodes, ratio))
    # Between 20 and 50 the reference counts rank sums without ties only.
    second = np.full(40, 10_000)
    first = second + rng.permutation(np.arange(1, 41)) * rng.choice([-1, 1], 40, p=[0.3, 0.7])
    tensors.update(case("forty_untied", first, second, 20_000, 0.25))
    families = {
        "mixed": rng.random(58) ** 3,
        "small": np.array([0.04, 0.01, 0.03, 0.005]),
        "tied": np.array([0.02, 0.02, 0.5, 0.02, 1.0, 0.0]),
        "one": np.array([0.024]),
    }
    for name, p in families.items():
        tensors[f"holm.{name}.p"] = torch.tensor(p)
        tensors[f"holm.{name}.corrected"] = torch.tensor(multipletests(p, method="holm")[1])
    save(folder, "paired_tests", tensors)
