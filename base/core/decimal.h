/* Exact decimals: an int64 mantissa and 0–9 decimal places, always in lowest terms. */
#ifndef CORE_DECIMAL_H
#define CORE_DECIMAL_H

#include <stdint.h>

#include "core/buffer.h"

#define JN_DEC_PLACES 9

struct jn_dec {
    int64_t m;     /* value = m / 10^scale */
    uint8_t scale; /* 0–9, smallest that is exact */
};

struct jn_dec jn_dec_int(int64_t v);
/* "-12.50", "1_000" is not accepted here. At most nine places; false when malformed or out of range. */
bool jn_dec_parse(struct jn_str s, struct jn_dec *out);
/* From a JSON real: shortest decimal that reads back as v, rounded half to even at nine places. */
bool jn_dec_from_double(double v, struct jn_dec *out);
double jn_dec_to_double(struct jn_dec a);
int jn_dec_cmp(struct jn_dec a, struct jn_dec b); /* exact */
/* False on overflow (or division by zero); results are rounded half to even at nine places. */
bool jn_dec_add(struct jn_dec a, struct jn_dec b, struct jn_dec *out);
bool jn_dec_sub(struct jn_dec a, struct jn_dec b, struct jn_dec *out);
bool jn_dec_mul(struct jn_dec a, struct jn_dec b, struct jn_dec *out);
bool jn_dec_div(struct jn_dec a, struct jn_dec b, struct jn_dec *out);
/* Rounds half away from zero to `places` (0–9), as people do. */
bool jn_dec_round(struct jn_dec a, unsigned places, struct jn_dec *out);
bool jn_dec_to_int(struct jn_dec a, int64_t *out);                           /* false when it has a fraction */
void jn_dec_print(struct jn_dec a, unsigned min_places, struct jn_buf *out); /* "49.90" with min_places 2 */

#endif
