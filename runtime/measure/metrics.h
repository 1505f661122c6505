/* Counters, gauges and histograms of metrics.def, written from any thread, read as Prometheus text. */
#ifndef RUNTIME_MEASURE_METRICS_H
#define RUNTIME_MEASURE_METRICS_H

#include <stdint.h>

#include "core/buffer.h"

enum jr_metric {
#define COUNTER(name, exposed, label, values, text) JR_METRIC_##name,
#define GAUGE(name, exposed, label, values, text)   JR_METRIC_##name,
#include "runtime/measure/metrics.def"
    JR_METRICS
};

enum jr_histogram {
#define HISTOGRAM(name, exposed, text) JR_HISTOGRAM_##name,
#include "runtime/measure/metrics.def"
    JR_HISTOGRAMS
};

/* Those with names of the program as labels. */
enum jr_series {
#define COUNTERS(name, exposed, label, second, text) JR_SERIES_##name,
#define GAUGES(name, exposed, label, text)           JR_SERIES_##name,
#define HISTOGRAMS(name, exposed, label, text)       JR_SERIES_##name,
#include "runtime/measure/metrics.def"
    JR_SERIES
};

#define JR_METRIC_LABELS 6    /* values a label of fixed words may have */
#define JR_SERIES_MAX    4096 /* rows with names in all; what is more counts with its first name empty */
#define JR_SERIES_NAME   128  /* bytes of a name; a longer one is an empty one */

/* `label` is the place of the value in the row; 0 for rows without a label. */
void jr_metric_add(enum jr_metric metric, unsigned label, uint64_t n);
void jr_metric_set(enum jr_metric metric, unsigned label, uint64_t value);
void jr_histogram_observe(enum jr_histogram histogram, int64_t microseconds);

/* COUNTERS; `second` is empty where the row has one label. */
void jr_series_add(enum jr_series series, struct jn_str first, struct jn_str second, uint64_t n);
/* HISTOGRAMS. */
void jr_series_observe(enum jr_series series, struct jn_str name, int64_t microseconds);
/* GAUGES: all of them at once. Equal names are added up; who is not named any more is not told of any more. */
struct jr_named_value {
    struct jn_str name;
    uint64_t value;
};
void jr_series_set(enum jr_series series, const struct jr_named_value *row, uint32_t n);

/* Text format 0.0.4. */
void jr_metrics_write(struct jn_buf *out);

#endif
