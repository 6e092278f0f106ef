#!/usr/bin/env python3
"""Writes ordinary PyTorch files: every layer, optimiser, scheduler, loss and
distribution that the installed torch has, tensors of every type and layout,
checkpoints as training scripts write them, and all the forms of file.

    python3 torch_core.py DIRECTORY [SEED]

Layers, optimisers and the rest are found by looking into torch, not by a list, so
that a newer torch brings its own. Needs torch 2 and numpy.
"""
import argparse, collections, datetime, decimal, enum, functools, inspect, io, os, pathlib, pickle, random, sys, types, uuid, warnings
import numpy as np
import torch
from torch import nn, optim

warnings.filterwarnings("ignore")
out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
os.makedirs(out, exist_ok=True)
torch.manual_seed(seed)
dice = random.Random(seed)
made, missing = collections.Counter(), []

WAYS = {
    "zip": lambda x, p: torch.save(x, p + ".pt"),
    "old": lambda x, p: torch.save(x, p + ".pth", _use_new_zipfile_serialization=False),
    "p2": lambda x, p: pickle.dump(x, open(p + ".p2.pkl", "wb"), 2),
    "p3": lambda x, p: torch.save(x, p + ".p3.pt", pickle_protocol=3),
    "p4": lambda x, p: pickle.dump(x, open(p + ".p4.pkl", "wb"), 4),
    "p5": lambda x, p: torch.save(x, p + ".p5.ckpt", pickle_protocol=5),
    "old4": lambda x, p: torch.save(x, p + ".old4.bin", pickle_protocol=4, _use_new_zipfile_serialization=False),
}
try:
    import joblib
    WAYS["joblib"] = lambda x, p: joblib.dump(x, p + ".joblib", compress=dice.choice([0, 3, ("gzip", 2), ("bz2", 1), ("xz", 1)]))
except ImportError:
    pass


def save(name, make, ways=2):
    """Writes what make returns as a zip, and in other ways drawn by the dice."""
    try:
        x = make()
    except Exception as e:
        missing.append((name, "make", repr(e)[:90]))
        return
    for way in ["zip"] + dice.sample(sorted(set(WAYS) - {"zip"}), ways):
        path = os.path.join(out, name)
        before = set(os.listdir(out))
        try:
            WAYS[way](x, path)
            made[way] += 1
        except Exception as e:
            missing.append((name, way, repr(e)[:90]))
            for n in set(os.listdir(out)) - before:  # what was half written
                os.remove(os.path.join(out, n))


def classes(module, base):
    for n, c in sorted(vars(module).items()):
        if inspect.isclass(c) and issubclass(c, base) and c is not base and not n.startswith("_"):
            yield n, c


# Layers and losses. Arguments by the name of the parameter, for all classes at once.
BY_NAME = dict(num_parameters=3, in_features=4, out_features=3, in_channels=4, out_channels=4, kernel_size=3, num_features=4, normalized_shape=4, input_size=4,
               hidden_size=5, num_embeddings=9, embedding_dim=4, embed_dim=8, num_heads=2, num_groups=2, num_channels=4, d_model=8, nhead=2, p=.2,
               padding=1, upscale_factor=2, downscale_factor=2, in1_features=2, in2_features=3, output_size=2, groups=2, dim=1, threshold=.1, value=.5,
               n_classes=20, cutoffs=[5, 10], unflattened_size=(2, 2), size=4, lower=.1, upper=.3, margin=.5, scale_factor=2, norm_type=2, eps=1e-5)


def layer(c):
    if c is nn.TransformerEncoder:
        return c(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)
    if c is nn.TransformerDecoder:
        return c(nn.TransformerDecoderLayer(8, 2, 16), 2)
    if c is nn.Transformer:
        return c(8, 2, 1, 1, 16)
    if c is nn.Unflatten:
        return c(1, (2, 2))
    if c in (nn.Sequential, nn.ModuleList):
        return c([nn.Linear(2, 3), nn.Tanh()]) if c is nn.ModuleList else c(nn.Linear(2, 3), nn.Tanh())
    if c is nn.ModuleDict:
        return c({"a": nn.Linear(2, 3), "b": nn.GELU()})
    if c is nn.ParameterList:
        return c([nn.Parameter(torch.ones(2))])
    if c is nn.ParameterDict:
        return c({"a": nn.Parameter(torch.ones(2))})
    if c is nn.DataParallel:
        return c(nn.Linear(2, 2))
    if c is nn.TripletMarginWithDistanceLoss:
        return c(distance_function=nn.PairwiseDistance())
    kw = {}
    for n, a in inspect.signature(c.__init__).parameters.items():
        if n == "self" or a.kind in (a.VAR_POSITIONAL, a.VAR_KEYWORD):
            continue
        if a.default is a.empty:
            kw[n] = BY_NAME[n]
    if c in (nn.RNN, nn.LSTM, nn.GRU):
        kw = dict(input_size=4, hidden_size=5, num_layers=2, bidirectional=True)
    return c(**kw)


