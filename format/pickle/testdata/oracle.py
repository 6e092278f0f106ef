"""Runs generated pickle streams through CPython's three readers, harmlessly.

Reads frames from standard input (4 bytes of length, little endian, then the
stream) and writes one JSON object a line: for "c", "python" and
"unbuffered" (C from a file object without peek) whether the
stream is accepted and which names find_class was asked for; for "pickletools"
whether dis accepts it. find_class is replaced: nothing is imported, every name
gives an inert stub class.
"""
import io
import json
import pickle
import pickletools
import struct
import sys


class Null(io.TextIOBase):
    def write(self, s):
        return len(s)


def stub(name):
    def none(self, *a, **k):
        return None
    body = dict(__new__=lambda cls, *a, **k: object.__new__(cls), __init__=none, __setstate__=none, append=none, extend=none, add=none,
                __setitem__=none)
    return type("S", (), body)


def load(base, data, file):
    names = []

    class U(base):
        def find_class(self, module, name):
            names.append(module + "." + name)
            return stub(name)

        def persistent_load(self, pid):
            return stub("p")()

    error = ""
    try:
        U(file(data), encoding="latin-1", buffers=iter([b"x"] * 100)).load()
    except BaseException as e:
        error = type(e).__name__ + ": " + str(e)[:120]
    return {"ok": not error, "names": sorted(set(names)), "error": error}


def buffered(data):
    return io.BufferedReader(io.BytesIO(data))


def main():
    inp = sys.stdin.buffer
    null = Null()
    while True:
        head = inp.read(4)
        if len(head) < 4:
            return
        data = inp.read(struct.unpack("<I", head)[0])
        out = {"c": load(pickle.Unpickler, data, buffered), "python": load(pickle._Unpickler, data, buffered), "unbuffered": load(pickle.Unpickler, data, io.BytesIO)}
        try:
            pickletools.dis(io.BytesIO(data), null)
            out["pickletools"] = {"ok": True}
        except BaseException as e:
            out["pickletools"] = {"ok": False, "error": type(e).__name__ + ": " + str(e)[:120]}
        print(json.dumps(out))


main()
