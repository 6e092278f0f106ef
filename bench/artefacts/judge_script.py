#!/usr/bin/env python3
"""Writes TorchScript archives that torch.jit.load decides about.

    python3 judge_script.py DIRECTORY [SEED]

good/ holds archives with code that torch reads and that touches nothing but numbers:
ordinary ones and ones whose source was changed by the dice and still loads. hostile/
holds functions that read or write files through an operator of torch, or call one
of a library; torch reads them, too. refused/ holds what torch refuses. The verdicts
should be: good inert or safe, hostile not; refused may be anything but an error.
"""
import io, os, random, sys, warnings, zipfile
warnings.filterwarnings("ignore")
import torch
from torch import nn

out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
for d in ("good", "hostile", "refused"):
    os.makedirs(f"{out}/{d}", exist_ok=True)
dice = random.Random(seed)
try:
    import torchvision  # noqa: F401  registers torch.ops.image and torch.ops.torchvision
except Exception:
    pass


def loads(b):
    try:
        torch.jit.load(io.BytesIO(b))
        return True
    except Exception:
        return False


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin, self.names = nn.Linear(3, 3), {"a": 1}

    def forward(self, x: torch.Tensor, how: str = "mean"):
        y = self.lin(x)
        if how == "mean":
            y = y.mean(0)
        elif how in self.names:
            y = y * self.names[how]
        assert y.dim() > 0, "import os; no (file) here"
        out = [torch.jit.annotate(torch.Tensor, t) for t in y.split(1)]
        return torch.stack(out), f"{how}!"


nets = {"mixed": Mixed(), "lstm": nn.LSTM(2, 3), "seq": nn.Sequential(nn.Conv1d(2, 3, 2), nn.ReLU(), nn.Flatten()), "attention": nn.TransformerEncoderLayer(4, 2, 8)}
seeds = {}
for n, m in nets.items():
    b = io.BytesIO()
    torch.jit.save(torch.jit.script(m.eval()), b)
    seeds[n] = b.getvalue()
    open(f"{out}/good/{n}.pt", "wb").write(b.getvalue())
SWAPS = [("torch.relu", "torch.sigmoid"), ("torch.add", "torch.mul"), ("  def forward", "  def other"), ("return ", "return  "), ("(", "( "), ("1", "2"), ("Tensor", "Optional[Tensor]"), (":", " :"), ("\n", "\n# by hand: import os, open('x')\n"), ("\"", "'"), ("_0", "_99"), ("True", "False"), ("torch.", "ops.aten."), ("\n  ", "\n    "), (", ", ",  "), ("int", "float"), ("self", "os"), ("_1", "exec"), ("=", "=="), ("\n", "\nimport os\n"), ("\n", "\n@torch.jit.script\n"), ("x", "\u00e9")]
for i in range(400):
    name = dice.choice(sorted(seeds))
    src, b = zipfile.ZipFile(io.BytesIO(seeds[name])), io.BytesIO()
    with zipfile.ZipFile(b, "w", dice.choice([0, 0, 8])) as z:
        for n in src.namelist():
            body = src.read(n)
            if n.endswith(".py"):
                text = body.decode()
                for _ in range(dice.randint(1, 2)):
                    a, c = dice.choice(SWAPS)
                    k = text.count(a)
                    if k:
                        parts = text.split(a)
                        j = dice.randrange(k)
                        text = a.join(parts[:j + 1]) + c + a.join(parts[j + 1:])
                body = text.encode()
            z.writestr(n, body)
    open(f"{out}/{'good' if loads(b.getvalue()) else 'refused'}/{name}-{i}.pt", "wb").write(b.getvalue())

# torch.ops.image.write_file is not here: it gives nothing back, so torch.jit.script leaves its call out.
BODIES = {
    "save": "torch.save(x, 'a.bin')", "from_file": "y = torch.from_file('/etc/passwd', False, 10)\n    return y", "aten_save": "torch.ops.aten.save(x, 'a.bin')",
    "image_read": "y = torch.ops.image.read_file('/etc/passwd')\n    return y", "aten_from_file": "y = torch.ops.aten.from_file('/etc/passwd', False, 10)\n    return y", "decode": "y = torch.ops.image.decode_png(torch.ops.image.read_file('/etc/passwd'), 0)\n    return y",
}
for n, body in BODIES.items():
    try:
        path = f"{out}/{n}.src.py"
        open(path, "w").write(f"import torch\ndef f(x: torch.Tensor):\n    {body}\n" + ("" if "return" in body else "    return x\n"))
        space = {"__name__": "made"}
        exec(compile(open(path).read(), path, "exec"), space)
        import linecache
        linecache.checkcache(path)
        f = torch.jit.script(space["f"])
        b = io.BytesIO()
        torch.jit.save(f, b)
        open(f"{out}/{'hostile' if loads(b.getvalue()) else 'refused'}/{n}.pt", "wb").write(b.getvalue())
    except Exception as e:
        print("not made:", n, repr(e)[:200], file=sys.stderr)
    finally:
        os.path.exists(path) and os.remove(path)
print("torch", torch.__version__, {d: len(os.listdir(f"{out}/{d}")) for d in ("good", "hostile", "refused")})