for n, c in classes(nn, nn.Module):
    save("layer-" + n, lambda: layer(c), 3)
    save("state-" + n, lambda: layer(c).state_dict(), 1)
for n, c in classes(torch.ao.nn.quantized, nn.Module) if hasattr(torch, "ao") else []:
    if n in ("Linear", "Conv2d", "BatchNorm2d", "ReLU6", "LeakyReLU", "Quantize", "DeQuantize", "FloatFunctional", "QFunctional", "Embedding", "LayerNorm", "GroupNorm", "Softmax", "PReLU", "Dropout", "Hardswish"):
        save("quantised-" + n, lambda: c(**{"Linear": dict(in_features=3, out_features=2), "Conv2d": dict(in_channels=1, out_channels=2, kernel_size=3), "BatchNorm2d": dict(num_features=3), "LeakyReLU": dict(scale=.1, zero_point=0), "Quantize": dict(scale=.1, zero_point=0, dtype=torch.quint8), "Embedding": dict(num_embeddings=4, embedding_dim=4)}.get(n, {})))

mlp = nn.Sequential(collections.OrderedDict(a=nn.Linear(4, 8), r=nn.LeakyReLU(.2), n=nn.BatchNorm1d(8), d=nn.Dropout(.1), b=nn.Linear(8, 2)))
cnn = nn.Sequential(nn.Conv2d(1, 4, 3, padding="same"), nn.InstanceNorm2d(4, affine=True), nn.PReLU(), nn.MaxPool2d(2), nn.ConvTranspose2d(4, 2, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3))


def stepped(c, **kw):
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    params = model.parameters()
    if c.__name__ == "Muon":
        params = [p for p in model.parameters() if p.ndim == 2]
    if c.__name__ == "SparseAdam":
        e = nn.Embedding(8, 4, sparse=True)
        o = c(e.parameters())
        e(torch.tensor([1, 2])).sum().backward()
        o.step()
        return o
    o = c(params, lr=.01, **kw)
    for _ in range(2):
        o.zero_grad()
        loss = model(torch.randn(6, 4)).pow(2).mean()
        loss.backward()
        o.step(lambda: loss)
    return o


for n, c in classes(optim, optim.Optimizer):
    save("optimiser-" + n, lambda: stepped(c))
    save("optimiser-state-" + n, lambda: stepped(c).state_dict())
save("optimiser-groups", lambda: optim.AdamW([{"params": mlp.a.parameters(), "lr": .1, "name": "head"}, {"params": mlp.b.parameters()}], lr=.2, amsgrad=True, fused=False, foreach=False))
save("optimiser-tensor-lr", lambda: optim.Adam(mlp.parameters(), lr=torch.tensor(.1), capturable=False))

S = optim.lr_scheduler
sgd = lambda: optim.SGD(mlp.parameters(), lr=.1, momentum=.9)
schedules = dict(StepLR=lambda o: S.StepLR(o, 2), MultiStepLR=lambda o: S.MultiStepLR(o, [2, 5]), ExponentialLR=lambda o: S.ExponentialLR(o, .9), ConstantLR=S.ConstantLR, LinearLR=S.LinearLR,
                 PolynomialLR=S.PolynomialLR, CosineAnnealingLR=lambda o: S.CosineAnnealingLR(o, 9), CosineAnnealingWarmRestarts=lambda o: S.CosineAnnealingWarmRestarts(o, 4),
                 OneCycleLR=lambda o: S.OneCycleLR(o, .1, 9, anneal_strategy="linear"), CyclicLR=lambda o: S.CyclicLR(o, .01, .1, mode="exp_range"), ReduceLROnPlateau=lambda o: S.ReduceLROnPlateau(o, "max"),
                 SequentialLR=lambda o: S.SequentialLR(o, [S.LinearLR(o), S.ExponentialLR(o, .9)], [3]), ChainedScheduler=lambda o: S.ChainedScheduler([S.LinearLR(o), S.ExponentialLR(o, .9)]),
                 LambdaLR=lambda o: S.LambdaLR(o, len), MultiplicativeLR=lambda o: S.MultiplicativeLR(o, functools.partial(max, .5)),
                 SWALR=lambda o: optim.swa_utils.SWALR(o, .05))
