#include "core/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/check.h"
#include "core/civil.h"
#include "core/map.h"

#define ZONE_FILE_MAX  ((size_t)256 << 10)
#define ZONE_NAME_MAX  64
#define ZONE_CACHE_MAX 2048 /* names come from customers: hostile ones must not fill memory */

struct zone_type {
    int32_t offset; /* seconds east */
    const char *abbr;
};

/* One side of a POSIX TZ rule: on which local moment of a year the change happens (RFC 8536, 3.3). */
struct zone_change {
    char form; /* 'M' month.week.day, 'J' day 1–365 without 29 February, 'D' day 0–365 */
    int month, week, day;
    int32_t time; /* seconds from local midnight; may be negative or beyond a day */
};

struct jn_zone {
    char name[ZONE_NAME_MAX + 1];
    uint32_t n_change; /* transitions of the file */
    int64_t *at;       /* seconds, ascending */
    uint8_t *kind;     /* type in force from at[i] on */
    uint32_t n_type;
    struct zone_type *type;
    char *abbrs;
    bool has_rule, has_dst;
    struct zone_type standard, daylight;
    char standard_abbr[16], daylight_abbr[16];
    struct zone_change begin, end; /* of daylight time */
};

static struct jn_zone zone_utc = {.name = "UTC", .has_rule = true, .standard = {0, "UTC"}};
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static struct jn_map cache;

/* ---- the POSIX rule behind the file's last transition */

static bool zone_number(const char **p, int *out) {
    int v = 0, digits = 0;
    for (; **p >= '0' && **p <= '9' && digits < 6; ++*p, digits++)
        v = v * 10 + (**p - '0');
    *out = v;
    return digits > 0;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool zone_clock(const char **p, int32_t *out) {
    int sign = **p == '-' ? -1 : 1, hour, minute = 0, second = 0;
    if (**p == '-' || **p == '+') ++*p;
    if (!zone_number(p, &hour) || hour > 167) return false;
    if (**p == ':' && (++*p, !zone_number(p, &minute))) return false;
    if (**p == ':' && (++*p, !zone_number(p, &second))) return false;
    *out = sign * (hour * 3600 + minute * 60 + second);
    return minute < 60 && second < 60;
}

static bool zone_abbr(const char **p, char out[16]) {
    size_t n = 0;
    bool quoted = **p == '<';
    if (quoted) ++*p;
    for (; **p != '\0'; ++*p) {
        char c = **p;
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'))) break;
        if (n == 15) return false;
        out[n++] = c;
    }
    out[n] = '\0';
    if (quoted && *(*p)++ != '>') return false;
    return n > 0;
}

static bool zone_change(const char **p, struct zone_change *out) {
    *out = (struct zone_change){.form = 'D', .time = 7200};
    if (*(*p)++ != ',') return false;
    if (**p == 'M') {
        ++*p;
        out->form = 'M';
        if (!zone_number(p, &out->month) || *(*p)++ != '.' || !zone_number(p, &out->week) || *(*p)++ != '.' ||
            !zone_number(p, &out->day))
            return false;
        if (out->month < 1 || out->month > 12 || out->week < 1 || out->week > 5 || out->day > 6) return false;
    } else {
        if (**p == 'J') {
            ++*p;
            out->form = 'J';
        }
        if (!zone_number(p, &out->day) || out->day > 365) return false;
    }
    return **p != '/' || (++*p, zone_clock(p, &out->time));
}

static bool zone_rule(struct jn_zone *zone, const char *p) {
    int32_t west;
    if (!zone_abbr(&p, zone->standard_abbr) || !zone_clock(&p, &west)) return false;
    zone->standard = (struct zone_type){-west, zone->standard_abbr};
    zone->has_rule = true;
    if (*p == '\0') return true;
    if (!zone_abbr(&p, zone->daylight_abbr)) return false;
    zone->daylight = (struct zone_type){zone->standard.offset + 3600, zone->daylight_abbr};
    if (*p != ',') {
        if (!zone_clock(&p, &west)) return false;
        zone->daylight.offset = -west;
    }
    zone->has_dst = true;
    return zone_change(&p, &zone->begin) && zone_change(&p, &zone->end) && *p == '\0';
}

/* Local seconds since 1970 at which the change happens in the year. */
static int64_t zone_change_local(const struct zone_change *change, int32_t year) {
    int64_t days;
    if (change->form == 'M') {
        int64_t first = jn_days_from_civil(year, change->month, 1);
        int first_weekday = (jn_weekday(first) + 1) % 7; /* 0 Sunday, as the rule counts */
        int day = (change->day - first_weekday + 7) % 7 + (change->week - 1) * 7;
        if (day >= jn_days_in_month(year, change->month)) day -= 7;
        days = first + day;
    } else {
        days = jn_days_from_civil(year, 1, 1) + change->day - (change->form == 'J');
        if (change->form == 'J' && change->day >= 60 && jn_days_in_month(year, 2) == 29) days++;
    }
    return days * 86400 + change->time;
}

static const struct zone_type *zone_by_rule(const struct jn_zone *zone, int64_t second) {
    if (!zone->has_dst) return &zone->standard;
    struct jn_civil civil;
    int64_t local = second + zone->standard.offset;
    jn_civil_from_days(local / 86400 - (local % 86400 < 0), &civil);
    int64_t begin = zone_change_local(&zone->begin, civil.year) - zone->standard.offset;
    int64_t end = zone_change_local(&zone->end, civil.year) - zone->daylight.offset;
    bool summer = begin < end ? second >= begin && second < end : second >= begin || second < end;
    return summer ? &zone->daylight : &zone->standard;
}

static const struct zone_type *zone_at(const struct jn_zone *zone, int64_t second) {
    if (zone->n_change == 0 || second >= zone->at[zone->n_change - 1]) {
        if (zone->has_rule) return zone_by_rule(zone, second);
        return zone->n_change == 0 ? &zone->type[0] : &zone->type[zone->kind[zone->n_change - 1]];
    }
    if (second < zone->at[0]) return &zone->type[0];
    uint32_t low = 0, high = zone->n_change - 1; /* at[low] <= second < at[high] */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= second)
            low = middle;
        else
            high = middle;
    }
    return &zone->type[zone->kind[low]];
}

