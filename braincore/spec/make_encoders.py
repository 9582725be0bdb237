"""The input of a stimulus with an encoder: images, arrays or numbers, turned into spike trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from braincore.data.arrays import read_arrays
from braincore.data.images import read_images
from braincore.errors import InputError
from braincore.model import SpikeTrains, encoders, stream
from braincore.spec.form_encoders import EncodeForm, ImageForm
from braincore.spec.make_values import column_of, numbers
from braincore.spec.workshop import Entry, under


def encoded(entry: Entry, form: EncodeForm | None, name: str) -> SpikeTrains:
    """Return the spikes of an encoder, its random numbers from the stream of the stimulus' `name`.

    Raises
    ------
    InputError
        The input cannot be read or does not fit the code.
    """
    if form is None:
        raise InputError("nothing to encode")
    inputs = _inputs(entry, form)
    low, high = form.range or ((0.0, 255.0) if form.image is not None else (0.0, 1.0))
    code = form.code
    brain = entry.shop.brain
    rng = stream(brain.seed, "encoder", name)
    trains = []
    with under(code):
        for values in inputs:
            if code == "threshold":
                trains.append(encoders.threshold_crossing(values, **dict(getattr(form, code))))
            elif code == "levels":
                sequence = np.asarray(values).reshape(-1)
                trains.append(encoders.levels(sequence, low=low, high=high, **dict(getattr(form, code))))
            else:
                options = dict(getattr(form, code))
                if code == "rate":
                    least = options.pop("refractory")
                    options |= {"rng": rng, "refractory": brain.dt if least is None else least}
                scaled = encoders.rescale(np.asarray(values).reshape(-1), low, high)
                trains.append(getattr(encoders, code)(scaled, **options))
    return trains[0] if len(trains) == 1 else encoders.joined(trains, form.every.si if form.every else 0.0)


def _inputs(entry: Entry, form: EncodeForm) -> list[Any]:
    if form.image is not None:
        with under("image"):
            return _images(form.image)
    if form.array is not None:
        file = entry.file(form.array.array, "array", "array", sha256=form.array.sha256)
        with under("array", "key"):
            return [numbers(read_arrays(file, [form.array.key])[form.array.key])]
    if form.column is not None:
        return [column_of(entry, form.column, (), "column")]
    if not form.values:
        raise InputError("there are no values", path="values")
    return [np.asarray(form.values, dtype=np.float64)]


def _images(form: ImageForm) -> list[Any]:
    images, _ = read_images(form.set, form.split)
    for number, index in enumerate(form.index):
        if index >= len(images):
            path = f"index.{number}" if len(form.index) > 1 else "index"
            raise InputError(
                f"there is no image {index}", path=path, hint=f"{form.set} has {len(images):,} of {form.split}"
            )
    return [images[index] for index in form.index]
