#include "runtime/vm/operation.h"

#include "core/civil.h"
#include "core/utf8.h"
#include "core/value.h"

#define TEXT_MAX (1u << 20) /* of a text that an expression makes */

static const struct jn_zone *op_zone(const struct jr_context *context) {
    return context->zone == NULL ? jn_zone_utc() : context->zone;
}

static struct jn_value op_keep(const struct jr_context *context, struct jn_buf *text) {
    struct jn_value value = JN_MISSING;
    if (!text->failed) value = jn_value_text(jn_arena_str(context->scratch, jn_buf_view(text)));
    jn_buf_release(text);
    return value;
}

/* ---- comparing */

static struct jn_value op_eq(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    (void)context;
    return jn_value_bool(jn_value_eq(a, b));
}

static struct jn_value op_ne(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    (void)context;
    return jn_value_bool(!jn_value_eq(a, b));
}

#define ORDER(name, test)                                                                                              \
    static struct jn_value op_##name(const struct jr_context *context, struct jn_value a, struct jn_value b) {         \
        int order;                                                                                                     \
        (void)context;                                                                                                 \
        return jn_value_bool(jn_value_cmp(a, b, &order) && order test 0);                                              \
    }
ORDER(lt, <)
ORDER(le, <=)
ORDER(gt, >)
ORDER(ge, >=)
#undef ORDER

static struct jn_value op_has(const struct jr_context *context, struct jn_value list, struct jn_value value) {
    (void)context;
    for (uint32_t i = 0; list.type == JN_T_LIST && i < list.len; i++)
        if (jn_value_eq(list.list[i], value)) return jn_value_bool(true);
    return jn_value_bool(false);
}

static struct jn_value op_in(const struct jr_context *context, struct jn_value value, struct jn_value list) {
    return op_has(context, list, value);
}

/* ---- texts */

static struct jn_value op_contains(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    (void)context;
    if (jn_is_missing(a) || jn_is_missing(b)) return jn_value_bool(false);
    return jn_value_bool(b.len == 0 || memmem(a.p, a.len, b.p, b.len) != NULL);
}

static struct jn_value op_starts(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    (void)context;
    return jn_value_bool(!jn_is_missing(a) && !jn_is_missing(b) && jn_str_starts(jn_value_str(a), jn_value_str(b)));
}

static struct jn_value op_ends(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    (void)context;
    return jn_value_bool(!jn_is_missing(a) && !jn_is_missing(b) && jn_str_ends(jn_value_str(a), jn_value_str(b)));
}

/* * any characters, ? one. Going back to the last * alone keeps the work at most text times pattern. */
static struct jn_value op_like(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    (void)context;
    if (jn_is_missing(a) || jn_is_missing(b)) return jn_value_bool(false);
    struct jn_str text = jn_value_str(a), pattern = jn_value_str(b);
    size_t at = 0, p = 0, star = SIZE_MAX, resume = 0;
    while (at < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = ++p;
            resume = at;
            continue;
        }
        size_t next_text = at, next_pattern = p;
        uint32_t c = jn_utf8_next(text, &next_text);
        if (p < pattern.n && (pattern.p[p] == '?' || jn_utf8_next(pattern, &next_pattern) == c)) {
            p = pattern.p[p] == '?' ? p + 1 : next_pattern;
            at = next_text;
        } else if (star != SIZE_MAX) {
            jn_utf8_next(text, &resume);
            at = resume;
            p = star;
        } else {
            return jn_value_bool(false);
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return jn_value_bool(p == pattern.n);
}

#define RECASE(name, function)                                                                                         \
    static struct jn_value op_##name(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {   \
        struct jn_buf text;                                                                                            \
        (void)operands;                                                                                                \
        if (jn_is_missing(a)) return a;                                                                                \
        jn_buf_init(&text, TEXT_MAX);                                                                                  \
        function(jn_value_str(a), &text);                                                                              \
        return op_keep(context, &text);                                                                                \
    }
RECASE(lower, jn_utf8_downcase)
RECASE(upper, jn_utf8_upcase)
#undef RECASE

static struct jn_value op_length(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)context, (void)operands;
    return jn_is_missing(a) ? a : jn_value_int((int64_t)jn_utf8_length(jn_value_str(a)));
}

static struct jn_value op_count(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)context, (void)operands;
    return jn_is_missing(a) ? a : jn_value_int(a.len);
}

