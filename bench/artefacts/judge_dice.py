#!/usr/bin/env python3
"""A third judge: parameters and columns by the dice.

    PYTHON judge_dice.py DIRECTORY [SEED]

Each scikit-learn estimator three times with parameters drawn from what it says it accepts, alone, in a pipeline or in
a search; frames with columns, indexes and names drawn. Nothing here was chosen by hand, so nothing could be tuned to.
"""
import collections, os, pickle, random, sys, warnings
import joblib, numpy as np, pandas as pd
from sklearn import ensemble, linear_model, model_selection, multiclass, multioutput, pipeline, preprocessing
from sklearn.utils import all_estimators
from sklearn.utils._param_validation import Interval, Options, StrOptions

warnings.filterwarnings("ignore")
out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
os.makedirs(out, exist_ok=True)
rng, dice = np.random.default_rng(seed), random.Random(seed)
made = collections.Counter()


def save(name, x):
    p = dice.choice([2, 3, 4, 5])
    try:
        if dice.random() < .5:
            b = pickle.dumps(x, protocol=p)
            open(f"{out}/{name}.{p}.pkl", "wb").write(b)
        else:
            joblib.dump(x, f"{out}/{name}.joblib", compress=dice.choice([0, 0, 3, ("gzip", 3), ("lzma", 1)]))
        made["made"] += 1
    except Exception as e:
        for f in (f"{out}/{name}.joblib",):
            if os.path.exists(f):
                os.remove(f)
        made["not written"] += 1


def draw(c):
    if isinstance(c, StrOptions):
        return dice.choice(sorted(c.options))
    if isinstance(c, Options):
        return dice.choice(sorted(c.options, key=str))
    if isinstance(c, Interval):
        lo = c.left if c.left is not None else -3
        hi = c.right if c.right is not None else lo + 4
        lo, hi = max(float(lo), -5), min(float(hi), max(float(lo), -5) + 5)
        import numbers
        v = rng.uniform(lo, hi)
        return int(round(v)) or 1 if c.type is numbers.Integral else float(v)
    if c == "boolean":
        return dice.random() < .5
    if c is None:
        return None
    if c == "random_state":
        return dice.choice([0, np.random.RandomState(3), None])
    raise ValueError


n = 60
X = np.abs(rng.normal(size=(n, 5))) + .05
data = {"c": (X, rng.integers(0, 2, n)), "m": (X, rng.integers(0, 3, n)), "r": (X, X @ np.ones(5)), "u": (X,), "Y": (X, np.c_[X[:, 0], X[:, 1]])}
for nm, cls in all_estimators():
    for k in range(3):
        for attempt in range(8):
            try:
                kw = {}
                for p, cs in getattr(cls, "_parameter_constraints", {}).items():
                    if isinstance(cs, list) and dice.random() < .35:
                        try:
                            kw[p] = draw(dice.choice(cs))
                        except Exception:
                            pass
                kw = {p: v for p, v in kw.items() if p in cls().get_params(False)}
                for q in ("max_iter", "n_estimators", "n_restarts_optimizer", "max_subpopulation"):
                    if q in cls().get_params(False):
                        kw[q] = 3
                kw.pop("verbose", 0); kw.pop("memory", 0); kw.pop("n_jobs", 0)
                m = cls(**kw)
                how = dice.choice("cmruY" if attempt < 6 else "c")
                m.fit(*data[how])
                if dice.random() < .3:
                    m = pipeline.make_pipeline(preprocessing.StandardScaler(), m)
                elif dice.random() < .2:
                    m = {"model": m, "params": kw, "columns": pd.Index(list("abcde"))}
                save(f"e-{nm}-{k}", m)
                break
            except Exception:
                continue
        else:
            made["not made"] += 1
kinds = [lambda: rng.normal(size=n), lambda: rng.integers(0, 9, n).astype(dice.choice(["i1", "u4", "i8"])), lambda: pd.Categorical(rng.choice(list("abc"), n), ordered=dice.random() < .5), lambda: pd.date_range("2020-01-01", periods=n, freq=dice.choice(["D", "h", "W", "MS", "QS", "B", "15min", "YS"]), tz=dice.choice([None, "UTC", "Asia/Kolkata", "America/Lima"])), lambda: pd.to_timedelta(rng.integers(0, 99, n), unit="min"), lambda: pd.period_range("2020-01", periods=n, freq=dice.choice(["M", "D", "Q", "Y" if pd.__version__ >= "2.2" else "A", "W"])), lambda: pd.arrays.IntervalArray.from_breaks(np.arange(n + 1), closed=dice.choice(["left", "right", "both"])), lambda: pd.array(rng.choice([1, 2, None], n), dtype=dice.choice(["Int8", "UInt32", "Float64", "Int64"])), lambda: pd.array(rng.choice([True, None], n), dtype="boolean"), lambda: pd.array(rng.choice(["x", None], n), dtype="string"), lambda: rng.choice(["u", "v", None], n).astype(object), lambda: pd.arrays.SparseArray(rng.choice([0, 0, 0, 1.5], n)), lambda: rng.normal(size=n).astype("c8"), lambda: rng.random(n) > .5]
for i in range(150):
    d = pd.DataFrame({f"{'x' * dice.randint(1, 3)}{j}": dice.choice(kinds)() for j in range(dice.randint(1, 6))})
    t = dice.random()
    try:
        if t < .15: d = d.set_index(d.columns[0])
        elif t < .3: d = d.iloc[dice.randint(0, 9)::dice.randint(1, 4)]
        elif t < .4: d = d[d.columns[0]]
        elif t < .5: d = {"train": d.iloc[:30], "test": d.iloc[30:]}
        elif t < .6: d = pd.concat([d, d], keys=["a", "b"])
        elif t < .7: d = d.describe(include="all")
        elif t < .8: d = d.index.append(d.index)
        elif t < .9: d = d.isna().T
    except Exception:
        pass
    save(f"f-{i}", d)
try:
    import xgboost as xgb
    for i in range(20):
        c = dice.choice([xgb.XGBClassifier, xgb.XGBRegressor, xgb.XGBRFRegressor])
        save(f"xgb-{i}", c(n_estimators=3, max_depth=dice.randint(1, 4), booster="gbtree" if "RF" in c.__name__ else dice.choice(["gbtree", "dart", "gblinear"]), tree_method="hist", learning_rate=.3, subsample=.8).fit(*data["c"]))
except ImportError:
    pass
try:
    import lightgbm as lgb
    for i in range(20):
        save(f"lgb-{i}", dice.choice([lgb.LGBMClassifier, lgb.LGBMRegressor])(n_estimators=3, verbose=-1, num_leaves=dice.randint(2, 9), boosting_type=dice.choice(["gbdt", "dart"]), reg_alpha=.1, min_child_samples=3).fit(*data["c"]))
except ImportError:
    pass
print(dict(made), len(os.listdir(out)), "files")
