#!/usr/bin/env python3
"""Writes california_*.csv and census_*.csv with labels: prepare.py DATA_DIR OUT_DIR."""
import sys

import pandas

data, out = sys.argv[1:3]
d = pandas.read_csv(f"{data}/california_housing_analysis.csv").merge(pandas.read_csv(f"{data}/california_housing_analysis_gt.csv"), on="id")
d.to_csv(f"{out}/california_analysis.csv", index=False)
pandas.read_csv(f"{data}/california_housing_reference.csv").to_csv(f"{out}/california_reference.csv", index=False)
d = pandas.read_parquet(f"{data}/employment_MA_analysis.pq").merge(pandas.read_parquet(f"{data}/employment_MA_analysis_target.pq"), on="id")
d.to_csv(f"{out}/census_analysis.csv", index=False)
pandas.read_parquet(f"{data}/employment_MA_reference.pq").to_csv(f"{out}/census_reference.csv", index=False)
