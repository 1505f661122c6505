#include "value.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/value.h"

const struct value NOTHING = {.kind = MISSING};

struct value value_of(enum kind kind, int64_t n) {
    return (struct value){.kind = kind, .n = n};
}

struct value value_text(struct jn_str s) {
    return (struct value){.kind = TEXT, .s = s};
}

/* In millionths; the generator writes nothing finer. */
static int64_t millionths(struct jn_dec dec) {
    int64_t m = dec.m;
    for (int places = dec.scale; places < 6; places++)
        m *= 10;
    return m;
}

int64_t value_ms(const struct jc_node *duration) {
    int64_t n = duration->value.i;
    return duration->value.scale == JN_UNIT_MS ? n : n * DAY_MS; /* the zones are without summer time */
}

struct value value_literal(const struct jc_node *node) {
    switch ((enum jn_type)node->value.type) {
    case JN_T_TEXT:
        return value_text(jn_value_str(node->value));
    case JN_T_BOOL:
        return value_of(TRUTH, node->value.i);
    case JN_T_NUMBER:
        return value_of(NUMBER, millionths(jn_value_to_dec(node->value)));
    case JN_T_MONEY:
        return value_of(MONEY, millionths(jn_value_to_dec(node->value)));
    case JN_T_DURATION:
        return value_of(DURATION, value_ms(node));
    case JN_T_DATE:
        return value_of(DATE, node->value.i);
    case JN_T_INSTANT:
        return value_of(INSTANT, node->value.i);
    case JN_T_MISSING:
        return NOTHING;
    case JN_T_TIME:
    case JN_T_LIST:
    case JN_TYPE_COUNT:
        break;
    }
    abort();
}

struct value value_list(const struct jc_node *literals) {
    struct value list = {.kind = LIST};
    for (const struct jc_node *node = literals; node != NULL; node = node->next) {
        JN_CHECK(list.n < LIST_MAX);
        list.element[list.n++] = jn_value_str(node->value);
    }
    return list;
}

bool value_same(struct value a, struct value b) {
    if (a.kind != b.kind) return false;
    return a.kind == TEXT ? jn_str_eq(a.s, b.s) : a.kind == MISSING || a.n == b.n;
}

bool value_one_of(struct value value, const struct jc_node *literals) {
    bool found = false;
    for (const struct jc_node *node = literals; node != NULL; node = node->next)
        found = found || value_same(value, value_literal(node));
    return found;
}

/* ---- operators */

static bool like(struct jn_str text, struct jn_str pattern) {
    if (pattern.n == 0) return text.n == 0;
    struct jn_str behind = {pattern.p + 1, pattern.n - 1}, rest = {text.p + 1, text.n - 1};
    if (pattern.p[0] == '*') return like(text, behind) || (text.n > 0 && like(rest, pattern));
    return text.n > 0 && (pattern.p[0] == '?' || pattern.p[0] == text.p[0]) && like(rest, behind);
}

static bool contains(struct value a, struct jn_str part) {
    if (a.kind == LIST) {
        for (int64_t i = 0; i < a.n; i++)
            if (jn_str_eq(a.element[i], part)) return true;
        return false;
    }
    for (size_t at = 0; at + part.n <= a.s.n; at++)
        if (memcmp(a.s.p + at, part.p, part.n) == 0) return true;
    return false;
}

static struct value sum(struct value a, struct value b, int sign) {
    int64_t n = b.n * sign;
    if (a.kind == DATE && b.kind == DATE) return value_of(DURATION, (a.n - b.n) * DAY_MS);
    if (a.kind == INSTANT && b.kind == INSTANT) return value_of(DURATION, a.n - b.n);
    if (a.kind == DATE) return value_of(DATE, a.n + n / DAY_MS);
    return value_of(a.kind, a.n + n);
}

static struct value quotient(struct value a, struct value b) {
    if (b.n == 0) return NOTHING;
    return value_of(a.kind == b.kind ? NUMBER : a.kind, (int64_t)((__int128)a.n * ONE / b.n));
}

struct value value_under(enum jc_operator op, struct value a, struct value b) {
    switch (op) {
    case JC_OP_LESS:
        return value_of(TRUTH, a.n < b.n);
    case JC_OP_AT_MOST:
        return value_of(TRUTH, a.n <= b.n);
    case JC_OP_MORE:
        return value_of(TRUTH, a.n > b.n);
    case JC_OP_AT_LEAST:
        return value_of(TRUTH, a.n >= b.n);
    case JC_OP_CONTAINS:
        return value_of(TRUTH, contains(a, b.s));
    case JC_OP_STARTS:
        return value_of(TRUTH, a.s.n >= b.s.n && memcmp(a.s.p, b.s.p, b.s.n) == 0);
    case JC_OP_ENDS:
        return value_of(TRUTH, a.s.n >= b.s.n && memcmp(a.s.p + a.s.n - b.s.n, b.s.p, b.s.n) == 0);
    case JC_OP_LIKE:
        return value_of(TRUTH, like(a.s, b.s));
    case JC_OP_PLUS:
        return sum(a, b, 1);
    case JC_OP_MINUS:
        return sum(a, b, -1);
    case JC_OP_TIMES:
        return value_of(a.kind == MONEY || b.kind == MONEY ? MONEY : NUMBER, (int64_t)((__int128)a.n * b.n / ONE));
    case JC_OP_DIVIDE:
        return quotient(a, b);
    case JC_OP_AND:
    case JC_OP_OR:
    case JC_OP_NOT:
    case JC_OP_IS:
    case JC_OP_IS_NOT:
    case JC_OP_DEFAULT:
    case JC_OP_NEGATE:
    case JC_OPERATORS:
        break;
    }
    abort();
}

/* ---- functions */

/* The texts that the generator knows are one letter long. */
static struct value letter(struct value text, bool upper) {
    static const char LETTERS[] = "abcABC";
    for (int i = 0; i < 3; i++)
        if (text.s.n == 1 && (text.s.p[0] == LETTERS[i] || text.s.p[0] == LETTERS[i + 3]))
            return value_text((struct jn_str){&LETTERS[upper ? i + 3 : i], 1});
    return text;
}

static struct value rounded(struct value value) {
    int64_t unit = value.kind == MONEY ? ONE / 100 : ONE, half = value.n < 0 ? -unit / 2 : unit / 2;
    return value_of(value.kind, (value.n + half) / unit * unit);
}

struct value value_call(struct jn_str name, struct value argument) {
    static const char *const DAY[] = {"thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"};
    if (argument.kind == MISSING) return NOTHING;
    if (jn_str_is(name, "lower")) return letter(argument, false);
    if (jn_str_is(name, "upper")) return letter(argument, true);
    if (jn_str_is(name, "length"))
        return value_of(NUMBER, (argument.kind == LIST ? argument.n : (int64_t)argument.s.n) * ONE);
    if (jn_str_is(name, "round")) return rounded(argument);
    if (jn_str_is(name, "abs")) return value_of(argument.kind, argument.n < 0 ? -argument.n : argument.n);
    if (jn_str_is(name, "hour")) return value_of(NUMBER, argument.n / HOUR_MS % 24 * ONE);
    JN_CHECK(jn_str_is(name, "day"));
    return value_text(jn_str_z(DAY[argument.n % 7])); /* 1970-01-01 was a Thursday */
}
