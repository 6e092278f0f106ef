package keras

import (
	"encoding/json"
	"testing"

	"github.com/wardround/wardround/format/issue"
	"github.com/wardround/wardround/internal/testkit"
)

// TestWhatKerasWritesIsClean: configurations of ordinary models, as Keras
// writes them into .keras archives and HDF5 files; and of a Lambda layer.
func TestWhatKerasWritesIsClean(t *testing.T) {
	t.Parallel()
	out := testkit.RunPython(t, []string{"keras", "h5py"}, `
import os, json, zipfile, importlib.util as iu
for b in ("tensorflow", "torch", "jax", "numpy"):
    if iu.find_spec(b):
        os.environ.setdefault("KERAS_BACKEND", b); break
import keras, h5py
from keras import layers as L, ops
out = {}
def save(name, m, compile=True):
    if compile:
        m.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)), loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    m.save("m.keras"); m.save("m.h5")
    z = zipfile.ZipFile("m.keras"); out[name + "/config.json"] = z.read("config.json").decode(); out[name + "/metadata.json"] = z.read("metadata.json").decode()
    with h5py.File("m.h5") as f:
        for k in ("model_config", "training_config"):
            if k in f.attrs: out[name + "/" + k] = f.attrs[k] if isinstance(f.attrs[k], str) else f.attrs[k].decode()
save("dense", keras.Sequential([L.Input((8,)), L.Dense(4, activation="relu", kernel_regularizer="l2", kernel_constraint=keras.constraints.MaxNorm(2)), L.Dropout(0.1), L.BatchNormalization(), L.Dense(1, activation="sigmoid")]))
i = L.Input((16, 16, 1)); x = L.Conv2D(4, 3, padding="same", activation="gelu")(i); y = L.SeparableConv2D(4, 3, padding="same")(x)
x = L.Add()([x, y]); x = L.GlobalAveragePooling2D()(x); x = ops.relu(x * 2 + 1); o = L.Dense(1)(x)
save("functional", keras.Model(i, o))
i = L.Input((10,)); x = L.Embedding(50, 8)(i); x = L.Bidirectional(L.LSTM(4, return_sequences=True))(x); x = L.MultiHeadAttention(2, 4)(x, x); x = L.LayerNormalization()(x); x = L.TimeDistributed(L.Dense(2))(x); x = L.GRU(3)(x)
save("sequence", keras.Model(i, L.Dense(1)(x)))
m = keras.Sequential([L.Input((4,)), L.Lambda(lambda x: x * 2)]); m.save("l.keras"); out["lambda/config.json"] = zipfile.ZipFile("l.keras").read("config.json").decode()
m = keras.Sequential([L.Input((4,)), L.Lambda(lambda x: __import__("os").system("id") or x, output_shape=(4,))]); m.save("l.keras"); out["evil/config.json"] = zipfile.ZipFile("l.keras").read("config.json").decode()
print(json.dumps(out))
`)
	var docs map[string]string
	if err := json.Unmarshal(out, &docs); err != nil {
		t.Fatal(err)
	}
	if len(docs) < 8 {
		t.Fatalf("%d documents", len(docs))
	}
	for name, doc := range docs {
		got := check(t, doc)
		switch name {
		case "lambda/config.json":
			if issue.Worst(got.Issues) != issue.Unknown {
				t.Errorf("%s: %v", name, got.Issues)
			}
		case "evil/config.json":
			if issue.Worst(got.Issues) != issue.Malicious {
				t.Errorf("%s: %v", name, got.Issues)
			}
		default:
			if len(got.Issues) != 0 {
				t.Errorf("%s: %v", name, got.Issues)
			}
		}
	}
}
