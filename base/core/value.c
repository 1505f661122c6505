#include "core/value.h"

#include "core/civil.h"

static const struct {
    const char *word, *noun;
    bool orderable;
} TYPE_ROW[JN_TYPE_COUNT] = {
#define TYPE(name, letter, word, noun, orderable, holds) {word, noun, orderable},
#include "journey/tbl/types.def"
#undef TYPE
};

const char *jn_type_word(enum jn_type type) {
    return TYPE_ROW[type].word;
}

const char *jn_type_noun(enum jn_type type) {
    return TYPE_ROW[type].noun;
}

bool jn_type_by_word(struct jn_str word, enum jn_type *out) {
    for (int i = 0; i < JN_TYPE_COUNT; i++) {
        if (!jn_str_is(word, TYPE_ROW[i].word)) continue;
        *out = (enum jn_type)i;
        return true;
    }
    return false;
}

bool jn_type_orderable(enum jn_type type) {
    return TYPE_ROW[type].orderable;
}

bool jn_currency_pack(struct jn_str code, uint16_t *out) {
    if (code.n != 3) return false;
    unsigned packed = 0;
    for (size_t i = 0; i < 3; i++) {
        if (code.p[i] < 'A' || code.p[i] > 'Z') return false;
        packed = packed << 5 | (unsigned)(code.p[i] - 'A' + 1);
    }
    *out = (uint16_t)packed;
    return true;
}

void jn_currency_print(uint16_t currency, char out[4]) {
    for (int i = 0; i < 3; i++) {
        unsigned letter = (unsigned)(currency >> (10 - 5 * i)) & 31;
        out[i] = letter == 0 || letter > 26 ? '?' : (char)('A' + letter - 1);
    }
    out[3] = '\0';
}

unsigned jn_currency_places(uint16_t currency) {
    /* ISO 4217: those that have not two. */
    static const char NONE[][4] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                   "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
    static const char THREE[][4] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
    char code[4];
    jn_currency_print(currency, code);
    for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++)
        if (memcmp(code, NONE[i], 3) == 0) return 0;
    for (size_t i = 0; i < sizeof(THREE) / sizeof(*THREE); i++)
        if (memcmp(code, THREE[i], 3) == 0) return 3;
    return 2;
}

struct jn_value jn_value_dec(struct jn_dec d) {
    return (struct jn_value){.type = JN_T_NUMBER, .scale = d.scale, .i = d.m};
}

struct jn_value jn_value_money(struct jn_dec d, uint16_t currency) {
    return (struct jn_value){.type = JN_T_MONEY, .scale = d.scale, .currency = currency, .i = d.m};
}

struct jn_dec jn_value_to_dec(struct jn_value v) {
    return (struct jn_dec){v.i, v.scale};
}

int64_t jn_duration_ms(struct jn_value duration) {
    static const int64_t UNIT[] = {1, JN_MS_DAY, 30 * JN_MS_DAY};
    int64_t ms;
    if (duration.scale > JN_UNIT_MONTHS) return 0;
    if (__builtin_mul_overflow(duration.i, UNIT[duration.scale], &ms)) return duration.i < 0 ? INT64_MIN : INT64_MAX;
    return ms;
}

bool jn_value_cmp(struct jn_value a, struct jn_value b, int *out) {
    if (a.type != b.type || !TYPE_ROW[a.type].orderable) return false;
    if (a.type == JN_T_MONEY && a.currency != b.currency) return false;
    if (a.type == JN_T_TEXT) {
        *out = jn_str_cmp(jn_value_str(a), jn_value_str(b));
        return true;
    }
    if (a.scale != b.scale && a.type != JN_T_DURATION) {
        *out = jn_dec_cmp(jn_value_to_dec(a), jn_value_to_dec(b));
        return true;
    }
    int64_t x = a.scale == b.scale ? a.i : jn_duration_ms(a), y = a.scale == b.scale ? b.i : jn_duration_ms(b);
    *out = (x > y) - (x < y);
    return true;
}

static bool jn_list_eq(struct jn_value a, struct jn_value b) {
    if (a.len != b.len) return false;
    for (uint32_t i = 0; i < a.len; i++) /* no lists in lists: one level of recursion */
        if (a.list[i].type == JN_T_LIST || !jn_value_eq(a.list[i], b.list[i])) return false;
    return true;
}

