#include "core/decimal.h"

#include <stdio.h>
#include <stdlib.h>

__extension__ typedef __int128 jn_wide;

static const int64_t POWER[JN_DEC_PLACES + 1] = {1,      10,      100,      1000,      10000,
                                                 100000, 1000000, 10000000, 100000000, 1000000000};

static struct jn_dec jn_dec_lowest(int64_t m, uint8_t scale) {
    while (scale > 0 && m % 10 == 0) {
        m /= 10;
        scale--;
    }
    return (struct jn_dec){m, scale};
}

static jn_wide jn_wide_pow10(unsigned n) {
    jn_wide p = 1;
    for (; n > 0; n--)
        p *= 10;
    return p;
}

/* n / d rounded half to even; d > 0. */
static jn_wide jn_wide_divide(jn_wide n, jn_wide d) {
    jn_wide q = n / d, r = n % d;
    if (r < 0) r = -r;
    if (r > d - r || (r == d - r && q % 2 != 0)) q += n < 0 ? -1 : 1;
    return q;
}

/* m / 10^scale with any scale, rounded to what a decimal can hold. Large values lose places they cannot keep. */
static bool jn_dec_fit(jn_wide m, unsigned scale, struct jn_dec *out) {
    if (scale > JN_DEC_PLACES) {
        m = jn_wide_divide(m, jn_wide_pow10(scale - JN_DEC_PLACES));
        scale = JN_DEC_PLACES;
    }
    while (scale > 0 && m % 10 == 0) {
        m /= 10;
        scale--;
    }
    if (m > INT64_MAX || m < -INT64_MAX) return false;
    *out = jn_dec_lowest((int64_t)m, (uint8_t)scale);
    return true;
}

struct jn_dec jn_dec_int(int64_t v) {
    return (struct jn_dec){v, 0};
}

bool jn_dec_parse(struct jn_str s, struct jn_dec *out) {
    size_t at = 0;
    bool negative = s.n > 0 && s.p[0] == '-';
    if (negative) at++;
    jn_wide m = 0;
    unsigned scale = 0;
    size_t digits = 0, fraction = 0;
    bool point = false;
    for (; at < s.n; at++) {
        char c = s.p[at];
        if (c == '.' && !point && digits > 0) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') return false;
        digits++;
        if (point) fraction++;
        m = m * 10 + (c - '0');
        if (point) scale++;
        if (m > INT64_MAX || scale > JN_DEC_PLACES) {
            if (!point || c != '0') return false; /* zeros behind the last place change nothing */
            m /= 10;
            scale--;
        }
    }
    if (digits == 0 || (point && fraction == 0)) return false;
    return jn_dec_fit(negative ? -m : m, scale, out);
}

bool jn_dec_from_double(double v, struct jn_dec *out) {
    char text[64];
    if (!(v > -9.3e18 && v < 9.3e18)) return false;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, v);
        if (strtod(text, NULL) == v) break;
    }
    /* d.ddd…e±xx → mantissa and exponent */
    jn_wide m = 0;
    int places = 0;
    bool point = false;
    char *at = text + (text[0] == '-');
    for (; *at != 'e'; at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        m = m * 10 + (*at - '0');
        places += point;
    }
    places -= (int)strtol(at + 1, NULL, 10);
    if (text[0] == '-') m = -m;
    if (places < 0) return jn_dec_fit(m * jn_wide_pow10((unsigned)-places), 0, out); /* four zeros at most */
    if (places > 36) return jn_dec_fit(0, 0, out);
    return jn_dec_fit(m, (unsigned)places, out);
}

double jn_dec_to_double(struct jn_dec a) {
    return (double)a.m / (double)POWER[a.scale];
}

int jn_dec_cmp(struct jn_dec a, struct jn_dec b) {
    jn_wide x = (jn_wide)a.m * POWER[b.scale], y = (jn_wide)b.m * POWER[a.scale];
    return (x > y) - (x < y);
}

bool jn_dec_add(struct jn_dec a, struct jn_dec b, struct jn_dec *out) {
    uint8_t scale = a.scale > b.scale ? a.scale : b.scale;
    jn_wide m = (jn_wide)a.m * POWER[scale - a.scale] + (jn_wide)b.m * POWER[scale - b.scale];
    return jn_dec_fit(m, scale, out);
}

bool jn_dec_sub(struct jn_dec a, struct jn_dec b, struct jn_dec *out) {
    if (b.m == INT64_MIN) return false;
    return jn_dec_add(a, (struct jn_dec){-b.m, b.scale}, out);
}

bool jn_dec_mul(struct jn_dec a, struct jn_dec b, struct jn_dec *out) {
    return jn_dec_fit((jn_wide)a.m * b.m, (unsigned)a.scale + b.scale, out);
}

bool jn_dec_div(struct jn_dec a, struct jn_dec b, struct jn_dec *out) {
    if (b.m == 0) return false;
    /* a.m/10^as : b.m/10^bs with nine places: a.m * 10^(9 - as + bs) : b.m; at most 63 + 60 bits. */
    jn_wide n = (jn_wide)a.m * jn_wide_pow10(JN_DEC_PLACES - a.scale + (unsigned)b.scale), d = b.m;
    if (d < 0) {
        n = -n;
        d = -d;
    }
    return jn_dec_fit(jn_wide_divide(n, d), JN_DEC_PLACES, out);
}

bool jn_dec_round(struct jn_dec a, unsigned places, struct jn_dec *out) {
    if (places >= a.scale) {
        *out = a;
        return true;
    }
    int64_t unit = POWER[a.scale - places];
    jn_wide m = a.m, half = unit / 2;
    m = (m >= 0 ? m + half : m - half) / unit;
    return jn_dec_fit(m, places, out);
}

bool jn_dec_to_int(struct jn_dec a, int64_t *out) {
    if (a.scale != 0) return false;
    *out = a.m;
    return true;
}

void jn_dec_print(struct jn_dec a, unsigned min_places, struct jn_buf *out) {
    unsigned scale = a.scale > min_places ? a.scale : min_places;
    uint64_t m = a.m < 0 ? 0 - (uint64_t)a.m : (uint64_t)a.m;
    uint64_t unit = (uint64_t)POWER[a.scale];
    jn_buf_printf(out, "%s%llu", a.m < 0 ? "-" : "", (unsigned long long)(m / unit));
    if (scale == 0) return;
    jn_buf_char(out, '.');
    if (a.scale > 0) jn_buf_printf(out, "%0*llu", (int)a.scale, (unsigned long long)(m % unit));
    for (unsigned i = a.scale; i < scale; i++)
        jn_buf_char(out, '0');
}
