#!/usr/bin/env python3
"""Times our pickle analyser and its peers on the same files in the same run.

    python3 bench/pickle/run.py [--corpus DIR] [--artefacts DIR] [--big MB]

Needs go; compares with picklescan, modelscan and fickling where they are
installed for the interpreter that PEER_PYTHON names (this one if unset). Files of
the corpus are only ever read as bytes.
"""
import argparse, glob, json, os, pickle, random, resource, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEER = os.environ.get("PEER_PYTHON", sys.executable)

PEERS = {
    "picklescan": """
from picklescan.scanner import scan_file_path
def verdict(p):
    r = scan_file_path(p)
    if r.scan_err: return 'error'
    return 'malicious' if r.issues_count else ('suspicious' if any(g.safety.name == 'Suspicious' for g in r.globals) else 'clean')
""",
    "modelscan": """
from modelscan.modelscan import ModelScan
def verdict(p):
    s = ModelScan()
    r = s.scan(p)
    if r.get('errors'): return 'error'
    if r['summary']['total_issues']: return 'malicious'
    return 'clean' if r['summary']['scanned']['total_scanned'] else 'skipped'
""",
    "fickling": """
from fickling.fickle import Pickled
from fickling.analysis import check_safety, Severity
def verdict(p):
    try:
        with open(p, 'rb') as f: s = check_safety(Pickled.load(f)).severity
    except Exception: return 'error'
    if s >= Severity.LIKELY_OVERTLY_MALICIOUS: return 'malicious'
    return 'clean' if s <= Severity.LIKELY_SAFE else 'suspicious'
""",
}
LOOP = """
import json, sys, time, resource
for p in sys.stdin.read().splitlines():
    t = time.perf_counter()
    try: v = verdict(p)
    except BaseException as e: v = 'error'
    print(json.dumps({'path': p, 'verdict': v, 'ms': (time.perf_counter() - t) * 1000, 'rss': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}), flush=True)
"""


