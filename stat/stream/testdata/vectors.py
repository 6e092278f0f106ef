"""Where river's detectors find changes: python3 vectors.py > vectors.json (needs river)."""
import json
import random

from river import drift


def streams():
    rng = random.Random(7)
    yield "steps", [rng.randint(0, 1) for _ in range(600)] + [rng.randint(4, 7) for _ in range(600)] + [rng.randint(2, 5) for _ in range(600)]
    yield "nothing", [rng.randint(0, 20) for _ in range(1500)]
    yield "slow", [round(rng.gauss(i / 400, 1), 3) for i in range(1600)]
    yield "wide", [round(rng.gauss(0, 1 if i < 700 else 4), 3) for i in range(1400)]
    yield "constant", [3] * 500
    yield "large", [round(rng.gauss(1e6 if i < 500 else 1e6 + 40, 10), 1) for i in range(1000)]


def found(d, xs, picks=None):
    out = []
    for i, x in enumerate(xs):
        d.update(x)
        if d.drift_detected:
            out.append(i)
    return out


class Picks(random.Random):
    """Writes down what KSWIN draws."""

    def __init__(self, seed):
        super().__init__(seed)
        self.drawn = []

    def sample(self, population, k, **kw):
        s = super().sample(population, k, **kw)
        self.drawn.append(list(s))
        return s


out = []
for name, xs in streams():
    case = {"name": name, "values": xs, "adwin": [], "page_hinkley": [], "kswin": None}
    for delta in (0.002, 0.05, 0.3):
        d = drift.ADWIN(delta=delta)
        idx = []
        for i, x in enumerate(xs):
            d.update(x)
            if d.drift_detected:
                idx.append([i, d.width, d.estimation])
        case["adwin"].append({"delta": delta, "found": idx, "width": d.width, "mean": d.estimation, "variance": d.variance})
    for threshold in (5, 50):
        case["page_hinkley"].append({"threshold": threshold, "found": found(drift.PageHinkley(threshold=threshold), xs)})
    if len(xs) <= 1500 and name in ("wide", "large"):
        k = drift.KSWIN(alpha=0.02, seed=1)
        idx, picks = [], []
        k._rng = Picks(1)
        for i, x in enumerate(xs[350:1000]):
            before = k._rng if isinstance(k._rng, Picks) else None
            if before is None:
                k._rng = Picks(1)
            r = k._rng
            k.update(x)
            if isinstance(k._rng, Picks) and k._rng.drawn:
                picks.append(k._rng.drawn.pop())
            if k.drift_detected:
                idx.append(i)
        case["kswin"] = {"alpha": 0.02, "found": idx, "looks": len(picks), "picks": ["".join(chr(48 + v) for v in p) for p in picks]}
    out.append(case)
print(json.dumps(out, separators=(",", ":")))
