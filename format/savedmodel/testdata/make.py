"""Makes the files beside it with TensorFlow (tried with 2.21), and what TensorFlow itself reads in them.

    python3 make.py

Needs the package tensorflow. The files are small on purpose.
"""
import json, os, shutil, sys, tempfile
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.core.framework import graph_pb2
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

here = os.path.dirname(os.path.abspath(__file__))
want = {}


def operators(path, frozen=False):
    ops = {}
    if frozen:
        g = graph_pb2.GraphDef(); g.ParseFromString(open(path, "rb").read()); graphs = [g]
    else:
        m = saved_model_pb2.SavedModel(); m.ParseFromString(open(path, "rb").read()); graphs = [x.graph_def for x in m.meta_graphs]
    for g in graphs:
        for n in list(g.node) + [n for f in g.library.function for n in f.node_def]:
            ops[n.op] = ops.get(n.op, 0) + 1
    return ops


def save(name, module, signatures=None):
    with tempfile.TemporaryDirectory() as d:
        tf.saved_model.save(module, d, signatures=signatures)
        out = os.path.join(here, name + ".pb")
        shutil.copy(os.path.join(d, "saved_model.pb"), out)
        want[name] = operators(out)


class Dense(tf.Module):
    def __init__(self):
        self.w = tf.Variable(tf.ones((3, 2)))

    @tf.function(input_signature=[tf.TensorSpec((None, 3))])
    def __call__(self, x):
        return tf.nn.relu(tf.cond(tf.reduce_sum(x) > 0, lambda: x @ self.w, lambda: -(x @ self.w)))


class Table(tf.Module):
    def __init__(self, path):
        self.t = tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(path, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER), -1)

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string)])
    def __call__(self, x):
        return self.t.lookup(x)


class Reads(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((), tf.string)])
    def __call__(self, x):
        return tf.io.read_file("/etc/passwd")


class Writes(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((), tf.string)])
    def __call__(self, x):
        tf.io.write_file("out.txt", x)
        return x


class Python(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((), tf.float32)])
    def __call__(self, x):
        return tf.py_function(lambda y: y + 1, [x], tf.float32)


class Prints(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((), tf.string)])
    def __call__(self, x):
        tf.print(x, output_stream="file:///tmp/x")
        return x


save("dense", Dense())
with tempfile.TemporaryDirectory() as d:
    vocab = os.path.join(d, "vocab.txt"); open(vocab, "w").write("a\nb\n")
    save("table", Table(vocab))
save("reads", Reads()); save("writes", Writes()); save("python", Python()); save("prints", Prints())
model = Dense()
f = convert_variables_to_constants_v2(model.__call__.get_concrete_function())
open(os.path.join(here, "frozen.pb"), "wb").write(f.graph.as_graph_def().SerializeToString())
want["frozen"] = operators(os.path.join(here, "frozen.pb"), True)
json.dump(want, open(os.path.join(here, "operators.json"), "w"), indent=1, sort_keys=True)
