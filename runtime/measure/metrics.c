#include "runtime/measure/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "core/check.h"

struct jr_metrics__row {
    const char *kind, *exposed, *label, *values, *text;
};

static const struct jr_metrics__row ROW[JR_METRICS] = {
#define COUNTER(name, exposed, label, values, text) {"counter", exposed, label, values, text},
#define GAUGE(name, exposed, label, values, text)   {"gauge", exposed, label, values, text},
#define HISTOGRAM(name, exposed, text)
#define NAMED(name, exposed, label, text)
#include "runtime/measure/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef NAMED
};

static const struct jr_metrics__row HISTOGRAM_ROW[JR_HISTOGRAMS] = {
#define COUNTER(name, exposed, label, values, text)
#define GAUGE(name, exposed, label, values, text)
#define HISTOGRAM(name, exposed, text) {"histogram", exposed, "", "", text},
#define NAMED(name, exposed, label, text)
#include "runtime/measure/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef NAMED
};

static const struct jr_metrics__row NAMED_ROW[JR_NAMED] = {
#define COUNTER(name, exposed, label, values, text)
#define GAUGE(name, exposed, label, values, text)
#define HISTOGRAM(name, exposed, text)
#define NAMED(name, exposed, label, text) {"gauge", exposed, label, "", text},
#include "runtime/measure/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef NAMED
};

/* Upper bounds in microseconds; one more bucket takes the rest. */
static const int64_t BOUND[] = {500,    1000,   2500,   5000,    10000,   25000,   50000,
                                100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};
enum { JR_METRICS__BOUNDS = sizeof BOUND / sizeof BOUND[0] };

static _Atomic uint64_t cell[JR_METRICS][JR_METRIC_LABELS];
static _Atomic uint64_t bucket[JR_HISTOGRAMS][JR_METRICS__BOUNDS + 1];
static _Atomic uint64_t sum[JR_HISTOGRAMS];

/* The last row is of all names that the others have no room for. */
enum { JR_METRICS__NAME_MAX = 128 };
static struct {
    char text[JR_METRICS__NAME_MAX];
    size_t n;
    uint64_t value[JR_NAMED];
} named_row[JR_METRIC_NAMES + 1];
static uint32_t n_named;

void jr_named_clear(void) {
    memset(named_row, 0, sizeof named_row);
    n_named = 0;
}

void jr_named_add(enum jr_named named, struct jn_str name, uint64_t n) {
    uint32_t i = 0;
    while (i < n_named && !jn_str_eq((struct jn_str){named_row[i].text, named_row[i].n}, name))
        i++;
    if (i == n_named && i < JR_METRIC_NAMES && name.n <= JR_METRICS__NAME_MAX) {
        memcpy(named_row[i].text, name.p, name.n);
        named_row[i].n = name.n;
        n_named++;
    } else if (i == n_named) {
        i = JR_METRIC_NAMES;
    }
    named_row[i].value[named] += n;
}

void jr_metric_add(enum jr_metric metric, unsigned label, uint64_t n) {
    JN_CHECK(label < JR_METRIC_LABELS);
    atomic_fetch_add_explicit(&cell[metric][label], n, memory_order_relaxed);
}

void jr_metric_set(enum jr_metric metric, unsigned label, uint64_t value) {
    JN_CHECK(label < JR_METRIC_LABELS);
    atomic_store_explicit(&cell[metric][label], value, memory_order_relaxed);
}

void jr_histogram_observe(enum jr_histogram histogram, int64_t microseconds) {
    size_t i = 0;
    if (microseconds < 0) microseconds = 0;
    while (i < JR_METRICS__BOUNDS && microseconds > BOUND[i])
        i++;
    atomic_fetch_add_explicit(&bucket[histogram][i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&sum[histogram], (uint64_t)microseconds, memory_order_relaxed);
}

static void jr_metrics__head(const struct jr_metrics__row *row, struct jn_buf *out) {
    jn_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", row->exposed, row->text, row->exposed, row->kind);
}

static void jr_metrics__cells(enum jr_metric metric, struct jn_buf *out) {
    const struct jr_metrics__row *row = &ROW[metric];
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

static void jr_metrics__buckets(enum jr_histogram histogram, struct jn_buf *out) {
    const char *name = HISTOGRAM_ROW[histogram].exposed;
    uint64_t total = 0;
    for (size_t i = 0; i < JR_METRICS__BOUNDS; i++) {
        total += atomic_load(&bucket[histogram][i]);
        jn_buf_printf(out, "%s_bucket{le=\"%" PRId64 ".%06" PRId64 "\"} %" PRIu64 "\n", name, BOUND[i] / 1000000,
                      BOUND[i] % 1000000, total);
    }
    total += atomic_load(&bucket[histogram][JR_METRICS__BOUNDS]);
    uint64_t us = atomic_load(&sum[histogram]);
    jn_buf_printf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %" PRIu64 ".%06" PRIu64 "\n%s_count %" PRIu64 "\n",
                  name, total, name, us / 1000000, us % 1000000, name, total);
}

/* Names are identifiers: nothing in them is to be escaped. */
static void jr_metrics__names(enum jr_named named, struct jn_buf *out) {
    const struct jr_metrics__row *row = &NAMED_ROW[named];
    for (uint32_t i = 0; i <= JR_METRIC_NAMES; i++) {
        if (i >= n_named && (i < JR_METRIC_NAMES || named_row[i].value[named] == 0)) continue;
        jn_buf_printf(out, "%s{%s=\"%.*s\"} %" PRIu64 "\n", row->exposed, row->label, (int)named_row[i].n,
                      named_row[i].text, named_row[i].value[named]);
    }
}

void jr_metrics_write(struct jn_buf *out) {
    for (int i = 0; i < JR_METRICS; i++) {
        jr_metrics__head(&ROW[i], out);
        jr_metrics__cells((enum jr_metric)i, out);
    }
    for (int i = 0; i < JR_NAMED; i++) {
        jr_metrics__head(&NAMED_ROW[i], out);
        jr_metrics__names((enum jr_named)i, out);
    }
    for (int i = 0; i < JR_HISTOGRAMS; i++) {
        jr_metrics__head(&HISTOGRAM_ROW[i], out);
        jr_metrics__buckets((enum jr_histogram)i, out);
    }
}
