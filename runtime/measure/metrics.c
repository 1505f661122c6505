#include "runtime/measure/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "core/check.h"
#include "runtime/measure/exposition.h"
#include "runtime/measure/process.h"
#include "runtime/measure/series.h"

struct jr_metrics__row {
    const char *kind, *exposed, *label, *values, *text;
};

static const struct jr_metrics__row ROW[JR_METRICS] = {
#define COUNTER(name, exposed, label, values, text) {"counter", exposed, label, values, text},
#define GAUGE(name, exposed, label, values, text)   {"gauge", exposed, label, values, text},
#include "runtime/measure/metrics.def"
};

static const struct jr_metrics__row HISTOGRAM_ROW[JR_HISTOGRAMS] = {
#define HISTOGRAM(name, exposed, text) {"histogram", exposed, "", "", text},
#include "runtime/measure/metrics.def"
};

static _Atomic uint64_t cell[JR_METRICS][JR_METRIC_LABELS];
static _Atomic uint64_t bucket[JR_HISTOGRAMS][JR_EXPOSITION_BOUNDS + 1];
static _Atomic uint64_t sum[JR_HISTOGRAMS];

void jr_metric_add(enum jr_metric metric, unsigned label, uint64_t n) {
    JN_CHECK(label < JR_METRIC_LABELS);
    atomic_fetch_add_explicit(&cell[metric][label], n, memory_order_relaxed);
}

void jr_metric_set(enum jr_metric metric, unsigned label, uint64_t value) {
    JN_CHECK(label < JR_METRIC_LABELS);
    atomic_store_explicit(&cell[metric][label], value, memory_order_relaxed);
}

void jr_histogram_observe(enum jr_histogram histogram, int64_t microseconds) {
    if (microseconds < 0) microseconds = 0;
    unsigned i = jr_exposition_bucket(microseconds);
    atomic_fetch_add_explicit(&bucket[histogram][i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&sum[histogram], (uint64_t)microseconds, memory_order_relaxed);
}

static void jr_metrics__cells(enum jr_metric metric, struct jn_buf *out) {
    const struct jr_metrics__row *row = &ROW[metric];
    jr_exposition_head(row->kind, row->exposed, row->text, out);
    if (row->label[0] == '\0') {
        jn_buf_printf(out, "%s %" PRIu64 "\n", row->exposed, atomic_load(&cell[metric][0]));
        return;
    }
    const char *value = row->values;
    for (unsigned i = 0; i < JR_METRIC_LABELS && value != NULL; i++) {
        const char *bar = strchr(value, '|');
        int n = bar == NULL ? (int)strlen(value) : (int)(bar - value);
        jn_buf_printf(out, "%s{%s=\"%.*s\"} %" PRIu64 "\n", row->exposed, row->label, n, value,
                      atomic_load(&cell[metric][i]));
        value = bar == NULL ? NULL : bar + 1;
    }
}

static void jr_metrics__histogram(enum jr_histogram histogram, struct jn_buf *out) {
    const struct jr_metrics__row *row = &HISTOGRAM_ROW[histogram];
    struct jr_distribution now = {.sum = atomic_load(&sum[histogram])};
    for (size_t i = 0; i <= JR_EXPOSITION_BOUNDS; i++)
        now.bucket[i] = atomic_load(&bucket[histogram][i]);
    jr_exposition_head(row->kind, row->exposed, row->text, out);
    jr_exposition_distribution(row->exposed, JN_STR(""), &now, out);
}

static void jr_metrics__build(struct jn_buf *out) {
    jr_exposition_head("gauge", "journey_build_info", "1; the label says which version runs", out);
    jn_buf_z(out, "journey_build_info{version=\"" JOURNEY_VERSION "\"} 1\n");
}

void jr_metrics_write(struct jn_buf *out) {
    jr_metrics__build(out);
    for (int i = 0; i < JR_METRICS; i++)
        jr_metrics__cells((enum jr_metric)i, out);
    jr_series_write(out);
    for (int i = 0; i < JR_HISTOGRAMS; i++)
        jr_metrics__histogram((enum jr_histogram)i, out);
    jr_process_write(out);
}
