/* Files of time zones: what is damaged is refused, and the rule behind a file's last change is read in all its forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/buffer.h"
#include "core/civil.h"
#include "core/zone.h"

/* A file of one type, with one change at the instant 0 to the same type; a row changes one number of it. */
struct file {
    const char *magic, *abbr, *rule, *end;
    uint32_t counts[6]; /* local, standard, leap, time, type, chars, as the second header says */
    int64_t at[2];
    uint8_t kind, abbr_at;
    int32_t offset;
    int cut; /* bytes missing at the end */
};

static const struct file SOUND = {"TZif", "ABC", "", "\n", {0, 0, 0, 2, 1, 4}, {0, 1000}, 0, 0, 3600, 0};

static void be(struct jn_buf *out, uint64_t v, int n) {
    while (n-- > 0)
        jn_buf_u8(out, (uint8_t)(v >> (8 * n)));
}

static void header(struct jn_buf *out, const char *magic, const uint32_t counts[6]) {
    jn_buf_z(out, magic);
    jn_buf_char(out, '2');
    for (int i = 0; i < 15; i++)
        jn_buf_u8(out, 0);
    for (int i = 0; i < 6; i++)
        be(out, counts[i], 4);
}

static char folder[] = "/tmp/journey-zones-XXXXXX";

static void write_zone(const char *name, const struct file *f) {
    static const uint32_t FIRST[6] = {0, 0, 0, 0, 1, 1}; /* the block of 32-bit times, which nobody reads */
    struct jn_buf out;
    char path[120];
    jn_buf_init(&out, 1u << 20);
    header(&out, "TZif", FIRST);
    jn_buf_add(&out, "\0\0\0\0\0\0\0", 7);
    header(&out, f->magic, f->counts);
    be(&out, (uint64_t)f->at[0], 8);
    be(&out, (uint64_t)f->at[1], 8);
    jn_buf_u8(&out, f->kind);
    jn_buf_u8(&out, 0);
    be(&out, (uint32_t)f->offset, 4);
    jn_buf_u8(&out, 0);
    jn_buf_u8(&out, f->abbr_at);
    jn_buf_add(&out, f->abbr, 4);
    jn_buf_char(&out, '\n');
    jn_buf_z(&out, f->rule);
    jn_buf_z(&out, f->end);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(out.p, 1, out.n - (size_t)f->cut, file), out.n - (size_t)f->cut);
    assert_int_equal(fclose(file), 0);
    jn_buf_release(&out);
}

/* Each under a name of its own: a zone that was read is kept. */
static jn_rc read_zone(const struct file *f, const struct jn_zone **zone, struct jn_err *err) {
    static unsigned n;
    char name[20];
    (void)snprintf(name, sizeof(name), "Z%u", n++);
    write_zone(name, f);
    return jn_zone_find(jn_str_z(name), zone, err);
}

static void what_is_damaged_is_refused(void **state) {
    struct file broken[40];
    size_t n = 0;
    const struct jn_zone *zone;
    struct jn_err err;
    (void)state;
    if (read_zone(&SOUND, &zone, &err) != JN_OK) fail_msg("%s", err.text);
    for (int count = 0; count < 6; count++) {
        broken[n] = SOUND;
        broken[n++].counts[count] = 256u << 10;
    }
#define BROKEN(field, value)                                                                                           \
    broken[n] = SOUND;                                                                                                 \
    broken[n++].field = value
    BROKEN(counts[4], 0);
    BROKEN(counts[4], 257);
    BROKEN(counts[3], 1);
    BROKEN(counts[5], 0);
    BROKEN(counts[5], 3);
    BROKEN(magic, "PNG!");
    BROKEN(at[1], 0);
    BROKEN(kind, 1);
    BROKEN(abbr_at, 4);
    BROKEN(offset, 100000);
    BROKEN(offset, -100000);
    BROKEN(end, "");
    BROKEN(cut, 2);
    BROKEN(cut, 60);
    BROKEN(cut, 110);
    BROKEN(rule, "XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3XYZ3X"
                 "YZ3XYZ3XYZ3"
                 "XYZ3XYZ3XYZ3XYZ3");
#undef BROKEN
    for (size_t i = 0; i < n; i++) {
        jn_rc rc = read_zone(&broken[i], &zone, &err);
        if (rc != JN_CORRUPT) fail_msg("row %zu was %s", i, rc == JN_OK ? "taken" : err.text);
    }
}

static void rules_that_are_none_are_refused(void **state) {
    static const char *const RULE[] = {"3",
                                       "ABC",
                                       "<AB3",
                                       "<>3",
                                       "ABCDEFGHIJKLMNOP3",
                                       "ABC168",
                                       "ABC3:60",
                                       "ABC3:00:60",
                                       "ABC3:",
                                       "ABC3:00:",
                                       "ABC3DEF",
                                       "ABC3DEF,",
                                       "ABC3DEF,M3",
                                       "ABC3DEF,M3.",
                                       "ABC3DEF,M3.2",
                                       "ABC3DEF,M3.2.",
                                       "ABC3DEF,M0.2.0,M10.1.0",
                                       "ABC3DEF,M13.2.0,M10.1.0",
                                       "ABC3DEF,M3.0.0,M10.1.0",
                                       "ABC3DEF,M3.6.0,M10.1.0",
                                       "ABC3DEF,M3.2.7,M10.1.0",
                                       "ABC3DEF,M3.2.0",
                                       "ABC3DEF,M3.2.0,M10.1.0x",
                                       "ABC3DEF,M3.2.0/x,M10.1.0",
                                       "ABC3DEF,J366,J300",
                                       "ABC3DEF,J,J300",
                                       "ABC3DEF,x,J300",
                                       "ABC3DEF:,J60,J300",
                                       "ABC3DEF2x",
                                       "ABC3D3F"};
    (void)state;
    for (size_t i = 0; i < sizeof(RULE) / sizeof(*RULE); i++) {
        struct file f = SOUND;
        const struct jn_zone *zone;
        struct jn_err err;
        f.rule = RULE[i];
        if (read_zone(&f, &zone, &err) != JN_CORRUPT) fail_msg("%s", RULE[i]);
    }
}