for n, f in schedules.items():
    if n not in ("LambdaLR", "MultiplicativeLR"):
        save("schedule-" + n, lambda: f(sgd()))
    save("schedule-state-" + n, lambda: f(sgd()).state_dict())
save("averaged", lambda: optim.swa_utils.AveragedModel(mlp))
save("averaged-state", lambda: optim.swa_utils.AveragedModel(mlp).state_dict())
save("scaler-state", lambda: torch.amp.GradScaler("cpu").state_dict())
save("scaler", lambda: torch.amp.GradScaler("cpu"))

# Tensors: every type and layout that can be made here.
for n, dt in sorted((n, d) for n, d in vars(torch).items() if isinstance(d, torch.dtype)):
    def full(dt=dt):
        try:
            return torch.ones(3, 4).to(dt)
        except Exception:
            return torch.empty(3, 4, dtype=dt)
    save("dtype-" + n, lambda: {"w": full(), "type": dt}, 1)
base = torch.arange(24.)
layouts = dict(view=lambda: base[3:20:3], transposed=lambda: base.view(4, 6).t(), expanded=lambda: base[:4].expand(5, 4), shared=lambda: [base, base[1:], {"again": base}],
               channels_last=lambda: torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last), scalar=lambda: torch.tensor(3.5), empty=lambda: torch.empty(0, 5),
               meta=lambda: nn.Linear(3, 4, device="meta").state_dict(), coo=lambda: torch.eye(4).to_sparse(), coo_hybrid=lambda: torch.sparse_coo_tensor([[0, 1]], torch.ones(2, 3), (4, 3)).coalesce(),
               csr=lambda: torch.eye(4).to_sparse_csr(), csc=lambda: torch.eye(4).to_sparse_csc(), bsr=lambda: torch.eye(4).to_sparse_bsr((2, 2)), bsc=lambda: torch.eye(4).to_sparse_bsc((2, 2)),
               nested=lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]), jagged=lambda: torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(3, 3)], layout=torch.jagged),
               conj=lambda: torch.randn(3, dtype=torch.complex64).conj(), neg=lambda: torch.randn(3, dtype=torch.complex64).conj().imag, per_tensor=lambda: torch.quantize_per_tensor(torch.randn(4), .1, 2, torch.qint8),
               per_channel=lambda: torch.quantize_per_channel(torch.randn(3, 2), torch.rand(3) + .1, torch.zeros(3).long(), 0, torch.quint8), qint32=lambda: torch.quantize_per_tensor(torch.randn(4), .1, 2, torch.qint32),
               float_qparams=lambda: torch.quantize_per_channel(torch.randn(3, 4), torch.rand(3) + .1, torch.zeros(3), 0, torch.quint4x2) , grad=lambda: torch.ones(3, requires_grad=True),
               parameter=lambda: nn.Parameter(torch.ones(3), requires_grad=False), buffer=lambda: nn.Buffer(torch.ones(3)), uninitialised=lambda: nn.LazyLinear(3).state_dict(),
               attribute=lambda: (lambda t: (setattr(t, "note", "by hand"), t)[1])(torch.ones(3)), parameter_attribute=lambda: (lambda t: (setattr(t, "decay", .1), t)[1])(nn.Parameter(torch.ones(3))),
               named=lambda: torch.zeros(2, 3).rename(None), masked=lambda: torch.masked.masked_tensor(torch.ones(3), torch.tensor([True, False, True])), size=lambda: [torch.Size([2, 3]), torch.device("cpu"), torch.device("cuda", 1), torch.finfo(torch.float32).max],
               storage=lambda: torch.ones(4).untyped_storage(), typed_storage=lambda: torch.ones(4).storage(), generator=lambda: torch.Generator().get_state(), formats=lambda: [torch.contiguous_format, torch.channels_last, torch.strided, torch.sparse_coo, torch.per_tensor_affine],
               numpy=lambda: {"a": np.ones(3), "b": np.float64(2), "c": np.bool_(True), "d": np.datetime64("2026-01-02"), "t": torch.ones(1)}, fake_zero=lambda: torch.zeros(1).expand(1000, 1000), int4=lambda: torch.ones(4, 4, dtype=torch.uint8),
               gradient=lambda: (lambda p: (p.sum().backward(), p)[1])(nn.Parameter(torch.ones(3))), hooked=lambda: mlp(torch.randn(3, 4)).detach(), big=lambda: torch.randn(300, 300), bools=lambda: torch.randn(40) > 0,
               strings=lambda: ["a", "ü", "\u6e2c", "x" * 300], ints=lambda: [2 ** 70, -1, 2 ** 31, 2 ** 63], deep=lambda: functools.reduce(lambda a, b: {b: a}, range(60), torch.ones(1)))
