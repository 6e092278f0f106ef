#!/usr/bin/env python3
"""Asks the classes of a library whether they keep the convention that the rules of
format/pickle/shape.go rely on: no __new__, __setstate__ or __del__ of their own.

    python3 convention.py torch.nn.modules torch.distributions sklearn.linear_model …

Prints each class that has one, where it is written, for a person to read; and the
names in the form of a class that the modules borrow from elsewhere.
"""
import collections, importlib, inspect, pkgutil, re, sys, warnings
warnings.filterwarnings("ignore")


def form(name):
    t = name.removeprefix("_")
    return len(t) > 1 and t[0].isupper() and re.fullmatch(r"\w+", t) and (any(c.islower() for c in t) or "_" not in t)


def modules(root):
    m = importlib.import_module(root)
    yield m
    for i in pkgutil.walk_packages(getattr(m, "__path__", []), root + ".", onerror=lambda n: None):
        if not re.search(r"\btests?\b|conftest|_testing", i.name):
            try:
                yield importlib.import_module(i.name)
            except BaseException as e:
                print("not imported:", i.name, repr(e)[:80], file=sys.stderr)


own, borrowed = collections.defaultdict(list), set()
for root in sys.argv[1:]:
    for m in modules(root):
        for name, c in vars(m).items():
            if not form(name):
                continue
            if not inspect.isclass(c) or not c.__module__.startswith(root.split(".")[0]):
                borrowed.add(name)
                continue
            at = [f"{hook} of {k.__module__}.{k.__qualname__}" for hook in ("__new__", "__setstate__", "__del__")
                  for k in [next((k for k in c.__mro__ if hook in vars(k)), object)] if k is not object]
            if at:
                own[", ".join(at)].append(f"{m.__name__}.{name}")
for at, names in sorted(own.items()):
    print(f"{at}: {len(names)}: {' '.join(names[:6])}")
print("borrowed:", " ".join(sorted(borrowed)))
