/* Liquid's date directives, as Ruby's strftime defines them. */
#include "core/civil.h"
#include "core/utf8.h"

static const char *const DAY[7] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const MONTH[12] = {"January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December"};

struct jn_when {
    struct jn_civil civil;
    int64_t days;
    int64_t instant;
    int32_t offset_s;
    struct jn_str abbr;
};

struct jn_directive {
    char pad;   /* 0: the directive's own, '-' none, '0', '_' blanks */
    bool upper; /* ^ */
    bool colon; /* %:z */
    int width;  /* -1: the directive's own */
};

static void jn_put_number(int64_t v, int width, char pad, const struct jn_directive *d, struct jn_buf *out) {
    if (d->pad == '-')
        width = 0;
    else if (d->pad != 0)
        pad = d->pad == '_' ? ' ' : '0';
    if (d->width >= 0 && d->pad != '-') width = d->width;
    if (pad == ' ')
        jn_buf_printf(out, "%*lld", width, (long long)v);
    else
        jn_buf_printf(out, "%0*lld", width, (long long)v);
}

static void jn_put_text(const char *text, size_t n, const struct jn_directive *d, struct jn_buf *out) {
    for (int i = (int)n; i < d->width; i++)
        jn_buf_char(out, d->pad == '0' ? '0' : ' ');
    if (d->upper)
        jn_utf8_upcase((struct jn_str){text, n}, out);
    else
        jn_buf_add(out, text, n);
}

/* Digits behind the point of the second: `%3N` has three. */
static void jn_put_fraction(int ms, int digits, struct jn_buf *out) {
    for (int unit = 100; digits > 0; digits--, unit /= 10)
        jn_buf_char(out, (char)('0' + (unit > 0 ? ms / unit % 10 : 0)));
}

static void jn_put_offset(int32_t offset_s, bool colon, struct jn_buf *out) {
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    jn_buf_printf(out, "%c%02d%s%02d", offset_s < 0 ? '-' : '+', (int)(minutes / 60), colon ? ":" : "",
                  (int)(minutes % 60));
}

static int jn_week(const struct jn_when *when, int first_weekday) {
    int64_t january = jn_days_from_civil(when->civil.year, 1, 1);
    int weekday = (jn_weekday(when->days) - first_weekday + 7) % 7;
    return (int)((when->days - january + 7 - weekday) / 7);
}

/* ISO 8601 week: the week that holds the year's first Thursday is week 1. */
static int jn_iso_week(const struct jn_when *when, int32_t *year) {
    int64_t thursday = when->days - jn_weekday(when->days) + 3;
    struct jn_civil civil;
    jn_civil_from_days(thursday, &civil);
    *year = civil.year;
    return (int)((thursday - jn_days_from_civil(civil.year, 1, 1)) / 7) + 1;
}

static bool jn_put_week(char c, const struct jn_when *when, const struct jn_directive *d, struct jn_buf *out) {
    int32_t iso_year;
    switch (c) {
    case 'U':
        jn_put_number(jn_week(when, 6), 2, '0', d, out);
        return true;
    case 'W':
        jn_put_number(jn_week(when, 0), 2, '0', d, out);
        return true;
    case 'V':
        jn_put_number(jn_iso_week(when, &iso_year), 2, '0', d, out);
        return true;
    case 'G':
        jn_iso_week(when, &iso_year);
        jn_put_number(iso_year, 4, '0', d, out);
        return true;
    default:
        return false;
    }
}

static bool jn_put_date(char c, const struct jn_when *when, const struct jn_directive *d, struct jn_buf *out) {
    const struct jn_civil *civil = &when->civil;
    int weekday = jn_weekday(when->days);
    switch (c) {
    case 'Y':
        jn_put_number(civil->year, 4, '0', d, out);
        return true;
    case 'C':
        jn_put_number(civil->year / 100, 2, '0', d, out);
        return true;
    case 'y':
        jn_put_number(civil->year % 100, 2, '0', d, out);
        return true;
    case 'm':
        jn_put_number(civil->month, 2, '0', d, out);
        return true;
    case 'd':
        jn_put_number(civil->day, 2, '0', d, out);
        return true;
    case 'e':
        jn_put_number(civil->day, 2, ' ', d, out);
        return true;
    case 'j':
        jn_put_number(when->days - jn_days_from_civil(civil->year, 1, 1) + 1, 3, '0', d, out);
        return true;
    case 'B':
        jn_put_text(MONTH[civil->month - 1], strlen(MONTH[civil->month - 1]), d, out);
        return true;
    case 'b':
    case 'h':
        jn_put_text(MONTH[civil->month - 1], 3, d, out);
        return true;
    case 'A':
        jn_put_text(DAY[weekday], strlen(DAY[weekday]), d, out);
        return true;
    case 'a':
        jn_put_text(DAY[weekday], 3, d, out);
        return true;
    case 'u':
        jn_put_number(weekday + 1, 1, '0', d, out);
        return true;
    case 'w':
        jn_put_number((weekday + 1) % 7, 1, '0', d, out);
        return true;
    default:
        return jn_put_week(c, when, d, out);
    }
}