/* A text that is no date is given back as it is, as Liquid has it. */
/* ---- truth */

static struct jn_value op_is_missing(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)context, (void)operands;
    return jn_value_bool(jn_is_missing(a));
}

static struct jn_value op_not(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)context, (void)operands;
    return jn_value_bool(!(a.type == JN_T_BOOL && a.i != 0));
}

/* ---- numbers and money: the same arithmetic, money carries its currency */

typedef bool op_decimal(struct jn_dec a, struct jn_dec b, struct jn_dec *out);

static struct jn_value op_number(struct jn_value a, struct jn_value b, op_decimal *decimal) {
    struct jn_dec result;
    if (jn_is_missing(a) || jn_is_missing(b)) return JN_MISSING;
    return decimal(jn_value_to_dec(a), jn_value_to_dec(b), &result) ? jn_value_dec(result) : JN_MISSING;
}

/* The currency is a's; b has the same one or is a number. */
static struct jn_value op_money(struct jn_value a, struct jn_value b, op_decimal *decimal) {
    if (b.type == JN_T_MONEY && a.type == JN_T_MONEY && a.currency != b.currency) return JN_MISSING;
    struct jn_value value = op_number(a, b, decimal);
    return jn_is_missing(value) ? value : jn_value_money(jn_value_to_dec(value), a.currency);
}

#define ARITHMETIC(name, kind, decimal)                                                                                \
    static struct jn_value op_##name(const struct jr_context *context, struct jn_value a, struct jn_value b) {         \
        (void)context;                                                                                                 \
        return op_##kind(a, b, decimal);                                                                               \
    }
ARITHMETIC(add, number, jn_dec_add)
ARITHMETIC(sub, number, jn_dec_sub)
ARITHMETIC(mul, number, jn_dec_mul)
ARITHMETIC(div, number, jn_dec_div)
ARITHMETIC(add_money, money, jn_dec_add)
ARITHMETIC(sub_money, money, jn_dec_sub)
ARITHMETIC(mul_money, money, jn_dec_mul)
ARITHMETIC(div_money, money, jn_dec_div)
#undef ARITHMETIC

static struct jn_value op_ratio(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    struct jn_value value = op_money(a, b, jn_dec_div);
    (void)context;
    return jn_is_missing(value) ? value : jn_value_dec(jn_value_to_dec(value));
}

/* INT64_MIN is never a mantissa, so that changing the sign is always exact. */
static struct jn_value op_neg(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)context, (void)operands;
    if (!jn_is_missing(a)) a.i = -a.i;
    return a;
}

static struct jn_value op_abs(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)context, (void)operands;
    if (!jn_is_missing(a) && a.i < 0) a.i = -a.i;
    return a;
}

static struct jn_value op_round(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    struct jn_dec result;
    (void)context, (void)operands;
    unsigned places = a.type == JN_T_MONEY ? jn_currency_places(a.currency) : 0;
    if (jn_is_missing(a) || !jn_dec_round(jn_value_to_dec(a), places, &result)) return JN_MISSING;
    return a.type == JN_T_MONEY ? jn_value_money(result, a.currency) : jn_value_dec(result);
}

/* ---- time */

struct jn_value vm_date_of(const struct jn_zone *zone, int64_t instant) {
    return jn_value_of(JN_T_DATE, jn_local_day(jn_zone_local(zone, instant)));
}

static struct jn_value op_negated(struct jn_value duration) {
    if (!jn_is_missing(duration)) duration.i = duration.i == INT64_MIN ? INT64_MAX : -duration.i;
    return duration;
}

static struct jn_value op_add_instant(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    if (jn_is_missing(a) || jn_is_missing(b)) return JN_MISSING;
    return jn_value_of(JN_T_INSTANT, jn_instant_add(op_zone(context), a.i, b));
}

static struct jn_value op_sub_instant(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    return op_add_instant(context, a, op_negated(b));
}

static struct jn_value op_diff_instant(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    int64_t ms;
    (void)context;
    if (jn_is_missing(a) || jn_is_missing(b) || __builtin_sub_overflow(a.i, b.i, &ms)) return JN_MISSING;
    return jn_value_duration(JN_UNIT_MS, ms);
}

