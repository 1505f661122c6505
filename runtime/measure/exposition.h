/* How figures are written as Prometheus text, version 0.0.4. */
#ifndef RUNTIME_MEASURE_EXPOSITION_H
#define RUNTIME_MEASURE_EXPOSITION_H

#include <stdint.h>

#include "core/buffer.h"

/* Upper bounds of all histograms, in microseconds; one more bucket takes the rest. */
#define JR_EXPOSITION_BOUNDS 14

struct jr_distribution {
    uint64_t bucket[JR_EXPOSITION_BOUNDS + 1];
    uint64_t sum; /* microseconds */
};

/* Which bucket takes a value. */
unsigned jr_exposition_bucket(int64_t microseconds);
/* HELP and TYPE of a name, before its lines. */
void jr_exposition_head(const char *kind, const char *exposed, const char *text, struct jn_buf *out);
/* `label="value"`, with what has to be escaped. */
void jr_exposition_label(const char *label, struct jn_str value, struct jn_buf *out);
/* Buckets, sum and count; `labels` as above, or empty. */
void jr_exposition_distribution(const char *exposed, struct jn_str labels, const struct jr_distribution *distribution,
                                struct jn_buf *out);

#endif