/* Local times after the file's last change, by its rule. */
static void rules_are_read_in_all_their_forms(void **state) {
    static const struct {
        const char *rule, *at, *abbr;
        int32_t offset;
    } ROW[] = {
        {"", "2026-07-01T00:00:00Z", "ABC", 3600},
        {"ABC-3", "2026-07-01T00:00:00Z", "ABC", 10800},
        {"ABC+3:30", "2026-07-01T00:00:00Z", "ABC", -12600},
        {"<-03>3:00:30", "2026-07-01T00:00:00Z", "-03", -10830},
        {"<A+1>-1", "2026-07-01T00:00:00Z", "A+1", 3600},
        {"ABC0DEF,M3.2.0,M10.5.0", "2026-03-08T01:59:59Z", "ABC", 0},
        {"ABC0DEF,M3.2.0,M10.5.0", "2026-03-08T02:00:00Z", "DEF", 3600},
        {"ABC0DEF,M3.2.0,M10.5.0", "2026-10-25T00:59:59Z", "DEF", 3600},
        {"ABC0DEF,M3.2.0,M10.5.0", "2026-10-25T01:00:00Z", "ABC", 0},
        {"ABC0DEF-3,M3.5.0/-1,M10.5.0/26", "2026-03-28T23:00:00Z", "DEF", 10800},
        {"ABC0DEF-3,M3.5.0/-1,M10.5.0/26", "2026-10-25T23:00:00Z", "ABC", 0},
        {"ABC0DEF,J60,J300", "2024-03-01T01:59:59Z", "ABC", 0}, /* J60 is the first of March in leap years, too */
        {"ABC0DEF,J60,J300", "2024-03-01T02:00:00Z", "DEF", 3600},
        {"ABC0DEF,J60,J300", "2026-03-01T02:00:00Z", "DEF", 3600},
        {"ABC0DEF,J59,J300", "2024-02-28T02:00:00Z", "DEF", 3600},
        {"ABC0DEF,59,300", "2024-02-29T02:00:00Z", "DEF", 3600}, /* counted from 0, with the 29th of February */
        {"ABC0DEF,59,300", "2024-02-29T01:59:59Z", "ABC", 0},
        {"ABC0DEF,300,59", "2026-07-01T00:00:00Z", "ABC", 0}, /* summer over the turn of the year */
        {"ABC0DEF,300,59", "2026-12-31T00:00:00Z", "DEF", 3600},
        {"ABC0DEF,300,59", "2026-01-01T00:00:00Z", "DEF", 3600},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct file f = SOUND;
        const struct jn_zone *zone;
        struct jn_err err;
        struct jn_str abbr;
        int64_t at;
        f.rule = ROW[i].rule;
        if (read_zone(&f, &zone, &err) != JN_OK) fail_msg("%s: %s", ROW[i].rule, err.text);
        assert_true(jn_instant_parse(jn_str_z(ROW[i].at), &at));
        int32_t offset = jn_zone_offset(zone, at, &abbr);
        if (offset != ROW[i].offset || !jn_str_is(abbr, ROW[i].abbr))
            fail_msg("%s at %s: %d %.*s", ROW[i].rule, ROW[i].at, (int)offset, JN_FMT(abbr));
    }
}

static void names_stay_within_the_folder(void **state) {
    static const char *const NAME[] = {"",
                                       "/etc/passwd",
                                       ".",
                                       "../x",
                                       "Europe/",
                                       "Europe//Berlin",
                                       "Europe/Ber lin",
                                       "Z0;",
                                       "Z0.",
                                       "Nowhere",
                                       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    const struct jn_zone *zone;
    struct jn_err err;
    (void)state;
    for (size_t i = 0; i < sizeof(NAME) / sizeof(*NAME); i++)
        if (jn_zone_find(jn_str_z(NAME[i]), &zone, &err) != JN_NOT_FOUND) fail_msg("%s", NAME[i]);
    assert_int_equal(jn_zone_find(JN_STR("UTC"), &zone, NULL), JN_OK);
    assert_ptr_equal(zone, jn_zone_utc());
}

static int set_up(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL || setenv("TZDIR", folder, 1) != 0;
}

static int tear_down(void **state) {
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        char path[120];
        (void)snprintf(path, sizeof(path), "%s/Z%u", folder, i);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_damaged_is_refused),
        cmocka_unit_test(rules_that_are_none_are_refused),
        cmocka_unit_test(rules_are_read_in_all_their_forms),
        cmocka_unit_test(names_stay_within_the_folder),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