/* ---- the file */

struct zone_counts {
    uint32_t local, standard, leap, time, type, chars;
};

static uint32_t zone_be32(struct jn_reader *in) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v = v << 8 | jn_read_u8(in);
    return v;
}

static int64_t zone_be64(struct jn_reader *in) {
    uint64_t high = zone_be32(in);
    return (int64_t)(high << 32 | zone_be32(in));
}

static bool zone_header(struct jn_reader *in, struct zone_counts *out) {
    if (!jn_str_eq(jn_read_bytes(in, 4), JN_STR("TZif"))) return false;
    jn_read_bytes(in, 16);
    *out = (struct zone_counts){0};
    out->local = zone_be32(in);
    out->standard = zone_be32(in);
    out->leap = zone_be32(in);
    out->time = zone_be32(in);
    out->type = zone_be32(in);
    out->chars = zone_be32(in);
    uint32_t bound = ZONE_FILE_MAX;
    return !in->failed && out->local < bound && out->standard < bound && out->leap < bound && out->time < bound &&
           out->type <= 256 && out->type > 0 && out->chars < bound;
}

static bool zone_types(struct jn_zone *zone, struct jn_reader *in, const struct zone_counts *n) {
    uint8_t abbr[256];
    zone->type = jn_alloc_zero(n->type, sizeof(*zone->type));
    zone->abbrs = jn_alloc_zero((size_t)n->chars + 1, 1);
    zone->n_type = n->type;
    for (uint32_t i = 0; i < n->type; i++) {
        zone->type[i].offset = (int32_t)zone_be32(in);
        jn_read_u8(in);
        abbr[i] = jn_read_u8(in);
        if (abbr[i] >= n->chars) return false;
        if (zone->type[i].offset < -93600 || zone->type[i].offset > 93600) return false;
    }
    struct jn_str chars = jn_read_bytes(in, n->chars);
    if (chars.n > 0) memcpy(zone->abbrs, chars.p, chars.n);
    for (uint32_t i = 0; i < n->type; i++)
        zone->type[i].abbr = zone->abbrs + abbr[i];
    return !in->failed;
}

