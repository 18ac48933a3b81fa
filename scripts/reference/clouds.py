"""Small HDF5 files in the layout of ModelNet40's, whole and wrong, as h5py writes them."""

import h5py
import numpy as np


def write(folder):
    folder = folder / "clouds"
    folder.mkdir(exist_ok=True)
    count, points = 5, 6
    # Coordinate a of point i of cloud k is k + i / 8 + a / 64, exact in Float.
    k, i, a = np.meshgrid(
        np.arange(count), np.arange(points), np.arange(3), indexing="ij"
    )
    data = (k + i / 8 + a / 64).astype("f4")
    label = np.array([[1], [0], [2], [1], [0]], "u1")
    broken = data.copy()
    broken[3, 2, 1] = np.nan
    files = {
        "whole": {"data": data, "label": label},
        "flat_labels": {"data": data.astype("f8"), "label": label[:, 0].astype("i8")},
        "no_data": {"label": label},
        "no_label": {"data": data},
        "two_coordinates": {"data": data[..., :2], "label": label},
        "integers": {"data": data.astype("i4"), "label": label},
        "real_labels": {"data": data, "label": label.astype("f4")},
        "few_labels": {"data": data, "label": label[:3]},
        "not_finite": {"data": broken, "label": label},
        "one_point": {"data": data[:, :1], "label": label},
        "negative": {"data": data, "label": label.astype("i4") - 1},
    }
    for name, arrays in files.items():
        path = folder / f"{name}.h5"
        with h5py.File(path, "w") as file:
            for key, array in arrays.items():
                # As in ModelNet40's files: chunks, deflated.
                file.create_dataset(
                    key, data=array, chunks=True, compression="gzip", track_times=False
                )
        print(f"{path.name:36} {path.stat().st_size:6} bytes")
