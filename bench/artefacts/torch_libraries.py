#!/usr/bin/env python3
"""Writes ordinary files of libraries around PyTorch: weights, whole models, checkpoints.

    python3 torch_libraries.py DIRECTORY [SEED] [MODELS]

Of each library that is installed (torchvision, timm, transformers, lightning,
torchmetrics, monai, torch_geometric, segmentation_models_pytorch, diffusers, peft,
ultralytics, gpytorch, pyro, kornia, skorch, pytorch_optimizer, torchao, safetensors)
MODELS models are drawn by the dice and made from their configuration; nothing is
downloaded. state-… and ckpt-… are weights and checkpoints, whole-… are pickled
objects of the library's own classes.
"""
import collections, datetime, os, pathlib, pickle, random, sys, tempfile, warnings
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false", YOLO_OFFLINE="true")
warnings.filterwarnings("ignore")
import torch
from torch import nn

out, seed, most = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1, int(sys.argv[3]) if len(sys.argv) > 3 else 8
os.makedirs(out, exist_ok=True)
dice = random.Random(seed)
torch.manual_seed(seed)
made, missing = collections.Counter(), []
MOST = 100 << 20  # bytes of one model's weights


def write(kind, name, f):
    before = set(os.listdir(out))
    try:
        f(os.path.join(out, name))
        made[kind] += 1
    except Exception as e:
        missing.append((name, repr(e)[:100]))
        for n in set(os.listdir(out)) - before:
            if os.path.isfile(os.path.join(out, n)):
                os.remove(os.path.join(out, n))


def model(kind, name, make, config=None):
    """A model's weights, a checkpoint with them, and the model whole."""
    try:
        m = make()
    except Exception as e:
        missing.append((kind + "-" + name, repr(e)[:100]))
        return
    if isinstance(m, nn.Module) and sum(p.numel() * p.element_size() for p in m.parameters()) > MOST:
        missing.append((kind + "-" + name, "too large"))
        return
    n = f"{kind}-{name}".replace("/", "_")
    sd = lambda: {k: (v.half() if v.is_floating_point() else v) for k, v in m.state_dict().items()} if dice.random() < .3 else m.state_dict()
    if isinstance(m, nn.Module):
        old = dice.random() < .2
        write(kind, f"state-{n}.pth", lambda p: torch.save(sd(), p, _use_new_zipfile_serialization=not old))
        if dice.random() < .5 and any(True for _ in m.parameters()):
            opt = torch.optim.AdamW(m.parameters(), lr=1e-3)
            write(kind, f"ckpt-{n}.tar", lambda p: torch.save({"epoch": 5, "state_dict": m.state_dict(), "optimizer": opt.state_dict(), "config": config, "when": datetime.datetime(2026, 5, 6), "best": torch.tensor(.5)}, p))
    write(kind, f"whole-{n}.pt", lambda p: torch.save(m, p))
    if dice.random() < .3:
        write(kind, f"whole-{n}.pkl", lambda p: pickle.dump(m, open(p, "wb"), dice.choice([2, 3, 4, 5])))


def library(f):
    try:
        f()
    except Exception as e:
        missing.append((f.__name__, repr(e)[:160]))


