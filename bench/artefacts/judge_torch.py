#!/usr/bin/env python3
"""Writes ordinary PyTorch artefacts that the allowlists were not written with.

    python3 judge_torch.py DIRECTORY [SEED]
"""
import collections, os, pickle, sys, warnings
import torch
from torch import nn, optim

warnings.filterwarnings("ignore")
out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
os.makedirs(out, exist_ok=True)
torch.manual_seed(seed)
made = collections.Counter()


def save(name, make):
    try:
        x = make() if callable(make) and not isinstance(make, nn.Module) else make
    except Exception as e:
        print("not made", name, repr(e)[:100]); return
    for suffix, kw in [("pt", {}), ("pth", {"_use_new_zipfile_serialization": False})]:
        try:
            torch.save(x, f"{out}/{name}.{suffix}", **kw); made["made"] += 1
        except Exception as e:
            print("not written", name, suffix, repr(e)[:100])
    try:
        with open(f"{out}/{name}.pkl", "wb") as f:
            pickle.dump(x, f, protocol=2 + seed % 4); made["made"] += 1
    except Exception as e:
        print("no pickle", name, repr(e)[:100])


mlp = nn.Sequential(collections.OrderedDict(a=nn.Linear(4, 8), r=nn.LeakyReLU(.2), n=nn.BatchNorm1d(8), d=nn.Dropout(.1), b=nn.Linear(8, 2), s=nn.Softmax(dim=1)))
cnn = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1, groups=1), nn.InstanceNorm2d(4, affine=True), nn.PReLU(), nn.MaxPool2d(2), nn.ConvTranspose2d(4, 2, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Hardswish())
save("mlp", mlp); save("cnn", cnn); save("state", lambda: mlp.state_dict()); save("checkpoint", lambda: {"epoch": 3, "model": cnn.state_dict(), "opt": optim.AdamW(cnn.parameters(), 1e-3).state_dict(), "args": {"lr": .1}, "best": float("nan"), "rng": torch.get_rng_state()})
mods = dict(lstm=nn.LSTM(4, 5, 2, bidirectional=True), gru=nn.GRU(4, 5, batch_first=True), cell=nn.LSTMCell(3, 4), emb=nn.Embedding(10, 4, padding_idx=0), bag=nn.EmbeddingBag(10, 4), mha=nn.MultiheadAttention(8, 2), enc=nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2), dec=nn.TransformerDecoderLayer(8, 2, 16, activation="gelu"), tr=nn.Transformer(8, 2, 1, 1, 16), ml=nn.ModuleList([nn.Linear(1, 2), nn.Tanh()]), md=nn.ModuleDict({"a": nn.GELU(), "b": nn.Identity()}), pl=nn.ParameterList([nn.Parameter(torch.ones(2))]), pd=nn.ParameterDict({"a": nn.Parameter(torch.ones(2))}), wn=nn.utils.weight_norm(nn.Linear(3, 4)), sn=nn.utils.spectral_norm(nn.Linear(3, 4)), ln=nn.LayerNorm(4), gn=nn.GroupNorm(2, 4), up=nn.Upsample(scale_factor=2), ps=nn.PixelShuffle(2), bl=nn.Bilinear(2, 3, 4), cos=nn.CosineSimilarity(), unf=nn.Unfold(2), c3=nn.Conv3d(1, 2, 3), pad=nn.ReflectionPad2d(1), fm=nn.FractionalMaxPool2d(2, output_size=2), ad=nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10]), act=nn.Sequential(nn.ELU(), nn.SELU(), nn.CELU(), nn.SiLU(), nn.Mish(), nn.Softplus(), nn.GLU(), nn.Threshold(.1, 0), nn.Hardtanh(), nn.LogSigmoid(), nn.ReLU6()), lazy=nn.LazyLinear(4), dp=nn.DataParallel(nn.Linear(2, 2)), ann=nn.utils.parametrizations.orthogonal(nn.Linear(3, 3)))
for k, m in mods.items():
    save("m-" + k, m)
