#include "runtime/measure/series.h"

#include <inttypes.h>
#include <pthread.h>

#include "core/check.h"
#include "core/hash.h"
#include "runtime/measure/exposition.h"

static const struct jr_series__kind {
    const char *kind, *exposed, *label, *second, *text;
} KIND[JR_SERIES] = {
#define COUNTERS(name, exposed, label, second, text) {"counter", exposed, label, second, text},
#define GAUGES(name, exposed, label, text)           {"gauge", exposed, label, "", text},
#define HISTOGRAMS(name, exposed, label, text)       {"histogram", exposed, label, "", text},
#include "runtime/measure/metrics.def"
};

/* One value, or one distribution, of these names. Rows are never taken away: they are bounded, and few. */
struct jr_series__row {
    enum jr_series series;
    struct jn_str first, second;
    uint64_t value;
    struct jr_distribution *distribution; /* HISTOGRAMS */
    bool told;
    char text[]; /* of the names */
};

enum { JR_SERIES__SLOTS = 4 * JR_SERIES_MAX };
static struct {
    pthread_mutex_t lock;
    struct jr_series__row *row[JR_SERIES_MAX + JR_SERIES]; /* the last ones of each kind's nameless rest */
    uint32_t n;
    uint32_t slot[JR_SERIES__SLOTS]; /* by hash: number of a row and 1, or 0 */
} all = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct jr_series__row *jr_series__new(enum jr_series series, struct jn_str first, struct jn_str second) {
    struct jr_series__row *row = jn_alloc_zero(1, sizeof *row + first.n + second.n + 1);
    if (first.n > 0) memcpy(row->text, first.p, first.n);
    if (second.n > 0) memcpy(row->text + first.n, second.p, second.n);
    row->series = series;
    row->first = (struct jn_str){row->text, first.n};
    row->second = (struct jn_str){row->text + first.n, second.n};
    if (KIND[series].kind[0] == 'h') row->distribution = jn_alloc_zero(1, sizeof *row->distribution);
    all.row[all.n++] = row;
    return row;
}

/* The row of these names, which comes to be; with the lock held. */
static struct jr_series__row *jr_series__of(enum jr_series series, struct jn_str first, struct jn_str second) {
    if (first.n > JR_SERIES_NAME) first = JN_STR("");
    if (second.n > JR_SERIES_NAME) second = JN_STR("");
    uint64_t at = jn_hash64_seed(second, jn_hash64_seed(first, (uint64_t)series)) % JR_SERIES__SLOTS;
    for (; all.slot[at] != 0; at = (at + 1) % JR_SERIES__SLOTS) {
        struct jr_series__row *row = all.row[all.slot[at] - 1];
        if (row->series == series && jn_str_eq(row->first, first) && jn_str_eq(row->second, second)) return row;
    }
    bool nameless = first.n == 0 && second.n == 0;
    if (all.n >= JR_SERIES_MAX && !nameless) return jr_series__of(series, JN_STR(""), JN_STR(""));
    struct jr_series__row *row = jr_series__new(series, first, second);
    all.slot[at] = all.n;
    return row;
}

void jr_series_add(enum jr_series series, struct jn_str first, struct jn_str second, uint64_t n) {
    (void)pthread_mutex_lock(&all.lock);
    struct jr_series__row *row = jr_series__of(series, first, second);
    row->value += n;
    row->told = true;
    (void)pthread_mutex_unlock(&all.lock);
}

void jr_series_observe(enum jr_series series, struct jn_str name, int64_t microseconds) {
    uint64_t us = microseconds < 0 ? 0 : (uint64_t)microseconds;
    (void)pthread_mutex_lock(&all.lock);
    struct jr_series__row *row = jr_series__of(series, name, JN_STR(""));
    row->distribution->bucket[jr_exposition_bucket((int64_t)us)]++;
    row->distribution->sum += us;
    row->told = true;
    (void)pthread_mutex_unlock(&all.lock);
}

void jr_series_set(enum jr_series series, const struct jr_named_value *value, uint32_t n) {
    (void)pthread_mutex_lock(&all.lock);
    for (uint32_t i = 0; i < all.n; i++) {
        if (all.row[i]->series != series) continue;
        all.row[i]->value = 0;
        all.row[i]->told = false;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct jr_series__row *row = jr_series__of(series, value[i].name, JN_STR(""));
        row->value += value[i].value;
        row->told = true;
    }
    (void)pthread_mutex_unlock(&all.lock);
}

static void jr_series__row_write(const struct jr_series__row *row, struct jn_buf *out) {
    const struct jr_series__kind *kind = &KIND[row->series];
    struct jn_buf labels;
    jn_buf_init(&labels, 4096);
    jr_exposition_label(kind->label, row->first, &labels);
    if (kind->second[0] != '\0') {
        jn_buf_char(&labels, ',');
        jr_exposition_label(kind->second, row->second, &labels);
    }
    if (row->distribution != NULL)
        jr_exposition_distribution(kind->exposed, jn_buf_view(&labels), row->distribution, out);
    else
        jn_buf_printf(out, "%s{%.*s} %" PRIu64 "\n", kind->exposed, JN_FMT(jn_buf_view(&labels)), row->value);
    jn_buf_release(&labels);
}

void jr_series_write(struct jn_buf *out) {
    (void)pthread_mutex_lock(&all.lock);
    for (int series = 0; series < JR_SERIES; series++) {
        jr_exposition_head(KIND[series].kind, KIND[series].exposed, KIND[series].text, out);
        for (uint32_t i = 0; i < all.n; i++)
            if ((int)all.row[i]->series == series && all.row[i]->told) jr_series__row_write(all.row[i], out);
    }
    (void)pthread_mutex_unlock(&all.lock);
}