for n, f in layouts.items():
    save("tensor-" + n, f, 3)

# Checkpoints as scripts write them.
args = argparse.Namespace(lr=.1, epochs=3, out=pathlib.Path("runs/a"), device=torch.device("cpu"), dtype=torch.bfloat16, when=datetime.datetime(2026, 3, 4, 5, 6), milestones=(3, 5), resume=None)
o = stepped(optim.AdamW)
sc = S.OneCycleLR(o, .1, 10)
checkpoints = {
    "plain": {"epoch": 3, "model": cnn.state_dict(), "optimizer": o.state_dict(), "scheduler": sc.state_dict(), "loss": .25, "best": float("nan")},
    "args": {"epoch": 3, "state_dict": mlp.state_dict(), "args": args, "best_acc1": torch.tensor(71.2), "arch": "resnet18"},
    "vars": {"model": mlp.state_dict(), "hparams": vars(args), "git": "abc123", "time": datetime.timedelta(hours=2), "day": datetime.date(2026, 1, 2)},
    "rng": {"torch": torch.get_rng_state(), "numpy": np.random.get_state(), "python": random.getstate(), "generator": np.random.default_rng(3).bit_generator.state, "np": np.random.default_rng(3)},
    "history": collections.defaultdict(list, loss=[.1, .2], acc=[np.float32(.5), np.float64(.6)], when=[datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)]),
    "nested": {"a": {"b": [collections.OrderedDict(w=torch.ones(2)), (torch.zeros(1), None, {1, 2}, frozenset({"x"}))]}, "counter": collections.Counter("hello"), "deque": collections.deque([1, 2], maxlen=5)},
    "numpy": {"mean": np.array([.4, .5]), "std": np.float32(.2), "classes": np.array(["cat", "dog"]), "ids": np.arange(5), "objects": np.array(["a", None], dtype=object), "rec": np.zeros(2, dtype=[("a", "f4"), ("b", "i8")])},
    "amp": {"model": mlp.half().state_dict(), "scaler": torch.amp.GradScaler("cpu").state_dict(), "step": 1000, "lr": [g["lr"] for g in o.param_groups]},
    "uuid": {"id": uuid.UUID(int=5), "price": decimal.Decimal("1.5"), "path": pathlib.PurePosixPath("/a/b"), "range": range(3), "slice": slice(1, 2), "bytes": b"abc", "bytearray": bytearray(b"x"), "complex": 1 + 2j},
    "simple": types.SimpleNamespace(lr=.1, model=mlp.float().state_dict()),
    "whole": {"model": cnn, "optimizer": o, "scheduler": sc, "criterion": nn.CrossEntropyLoss(label_smoothing=.1), "epoch": 2},
    "vocab": {"stoi": {"a": 0, "b": 1}, "itos": ["a", "b"], "embedding": nn.Embedding(2, 3).state_dict(), "special": {"pad": 0}},
    "ema": {"ema": optim.swa_utils.AveragedModel(cnn, multi_avg_fn=None).state_dict(), "updates": 12},
    "shards": [{f"layer.{i}.weight": torch.randn(2, 2) for i in range(40)}, {"meta": {"shard": 0, "of": 2}}],
    "lists": [torch.ones(1)] * 300, "tuple": (cnn.state_dict(), {"a": 1}), "none": None, "int": 3, "text": "abc", "keys": {1: torch.ones(1), (1, 2): 3, None: 4, 2.5: "x", b"k": 1},
    "early": {"state_dict": mlp.state_dict(), "metadata": getattr(mlp.state_dict(), "_metadata", None), "version": torch.__version__, "version_text": str(torch.__version__)},
}
for n, x in checkpoints.items():
    save("checkpoint-" + n, lambda: x, 3)

