#!/usr/bin/env bash
# Areas and isotonic fits against scikit-learn, label-free estimates against NannyML.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=${1:?folder of the data sets}
python=${PYTHON:-python3}
out=${BENCH_DIR:-$here/../out}/performance
mkdir -p "$out"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NML_DISABLE_USAGE_LOGGING=1

echo "== a million rows, one core, medians of five in turn"
(cd "$root" && go test -c -o "$out/performance.test" ./stat/performance)
for run in 1 2 3 4 5; do
	"$python" "$here/million.py" >>"$out/sklearn.$$"
	(cd "$root/stat/performance" && GOMAXPROCS=1 "$out/performance.test" -test.run '^$' -test.bench 'AUROC|Isotonic' -test.benchtime 10x) | grep ^Benchmark >>"$out/ours.$$"
done
"$python" "$here/ratio.py" "$out/sklearn.$$" "$out/ours.$$"
rm -f "$out/sklearn.$$" "$out/ours.$$"

echo "== label-free: mean absolute error over ten chunks"
"$python" "$here/titanic.py" "$data" "$out"
"$python" "$here/prepare.py" "$data" "$out"
for set in california census titanic; do
	case $set in
	california) cols="clf_target y_pred_proba y_pred" ;;
	census) cols="employed predicted_probability prediction" ;;
	titanic) cols="Survived score called" ;;
	esac
	echo -n "$set NannyML "
	# shellcheck disable=SC2086
	"$python" "$here/nannyml_errors.py" "$out/${set}_reference.csv" "$out/${set}_analysis.csv" $cols 2>/dev/null
done
(cd "$root" && go test ./stat/labelfree -count=1 -run TestNoWorseThanNannyML -v) | grep -E '^(---|    ---)|NannyML' | grep -v '=== '
