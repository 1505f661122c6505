/* Civil time: the proleptic Gregorian calendar, its text forms, and zones with their rules. */
#ifndef CORE_CIVIL_H
#define CORE_CIVIL_H

#include <stdint.h>

#include "core/buffer.h"

#define JN_MS_SECOND INT64_C(1000)
#define JN_MS_MINUTE (60 * JN_MS_SECOND)
#define JN_MS_HOUR   (60 * JN_MS_MINUTE)
#define JN_MS_DAY    (24 * JN_MS_HOUR)

/* Instants are ms since 1970-01-01T00:00Z; dates are days since 1970-01-01; times are ms since midnight. */
struct jn_civil {
    int32_t year;   /* 0001–9999 */
    int month, day; /* from 1 */
    int hour, minute, second, ms;
};

int64_t jn_days_from_civil(int32_t year, int month, int day);
void jn_civil_from_days(int64_t days, struct jn_civil *out); /* date fields only, rest zero */
void jn_civil_from_local(int64_t local_ms, struct jn_civil *out);
bool jn_date_is_valid(int32_t year, int month, int day);
int jn_days_in_month(int32_t year, int month);
int jn_weekday(int64_t days); /* 0 Monday – 6 Sunday */
/* Takes the first word for them off a set of weekdays (bit 0 Monday): `weekday`, `weekend` or one day; NULL: none left.
 */
const char *jn_weekdays_take(uint32_t *weekdays);
/* Day clamped to the month's last: 31 January + 1 month = 28 or 29 February. */
int64_t jn_days_add_months(int64_t days, int64_t months);

/* "2026-11-11", "09:00" or "09:00:30", RFC 3339 instants (zone required; fractions cut to ms). */
bool jn_date_parse(struct jn_str s, int64_t *days);
bool jn_time_parse(struct jn_str s, int64_t *ms);
bool jn_instant_parse(struct jn_str s, int64_t *ms);
void jn_date_print(int64_t days, struct jn_buf *out);
void jn_time_print(int64_t ms, struct jn_buf *out);
void jn_instant_print(int64_t ms, struct jn_buf *out); /* "2026-03-01T01:00:00Z", ms only when not zero */

/* strftime for Liquid's `date` (Ruby's set: %Y %m %-d %e %b %B %a %A %H %I %l %M %S %L %p %P %j %y %Z %z %:z %s %% and
 * the - ^ 0 _ flags). Unknown directives are copied as they are. */
void jn_strftime(struct jn_str format, int64_t instant, int32_t offset_s, struct jn_str zone_abbr, struct jn_buf *out);

/* Day, counted from 1970-01-01, of a local time in ms. */
static inline int64_t jn_local_day(int64_t local) {
    return local / JN_MS_DAY - (local % JN_MS_DAY < 0);
}

#endif
