#!/usr/bin/env python3
"""Mean absolute error of NannyML's CBPE against the realised figures.

    nannyml_errors.py REFERENCE.csv ANALYSIS.csv LABEL SCORE CALL [CHUNKS]

Both files hold labels; those of the analysis are hidden from the estimator.
Chunks are of equal size, the remainder goes to the last. A chunk in which the
realised figure is undefined is left out. Needs nannyml. Prints one JSON object.
"""
import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import nannyml  # noqa: E402
import pandas  # noqa: E402
from nannyml.chunk import CountBasedChunker  # noqa: E402

METRICS = ["roc_auc", "f1", "precision", "recall", "specificity", "accuracy", "average_precision"]


def read(path):
    return pandas.read_parquet(path) if path.endswith((".pq", ".parquet")) else pandas.read_csv(path)


def main():
    reference, analysis = read(sys.argv[1]), read(sys.argv[2])
    label, score, call = sys.argv[3:6]
    chunks = int(sys.argv[6]) if len(sys.argv) > 6 else 10
    common = dict(y_pred_proba=score, y_pred=call, y_true=label, metrics=METRICS,
                  chunker=CountBasedChunker(chunk_number=chunks, incomplete="append"),
                  problem_type="classification_binary")
    start = time.perf_counter()
    estimator = nannyml.CBPE(**common).fit(reference)
    estimated = estimator.estimate(analysis.drop(columns=[label])).filter(period="analysis").to_df(multilevel=True)
    took = time.perf_counter() - start
    seen = nannyml.PerformanceCalculator(**common).fit(reference).calculate(analysis)
    seen = seen.filter(period="analysis").to_df(multilevel=True)
    error = {}
    for m in METRICS:
        d = (estimated[(m, "value")].astype(float) - seen[(m, "value")].astype(float)).abs()
        error[m] = round(float(d.mean()), 6)
    print(json.dumps(dict(nannyml=nannyml.__version__, chunks=len(seen), rows=len(analysis),
                          seconds=round(took, 2), error=error)))


main()
