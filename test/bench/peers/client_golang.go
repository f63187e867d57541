// A peer of the exporter: serves the families of an exposition in the text format, given as the only argument, with Go's client_golang,
// and prints its port. `HandlerFor` compresses as it is.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

func main() {
	file, err := os.Open(os.Args[1])
	check(err)
	var parser expfmt.TextParser
	families, err := parser.TextToMetricFamilies(file)
	check(err)
	registry := prometheus.NewRegistry()
	for _, family := range families {
		register(registry, family)
	}
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	check(http.Serve(listener, nil))
}

func register(registry *prometheus.Registry, family *dto.MetricFamily) {
	name, help := family.GetName(), family.GetHelp()
	names := labelNames(family)
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, names)
		registry.MustRegister(vec)
		for _, metric := range family.Metric {
			vec.With(labels(metric)).Add(metric.Counter.GetValue())
		}
	case dto.MetricType_GAUGE:
		vec := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, names)
		registry.MustRegister(vec)
		for _, metric := range family.Metric {
			vec.With(labels(metric)).Set(metric.Gauge.GetValue())
		}
	case dto.MetricType_HISTOGRAM:
		bounds := []float64{}
		for _, bucket := range family.Metric[0].Histogram.Bucket {
			bounds = append(bounds, bucket.GetUpperBound())
		}
		vec := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}, names)
		registry.MustRegister(vec)
		for _, metric := range family.Metric {
			observe(vec.With(labels(metric)), metric.Histogram)
		}
	default:
		check(fmt.Errorf("%s is a %s", name, family.GetType()))
	}
}

// observe puts as many observations into each bucket as the exposition has there.
func observe(observer prometheus.Observer, histogram *dto.Histogram) {
	below := uint64(0)
	for _, bucket := range histogram.Bucket {
		for ; below < bucket.GetCumulativeCount(); below++ {
			observer.Observe(bucket.GetUpperBound())
		}
	}
}

func labelNames(family *dto.MetricFamily) []string {
	names := []string{}
	for _, pair := range family.Metric[0].Label {
		names = append(names, pair.GetName())
	}
	return names
}

func labels(metric *dto.Metric) prometheus.Labels {
	labels := prometheus.Labels{}
	for _, pair := range metric.Label {
		labels[pair.GetName()] = pair.GetValue()
	}
	return labels
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
