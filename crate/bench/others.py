"""scikit-learn and River on the same rows: reads questions, a line of JSON each, and answers them.

- {"bench": "kmeans", "k": 3, "dim": 4, "batch": 32, "ms": 100, "by": "sklearn", "points": "FILE"} works for about 100 ms
  and answers {"rows": ..., "s": ...}; the next such question goes on with the same model
- "bench" may be "regression", "by" may be "river", which learns row by row, as its models do
- {"versions": true} answers {"python": ..., "scikit-learn": ..., "river": ...}
"""

import json
import platform
import sys
import time

import numpy
import river
import sklearn
from river import cluster, linear_model, optim
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import SGDRegressor


def points(question):
    return numpy.fromfile(question["points"], dtype="<f8").reshape(-1, question["dim"])


def targets(rows):
    return rows @ numpy.arange(1.0, rows.shape[1] + 1)


def sklearn_pieces(question):
    """Pieces of work, a batch each, without an end."""
    rows, size = points(question), question["batch"]
    batches = [rows[i : i + size] for i in range(0, len(rows), size)]
    if question["bench"] == "kmeans":
        k = question["k"]
        model = MiniBatchKMeans(k, init=rows[:k].copy(), n_init=1, batch_size=size, random_state=0)
        # The first batch has to have at least as many rows as there are clusters.
        model.partial_fit(rows[: max(size, k)])
        learn = [(batch,) for batch in batches]
    else:
        model = SGDRegressor(penalty=None, learning_rate="constant", eta0=0.001)
        wanted = targets(rows)
        learn = [(batch, wanted[i * size : (i + 1) * size]) for i, batch in enumerate(batches)]
    while True:
        for args in learn:
            model.partial_fit(*args)
            yield len(args[0])


def river_pieces(question):
    """Pieces of work, some rows each, without an end. The rows are dictionaries already, as River has them."""
    rows = points(question)
    dicts = [dict(enumerate(row)) for row in rows.tolist()]
    if question["bench"] == "kmeans":
        model = cluster.KMeans(n_clusters=question["k"], halflife=0.5, seed=0)
        learn = [(row,) for row in dicts]
    else:
        model = linear_model.LinearRegression(optimizer=optim.SGD(0.001), intercept_lr=0.001)
        learn = list(zip(dicts, targets(rows).tolist()))
    while True:
        for i in range(0, len(learn), 64):
            for args in learn[i : i + 64]:
                model.learn_one(*args)
            yield 64


PIECES = {"sklearn": sklearn_pieces, "river": river_pieces}
running = {}


def answer(question):
    if "versions" in question:
        versions = {"scikit-learn": sklearn.__version__, "river": river.__version__}
        return {"python": platform.python_version(), **versions}
    ms = question.pop("ms")
    pieces = running.setdefault(json.dumps(question), None) or PIECES[question["by"]](question)
    running[json.dumps(question)] = pieces
    # The first piece reads the rows.
    next(pieces)
    rows, start = 0, time.perf_counter()
    end = start + ms / 1000
    while time.perf_counter() < end:
        rows += next(pieces)
    return {"rows": rows, "s": time.perf_counter() - start}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