# Hooks, norms, parametrisations, pruning.
U, P = nn.utils, nn.utils.parametrizations
wrapped = dict(weight_norm=lambda: U.weight_norm(nn.Linear(3, 4)), spectral_norm=lambda: U.spectral_norm(nn.Linear(3, 4)), pruned=lambda: U.prune.l1_unstructured(nn.Linear(3, 4), "weight", .5),
               pruned_made=lambda: U.prune.remove(U.prune.random_structured(nn.Linear(3, 4), "weight", .5, dim=0), "weight"), stub=lambda: torch.ao.quantization.QuantStub(), fused=lambda: torch.ao.nn.intrinsic.ConvReLU2d(nn.Conv2d(1, 2, 3), nn.ReLU()),
               wrapped_stub=lambda: torch.ao.quantization.QuantWrapper(nn.Linear(2, 2)), observer=lambda: torch.ao.quantization.MinMaxObserver(), histogram=lambda: torch.ao.quantization.HistogramObserver(), fake=lambda: torch.ao.quantization.FakeQuantize(), checkpointed=lambda: nn.Sequential(nn.Linear(2, 2), nn.SyncBatchNorm(2)))
for n, f in wrapped.items():
    save("wrapped-" + n, f)
for n in ("weight_norm", "spectral_norm", "orthogonal"):
    save("parametrised-" + n, lambda: getattr(P, n)(nn.Linear(3, 3)).state_dict())
qnet = lambda: torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.LSTM(4, 3)), {nn.Linear, nn.LSTM}, dtype=torch.qint8)
save("quantised-dynamic-state", lambda: qnet().state_dict())


def static():
    m = nn.Sequential(torch.ao.quantization.QuantStub(), nn.Conv2d(1, 2, 3), nn.ReLU(), torch.ao.quantization.DeQuantStub()).eval()
    m.qconfig = torch.ao.quantization.default_qconfig
    p = torch.ao.quantization.prepare(m)
    p(torch.randn(1, 1, 8, 8))
    return p


save("quantised-prepared", static)
save("quantised-static-state", lambda: torch.ao.quantization.convert(static()).state_dict())

D = torch.utils.data
tensors = D.TensorDataset(torch.ones(6, 2), torch.zeros(6))
data = dict(tensors=lambda: tensors, subset=lambda: D.Subset(tensors, [0, 1]), concat=lambda: D.ConcatDataset([tensors, tensors]), stack=lambda: D.StackDataset(a=tensors), loader=lambda: D.DataLoader(tensors, batch_size=2),
            shuffled=lambda: D.DataLoader(tensors, batch_size=2, shuffle=True), sequential=lambda: D.SequentialSampler(tensors), random=lambda: D.RandomSampler(tensors), weighted=lambda: D.WeightedRandomSampler([.1, .9], 5),
            batch=lambda: D.BatchSampler(D.SequentialSampler(tensors), 2, False), split=lambda: D.random_split(tensors, [4, 2]), subset_sampler=lambda: D.SubsetRandomSampler([1, 2]))
for n, f in data.items():
    save("data-" + n, f)

T = torch.distributions
ONE = dict(Bernoulli=(.3,), Beta=(1., 2.), Binomial=(5, .3), Categorical=(torch.ones(3) / 3,), Cauchy=(0., 1.), Chi2=(torch.tensor(2.),), Dirichlet=(torch.ones(3),), Exponential=(1.,), FisherSnedecor=(1., 2.), Gamma=(1., 2.), Geometric=(.3,),
           Gumbel=(0., 1.), HalfCauchy=(1.,), HalfNormal=(1.,), InverseGamma=(1., 2.), Kumaraswamy=(1., 2.), Laplace=(0., 1.), LogNormal=(0., 1.), LogisticNormal=(torch.zeros(2), torch.ones(2)), Multinomial=(5, torch.ones(3)),
           MultivariateNormal=(torch.zeros(2), torch.eye(2)), NegativeBinomial=(5., .3), Normal=(0., 1.), OneHotCategorical=(torch.ones(3),), Pareto=(1., 2.), Poisson=(2.,), RelaxedBernoulli=(.5, .3), StudentT=(3.,), Uniform=(0., 1.),
           VonMises=(0., 1.), Weibull=(1., 2.), Wishart=(4., torch.eye(3)), GeneralizedPareto=(0., 1., .1))
