# Makes the Parquet files here, with pyarrow: what the library of the reader cannot write.
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

half = pa.array(np.array([0.5, -2, 65504, 0.25], dtype=np.float16))
pq.write_table(pa.table({"half": half, "nothing": pa.nulls(4), "n": [1, 2, 3, 4]}), "half.parquet")
pq.write_table(pa.table({"n": np.arange(300) % 7 * 1.5}), "lz4.parquet", compression="lz4", use_dictionary=False)
