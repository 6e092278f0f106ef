#!/usr/bin/env python3
"""Writes torch.export archives of many shapes: dynamic sizes, control flow, constants.

    python3 torch_export.py DIRECTORY
"""
import os, sys, warnings
warnings.filterwarnings("ignore")
import torch
from torch import nn
from torch.export import Dim, export, save

out = sys.argv[1]
os.makedirs(out, exist_ok=True)


class Lookup(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("table", torch.arange(12.).view(4, 3))
        self.lin = nn.Linear(3, 2)
        self.fixed = torch.ones(2)

    def forward(self, i, scale: float = 2.0):
        return {"y": self.lin(self.table[i]) * scale + self.fixed, "n": i.shape[0]}


class Branch(nn.Module):
    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda a: a.sin(), lambda a: a.cos(), (x,))


class Sizes(nn.Module):
    def forward(self, x, y):
        n = x.shape[0] + y.shape[0]
        return torch.cat([x, y]).view(n, -1).narrow(0, 0, n // 2), torch.zeros(n * 2 - 1)


class Data(nn.Module):
    def forward(self, x):
        k = x.max().item()
        torch._check(k >= 0)
        torch._check(k <= 20)
        return torch.ones(int(k), 2)


b, c = Dim("batch", min=2, max=64), Dim("other", max=32)
cases = {
    "static": (nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), (torch.randn(3, 4),), None),
    "batch": (nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), (torch.randn(3, 4),), ({0: b},)),
    "conv": (nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval(), (torch.randn(2, 3, 8, 8),), ({0: b},)),
    "lookup": (Lookup(), (torch.tensor([0, 2, 3]),), ({0: b}, None)),
    "branch": (Branch(), (torch.randn(4),), None),
    "sizes": (Sizes(), (torch.randn(4, 3), torch.randn(6, 3)), ({0: b}, {0: c})),
    "data": (Data(), (torch.tensor([3, 4]),), None),
    "attention": (nn.MultiheadAttention(8, 2, batch_first=True).eval(), (torch.randn(2, 5, 8),) * 3, None),
    "encoder": (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval(), (torch.randn(2, 5, 8),), ({0: b, 1: Dim("length", max=50)},)),
    "half": (nn.Linear(4, 4).to(torch.bfloat16), (torch.randn(2, 4, dtype=torch.bfloat16),), None),
    "tied": (nn.Sequential(*[nn.Linear(4, 4)] * 2), (torch.randn(2, 4),), None),
}
done, missing = 0, []
for name, (m, args, shapes) in cases.items():
    for suffix, change in (("", lambda e: e), ("-core", lambda e: e.run_decompositions())):
        p = os.path.join(out, f"{name}{suffix}.pt2")
        try:
            e = change(export(m, args, dynamic_shapes=shapes))
            save(e, p, **({"extra_files": {"labels.txt": "a\nb"}} if name == "conv" else {}))
            done += 1
        except Exception as err:
            missing.append((name + suffix, repr(err)[:120]))
            os.path.exists(p) and os.remove(p)
for x in missing:
    print("not made:", *x, file=sys.stderr)
print("torch", torch.__version__, "made", done, "not made:", len(missing))