bool jn_value_eq(struct jn_value a, struct jn_value b) {
    int order;
    if (a.type != b.type) return false;
    if (a.type == JN_T_MISSING) return true;
    if (a.type == JN_T_BOOL) return a.i == b.i;
    if (a.type == JN_T_TEXT) return jn_str_eq(jn_value_str(a), jn_value_str(b));
    if (a.type == JN_T_LIST) return jn_list_eq(a, b);
    return jn_value_cmp(a, b, &order) && order == 0;
}

int64_t jn_instant_add(const struct jn_zone *zone, int64_t instant, struct jn_value duration) {
    int64_t sum;
    if (duration.scale == JN_UNIT_MS)
        return __builtin_add_overflow(instant, duration.i, &sum) ? (duration.i < 0 ? INT64_MIN : INT64_MAX) : sum;
    int64_t count = duration.i > 10000 * 366 ? 10000 * 366 : duration.i < -10000 * 366 ? -10000 * 366 : duration.i;
    int64_t local = jn_zone_local(zone, instant);
    int64_t days = jn_local_day(local);
    int64_t of_day = local - days * JN_MS_DAY;
    days = duration.scale == JN_UNIT_DAYS ? days + count : jn_days_add_months(days, count);
    return jn_zone_instant(zone, days, of_day);
}

static void jn_print_duration(struct jn_value v, struct jn_buf *out) {
    static const struct {
        int64_t ms;
        const char *word;
    } UNIT[] = {{JN_MS_HOUR, "hour"}, {JN_MS_MINUTE, "minute"}, {JN_MS_SECOND, "second"}};
    int64_t count = v.i;
    const char *word = v.scale == JN_UNIT_DAYS ? "day" : "month";
    if (v.scale == JN_UNIT_DAYS && count != 0 && count % 7 == 0) {
        count /= 7;
        word = "week";
    }
    if (v.scale == JN_UNIT_MS) {
        size_t unit = 0;
        while (unit < 2 && count % UNIT[unit].ms != 0)
            unit++;
        count /= UNIT[unit].ms;
        word = UNIT[unit].word;
    }
    jn_buf_printf(out, "%lld %s%s", (long long)count, word, count == 1 ? "" : "s");
}

static void jn_print_money(struct jn_value v, struct jn_buf *out) {
    char code[4];
    jn_currency_print(v.currency, code);
    jn_dec_print(jn_value_to_dec(v), jn_currency_places(v.currency), out);
    jn_buf_printf(out, " %s", code);
}

static void jn_print_list(struct jn_value v, void (*print)(struct jn_value, struct jn_buf *), struct jn_buf *out) {
    for (uint32_t i = 0; i < v.len; i++) {
        if (i > 0) jn_buf_z(out, ", ");
        if (v.list[i].type != JN_T_LIST) print(v.list[i], out);
    }
}

void jn_value_print(struct jn_value v, struct jn_buf *out) {
    switch ((enum jn_type)v.type) {
    case JN_T_BOOL:
        jn_buf_z(out, v.i != 0 ? "true" : "false");
        break;
    case JN_T_NUMBER:
        jn_dec_print(jn_value_to_dec(v), 0, out);
        break;
    case JN_T_MONEY:
        jn_print_money(v, out);
        break;
    case JN_T_TEXT:
        jn_buf_str(out, jn_value_str(v));
        break;
    case JN_T_DATE:
        jn_date_print(v.i, out);
        break;
    case JN_T_TIME:
        jn_time_print(v.i, out);
        break;
    case JN_T_INSTANT:
        jn_instant_print(v.i, out);
        break;
    case JN_T_DURATION:
        jn_print_duration(v, out);
        break;
    case JN_T_LIST:
        jn_print_list(v, jn_value_print, out);
        break;
    case JN_T_MISSING:
    case JN_TYPE_COUNT:
        break;
    }
}

static void jn_print_quoted(struct jn_str s, struct jn_buf *out) {
    jn_buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            jn_buf_printf(out, "\\%c", c);
        else if (c == '\n')
            jn_buf_z(out, "\\n");
        else if (c == '\t')
            jn_buf_z(out, "\\t");
        else if (c < 0x20 || c == 0x7F)
            jn_buf_printf(out, "\\u{%x}", c);
        else
            jn_buf_char(out, (char)c);
    }
    jn_buf_char(out, '"');
}

void jn_value_print_source(struct jn_value v, struct jn_buf *out) {
    if (v.type == JN_T_TEXT)
        jn_print_quoted(jn_value_str(v), out);
    else if (v.type == JN_T_LIST)
        jn_print_list(v, jn_value_print_source, out);
    else if (v.type == JN_T_MISSING)
        jn_buf_z(out, "missing");
    else
        jn_value_print(v, out);
}
