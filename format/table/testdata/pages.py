# Writes encodings.parquet and lists.parquet: what the Go library of Parquet has no writer for. Needs pyarrow (made with 26.0).
import pyarrow as pa
import pyarrow.parquet as pq

n = 700
flag = [i % 7 < 3 or 100 < i < 333 for i in range(n)]
some = [None if i % 5 == 0 else x for i, x in enumerate(flag)]
whole = [None if i % 11 == 0 else (i * 7919) % 1000 - 500 for i in range(n)]
text = [f"ward {i // 9:04d}" for i in range(n)]
real = [i / 8 for i in range(n)]
t = pa.table({"flag": flag, "some": some, "whole": pa.array(whole, pa.int32()), "text": text, "real": pa.array(real, pa.float32())})
pq.write_table(t, "testdata/encodings.parquet", compression="brotli", data_page_version="2.0", use_dictionary=False, write_statistics=False, store_schema=False,
               column_encoding={"flag": "RLE", "some": "RLE", "whole": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "real": "BYTE_STREAM_SPLIT"})

t = pa.table({"before": [1.5, None, 2.5], "vital": [{"pulse": 70, "site": {"code": "a"}}, None, {"pulse": None, "site": {"code": "b"}}],
              "codes": [[1, 2], [], None], "after": pa.array([1, None, 3], pa.float16())})
pq.write_table(t, "testdata/lists.parquet", compression="zstd", write_statistics=False, store_schema=False)