def run(name, binary, files, limit):
    before = time.perf_counter()
    if name == "wardround":
        p = subprocess.Popen([binary, "model", "scan", "--format", "json", *files], stdout=subprocess.PIPE, text=True)
    else:
        p = subprocess.Popen([PEER, "-c", PEERS[name] + LOOP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        out, _ = p.communicate("\n".join(files) if name != "wardround" else None, timeout=limit)
    except subprocess.TimeoutExpired:
        p.kill()
        out, _ = p.communicate()
    rows = [json.loads(l) for l in out.splitlines() if l.startswith("{")]
    return rows, time.perf_counter() - before


def count(rows, files):
    c = {}
    for r in rows:
        c[r["verdict"]] = c.get(r["verdict"], 0) + 1
    if len(rows) < len(files):
        c["not reached"] = len(files) - len(rows)
    return ", ".join(f"{v} {k}" for k, v in sorted(c.items()))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--corpus", default=os.path.join(ROOT, "..", "shared", "data", "models", "picklescan"))
    a.add_argument("--artefacts", default=os.environ.get("WARDROUND_ARTEFACTS", ""))
    a.add_argument("--big", type=int, default=40)
    a.add_argument("--limit", type=float, default=300)
    a = a.parse_args()
    tmp = tempfile.mkdtemp()
    # What people run, with all that it carries, and the analyser by itself.
    binary, bare = os.path.join(tmp, "wardround"), os.path.join(tmp, "bare")
    env = dict(os.environ, CGO_ENABLED="0")
    subprocess.run(["go", "build", "-ldflags=-s -w", "-o", binary, "./cmd/wardround"], cwd=ROOT, check=True, env=env)
    subprocess.run(["go", "build", "-o", bare, "./bench/pickle"], cwd=ROOT, check=True, env=env)
    names = ["wardround", *PEERS]
    sets = {}
    bad = sorted(glob.glob(os.path.join(a.corpus, "*", "*.pkl")) + glob.glob(os.path.join(a.corpus, "*", "*.pickle")))
    sets["malicious, picklescan's own corpus (raw pickles)"] = [f for f in bad if "benign" not in f]
    if a.artefacts:
        sets["ordinary pickles, held out"] = sorted(glob.glob(os.path.join(a.artefacts, "held", "*.pkl")))
        sets["ordinary joblibs, held out, not compressed"] = [f for f in sorted(glob.glob(os.path.join(a.artefacts, "held", "*.joblib"))) if os.path.basename(f).count(".") == 1]
    for label, files in sets.items():
        print(f"{label}: {len(files)} files")
        for n in names if files else []:
            rows, took = run(n, binary, files, a.limit)
            print(f"  {n:12} {count(rows, files):60} {took:8.2f} s with start")
    random.seed(1)
    small = os.path.join(tmp, "small.pkl")
    with open(small, "wb") as f:
        pickle.dump([(i, f"row {i}", i * 0.5) for i in range(130000)], f, protocol=4)
    big = os.path.join(tmp, "big.pkl")
    with open(big, "wb") as f:
        pickle.dump(shapes(a.big << 20)["tuples of numbers and lists"](), f, protocol=4)
    for path in (small, big):
        print(f"{os.path.basename(path)}: {os.path.getsize(path) / 1e6:.1f} MB")
        whole(binary, bare, path)
        for n in PEERS:
            rows, took = run(n, binary, [path], a.limit)
            if not rows:
                print(f"  {n:12} not done in {a.limit:.0f} s")
                continue
            r = rows[0]
            print(f"  {n:12} {r['verdict']:10} {r['ms']:10.1f} ms {os.path.getsize(path) / 1e3 / r['ms']:8.2f} MB/s {r['rss']:6} MB")
    for label, make in shapes(a.big << 20).items():
        with open(big, "wb") as f:
            pickle.dump(make(), f, protocol=0 if "protocol 0" in label else 4)
        print(f"{label}: {os.path.getsize(big) / 1e6:.1f} MB")
        whole(binary, bare, big)
    print(f"cold start: {cold(binary, small)}")


def shapes(n):
    """Programs of about n bytes; one at a time is made."""
    return {
        "tuples of numbers and lists": lambda: [(i & 255, i >> 8 & 255, [i & 255]) for i in range(n // 11)],
        "lists in a list": lambda: [[i & 255] for i in range(n // 5)],
        "numbers": lambda: list(range(n // 5)),
        "floats": lambda: [i * 0.5 for i in range(n // 9)],
        "texts": lambda: [f"row {i}" for i in range(n // 15)],
        "names": lambda: [f"name{i}" for i in range(n // 15)],
        "long texts": lambda: ["x" * 100_000 + str(i) for i in range(n // 100_000)],
        "dicts": lambda: [{"a": i & 255, "b": i >> 8 & 255} for i in range(n // 13)],
        "one tuple": lambda: tuple(range(n // 5)),
        "numbers, protocol 0": lambda: list(range(n // 10)),
    }


def whole(binary, bare, path):
    """The real command as a process of its own: by the clock, its processor time, its memory at most."""
    walls = json.loads(subprocess.run([sys.executable, "-c", MEASURE, binary, "model", "scan", path], capture_output=True, text=True, check=True).stdout)
    wall, cpu, rss = (min(x) for x in zip(*walls))
    most = max(x[2] for x in walls)
    r = json.loads(subprocess.run([bare, path], capture_output=True, text=True, check=True).stdout)
    print(f"  {'wardround':12} {r['verdict']:10} {wall:10.1f} ms {os.path.getsize(path) / 1e3 / wall:8.2f} MB/s {most:6.0f} MB  least of five with start; {cpu:.0f} ms of processor time; {r['ops']} opcodes")


# A child's peak begins with that of the process that started it, and this one holds data.
MEASURE = """
import json, os, subprocess, sys, time
runs = []
for _ in range(5):
    t = time.perf_counter()
    p = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, code, u = os.wait4(p.pid, 0)
    runs.append(((time.perf_counter() - t) * 1000, (u.ru_utime + u.ru_stime) * 1000, u.ru_maxrss / 1024))
print(json.dumps(runs))
"""


def cold(binary, path):
    tiny = path + ".tiny"
    with open(tiny, "wb") as f:
        f.write(pickle.dumps([1]))
    times = []
    for _ in range(25):
        t = time.perf_counter()
        subprocess.run([binary, "model", "scan", tiny], stdout=subprocess.DEVNULL, check=True)
        times.append((time.perf_counter() - t) * 1000)
    times.sort()
    return f"{times[0]:.1f} ms least, {times[len(times) // 2]:.1f} ms median of {len(times)}"


main()
