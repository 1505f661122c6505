#include "core/civil.h"

/* Day arithmetic on the shifted calendar whose year begins in March, so that the leap day comes last. */
int64_t jn_days_from_civil(int32_t year, int month, int day) {
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void jn_civil_from_days(int64_t days, struct jn_civil *out) {
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *out = (struct jn_civil){.day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1),
                             .month = (int)(shifted < 10 ? shifted + 3 : shifted - 9)};
    out->year = (int32_t)(year_of_era + era * 400 + (out->month <= 2));
}

static int64_t jn_floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

void jn_civil_from_local(int64_t local_ms, struct jn_civil *out) {
    int64_t days = jn_floor_div(local_ms, JN_MS_DAY);
    int64_t rest = local_ms - days * JN_MS_DAY;
    jn_civil_from_days(days, out);
    out->hour = (int)(rest / JN_MS_HOUR);
    out->minute = (int)(rest / JN_MS_MINUTE % 60);
    out->second = (int)(rest / JN_MS_SECOND % 60);
    out->ms = (int)(rest % JN_MS_SECOND);
}

int jn_days_in_month(int32_t year, int month) {
    static const int DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return DAYS[month - 1] + (month == 2 && leap);
}

bool jn_date_is_valid(int32_t year, int month, int day) {
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= jn_days_in_month(year, month);
}

int jn_weekday(int64_t days) {
    return (int)(((days + 3) % 7 + 7) % 7);
}

const char *jn_weekdays_take(uint32_t *weekdays) {
    static const struct {
        uint32_t days;
        const char *word;
    } ROW[] = {{0x1f, "weekday"}, {0x01, "monday"},  {0x02, "tuesday"},  {0x04, "wednesday"}, {0x08, "thursday"},
               {0x10, "friday"},  {0x60, "weekend"}, {0x20, "saturday"}, {0x40, "sunday"}};
    for (size_t i = 0; i < sizeof ROW / sizeof *ROW; i++) {
        if ((*weekdays & ROW[i].days) != ROW[i].days) continue;
        *weekdays &= ~ROW[i].days;
        return ROW[i].word;
    }
    return NULL;
}

int64_t jn_days_add_months(int64_t days, int64_t months) {
    struct jn_civil civil;
    jn_civil_from_days(days, &civil);
    int64_t month = (int64_t)civil.year * 12 + civil.month - 1 + months;
    int32_t year = (int32_t)jn_floor_div(month, 12);
    int of_year = (int)(month - (int64_t)year * 12) + 1;
    int last = jn_days_in_month(year, of_year);
    return jn_days_from_civil(year, of_year, civil.day < last ? civil.day : last);
}

/* Exactly n digits at *at. */
static bool jn_take_digits(struct jn_str s, size_t *at, size_t n, int *out) {
    if (*at + n > s.n) return false;
    int v = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s.p[*at + i];
        if (c < '0' || c > '9') return false;
        v = v * 10 + (c - '0');
    }
    *at += n;
    *out = v;
    return true;
}

static bool jn_take_char(struct jn_str s, size_t *at, char c) {
    if (*at >= s.n || s.p[*at] != c) return false;
    ++*at;
    return true;
}

static bool jn_take_date(struct jn_str s, size_t *at, int64_t *days) {
    int year, month, day;
    if (!jn_take_digits(s, at, 4, &year) || !jn_take_char(s, at, '-') || !jn_take_digits(s, at, 2, &month) ||
        !jn_take_char(s, at, '-') || !jn_take_digits(s, at, 2, &day) || !jn_date_is_valid(year, month, day))
        return false;
    *days = jn_days_from_civil(year, month, day);
    return true;
}

