"""A peer of the exporter: serves the families of an exposition in the text format, given as the only argument, with Python's
prometheus_client, and prints its port."""

import sys
from wsgiref.simple_server import make_server

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer, _SilentHandler
from prometheus_client.parser import text_string_to_metric_families

registry = CollectorRegistry()


def register(family):
    samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
    names = [name for name in samples[0].labels if name != "le"]

    def child(metric, sample):
        values = [sample.labels[name] for name in names]
        return metric.labels(*values) if names else metric

    if family.type == "counter":
        metric = Counter(family.name, family.documentation, names, registry=registry)
        for sample in samples:
            child(metric, sample).inc(sample.value)
    elif family.type == "gauge":
        metric = Gauge(family.name, family.documentation, names, registry=registry)
        for sample in samples:
            child(metric, sample).set(sample.value)
    elif family.type == "histogram":
        buckets = [sample for sample in samples if sample.name.endswith("_bucket")]
        bounds = sorted({float(sample.labels["le"]) for sample in buckets})
        metric = Histogram(family.name, family.documentation, names, registry=registry, buckets=bounds)
        below = {}
        for sample in buckets:
            series = tuple(sample.labels[name] for name in names)
            # A series without observations is there from its first mention on.
            one = child(metric, sample)
            for _ in range(int(sample.value - below.get(series, 0))):
                one.observe(min(float(sample.labels["le"]), 1e9))
            below[series] = sample.value


with open(sys.argv[1], encoding="utf-8") as exposition:
    for one in text_string_to_metric_families(exposition.read()):
        if one.samples:
            register(one)
# As start_http_server has it, which can't say which port it was given.
server = make_server("127.0.0.1", 0, make_wsgi_app(registry), ThreadingWSGIServer, handler_class=_SilentHandler)
print(f"port {server.server_port}", flush=True)
server.serve_forever()
