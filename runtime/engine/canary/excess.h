/* How surely one proportion is larger than another: Fisher's exact test, one-sided.
 *
 * Of n things x are bad in the one, of m things y in the other. If both had the same chance of being bad, then, given
 * how many are bad in all, x is distributed hypergeometrically, whatever that chance is:
 *     P(X = k) = C(n, k) C(m, x + y - k) / C(n + m, x + y)
 * and the answer is P(X >= x): at most a with probability a, for every sample size (R. A. Fisher, Statistical Methods
 * for Research Workers, 5th ed. 1934, section 21.02; A. Agresti, Categorical Data Analysis, 3rd ed. 2013, 3.5.1).
 *
 * Who looks again and again would sooner or later be deceived. So the k-th look at one pair of proportions out of
 * `pairs` only counts below error / (pairs k (k + 1)): as 1/(1·2) + 1/(2·3) + … = 1, the chance that any look at any
 * pair deceives is at most `error` (Bonferroni's inequality). Looks are made as the sample grows by half, so that the
 * bound falls with the square of its logarithm only. */
#ifndef RUNTIME_ENGINE_CANARY_EXCESS_H
#define RUNTIME_ENGINE_CANARY_EXCESS_H

#include <stdint.h>

/* P(X >= x). x <= n, y <= m. */
double engine_excess(uint64_t x, uint64_t n, uint64_t y, uint64_t m);
/* What the k-th look (from 1) has to be below; `error` is a share of 1. */
double engine_excess_bound(double error, uint64_t pairs, uint64_t look);

#endif
