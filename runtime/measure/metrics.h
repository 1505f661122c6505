/* Counters, gauges and histograms of metrics.def, written from any thread, read as Prometheus text. */
#ifndef RUNTIME_MEASURE_METRICS_H
#define RUNTIME_MEASURE_METRICS_H

#include <stdint.h>

#include "core/buffer.h"

enum jr_metric {
#define COUNTER(name, exposed, label, values, text) JR_METRIC_##name,
#define GAUGE(name, exposed, label, values, text)   JR_METRIC_##name,
#define HISTOGRAM(name, exposed, text)
#define NAMED(name, exposed, label, text)
#include "runtime/measure/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef NAMED
    JR_METRICS
};

enum jr_histogram {
#define COUNTER(name, exposed, label, values, text)
#define GAUGE(name, exposed, label, values, text)
#define HISTOGRAM(name, exposed, text) JR_HISTOGRAM_##name,
#define NAMED(name, exposed, label, text)
#include "runtime/measure/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef NAMED
    JR_HISTOGRAMS
};

enum jr_named {
#define COUNTER(name, exposed, label, values, text)
#define GAUGE(name, exposed, label, values, text)
#define HISTOGRAM(name, exposed, text)
#define NAMED(name, exposed, label, text) JR_NAMED_##name,
#include "runtime/measure/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef NAMED
    JR_NAMED
};

#define JR_METRIC_NAMES  64 /* that a label may have which takes names of the program; more count together as "" */
#define JR_METRIC_LABELS 5  /* values a label may have */

/* `label` is the place of the value in the row; 0 for rows without a label. */
void jr_metric_add(enum jr_metric metric, unsigned label, uint64_t n);
void jr_metric_set(enum jr_metric metric, unsigned label, uint64_t value);
void jr_histogram_observe(enum jr_histogram histogram, int64_t microseconds);

/* Gauges by names of the program: all are forgotten, then what is so now is added up. By one thread, that of the text.
 */
void jr_named_clear(void);
void jr_named_add(enum jr_named named, struct jn_str name, uint64_t n);

/* Text format 0.0.4. */
void jr_metrics_write(struct jn_buf *out);

#endif