def vision():
    import torchvision as tv
    small = [n for n in tv.models.list_models() if not any(b in n for b in ("vit", "vgg", "_h_", "regnet_y_128", "101", "152", "large", "_l", "huge", "swin_b", "wide"))]
    for n in dice.sample(small, most):
        model("torchvision", n, lambda: tv.models.get_model(n, weights=None, **({"weights_backbone": None} if "/" in n or "detection" in n or "segment" in n or "lraspp" in n or "deeplab" in n or "fcn" in n or "rcnn" in n or "retina" in n or "ssd" in n else {})))
    from torchvision.transforms import v2, transforms as T
    write("torchvision", "whole-transforms.pt", lambda p: torch.save(T.Compose([T.Resize(32), T.CenterCrop(24), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize([.5], [.2])]), p))
    write("torchvision", "whole-transforms-v2.pt", lambda p: torch.save(v2.Compose([v2.Resize(32), v2.ToDtype(torch.float32, scale=True)]), p))
    from torchvision import tv_tensors
    write("torchvision", "whole-tv-tensors.pt", lambda p: torch.save({"image": tv_tensors.Image(torch.zeros(3, 4, 4)), "mask": tv_tensors.Mask(torch.zeros(4, 4)), "box": tv_tensors.BoundingBoxes(torch.zeros(1, 4), format="XYXY", canvas_size=(4, 4))}, p))
    write("torchvision", "script-resnet18.pt", lambda p: torch.jit.script(tv.models.resnet18().eval()).save(p))
    write("torchvision", "trace-mobilenet.pt", lambda p: torch.jit.trace(tv.models.mobilenet_v3_small().eval(), torch.randn(1, 3, 64, 64)).save(p))
    write("torchvision", "script-retina.pt", lambda p: torch.jit.script(tv.models.detection.ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None).eval()).save(p))


def timm_():
    import timm
    small = [n for n in timm.list_models() if any(w in n for w in ("tiny", "nano", "_s", "small", "atto", "femto", "18", "pico", "_xxs", "b0", "lite", "micro", "14", "26"))]
    for n in dice.sample(small, 2 * most):
        model("timm", n, lambda: timm.create_model(n, pretrained=False, num_classes=5))
    from timm.optim import create_optimizer_v2, list_optimizers
    from timm.scheduler import create_scheduler_v2
    net = nn.Linear(3, 3)
    for n in dice.sample(list(list_optimizers()), min(most, 10)):
        write("timm", f"ckpt-optimiser-{n}.pt", lambda p: torch.save(create_optimizer_v2(net, opt=n, lr=.1).state_dict(), p))
    from timm.utils import ModelEmaV3
    write("timm", "whole-ema.pt", lambda p: torch.save(ModelEmaV3(net), p))