static bool jn_put_time(char c, const struct jn_when *when, const struct jn_directive *d, struct jn_buf *out) {
    const struct jn_civil *civil = &when->civil;
    int twelve = civil->hour % 12 == 0 ? 12 : civil->hour % 12;
    switch (c) {
    case 'H':
        jn_put_number(civil->hour, 2, '0', d, out);
        return true;
    case 'k':
        jn_put_number(civil->hour, 2, ' ', d, out);
        return true;
    case 'I':
        jn_put_number(twelve, 2, '0', d, out);
        return true;
    case 'l':
        jn_put_number(twelve, 2, ' ', d, out);
        return true;
    case 'M':
        jn_put_number(civil->minute, 2, '0', d, out);
        return true;
    case 'S':
        jn_put_number(civil->second, 2, '0', d, out);
        return true;
    case 'L':
        jn_put_fraction(civil->ms, d->width < 0 ? 3 : d->width, out);
        return true;
    case 'N':
        jn_put_fraction(civil->ms, d->width < 0 ? 9 : d->width, out);
        return true;
    case 'p':
        jn_put_text(civil->hour < 12 ? "AM" : "PM", 2, d, out);
        return true;
    case 'P':
        jn_put_text(civil->hour < 12 ? "am" : "pm", 2, d, out);
        return true;
    case 'z':
        jn_put_offset(when->offset_s, d->colon, out);
        return true;
    case 'Z':
        jn_put_text(when->abbr.n == 0 ? "" : when->abbr.p, when->abbr.n, d, out);
        return true;
    case 's':
        jn_put_number(when->instant / 1000 - (when->instant % 1000 < 0), 1, '0', d, out);
        return true;
    case '%':
        jn_buf_char(out, '%');
        return true;
    case 'n':
        jn_buf_char(out, '\n');
        return true;
    case 't':
        jn_buf_char(out, '\t');
        return true;
    default:
        return false;
    }
}

static const char *jn_composite(char c) {
    switch (c) {
    case 'F':
        return "%Y-%m-%d";
    case 'T':
    case 'X':
        return "%H:%M:%S";
    case 'R':
        return "%H:%M";
    case 'r':
        return "%I:%M:%S %p";
    case 'D':
    case 'x':
        return "%m/%d/%y";
    case 'c':
        return "%a %b %e %H:%M:%S %Y";
    case 'v':
        return "%e-%^b-%Y";
    default:
        return NULL;
    }
}

static size_t jn_take_flags(struct jn_str format, size_t at, struct jn_directive *d) {
    *d = (struct jn_directive){.width = -1};
    for (; at < format.n; at++) {
        char c = format.p[at];
        if (c == '-' || c == '_' || (c == '0' && d->width < 0))
            d->pad = c;
        else if (c == '^')
            d->upper = true;
        else if (c == ':')
            d->colon = true;
        else if (c >= '0' && c <= '9' && d->width < 100)
            d->width = (d->width < 0 ? 0 : d->width) * 10 + (c - '0');
        else
            break;
    }
    return at;
}

static void jn_format(struct jn_str format, const struct jn_when *when, struct jn_buf *out) {
    for (size_t at = 0; at < format.n; at++) {
        if (format.p[at] != '%' || at + 1 == format.n) {
            jn_buf_char(out, format.p[at]);
            continue;
        }
        struct jn_directive d;
        size_t start = at;
        at = jn_take_flags(format, at + 1, &d);
        char c = at < format.n ? format.p[at] : '\0';
        const char *composite = jn_composite(c);
        if (composite != NULL)
            jn_format(jn_str_z(composite), when, out); /* one level deep: composites hold no composites */
        else if (!jn_put_date(c, when, &d, out) && !jn_put_time(c, when, &d, out))
            jn_buf_str(out, jn_str_sub(format, start, at + 1 - start));
    }
}

void jn_strftime(struct jn_str format, int64_t instant, int32_t offset_s, struct jn_str zone_abbr, struct jn_buf *out) {
    struct jn_when when = {.instant = instant, .offset_s = offset_s, .abbr = zone_abbr};
    int64_t local = instant + (int64_t)offset_s * 1000;
    jn_civil_from_local(local, &when.civil);
    when.days = jn_days_from_civil(when.civil.year, when.civil.month, when.civil.day);
    jn_format(format, &when, out);
}