static bool zone_decode(struct jn_zone *zone, struct jn_str bytes) {
    struct jn_reader in;
    struct zone_counts n;
    jn_reader_init(&in, bytes);
    if (!zone_header(&in, &n)) return false;
    /* The first block has 32-bit times; every file in use repeats it with 64 bits (version 2 and later). */
    jn_read_bytes(&in, (size_t)n.time * 5 + (size_t)n.type * 6 + n.chars + (size_t)n.leap * 8 + n.standard + n.local);
    if (!zone_header(&in, &n)) return false;
    zone->n_change = n.time;
    zone->at = jn_alloc_zero(n.time, sizeof(*zone->at));
    zone->kind = jn_alloc_zero(n.time, sizeof(*zone->kind));
    for (uint32_t i = 0; i < n.time; i++) {
        zone->at[i] = zone_be64(&in);
        if (i > 0 && zone->at[i] <= zone->at[i - 1]) return false;
    }
    for (uint32_t i = 0; i < n.time; i++) {
        zone->kind[i] = jn_read_u8(&in);
        if (zone->kind[i] >= n.type) return false;
    }
    if (!zone_types(zone, &in, &n)) return false;
    jn_read_bytes(&in, (size_t)n.leap * 12 + n.standard + n.local);
    if (jn_read_u8(&in) != '\n' || in.failed) return false;
    struct jn_str footer = jn_str_sub(bytes, in.at, bytes.n);
    const char *end = footer.n == 0 ? NULL : memchr(footer.p, '\n', footer.n);
    if (end == NULL || end - footer.p > 127) return false;
    char rule[128];
    size_t length = (size_t)(end - footer.p);
    memcpy(rule, footer.p, length);
    rule[length] = '\0';
    return length == 0 || zone_rule(zone, rule);
}

static void zone_free(struct jn_zone *zone) {
    free(zone->at);
    free(zone->kind);
    free(zone->type);
    free(zone->abbrs);
    free(zone);
}

static bool zone_name_is_safe(struct jn_str name) {
    if (name.n == 0 || name.n > ZONE_NAME_MAX || name.p[0] == '/' || name.p[0] == '.') return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && c != '_' && c != '+' && c != '-' && !(c == '/' && i + 1 < name.n && name.p[i + 1] != '/'))
            return false;
    }
    return true;
}

static jn_rc zone_read(struct jn_str name, struct jn_buf *out, struct jn_err *err) {
    const char *root = getenv("TZDIR");
    struct jn_buf path;
    jn_buf_init(&path, 4096);
    jn_buf_printf(&path, "%s/%.*s", root == NULL ? "/usr/share/zoneinfo" : root, JN_FMT(name));
    jn_buf_char(&path, '\0');
    int fd = path.failed ? -1 : open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    jn_buf_release(&path);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (fd >= 0) close(fd);
        return jn_fail(err, JN_NOT_FOUND, "there is no time zone \"%.*s\"", JN_FMT(name));
    }
    char chunk[8192];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0) jn_buf_add(out, chunk, (size_t)n);
    close(fd);
    if (n < 0 || out->failed)
        return jn_fail(err, JN_CORRUPT, "the data of time zone \"%.*s\" cannot be read", JN_FMT(name));
    return JN_OK;
}