static struct jn_value op_add_date(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    const int64_t far = INT64_C(4000000); /* days: beyond the year 9999 either way */
    (void)context;
    if (jn_is_missing(a) || jn_is_missing(b) || b.scale == JN_UNIT_MS || b.i > far || b.i < -far) return JN_MISSING;
    return jn_value_of(JN_T_DATE, b.scale == JN_UNIT_DAYS ? a.i + b.i : jn_days_add_months(a.i, b.i));
}

static struct jn_value op_sub_date(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    return op_add_date(context, a, op_negated(b));
}

static struct jn_value op_diff_date(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    (void)context;
    return jn_is_missing(a) || jn_is_missing(b) ? JN_MISSING : jn_value_duration(JN_UNIT_DAYS, a.i - b.i);
}

static struct jn_value op_add_duration(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    int64_t sum;
    (void)context;
    if (jn_is_missing(a) || jn_is_missing(b)) return JN_MISSING;
    if (a.scale == b.scale)
        return __builtin_add_overflow(a.i, b.i, &sum) ? JN_MISSING : jn_value_duration((enum jn_unit)a.scale, sum);
    if (a.scale == JN_UNIT_MONTHS || b.scale == JN_UNIT_MONTHS) return JN_MISSING;
    return __builtin_add_overflow(jn_duration_ms(a), jn_duration_ms(b), &sum) ? JN_MISSING
                                                                              : jn_value_duration(JN_UNIT_MS, sum);
}

static struct jn_value op_sub_duration(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    return op_add_duration(context, a, op_negated(b));
}

static struct jn_value op_mul_duration(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    int64_t times, product;
    (void)context;
    if (jn_is_missing(a) || jn_is_missing(b) || !jn_dec_to_int(jn_value_to_dec(b), &times)) return JN_MISSING;
    return __builtin_mul_overflow(a.i, times, &product) ? JN_MISSING
                                                        : jn_value_duration((enum jn_unit)a.scale, product);
}

static struct jn_value op_ratio_duration(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    struct jn_dec ratio;
    (void)context;
    if (jn_is_missing(a) || jn_is_missing(b)) return JN_MISSING;
    return jn_dec_div(jn_dec_int(jn_duration_ms(a)), jn_dec_int(jn_duration_ms(b)), &ratio) ? jn_value_dec(ratio)
                                                                                            : JN_MISSING;
}

/* In its own unit where that divides; days else in milliseconds, rounded. */
static struct jn_value op_div_duration(const struct jr_context *context, struct jn_value a, struct jn_value b) {
    struct jn_dec part, ms;
    int64_t whole;
    (void)context;
    if (jn_is_missing(a) || jn_is_missing(b) || !jn_dec_div(jn_dec_int(a.i), jn_value_to_dec(b), &part))
        return JN_MISSING;
    if (jn_dec_to_int(part, &whole)) return jn_value_duration((enum jn_unit)a.scale, whole);
    if (a.scale == JN_UNIT_MONTHS || !jn_dec_div(jn_dec_int(jn_duration_ms(a)), jn_value_to_dec(b), &part) ||
        !jn_dec_round(part, 0, &ms) || !jn_dec_to_int(ms, &whole))
        return JN_MISSING;
    return jn_value_duration(JN_UNIT_MS, whole);
}

static struct jn_value op_date_of(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)operands;
    return jn_is_missing(a) ? a : vm_date_of(op_zone(context), a.i);
}

static struct jn_value op_hour_of_time(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)context, (void)operands;
    return jn_is_missing(a) ? a : jn_value_int(a.i / JN_MS_HOUR);
}

static struct jn_value op_hour_of(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    struct jn_civil civil;
    (void)operands;
    if (jn_is_missing(a)) return a;
    jn_civil_from_local(jn_zone_local(op_zone(context), a.i), &civil);
    return jn_value_int(civil.hour);
}

static struct jn_value op_day_of(const struct jr_context *context, struct jn_value a, const uint8_t *operands) {
    (void)context, (void)operands;
    if (jn_is_missing(a)) return a;
    uint32_t day = 1u << jn_weekday(a.i);
    return jn_value_text(jn_str_z(jn_weekdays_take(&day)));
}

/* How each opcode works; its shape is the row of opcodes.def. */
#define READ                                                                                                           \
    { VM_READ, NULL, NULL }
#define ONE(function)                                                                                                  \
    { VM_ONE, function, NULL }