/* hh:mm[:ss[.fraction]]; a leap second is the last second of its minute. */
static bool jn_take_time(struct jn_str s, size_t *at, bool fraction, int64_t *ms) {
    int hour, minute, second = 0;
    if (!jn_take_digits(s, at, 2, &hour) || !jn_take_char(s, at, ':') || !jn_take_digits(s, at, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    if (jn_take_char(s, at, ':') && (!jn_take_digits(s, at, 2, &second) || second > 60)) return false;
    if (second == 60) second = 59;
    *ms = hour * JN_MS_HOUR + minute * JN_MS_MINUTE + second * JN_MS_SECOND;
    if (!fraction || !jn_take_char(s, at, '.')) return true;
    int64_t unit = 100;
    size_t start = *at;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; ++*at, unit /= 10)
        *ms += (s.p[*at] - '0') * unit;
    return *at > start;
}

bool jn_date_parse(struct jn_str s, int64_t *days) {
    size_t at = 0;
    return jn_take_date(s, &at, days) && at == s.n;
}

bool jn_time_parse(struct jn_str s, int64_t *ms) {
    size_t at = 0;
    return jn_take_time(s, &at, false, ms) && at == s.n;
}

bool jn_instant_parse(struct jn_str s, int64_t *ms) {
    size_t at = 0;
    int64_t days, time, offset = 0;
    if (!jn_take_date(s, &at, &days)) return false;
    if (!jn_take_char(s, &at, 'T') && !jn_take_char(s, &at, 't') && !jn_take_char(s, &at, ' ')) return false;
    if (!jn_take_time(s, &at, true, &time)) return false;
    if (!jn_take_char(s, &at, 'Z') && !jn_take_char(s, &at, 'z')) {
        int hour, minute;
        bool west = at < s.n && s.p[at] == '-';
        if (!jn_take_char(s, &at, '+') && !jn_take_char(s, &at, '-')) return false;
        if (!jn_take_digits(s, &at, 2, &hour) || !jn_take_char(s, &at, ':') || !jn_take_digits(s, &at, 2, &minute) ||
            hour > 23 || minute > 59)
            return false;
        offset = (hour * JN_MS_HOUR + minute * JN_MS_MINUTE) * (west ? -1 : 1);
    }
    *ms = days * JN_MS_DAY + time - offset;
    static const int64_t FIRST = INT64_C(-719162) * JN_MS_DAY, BEHIND = INT64_C(2932897) * JN_MS_DAY; /* 0001 to 9999 */
    return at == s.n && *ms >= FIRST && *ms < BEHIND;
}

void jn_date_print(int64_t days, struct jn_buf *out) {
    struct jn_civil civil;
    jn_civil_from_days(days, &civil);
    jn_buf_printf(out, "%04d-%02d-%02d", (int)civil.year, civil.month, civil.day);
}

void jn_time_print(int64_t ms, struct jn_buf *out) {
    struct jn_civil civil;
    jn_civil_from_local(ms, &civil);
    jn_buf_printf(out, "%02d:%02d", civil.hour, civil.minute);
    if (civil.second != 0) jn_buf_printf(out, ":%02d", civil.second);
}

/* By hand: every turn prints instants, and printf takes ten times as long. */
static void civil_digits(char *at, int n, int value) {
    for (int i = n; i-- > 0; value /= 10)
        at[i] = (char)('0' + value % 10);
}

void jn_instant_print(int64_t ms, struct jn_buf *out) {
    struct jn_civil civil;
    jn_civil_from_local(ms, &civil);
    char text[] = "0000-00-00T00:00:00.000Z";
    civil_digits(text, 4, civil.year);
    civil_digits(text + 5, 2, civil.month);
    civil_digits(text + 8, 2, civil.day);
    civil_digits(text + 11, 2, civil.hour);
    civil_digits(text + 14, 2, civil.minute);
    civil_digits(text + 17, 2, civil.second);
    civil_digits(text + 20, 3, civil.ms);
    if (civil.ms == 0) text[19] = 'Z';
    jn_buf_add(out, text, civil.ms == 0 ? 20 : 24);
}