for l in [nn.CrossEntropyLoss(weight=torch.ones(3)), nn.BCEWithLogitsLoss(), nn.HuberLoss(), nn.CTCLoss(), nn.TripletMarginLoss(), nn.KLDivLoss(), nn.MSELoss(), nn.CosineEmbeddingLoss(), nn.GaussianNLLLoss()]:
    save("l-" + type(l).__name__, l)
for o in [optim.SGD, optim.Adam, optim.RMSprop, optim.Adagrad, optim.LBFGS, optim.NAdam, optim.RAdam, optim.Adamax, optim.ASGD, optim.Adadelta, optim.Rprop]:
    op = o(mlp.parameters(), lr=.01)
    mlp(torch.randn(8, 4)).sum().backward()
    if o is not optim.LBFGS:
        op.step()
    save("o-" + o.__name__, op); save("os-" + o.__name__, lambda: op.state_dict())
op = optim.SGD(mlp.parameters(), lr=.1)
S = optim.lr_scheduler
for s in [S.StepLR(op, 2), S.CosineAnnealingLR(op, 5), S.ReduceLROnPlateau(op), S.ExponentialLR(op, .9), S.MultiStepLR(op, [1, 3]), S.OneCycleLR(op, .1, 20), S.CosineAnnealingWarmRestarts(op, 5), S.LinearLR(op), S.ConstantLR(op), S.PolynomialLR(op) if hasattr(S, "PolynomialLR") else S.StepLR(op, 3)]:
    save("s-" + type(s).__name__, s); save("ss-" + type(s).__name__, lambda: s.state_dict())
for dt in [torch.float16, torch.bfloat16, torch.float64, torch.int8, torch.uint8, torch.int64, torch.bool, torch.complex64]:
    save("t-" + str(dt)[6:], lambda dt=dt: torch.ones(3, 2).to(dt))
save("t-list", lambda: [torch.randn(2), torch.Size([1, 2]), torch.device("cpu"), torch.float32, torch.strided]); save("t-sparse", lambda: torch.eye(3).to_sparse()); save("t-csr", lambda: torch.eye(3).to_sparse_csr()); save("t-q", lambda: torch.quantize_per_tensor(torch.randn(3), .1, 0, torch.qint8)); save("t-qc", lambda: torch.quantize_per_channel(torch.randn(3, 2), torch.ones(3), torch.zeros(3), 0, torch.quint8)); save("t-view", lambda: torch.arange(20.)[3:9:2]); save("t-shared", lambda: (lambda a: [a, a[1:], {"x": a}])(torch.arange(9.))); save("t-grad", lambda: torch.ones(2, requires_grad=True)); save("t-param", lambda: nn.Parameter(torch.ones(2))); save("t-numpy", lambda: {"a": torch.ones(2).numpy(), "b": torch.ones(1)}); save("t-0", lambda: torch.tensor(3)); save("t-neg", lambda: torch.view_as_complex(torch.randn(2, 2)).conj()); save("t-gen", lambda: torch.Generator().get_state()); save("t-meta", lambda: torch.empty(3, device="meta"))
q = torch.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), {nn.Linear}, dtype=torch.qint8)
save("q-dyn", q); save("q-dyn-state", lambda: q.state_dict())
D = torch.utils.data
save("d-tensor", lambda: D.TensorDataset(torch.ones(3, 2), torch.zeros(3))); save("d-sub", lambda: D.Subset(D.TensorDataset(torch.ones(3, 2)), [0, 1])); save("dist", lambda: torch.distributions.Normal(torch.zeros(2), torch.ones(2)))
for nm, m, ex in [("mlp", mlp.eval(), torch.randn(2, 4)), ("cnn", cnn.eval(), torch.randn(1, 1, 8, 8))]:
    torch.jit.trace(m, ex).save(f"{out}/jit-trace-{nm}.pt"); torch.jit.script(m).save(f"{out}/jit-script-{nm}.pt"); made["made"] += 2
torch.jit.script(nn.LSTM(3, 4)).save(f"{out}/jit-lstm.pt"); made["made"] += 1
try:
    torch.onnx.export(mlp, torch.randn(1, 4), f"{out}/m.onnx"); made["made"] += 1
except Exception as e:
    print(repr(e)[:100])
print(dict(made), len(os.listdir(out)))
