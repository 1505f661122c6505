#include "runtime/measure/exposition.h"

#include <inttypes.h>

static const struct jr_exposition__bound {
    int64_t us;
    const char *seconds;
} BOUND[] = {{500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
             {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
             {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"}};
_Static_assert(sizeof BOUND / sizeof BOUND[0] == JR_EXPOSITION_BOUNDS, "a distribution has room for each");

unsigned jr_exposition_bucket(int64_t microseconds) {
    unsigned i = 0;
    while (i < JR_EXPOSITION_BOUNDS && microseconds > BOUND[i].us)
        i++;
    return i;
}

void jr_exposition_head(const char *kind, const char *exposed, const char *text, struct jn_buf *out) {
    jn_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", exposed, text, exposed, kind);
}

void jr_exposition_label(const char *label, struct jn_str value, struct jn_buf *out) {
    jn_buf_printf(out, "%s=\"", label);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\\' || value.p[i] == '"') jn_buf_char(out, '\\');
        if (value.p[i] == '\n')
            jn_buf_z(out, "\\n");
        else
            jn_buf_char(out, value.p[i]);
    }
    jn_buf_char(out, '"');
}

void jr_exposition_distribution(const char *exposed, struct jn_str labels, const struct jr_distribution *distribution,
                                struct jn_buf *out) {
    const char *comma = labels.n == 0 ? "" : ",", *open = labels.n == 0 ? "" : "{", *shut = labels.n == 0 ? "" : "}";
    uint64_t total = 0;
    for (size_t i = 0; i < JR_EXPOSITION_BOUNDS; i++) {
        total += distribution->bucket[i];
        jn_buf_printf(out, "%s_bucket{%.*s%sle=\"%s\"} %" PRIu64 "\n", exposed, JN_FMT(labels), comma, BOUND[i].seconds,
                      total);
    }
    total += distribution->bucket[JR_EXPOSITION_BOUNDS];
    jn_buf_printf(out, "%s_bucket{%.*s%sle=\"+Inf\"} %" PRIu64 "\n", exposed, JN_FMT(labels), comma, total);
    jn_buf_printf(out, "%s_sum%s%.*s%s %" PRIu64 ".%06" PRIu64 "\n", exposed, open, JN_FMT(labels), shut,
                  distribution->sum / 1000000, distribution->sum % 1000000);
    jn_buf_printf(out, "%s_count%s%.*s%s %" PRIu64 "\n", exposed, open, JN_FMT(labels), shut, total);
}