for n, a in ONE.items():
    save("distribution-" + n, lambda: getattr(T, n)(*a), 1)
save("distribution-Independent", lambda: T.Independent(T.Normal(torch.zeros(3), 1.), 1))
save("distribution-Transformed", lambda: T.TransformedDistribution(T.Normal(0., 1.), [T.ExpTransform(), T.AffineTransform(1., 2.)]))
save("distribution-Mixture", lambda: T.MixtureSameFamily(T.Categorical(torch.ones(2)), T.Normal(torch.zeros(2), torch.ones(2))))

# TorchScript, exported programs, packages, distributed checkpoints, safetensors.
def other(name, write):
    before = set(os.listdir(out))
    try:
        write(os.path.join(out, name))
        made["other"] += 1
    except Exception as e:
        missing.append((name, "other", repr(e)[:120]))
        for n in set(os.listdir(out)) - before:
            p = os.path.join(out, n)
            os.path.isfile(p) and os.remove(p)


examples = [("mlp", mlp.float().eval(), torch.randn(2, 4)), ("cnn", cnn.eval(), torch.randn(1, 1, 8, 8)), ("lstm", nn.LSTM(3, 4).eval(), torch.randn(5, 2, 3)), ("transformer", nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval(), torch.randn(2, 5, 8)),
            ("mha-free", nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 8), nn.GELU()).eval(), torch.randn(2, 8)), ("embed", nn.Sequential(nn.Embedding(9, 4), nn.Flatten(), nn.Linear(12, 2)).eval(), torch.randint(0, 9, (2, 3))),
            ("norms", nn.Sequential(nn.GroupNorm(2, 4), nn.Hardswish(), nn.AdaptiveMaxPool2d(2), nn.Upsample(scale_factor=2)).eval(), torch.randn(1, 4, 6, 6)), ("quant", torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4)), {nn.Linear}), torch.randn(1, 4))]
for n, m, x in examples:
    other(f"script-{n}.pt", lambda p: torch.jit.script(m).save(p))
    other(f"trace-{n}.pt", lambda p: torch.jit.trace(m, x).save(p))
    other(f"frozen-{n}.pt", lambda p: torch.jit.freeze(torch.jit.script(m)).save(p))
    other(f"lite-{n}.ptl", lambda p: torch.jit.script(m)._save_for_lite_interpreter(p))
    other(f"exported-{n}.pt2", lambda p: torch.export.save(torch.export.export(m, (x,)), p))
    other(f"fx-{n}.pt", lambda p: torch.save(torch.fx.symbolic_trace(m), p))


@torch.jit.script
def free(x: torch.Tensor, n: int = 3) -> torch.Tensor:
    names = {"a": 1, "b": 2}
    for i in range(n):
        if x.sum() > 0:
            x = torch.relu(x) - float(i)
        else:
            x = x * names["a"]
    return x


other("script-function.pt", lambda p: torch.jit.save(free, p))
other("script-extra.pt", lambda p: torch.jit.save(torch.jit.script(mlp), p, _extra_files={"labels.json": '["a", "b"]', "note.txt": "by hand"}))


def package(p):
    from torch.package import PackageExporter
    with PackageExporter(p) as e:
        e.extern("torch.**")
        e.save_pickle("model", "model.pkl", mlp)
        e.save_text("notes", "readme.txt", "by hand")


other("package.pt", package)


def distributed(p):
    import torch.distributed.checkpoint as dcp
    dcp.save({"model": cnn.state_dict(), "step": 5, "opt": o.state_dict()}, checkpoint_id=p, no_dist=True)


other("distributed", distributed)
try:
    from safetensors.torch import save_file, save_model
    other("weights.safetensors", lambda p: save_file({k: v.contiguous() for k, v in cnn.state_dict().items()}, p, {"format": "pt"}))
    other("model.safetensors", lambda p: save_model(mlp, p))
except ImportError:
    pass
other("tensors.npz", lambda p: np.savez(p, **{k: v.numpy() for k, v in mlp.state_dict().items()}))
other("model.onnx", lambda p: torch.onnx.export(mlp, (torch.randn(2, 4),), p, dynamo=False))
for n, why, err in missing:
    print("not made:", n, why, err, file=sys.stderr)
print("torch", torch.__version__, dict(made), "not made:", len(missing))
