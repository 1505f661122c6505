/* `date` and `time_zone`. */
#include "core/civil.h"
#include "core/value.h"
#include "liquid/tree.h"

static const struct jn_zone *zone_of(const struct lq_filtering *f) {
    return f->context->zone != NULL ? f->context->zone : jn_zone_utc();
}

static bool take_digits(struct jn_str *s, int least, int most, int *out) {
    int n = 0;
    for (*out = 0; n < most && s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9'; n++) {
        *out = *out * 10 + (s->p[0] - '0');
        *s = jn_str_sub(*s, 1, s->n);
    }
    return n >= least;
}

static bool take_char(struct jn_str *s, char c) {
    if (s->n == 0 || s->p[0] != c) return false;
    *s = jn_str_sub(*s, 1, s->n);
    return true;
}

/* 09:30, 09:30:15 or nothing, as ms of the day. */
static bool take_clock(struct jn_str *s, int64_t *ms) {
    int hour, minute, second = 0;
    *ms = 0;
    if (s->n == 0) return true;
    if (!take_digits(s, 1, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, 2, &minute)) return false;
    if (take_char(s, ':') && !take_digits(s, 2, 2, &second)) return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    *ms = ((int64_t)hour * 60 + minute) * JN_MS_MINUTE + (int64_t)second * 1000;
    return true;
}

/* "March 14, 2016", "14 March 2016", with or without a time. */
static bool parse_words(struct jn_str s, const struct jn_zone *zone, int64_t *out) {
    static const char *const MONTH[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    int day = 0, year = 0, month = 0;
    int64_t ms;
    bool first_day = take_digits(&s, 1, 2, &day);
    while (take_char(&s, ' '))
        ;
    for (int i = 0; i < 12 && s.n >= 3; i++)
        if ((s.p[0] | 32) == MONTH[i][0] && (s.p[1] | 32) == MONTH[i][1] && (s.p[2] | 32) == MONTH[i][2]) month = i + 1;
    while (s.n > 0 && (s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z')
        s = jn_str_sub(s, 1, s.n);
    while (take_char(&s, ' ') || take_char(&s, '.'))
        ;
    if (!first_day && !take_digits(&s, 1, 2, &day)) return false;
    while (take_char(&s, ',') || take_char(&s, ' '))
        ;
    if (month == 0 || !take_digits(&s, 4, 4, &year)) return false;
    while (take_char(&s, ' '))
        ;
    if (day < 1 || day > jn_days_in_month(year, month) || !take_clock(&s, &ms) || s.n > 0) return false;
    *out = jn_zone_instant(zone, jn_days_from_civil(year, month, day), ms);
    return true;
}

/* 2016-03-14 with or without a time; an instant says its own offset. */
static bool parse_iso(struct jn_str s, const struct jn_zone *zone, int64_t *out) {
    int year, month, day;
    int64_t ms;
    if (jn_instant_parse(s, out)) return true;
    if (!take_digits(&s, 4, 4, &year) || !take_char(&s, '-') || !take_digits(&s, 1, 2, &month) || !take_char(&s, '-') ||
        !take_digits(&s, 1, 2, &day) || month < 1 || month > 12 || day < 1 || day > jn_days_in_month(year, month))
        return false;
    if (!take_char(&s, 'T'))
        while (take_char(&s, ' '))
            ;
    if (!take_clock(&s, &ms) || s.n > 0) return false;
    *out = jn_zone_instant(zone, jn_days_from_civil(year, month, day), ms);
    return true;
}

static bool instant_of(struct lq_filtering *f, struct jn_liquid_value v, int64_t *out) {
    const struct jn_zone *zone = zone_of(f);
    if (v.kind == JN_LIQUID_SCALAR && v.scalar.type == JN_T_INSTANT) {
        *out = v.scalar.i;
        return true;
    }
    if (v.kind == JN_LIQUID_SCALAR && v.scalar.type == JN_T_DATE) {
        *out = jn_zone_instant(zone, v.scalar.i, 0);
        return true;
    }
    if (v.kind == JN_LIQUID_INT) {
        *out = v.i > INT64_MAX / 1000 || v.i < INT64_MIN / 1000 ? 0 : v.i * 1000;
        return true;
    }
    if (v.kind != JN_LIQUID_TEXT) return false;
    if (jn_str_is(v.s, "now") || jn_str_is(v.s, "today")) {
        *out = f->context->now;
        return true;
    }
    bool digits = v.s.n > 0 && v.s.n < 13;
    for (size_t i = 0; i < v.s.n; i++)
        digits = digits && v.s.p[i] >= '0' && v.s.p[i] <= '9';
    if (digits) {
        bool number;
        *out = lq_number(v, &number).i * 1000;
        return true;
    }
    return parse_iso(v.s, zone, out) || parse_words(v.s, zone, out);
}

static struct jn_liquid_value printed(struct lq_filtering *f, int64_t at, const struct jn_zone *zone,
                                      struct jn_str format) {
    struct jn_str abbreviation = JN_STR("UTC");
    int32_t offset = jn_zone_offset(zone, at, &abbreviation);
    struct jn_buf out;
    jn_buf_init(&out, 4096);
    jn_strftime(format, at, offset, abbreviation, &out);
    return lq_taken(f, &out);
}

struct jn_liquid_value lq_filter_date(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_str format = lq_text(f->argument[0], f->arena);
    int64_t at;
    if (v.kind == JN_LIQUID_ARRAY && v.array.n == 2 && v.array.at[0].kind == JN_LIQUID_SCALAR) {
        /* from `time_zone`: an instant and the zone's name */
        const struct jn_zone *zone;
        if (jn_zone_find(v.array.at[1].s, &zone, NULL) == JN_OK)
            return printed(f, v.array.at[0].scalar.i, zone, format);
    }
    if (format.n == 0 || !instant_of(f, v, &at)) return v;
    return printed(f, at, zone_of(f), format);
}

struct jn_liquid_value lq_filter_time_zone(struct lq_filtering *f, struct jn_liquid_value v) {
    struct jn_str name = lq_text(f->argument[0], f->arena);
    const struct jn_zone *zone;
    int64_t at;
    if (jn_zone_find(name, &zone, NULL) != JN_OK) {
        f->failed = "there is no such time zone";
        return LQ_NIL;
    }
    if (!instant_of(f, v, &at)) return v;
    struct jn_liquid_value *pair = JN_NEW_ARRAY(f->arena, struct jn_liquid_value, 2);
    pair[0] = (struct jn_liquid_value){.kind = JN_LIQUID_SCALAR, .scalar = jn_value_of(JN_T_INSTANT, at)};
    pair[1] = jn_liquid_text(name);
    return lq_array(pair, 2);
}
