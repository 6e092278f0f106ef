#!/usr/bin/env python3
"""Predictions for the Titanic data, which come without any.

    titanic.py DATA_DIR OUT_DIR [SEED]

Trains a gradient-boosted classifier on the first half of titanic_reference.csv
and predicts the second half (the reference of the comparison) and the analysis
rows. Writes OUT_DIR/titanic_reference.csv and titanic_analysis.csv, both with
labels, and titanic_scores.json: passenger id to probability, nothing else.
Needs pandas and scikit-learn.
"""
import json
import sys

import pandas
from sklearn.ensemble import GradientBoostingClassifier

FEATURES = ["Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked"]


def coded(d):
    x = d[FEATURES].copy()
    x["Sex"] = (x["Sex"] == "female").astype(float)
    x["Embarked"] = x["Embarked"].map({"S": 0.0, "C": 1.0, "Q": 2.0})
    return x.fillna(-1)


def main():
    data, out = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    known = pandas.read_csv(f"{data}/titanic_reference.csv")
    later = pandas.read_csv(f"{data}/titanic_analysis.csv").merge(pandas.read_csv(f"{data}/titanic_target.csv"), on="PassengerId")
    half = len(known) // 2
    model = GradientBoostingClassifier(n_estimators=60, max_depth=3, subsample=0.7, random_state=seed)
    model.fit(coded(known[:half]), known["Survived"][:half])
    scores = {}
    for name, d in (("reference", known[half:].copy()), ("analysis", later)):
        d["score"] = model.predict_proba(coded(d))[:, 1].round(6)
        d["called"] = (d["score"] >= 0.5).astype(int)
        d[["PassengerId", *FEATURES, "score", "called", "Survived"]].to_csv(f"{out}/titanic_{name}.csv", index=False)
        scores.update(zip(map(str, d["PassengerId"]), d["score"]))
    with open(f"{out}/titanic_scores.json", "w") as f:
        json.dump(scores, f, separators=(",", ":"))


main()
