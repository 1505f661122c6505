#include "runtime/engine/canary/excess.h"

#include <math.h>
#include <stdbool.h>

#define NEGLIGIBLE 1e-12

/* n of the one, m of the other, so many bad in all. */
struct table {
    uint64_t n, m, bad;
};

static double excess_log_factorial(uint64_t n) {
    int sign;
    return lgamma_r((double)n + 1, &sign); /* lgamma writes a global */
}

static double excess_log_choose(uint64_t n, uint64_t k) {
    return excess_log_factorial(n) - excess_log_factorial(k) - excess_log_factorial(n - k);
}

static double excess_at(const struct table *t, uint64_t k) {
    return exp(excess_log_choose(t->n, k) + excess_log_choose(t->m, t->bad - k) -
               excess_log_choose(t->n + t->m, t->bad));
}

/* P(X = k + 1) / P(X = k) */
static double excess_ratio(const struct table *t, uint64_t k) {
    return (double)(t->n - k) * (double)(t->bad - k) /
           ((double)(k + 1) * ((double)t->m + (double)(k + 1) - (double)t->bad));
}

/* P(X >= x) for an x above the middle: terms fall. */
static double excess_above(const struct table *t, uint64_t x) {
    uint64_t last = t->bad < t->n ? t->bad : t->n;
    double term = excess_at(t, x), sum = term;
    for (uint64_t k = x; k < last && term > sum * NEGLIGIBLE; k++) {
        term *= excess_ratio(t, k);
        sum += term;
    }
    return sum;
}

/* P(X <= x) for an x below it. */
static double excess_below(const struct table *t, uint64_t x) {
    uint64_t first = t->bad > t->m ? t->bad - t->m : 0;
    double term = excess_at(t, x), sum = term;
    for (uint64_t k = x; k > first && term > sum * NEGLIGIBLE; k--) {
        term /= excess_ratio(t, k - 1);
        sum += term;
    }
    return sum;
}

double engine_excess(uint64_t x, uint64_t n, uint64_t y, uint64_t m) {
    struct table t = {n, m, x + y};
    uint64_t first = t.bad > m ? t.bad - m : 0;
    if (x <= first) return 1;
    bool above = (double)x * (double)(n + m) > (double)t.bad * (double)n;
    double p = above ? excess_above(&t, x) : 1 - excess_below(&t, x - 1);
    return p > 1 ? 1 : p;
}

double engine_excess_bound(double error, uint64_t pairs, uint64_t look) {
    return error / ((double)pairs * (double)look * (double)(look + 1));
}
