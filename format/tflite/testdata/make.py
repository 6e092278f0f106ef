"""Makes the files beside it with TensorFlow (tried with 2.21), and what its own schema reader lists in them.

    python3 make.py
"""
import json, os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

here = os.path.dirname(os.path.abspath(__file__))
names = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}
want = {}


def save(name, fn, *specs, flex=False):
    m = tf.Module(); m.f = tf.function(fn, input_signature=list(specs))
    c = tf.lite.TFLiteConverter.from_concrete_functions([m.f.get_concrete_function()], m)
    if flex:
        c.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    b = c.convert()
    open(os.path.join(here, name + ".tflite"), "wb").write(b)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(b))
    codes = []
    for o in model.operatorCodes:
        code = max(o.builtinCode, o.deprecatedBuiltinCode)
        codes.append(o.customCode.decode() if code == 32 else names[code])
    ops, tensors = {}, []
    for g in model.subgraphs:
        for o in g.operators:
            ops[codes[o.opcodeIndex]] = ops.get(codes[o.opcodeIndex], 0) + 1
        for t in g.tensors:
            tensors.append([t.name.decode(), int(t.type), [int(x) for x in (t.shape if t.shape is not None else [])]])
    want[name] = {"ops": ops, "tensors": tensors, "subgraphs": len(model.subgraphs), "version": model.version}


w = tf.constant([[1., 2.], [3., 4.], [5., 6.]])
save("dense", lambda x: tf.nn.relu(x @ w), tf.TensorSpec((1, 3)))
save("while", lambda x: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.nn.tanh(y * y)), (tf.constant(0), x))[1], tf.TensorSpec((2, 2)))
save("flex", lambda x: tf.linalg.inv(x) + tf.cast(tf.strings.length(tf.strings.as_string(x)), tf.float32), tf.TensorSpec((2, 2)), flex=True)
json.dump({"files": want, "builtin": {str(k): v for k, v in names.items()}}, open(os.path.join(here, "operators.json"), "w"), indent=1, sort_keys=True)