static jn_rc zone_load(struct jn_str name, struct jn_zone **out, struct jn_err *err) {
    struct jn_buf bytes;
    jn_buf_init(&bytes, ZONE_FILE_MAX);
    jn_rc rc = zone_read(name, &bytes, err);
    struct jn_zone *zone = rc == JN_OK ? jn_alloc_zero(1, sizeof(*zone)) : NULL;
    if (rc == JN_OK && !zone_decode(zone, jn_buf_view(&bytes))) {
        zone_free(zone);
        rc = jn_fail(err, JN_CORRUPT, "the data of time zone \"%.*s\" is damaged", JN_FMT(name));
    } else if (rc == JN_OK) {
        memcpy(zone->name, name.p, name.n);
        *out = zone;
    }
    jn_buf_release(&bytes);
    return rc;
}

jn_rc jn_zone_find(struct jn_str name, const struct jn_zone **out, struct jn_err *err) {
    if (jn_str_is(name, "UTC")) {
        *out = &zone_utc;
        return JN_OK;
    }
    if (!zone_name_is_safe(name))
        return jn_fail(err, JN_NOT_FOUND, "\"%.*s\" is no name of a time zone", (int)(name.n < 64 ? name.n : 64),
                       name.p);
    uint64_t known;
    struct jn_zone *zone = NULL;
    jn_rc rc = JN_OK;
    pthread_mutex_lock(&cache_lock);
    if (jn_map_get(&cache, name, &known)) {
        zone = (struct jn_zone *)(uintptr_t)known;
    } else if (cache.n >= ZONE_CACHE_MAX) {
        rc = jn_fail(err, JN_TOO_LARGE, "more than %d time zones are in use", ZONE_CACHE_MAX);
    } else {
        rc = zone_load(name, &zone, err);
        if (rc == JN_OK) jn_map_put(&cache, jn_str_z(zone->name), (uint64_t)(uintptr_t)zone);
    }
    pthread_mutex_unlock(&cache_lock);
    if (rc == JN_OK) *out = zone;
    return rc;
}

const struct jn_zone *jn_zone_utc(void) {
    return &zone_utc;
}

struct jn_str jn_zone_name(const struct jn_zone *zone) {
    return jn_str_z(zone->name);
}

static int64_t zone_second(int64_t ms) {
    return ms / 1000 - (ms % 1000 < 0);
}

int32_t jn_zone_offset(const struct jn_zone *zone, int64_t instant, struct jn_str *abbr) {
    const struct zone_type *type = zone_at(zone, zone_second(instant));
    if (abbr != NULL) *abbr = jn_str_z(type->abbr);
    return type->offset;
}

int64_t jn_zone_local(const struct jn_zone *zone, int64_t instant) {
    return instant + (int64_t)jn_zone_offset(zone, instant, NULL) * 1000;
}

int64_t jn_zone_instant(const struct jn_zone *zone, int64_t days, int64_t ms_of_day) {
    int64_t local = days * JN_MS_DAY + ms_of_day;
    /* Offsets in force safely before and after; changes lie more than two days apart. */
    int64_t before = (int64_t)jn_zone_offset(zone, local - 36 * JN_MS_HOUR, NULL) * 1000;
    int64_t after = (int64_t)jn_zone_offset(zone, local + 36 * JN_MS_HOUR, NULL) * 1000;
    if (jn_zone_local(zone, local - before) == local) {
        int64_t earlier = local - before, later = local - after;
        return after > before && jn_zone_local(zone, later) == local && later < earlier ? later : earlier;
    }
    if (jn_zone_local(zone, local - after) == local) return local - after;
    /* Skipped: the change itself is the first valid instant. It lies between both readings. */
    int64_t low = local - (before > after ? before : after), high = local - (before > after ? after : before);
    int32_t first = jn_zone_offset(zone, low, NULL);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (jn_zone_offset(zone, middle, NULL) == first)
            low = middle;
        else
            high = middle;
    }
    return high;
}
