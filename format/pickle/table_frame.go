package pickle

// frameGroups is pandas and pyarrow.
var frameGroups = []group{
	// Frames and series: NDFrame.__setstate__ takes a manager of blocks.
	{why: "a frame or series: its state is a manager of blocks", use: class | useNew, in: "pandas.", names: `DataFrame Series core.frame.DataFrame
		core.series.Series core.generic.NDFrame`},
	{why: "a manager of blocks", use: record, in: "pandas.core.internals.", names: `managers.BlockManager managers.SingleBlockManager
		managers._unpickle_block blocks.new_block array_manager.ArrayManager array_manager.SingleArrayManager`},
	{why: "a manager of blocks", use: record, in: "pandas._libs.internals.", names: "BlockManager _unpickle_block BlockPlacement"},

	// Index constructors take a class first, which must be an index, and its data.
	{why: "makes an index of a class vouched for", rule: ruleClassFirst, in: "pandas.core.indexes.", names: `base._new_Index
		datetimes._new_DatetimeIndex period._new_PeriodIndex interval._new_IntervalIndex timedeltas._new_TimedeltaIndex range._new_RangeIndex multi._new_MultiIndex category._new_CategoricalIndex`},
	{why: "an index: stores its data", use: record, in: "pandas.", names: `Index MultiIndex RangeIndex DatetimeIndex TimedeltaIndex PeriodIndex
		CategoricalIndex IntervalIndex Int64Index Float64Index UInt64Index`},
	{why: "an index: stores its data", use: record, in: "pandas.core.indexes.", names: `base.Index multi.MultiIndex range.RangeIndex
		datetimes.DatetimeIndex timedeltas.TimedeltaIndex period.PeriodIndex category.CategoricalIndex interval.IntervalIndex numeric.Int64Index
		numeric.Float64Index numeric.UInt64Index frozen.FrozenList`},

	// Column arrays and their types.
	{why: "a column's array", use: record, in: "pandas.", names: `Categorical arrays.ArrowStringArray arrays.StringArray arrays.DatetimeArray
		arrays.TimedeltaArray arrays.PeriodArray arrays.FloatingArray arrays.IntegerArray arrays.BooleanArray arrays.IntervalArray arrays.SparseArray
		arrays.NumpyExtensionArray arrays.ArrowExtensionArray`},
	{why: "a column's array", use: record, in: "pandas.core.arrays.", names: `categorical.Categorical datetimes.DatetimeArray timedeltas.TimedeltaArray
		period.PeriodArray floating.FloatingArray integer.IntegerArray boolean.BooleanArray interval.IntervalArray sparse.array.SparseArray
		string_.StringArray string_arrow.ArrowStringArray string_arrow.ArrowStringArrayNumpySemantics numpy_.PandasArray numpy_.NumpyExtensionArray
		arrow.array.ArrowExtensionArray`},
	{why: "a column's type", use: record, in: "pandas.", names: `CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype SparseDtype StringDtype
		BooleanDtype Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype Float32Dtype Float64Dtype ArrowDtype`},
	{why: "a column's type", use: record, in: "pandas.core.", names: `dtypes.dtypes.CategoricalDtype dtypes.dtypes.DatetimeTZDtype dtypes.dtypes.PeriodDtype
		dtypes.dtypes.IntervalDtype dtypes.dtypes.SparseDtype dtypes.dtypes.ArrowDtype dtypes.dtypes.NumpyEADtype dtypes.dtypes.PandasDtype
		arrays.sparse.dtype.SparseDtype arrays.string_.StringDtype arrays.boolean.BooleanDtype arrays.integer.Int8Dtype arrays.integer.Int16Dtype
		arrays.integer.Int32Dtype arrays.integer.Int64Dtype arrays.integer.UInt8Dtype arrays.integer.UInt16Dtype arrays.integer.UInt32Dtype
		arrays.integer.UInt64Dtype arrays.floating.Float32Dtype arrays.floating.Float64Dtype arrays.arrow.dtype.ArrowDtype`},
	{why: "an interval tree or a sparse index: numbers", use: record, in: "pandas._libs.", names: `sparse.IntIndex sparse.BlockIndex interval.Interval
		interval.IntervalTree arrays.NDArrayBacked`},

	// Moments, spans and calendars.
	{why: "a moment or span: numbers and a time zone", use: record, in: "pandas.", names: "Timestamp Timedelta Period Interval"},
	{why: "a moment or span: numbers and a time zone", use: record, in: "pandas._libs.tslibs.", names: `timestamps._unpickle_timestamp timestamps.Timestamp
		timedeltas._timedelta_unpickle timedeltas.Timedelta timedeltas._Timedelta period.Period period._Period nattype._nat_unpickle nattype.__nat_unpickle nattype.NaTType
		dtypes.PeriodDtypeBase`},
	{why: "a step of a calendar", use: record, in: "pandas.", names: "DateOffset tseries.offsets.DateOffset"},
	{why: "a step of a calendar", use: record, in: "pandas._libs.tslibs.offsets.", names: `BusinessDay BDay Day Hour Minute Second Milli Micro Nano Week
		WeekOfMonth LastWeekOfMonth MonthEnd MonthBegin BusinessMonthEnd BusinessMonthBegin QuarterEnd QuarterBegin BQuarterEnd BQuarterBegin YearEnd
		YearBegin BYearEnd BYearBegin BusinessHour SemiMonthEnd SemiMonthBegin DateOffset RelativeDeltaOffset Easter FY5253 FY5253Quarter
		CustomBusinessDay CustomBusinessHour CustomBusinessMonthEnd CustomBusinessMonthBegin HalfYearEnd HalfYearBegin BHalfYearEnd BHalfYearBegin Tick`},
	{why: "the missing value", use: useValue | useCall, in: "pandas.", names: "NA NaT _libs.missing.NA _libs.missing.NAType _libs.tslibs.nattype.NaT"},
	{why: "flags of a frame", use: class, in: "pandas.core.flags.", names: "Flags"},

	// Time zones.
	{why: "a time zone by name, from the library's own files", rule: rulePlain, use: useValue, in: "pytz.", names: "_UTC _p UTC timezone FixedOffset _FixedOffset"},
	{why: "a time zone", use: class, in: "dateutil.tz.", names: "tzutc tzlocal"},

	// Arrow: buffers out of the stream, types by alias.
	{why: "an Arrow array over buffers of the stream", rule: rulePlain, use: useValue, in: "pyarrow.lib.", names: `_restore_array py_buffer type_for_alias
		chunked_array array schema field table _reconstruct_record_batch _reconstruct_table timestamp list_ struct dictionary decimal128 large_list
		map_ list_view large_list_view time32 time64 duration binary decimal32 decimal64 decimal256 run_end_encoded sparse_union dense_union`},
}