#define TWO(function)                                                                                                  \
    { VM_TWO, NULL, function }
#define JUMP                                                                                                           \
    { VM_JUMP, NULL, NULL }

const struct vm_operation vm_operation[JN_OPS] = {
    [JN_OP_RET] = {VM_END, NULL, NULL},
    [JN_OP_PUSH] = READ,
    [JN_OP_ABSENT] = READ,
    [JN_OP_ATTR] = READ,
    [JN_OP_CUSTOMER_ID] = READ,
    [JN_OP_PROP] = READ,
    [JN_OP_SLOT] = READ,
    [JN_OP_BODY] = READ,
    [JN_OP_NOW] = READ,
    [JN_OP_TODAY] = READ,
    [JN_OP_TAGGED] = READ,
    [JN_OP_PAST] = READ,
    [JN_OP_SEGMENT] = {VM_CALL, NULL, NULL},
    [JN_OP_AND_JUMP] = JUMP,
    [JN_OP_OR_JUMP] = JUMP,
    [JN_OP_KNOWN_JUMP] = JUMP,
    [JN_OP_JUMP] = JUMP,
    [JN_OP_FALSE_JUMP] = JUMP,
    [JN_OP_EQ] = TWO(op_eq),
    [JN_OP_NE] = TWO(op_ne),
    [JN_OP_LT] = TWO(op_lt),
    [JN_OP_LE] = TWO(op_le),
    [JN_OP_GT] = TWO(op_gt),
    [JN_OP_GE] = TWO(op_ge),
    [JN_OP_IN] = TWO(op_in),
    [JN_OP_HAS] = TWO(op_has),
    [JN_OP_CONTAINS] = TWO(op_contains),
    [JN_OP_STARTS] = TWO(op_starts),
    [JN_OP_ENDS] = TWO(op_ends),
    [JN_OP_LIKE] = TWO(op_like),
    [JN_OP_ADD] = TWO(op_add),
    [JN_OP_SUB] = TWO(op_sub),
    [JN_OP_MUL] = TWO(op_mul),
    [JN_OP_DIV] = TWO(op_div),
    [JN_OP_ADD_MONEY] = TWO(op_add_money),
    [JN_OP_SUB_MONEY] = TWO(op_sub_money),
    [JN_OP_MUL_MONEY] = TWO(op_mul_money),
    [JN_OP_DIV_MONEY] = TWO(op_div_money),
    [JN_OP_RATIO] = TWO(op_ratio),
    [JN_OP_ADD_INSTANT] = TWO(op_add_instant),
    [JN_OP_SUB_INSTANT] = TWO(op_sub_instant),
    [JN_OP_DIFF_INSTANT] = TWO(op_diff_instant),
    [JN_OP_ADD_DATE] = TWO(op_add_date),
    [JN_OP_SUB_DATE] = TWO(op_sub_date),
    [JN_OP_DIFF_DATE] = TWO(op_diff_date),
    [JN_OP_ADD_DURATION] = TWO(op_add_duration),
    [JN_OP_SUB_DURATION] = TWO(op_sub_duration),
    [JN_OP_MUL_DURATION] = TWO(op_mul_duration),
    [JN_OP_DIV_DURATION] = TWO(op_div_duration),
    [JN_OP_RATIO_DURATION] = TWO(op_ratio_duration),
    [JN_OP_IS_MISSING] = ONE(op_is_missing),
    [JN_OP_NOT] = ONE(op_not),
    [JN_OP_NEG] = ONE(op_neg),
    [JN_OP_NEG_MONEY] = ONE(op_neg),
    [JN_OP_DATE_OF] = ONE(op_date_of),
    [JN_OP_HOUR_OF] = ONE(op_hour_of),
    [JN_OP_HOUR_OF_TIME] = ONE(op_hour_of_time),
    [JN_OP_DAY_OF] = ONE(op_day_of),
    [JN_OP_LOWER] = ONE(op_lower),
    [JN_OP_UPPER] = ONE(op_upper),
    [JN_OP_LENGTH] = ONE(op_length),
    [JN_OP_COUNT] = ONE(op_count),
    [JN_OP_ROUND] = ONE(op_round),
    [JN_OP_ROUND_MONEY] = ONE(op_round),
    [JN_OP_ABS] = ONE(op_abs),
    [JN_OP_ABS_MONEY] = ONE(op_abs),
};
