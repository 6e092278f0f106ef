package main

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wardround/wardround/live"
	"github.com/wardround/wardround/pipeline"
)

// figures are about ourselves, in Prometheus' words. hub is asked when
// they are read; it may be nil until then.
func figures(health func() pipeline.Health, hub func() live.Health) http.Handler {
	reg := prometheus.NewRegistry()
	gauge := func(name, help string, f func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "wardround", Name: name, Help: help}, f))
	}
	counter := func(name, help string, f func() float64) {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "wardround", Name: name, Help: help}, f))
	}
	gauge("queue_observations", "Observations waiting to be made durable.", func() float64 { return float64(health().Queue) })
	gauge("judge_lag_seconds", "From acknowledged to stored, newest batch.", func() float64 { return health().Lag.Seconds() })
	counter("judged_observations_total", "Observations judged since start.", func() float64 { return float64(health().Judged) })
	counter("shed_flow_total", "Flow updates shed under load.", func() float64 { return float64(health().ShedFlow) })
	counter("shed_repeat_total", "Repeats shed under load.", func() float64 { return float64(health().ShedRepeat) })
	counter("shed_transaction_total", "Transactions shed under load.", func() float64 { return float64(health().ShedTransaction) })
	gauge("event_streams", "Event streams that are open.", func() float64 { return float64(hub().Streams) })
	counter("event_streams_dropped_total", "Event streams that were dropped because they read too slowly.", func() float64 { return float64(hub().Dropped) })
	gauge("recent_observations", "Observations kept in memory for the live page.", func() float64 { return float64(hub().Kept) })
	gauge("recent_observations_bytes", "What these take, roughly.", func() float64 { return float64(hub().Bytes) })
	gauge("goroutines", "What the program does at the same time: it goes up and down with those who ask, and not up alone.", func() float64 { return float64(runtime.NumGoroutine()) })
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
