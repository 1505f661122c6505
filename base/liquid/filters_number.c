/* Filters of numbers. What is no number counts as zero. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/value.h"
#include "liquid/tree.h"

static struct jn_liquid_value number(struct jn_liquid_value v) {
    bool ignored;
    return lq_number(v, &ignored);
}

/* Fifteen digits are what a decimal keeps in a double: 0.1 + 0.2 is 0.3. */
static struct jn_liquid_value decimal(double f) {
    char text[40];
    (void)snprintf(text, sizeof(text), "%.15g", f);
    return lq_float(strtod(text, NULL));
}

static bool both_int(struct jn_liquid_value a, struct jn_liquid_value b) {
    return a.kind == JN_LIQUID_INT && b.kind == JN_LIQUID_INT;
}

struct jn_liquid_value lq_filter_abs(struct lq_filtering *f, struct jn_liquid_value v) {
    (void)f;
    v = number(v);
    if (v.kind == JN_LIQUID_FLOAT) return lq_float(fabs(v.f));
    return v.i == INT64_MIN ? lq_float(fabs((double)v.i)) : lq_int(v.i < 0 ? -v.i : v.i);
}

struct jn_liquid_value lq_filter_at_least(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value a = number(v), b = number(f->argument[0]);
    return lq_double(a) < lq_double(b) ? b : a;
}

struct jn_liquid_value lq_filter_at_most(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value a = number(v), b = number(f->argument[0]);
    return lq_double(a) > lq_double(b) ? b : a;
}

static struct jn_liquid_value whole(double f) {
    return fabs(f) < 9e18 ? lq_int((int64_t)f) : lq_float(f);
}

struct jn_liquid_value lq_filter_ceil(struct lq_filtering *f, struct jn_liquid_value v) {
    (void)f;
    v = number(v);
    return v.kind == JN_LIQUID_INT ? v : whole(ceil(v.f));
}

struct jn_liquid_value lq_filter_floor(struct lq_filtering *f, struct jn_liquid_value v) {
    (void)f;
    v = number(v);
    return v.kind == JN_LIQUID_INT ? v : whole(floor(v.f));
}

struct jn_liquid_value lq_filter_round(struct lq_filtering *f, struct jn_liquid_value v) {
    int64_t places = 0;
    v = number(v);
    if (f->n > 0) (void)lq_integer(f->argument[0], &places);
    if (v.kind == JN_LIQUID_INT) return v;
    if (places <= 0)
        return places < 0 ? whole(round(v.f / pow(10, (double)-places)) * pow(10, (double)-places)) : whole(round(v.f));
    if (places > 15) return v;
    double scale = pow(10, (double)places);
    return decimal(round(v.f * scale) / scale);
}

struct jn_liquid_value lq_filter_plus(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value a = number(v), b = number(f->argument[0]);
    int64_t sum;
    if (both_int(a, b) && !__builtin_add_overflow(a.i, b.i, &sum)) return lq_int(sum);
    return decimal(lq_double(a) + lq_double(b));
}

struct jn_liquid_value lq_filter_minus(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value a = number(v), b = number(f->argument[0]);
    int64_t difference;
    if (both_int(a, b) && !__builtin_sub_overflow(a.i, b.i, &difference)) return lq_int(difference);
    return decimal(lq_double(a) - lq_double(b));
}

struct jn_liquid_value lq_filter_times(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value a = number(v), b = number(f->argument[0]);
    int64_t product;
    if (both_int(a, b) && !__builtin_mul_overflow(a.i, b.i, &product)) return lq_int(product);
    return decimal(lq_double(a) * lq_double(b));
}

/* Both round down, as Ruby does. */
struct jn_liquid_value lq_filter_divided_by(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value a = number(v), b = number(f->argument[0]);
    if (!both_int(a, b)) return lq_float(lq_double(a) / lq_double(b));
    if (b.i == 0) {
        f->failed = "divided by zero";
        return LQ_NIL;
    }
    if (b.i == -1) return a.i == INT64_MIN ? lq_float(-(double)a.i) : lq_int(-a.i);
    return lq_int(a.i / b.i - (a.i % b.i != 0 && (a.i < 0) != (b.i < 0)));
}

struct jn_liquid_value lq_filter_modulo(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_liquid_value a = number(v), b = number(f->argument[0]);
    if (both_int(a, b)) {
        if (b.i == 0) f->failed = "divided by zero";
        if (b.i == 0 || b.i == -1) return lq_int(0);
        int64_t rest = a.i % b.i;
        return lq_int(rest != 0 && (rest < 0) != (b.i < 0) ? rest + b.i : rest);
    }
    double x = lq_double(a), y = lq_double(b), rest = fmod(x, y);
    return decimal(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest);
}

/* ---- for people: 1,234.5 */

static struct jn_liquid_value grouped(struct lq_filtering *f, double value, int places, const char *currency) {
    struct jn_buf out;
    struct jn_str plain = jn_arena_printf(f->arena, "%.*f", places, fabs(value));
    const char *point = memchr(plain.p, '.', plain.n);
    size_t whole_n = point == NULL ? plain.n : (size_t)(point - plain.p);
    jn_buf_init(&out, 512);
    if (value < 0) jn_buf_char(&out, '-');
    for (size_t i = 0; i < plain.n; i++) {
        if (i > 0 && i < whole_n && (whole_n - i) % 3 == 0) jn_buf_char(&out, ',');
        jn_buf_char(&out, plain.p[i]);
    }
    if (currency[0] != '\0') jn_buf_printf(&out, " %s", currency);
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_number(struct lq_filtering *f, struct jn_liquid_value v) {
    int64_t places = -1;
    struct jn_liquid_value n = number(v);
    if (f->n > 0 && (!lq_integer(f->argument[0], &places) || places < 0 || places > 9)) {
        f->failed = "the number of places is 0 to 9";
        return LQ_NIL;
    }
    if (places < 0) {
        struct jn_str plain = lq_text(v.kind == JN_LIQUID_SCALAR ? v : n, f->arena);
        const char *point = memchr(plain.p, '.', plain.n);
        places = point == NULL ? 0 : (int64_t)(plain.n - (size_t)(point - plain.p) - 1);
        if (n.kind == JN_LIQUID_FLOAT && n.f == floor(n.f)) places = 0;
    }
    return grouped(f, lq_double(n), (int)(places > 9 ? 9 : places), "");
}

struct jn_liquid_value lq_filter_money(struct lq_filtering *f, struct jn_liquid_value v) {
    char currency[5] = "";
    bool money = v.kind == JN_LIQUID_SCALAR && v.scalar.type == JN_T_MONEY;
    if (money) jn_currency_print(v.scalar.currency, currency);
    if (f->n > 0) {
        struct jn_str given = lq_text(f->argument[0], f->arena);
        if (given.n != 3) {
            f->failed = "a currency has three letters";
            return LQ_NIL;
        }
        memcpy(currency, given.p, 3);
        currency[3] = '\0';
    }
    return grouped(f, lq_double(number(v)), strcmp(currency, "JPY") == 0 || strcmp(currency, "KRW") == 0 ? 0 : 2,
                   currency);
}