def transformers_():
    import transformers as tr
    tr.logging.set_verbosity_error()
    tiny = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, vocab_size=50, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
                decoder_ffn_dim=32, n_embd=16, n_layer=2, n_head=2, num_key_value_heads=2, head_dim=8, image_size=32, patch_size=8, embed_dim=16, dim=16, n_layers=2, n_heads=2, hidden_dim=32, d_ff=32, d_kv=8, num_layers=2, num_heads=2,
                max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2, embedding_size=16)
    names = "Bert Roberta DistilBert Albert Electra GPT2 GPTNeo GPTNeoX OPT Llama Mistral Qwen2 Qwen3 Gemma Phi T5 MT5 Bart MBart Pegasus Marian XLMRoberta Deberta DebertaV2 MPNet Funnel Longformer BigBird Bloom Falcon Mamba StableLm Starcoder2 Cohere OlmoE Granite ViT DeiT Beit Swin ConvNext ConvNextV2 Segformer ResNet MobileViT Dinov2 Wav2Vec2 Hubert Whisper SEWD Clip TimeSeriesTransformer Informer ModernBert RoFormer Ernie CamemBert".split()
    for n in dice.sample(names, min(2 * most, len(names))):
        def make():
            c = getattr(tr, n + "Config")
            import inspect
            known = c().to_dict()
            cfg = c(**{k: v for k, v in tiny.items() if k in known and not isinstance(known[k], (list, tuple))})
            return getattr(tr, n + "Model")(cfg)
        model("transformers", n, make)
    args = tr.TrainingArguments(output_dir=tempfile.mkdtemp(), num_train_epochs=1, report_to=[])
    write("transformers", "ckpt-training_args.bin", lambda p: torch.save(args, p))
    net = nn.Linear(2, 2)
    o = torch.optim.AdamW(net.parameters())
    write("transformers", "ckpt-scheduler.pt", lambda p: torch.save(tr.get_linear_schedule_with_warmup(o, 1, 10).state_dict(), p))
    write("transformers", "ckpt-optimizer.pt", lambda p: torch.save(o.state_dict(), p))
    m = tr.BertModel(tr.BertConfig(**{k: tiny[k] for k in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size")}))
    write("transformers", "saved-bert", lambda p: m.save_pretrained(p))


def lightning_():
    import lightning as L
    from lightning.pytorch.demos.boring_classes import BoringModel
    for i, kw in enumerate([{}, {"precision": "bf16-mixed"}, {"gradient_clip_val": .5}]):
        d = tempfile.mkdtemp()
        t = L.Trainer(max_epochs=1, limit_train_batches=2, limit_val_batches=1, logger=False, enable_progress_bar=False, enable_model_summary=False, accelerator="cpu", default_root_dir=d,
                      callbacks=[L.pytorch.callbacks.ModelCheckpoint(d, save_last=True, monitor=None), L.pytorch.callbacks.EarlyStopping("x", strict=False)][:1 + (i > 3)], **kw)
        t.fit(BoringModel())
        write("lightning", f"ckpt-lightning-{i}.ckpt", lambda p: t.save_checkpoint(p))
        write("lightning", f"ckpt-lightning-weights-{i}.ckpt", lambda p: t.save_checkpoint(p, weights_only=True))


def metrics():
    import torchmetrics as tm
    for n, f in {"accuracy": lambda: tm.Accuracy("multiclass", num_classes=3), "f1": lambda: tm.F1Score("binary"), "auroc": lambda: tm.AUROC("binary"), "mse": tm.MeanSquaredError, "r2": tm.R2Score, "confusion": lambda: tm.ConfusionMatrix("binary"),
                 "collection": lambda: tm.MetricCollection([tm.Accuracy("binary"), tm.Precision("binary")]), "psnr": lambda: tm.image.PeakSignalNoiseRatio(1.0), "mean": tm.MeanMetric}.items():
        model("torchmetrics", n, f)


def medical():
    import monai
    N = monai.networks.nets
    for n, f in {"unet": lambda: N.UNet(2, 1, 2, (4, 8, 16), (2, 2)), "basic": lambda: N.BasicUNet(2, 1, 2, (8, 8, 16, 16, 32, 8)), "dense": lambda: N.DenseNet121(2, 1, 2), "seg": lambda: N.SegResNet(2, init_filters=8), "vnet": lambda: N.VNet(2), "attention": lambda: N.AttentionUnet(2, 1, 2, (4, 8), (2,)),
                 "highres": lambda: N.HighResNet(2), "auto": lambda: N.AutoEncoder(2, 1, 1, (2, 4), (2, 2)), "vit": lambda: N.ViT(1, (16, 16), (8, 8), 24, 48, 2, 3, spatial_dims=2), "flex": lambda: N.ResNet("basic", [1, 1, 1, 1], [8, 8, 8, 8], 2, 1), "dyn": lambda: N.DynUNet(2, 1, 2, [3, 3, 3], [1, 2, 2], [2, 2])}.items():
        model("monai", n, f)
    for n, f in {"dice": monai.losses.DiceLoss, "focal": monai.losses.FocalLoss, "dicece": monai.losses.DiceCELoss}.items():
        model("monai", "loss-" + n, f)
    write("monai", "whole-metatensor.pt", lambda p: torch.save(monai.data.MetaTensor(torch.ones(2, 3)), p))


def graphs():
    import torch_geometric as pyg
    from torch_geometric.data import Data, Batch, HeteroData
    G = pyg.nn
    for n, f in {"gcn": lambda: G.GCN(4, 8, 2), "gat": lambda: G.GAT(4, 8, 2), "sage": lambda: G.GraphSAGE(4, 8, 2), "gin": lambda: G.GIN(4, 8, 2), "pna": lambda: G.GCNConv(3, 4), "cheb": lambda: G.ChebConv(3, 4, 2)}.items():
        model("pyg", n, f)
    d = Data(x=torch.ones(3, 2), edge_index=torch.tensor([[0, 1], [1, 2]]), y=torch.tensor([1]))
    write("pyg", "whole-data.pt", lambda p: torch.save(d, p))
    write("pyg", "whole-batch.pt", lambda p: torch.save(Batch.from_data_list([d, d]), p))
    write("pyg", "ckpt-data-dict.pt", lambda p: torch.save(d.to_dict(), p))


def others():
    def smp():
        import segmentation_models_pytorch as s
        for a in dice.sample(["Unet", "FPN", "Linknet", "PSPNet", "DeepLabV3Plus", "PAN", "UnetPlusPlus", "MAnet"], min(5, most)):
            model("smp", a, lambda: getattr(s, a)("resnet18", encoder_weights=None, classes=2))
    def diff():
        import diffusers as d
        model("diffusers", "unet", lambda: d.UNet2DModel(sample_size=8, block_out_channels=(32, 32), down_block_types=("DownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "UpBlock2D")))
        model("diffusers", "vae", lambda: d.AutoencoderKL(block_out_channels=(32,), norm_num_groups=8))
        write("diffusers", "saved-unet", lambda p: d.UNet2DModel(sample_size=8, block_out_channels=(32,), down_block_types=("DownBlock2D",), up_block_types=("UpBlock2D",)).save_pretrained(p, safe_serialization=False))
    def gp():
        import gpytorch as g
        model("gpytorch", "rbf", lambda: g.kernels.ScaleKernel(g.kernels.RBFKernel()))
        model("gpytorch", "likelihood", lambda: g.likelihoods.GaussianLikelihood())
    def ppl():
        import pyro
        pyro.param("a", torch.ones(2))
        write("pyro", "ckpt-store.pt", lambda p: pyro.get_param_store().save(p))
    def optimisers():
        import pytorch_optimizer as po
        net = nn.Linear(3, 3)
        for n in ["Lamb", "Lion", "AdaBelief", "Ranger", "MADGRAD", "Shampoo", "Adan"]:
            write("optimizer", f"ckpt-{n}.pt", lambda p: torch.save(getattr(po, n)(net.parameters()).state_dict(), p))
    def ultra():
        from ultralytics import YOLO
        import ultralytics
        y = YOLO("yolov8n.yaml")
        write("ultralytics", "state-yolo.pt", lambda p: torch.save(y.model.state_dict(), p))
        write("ultralytics", "whole-yolo.pt", lambda p: torch.save({"model": y.model, "epoch": 1, "train_args": {"a": 1}}, p))
    def ao():
        import torchao
        from torchao.quantization import quantize_, Int8WeightOnlyConfig
        net = nn.Sequential(nn.Linear(64, 64)).to(torch.bfloat16)
        quantize_(net, Int8WeightOnlyConfig())
        write("torchao", "state-int8.pt", lambda p: torch.save(net.state_dict(), p))
    def sk():
        from skorch import NeuralNetClassifier
        import numpy as np
        n = NeuralNetClassifier(nn.Sequential, module__args=None, max_epochs=1, verbose=0)
        write("skorch", "whole-net.pkl", lambda p: pickle.dump(n, open(p, "wb")))
    def kor():
        import kornia as k
        model("kornia", "augment", lambda: k.augmentation.AugmentationSequential(k.augmentation.RandomHorizontalFlip(), data_keys=["input"]))
        model("kornia", "gauss", lambda: k.filters.GaussianBlur2d((3, 3), (1., 1.)))
    def lora():
        import peft, transformers as tr
        base = tr.GPT2LMHeadModel(tr.GPT2Config(n_embd=16, n_layer=1, n_head=2, vocab_size=50))
        m = peft.get_peft_model(base, peft.LoraConfig(r=2, target_modules=["c_attn"]))
        write("peft", "saved-lora", lambda p: m.save_pretrained(p, safe_serialization=False))
    for f in (smp, diff, gp, ppl, optimisers, ultra, ao, sk, kor, lora):
        library(f)


for f in (vision, timm_, transformers_, lightning_, metrics, medical, graphs, others):
    library(f)
for n, why in missing:
    print("not made:", n, why, file=sys.stderr)
print("torch", torch.__version__, dict(made), "not made:", len(missing))
