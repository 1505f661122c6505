/* Files that are no image, or a damaged one: each is refused by name. One row breaks one thing, and where a checksum
 * would be noticed first, the file is signed again as its writer would have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/hash.h"
#include "gallery.h"
#include "image/file.h"
#include "image/image.h"
#include "image/layout.h"

enum { TEXTS, CODE, TABLES }; /* sections, in the order in which they are written */

struct file {
    struct gallery gallery;
    struct jn_buf bytes;
};

static uint64_t number_at(const struct file *f, size_t at, size_t n) {
    uint64_t v = 0;
    for (size_t i = n; i-- > 0;)
        v = v << 8 | (uint8_t)f->bytes.p[at + i];
    return v;
}

static void set(struct file *f, size_t at, uint64_t v, size_t n) {
    for (size_t i = 0; i < n; i++)
        f->bytes.p[at + i] = (char)(v >> (8 * i));
}

static size_t entry(uint32_t section) {
    return IMAGE_HEADER + section * IMAGE_ENTRY;
}

static size_t content(const struct file *f, uint32_t section) {
    return (size_t)number_at(f, entry(section) + 8, 8);
}

static size_t length(const struct file *f, uint32_t section) {
    return (size_t)number_at(f, entry(section) + 16, 8);
}

static void sign_header(struct file *f) {
    struct jn_str all = jn_buf_view(&f->bytes);
    uint32_t crc = jn_crc32c(0, jn_str_sub(all, 0, IMAGE_HEADER - 4));
    crc = jn_crc32c(crc, jn_str_sub(all, IMAGE_HEADER, number_at(f, 24, 4) * IMAGE_ENTRY));
    set(f, IMAGE_HEADER - 4, crc, 4);
}

static void sign_content(struct file *f) {
    struct jn_str all = jn_buf_view(&f->bytes);
    struct jn_sha256 id;
    jn_sha256(jn_str_sub(all, IMAGE_HEADER, all.n), &id);
    memcpy(f->bytes.p + 28, id.b, sizeof(id.b));
    sign_header(f);
}

/* Checksums and id as they should be of what is there now. */
static void sign(struct file *f) {
    for (uint32_t i = 0; i < number_at(f, 24, 4); i++)
        set(f, entry(i) + 24, jn_crc32c(0, jn_str_sub(jn_buf_view(&f->bytes), content(f, i), length(f, i))), 4);
    sign_content(f);
}

#define BREAK(name, ...)                                                                                               \
    static void name(struct file *f) {                                                                                 \
        __VA_ARGS__;                                                                                                   \
    }

BREAK(nothing, f->bytes.n = 0)
BREAK(another_magic, f->bytes.p[0] = 'P')
BREAK(a_header_cut_off, f->bytes.n = IMAGE_HEADER - 1)
BREAK(a_newer_format, set(f, 8, JN_IMAGE_MAJOR + 1, 2))
BREAK(a_newer_minor_format, set(f, 10, JN_IMAGE_MINOR + 1, 2))
BREAK(flags_of_the_file, set(f, 12, 1, 4))
BREAK(another_length, set(f, 16, f->bytes.n + 8, 8))
BREAK(too_many_sections, set(f, 24, IMAGE_MAX_SECTIONS + 1, 4))
BREAK(a_directory_beyond_the_file, set(f, 24, IMAGE_MAX_SECTIONS, 4); f->bytes.n = IMAGE_HEADER + IMAGE_ENTRY;
      set(f, 16, f->bytes.n, 8))
BREAK(reserved_bytes, set(f, 60, 1, 8))
BREAK(more_reserved_bytes, set(f, 68, 1, 8))
BREAK(another_id, f->bytes.p[28] ^= 1; sign_header(f))
BREAK(a_damaged_header, f->bytes.p[30] ^= 1)
BREAK(flags_of_a_section, set(f, entry(CODE) + 4, 2, 4); sign(f))
BREAK(reserved_bytes_of_a_section, set(f, entry(CODE) + 28, 1, 4); sign(f))
BREAK(a_gap_between_sections, set(f, entry(CODE) + 8, content(f, CODE) + 8, 8); sign(f))
BREAK(a_section_beyond_the_file, set(f, entry(CODE) + 16, f->bytes.n, 8); sign(f))
BREAK(a_damaged_section, set(f, entry(CODE) + 24, number_at(f, entry(CODE) + 24, 4) ^ 1, 4); sign_content(f))
BREAK(something_between_sections, f->bytes.p[content(f, TEXTS) + length(f, TEXTS)] = 1; sign(f))
BREAK(an_unknown_section_that_is_needed, memcpy(f->bytes.p + entry(CODE), "WHAT", 4); sign(f))
BREAK(an_unknown_section_instead_of_one, memcpy(f->bytes.p + entry(CODE), "WHAT", 4); set(f, entry(CODE) + 4, 0, 4);
      sign(f))
BREAK(a_section_twice, memcpy(f->bytes.p + entry(CODE), f->bytes.p + entry(TEXTS), 4); sign(f))
BREAK(bytes_behind_the_last_section, jn_buf_le64(&f->bytes, 0); set(f, 16, f->bytes.n, 8); sign(f))
BREAK(no_texts, set(f, content(f, TEXTS), 0, 4); sign(f))
BREAK(more_texts_than_fit, set(f, content(f, TEXTS), length(f, TEXTS), 4); sign(f))
BREAK(texts_that_fill_their_section, set(f, content(f, TEXTS), (length(f, TEXTS) - 4) / 4, 4); sign(f))
BREAK(a_first_text_that_begins_later, set(f, content(f, TEXTS) + 4, 1, 4); sign(f))
BREAK(a_first_text_that_is_not_empty, set(f, content(f, TEXTS) + 8, 1, 4); sign(f))
BREAK(a_text_that_ends_before_it_begins, set(f, content(f, TEXTS) + 8, 4, 4); set(f, content(f, TEXTS) + 12, 2, 4);
      sign(f))
BREAK(a_text_beyond_the_texts, set(f, content(f, TEXTS) + 12, UINT32_MAX, 4); sign(f))
BREAK(a_text_that_is_not_utf8,
      f->bytes.p[content(f, TEXTS) + 4 + (number_at(f, content(f, TEXTS), 4) + 1) * 4] = (char)0xFF;
      sign(f))
BREAK(texts_that_leave_bytes, size_t last = content(f, TEXTS) + 4 + number_at(f, content(f, TEXTS), 4) * 4;
      set(f, last, number_at(f, last, 4) - 1, 4); sign(f))

static const struct {
    const char *name;
    void (*run)(struct file *f);
    jn_rc rc;
    const char *why;
} ROW[] = {
#define ROW(name, rc, why)                                                                                             \
    { #name, name, rc, why }
    ROW(nothing, JN_INVALID, "this is no journey image"),
    ROW(another_magic, JN_INVALID, "this is no journey image"),
    ROW(a_header_cut_off, JN_CORRUPT, "the image is cut off in its header"),
    ROW(a_newer_format, JN_VERSION, "the image has format"),
    ROW(a_newer_minor_format, JN_VERSION, "the image has format"),
    ROW(flags_of_the_file, JN_INVALID, "the image has unknown flags"),
    ROW(another_length, JN_CORRUPT, "the image says it has"),
    ROW(too_many_sections, JN_CORRUPT, "the image's directory does not fit the file"),
    ROW(a_directory_beyond_the_file, JN_CORRUPT, "the image's directory does not fit the file"),
    ROW(reserved_bytes, JN_INVALID, "reserved bytes of the header are not zero"),
    ROW(more_reserved_bytes, JN_INVALID, "reserved bytes of the header are not zero"),
    ROW(another_id, JN_CORRUPT, "the image's content does not match its id"),
    ROW(a_damaged_header, JN_CORRUPT, "the image's header is damaged"),
    ROW(flags_of_a_section, JN_INVALID, "section 1 has unknown flags"),
    ROW(reserved_bytes_of_a_section, JN_INVALID, "section 1 has unknown flags"),
    ROW(a_gap_between_sections, JN_CORRUPT, "section 1 lies outside the file or over another"),
    ROW(a_section_beyond_the_file, JN_CORRUPT, "section 1 lies outside the file or over another"),
    ROW(a_damaged_section, JN_CORRUPT, "section 1 is damaged"),
    ROW(something_between_sections, JN_INVALID, "bytes behind section 0 are not zero"),
    ROW(an_unknown_section_that_is_needed, JN_VERSION, "section 1 is needed and unknown to this journey"),
    ROW(an_unknown_section_instead_of_one, JN_INVALID, "the image lacks a section"),
    ROW(a_section_twice, JN_INVALID, "section 1 is there twice"),
    ROW(bytes_behind_the_last_section, JN_INVALID, "the image has bytes behind its last section"),
    ROW(no_texts, JN_INVALID, "the table of texts does not fit its section"),
    ROW(more_texts_than_fit, JN_INVALID, "the table of texts does not fit its section"),
    ROW(texts_that_fill_their_section, JN_INVALID, "the table of texts does not fit its section"),
    ROW(a_first_text_that_begins_later, JN_INVALID, "text 0 does not begin at the beginning"),
    ROW(a_first_text_that_is_not_empty, JN_INVALID, "the texts have bytes that belong to none"),
    ROW(a_text_that_ends_before_it_begins, JN_INVALID, "text 1 lies outside the texts"),
    ROW(a_text_beyond_the_texts, JN_INVALID, "text 1 lies outside the texts"),
    ROW(a_text_that_is_not_utf8, JN_INVALID, "text 1 is not valid UTF-8"),
    ROW(texts_that_leave_bytes, JN_INVALID, "the texts have bytes that belong to none"),
#undef ROW
};

static void file_init(struct file *f) {
    struct jn_err err;
    gallery_init(&f->gallery);
    jn_builder_string(f->gallery.b, JN_STR("behind the texts of the gallery"));
    f->gallery.program = jn_builder_finish(f->gallery.b);
    jn_buf_init(&f->bytes, JN_IMAGE_MAX);
    assert_int_equal(jn_image_encode(f->gallery.program, &f->bytes, &err), JN_OK);
    for (int pad = 0; length(f, TEXTS) % IMAGE_ALIGN == 0; pad++) { /* one byte at least is to lie between sections */
        jn_builder_string(f->gallery.b, JN_STR("x"));
        f->gallery.program = jn_builder_finish(f->gallery.b);
        jn_buf_reset(&f->bytes);
        assert_int_equal(jn_image_encode(f->gallery.program, &f->bytes, &err), JN_OK);
        assert_true(pad < 2);
    }
}

static void file_release(struct file *f) {
    jn_buf_release(&f->bytes);
    jn_arena_release(&f->gallery.arena);
}

static void each_damage_is_refused_by_name(void **state) {
    unsigned missed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(ROW) / sizeof(*ROW); i++) {
        struct file f;
        struct jn_program *program;
        struct jn_err err = {.text = ""};
        file_init(&f);
        ROW[i].run(&f);
        jn_rc rc = jn_image_load(jn_buf_view(&f.bytes), &f.gallery.arena, &program, &err);
        if (rc != ROW[i].rc || !jn_str_starts(jn_str_z(err.text), jn_str_z(ROW[i].why))) {
            print_message("%s: %s\n", ROW[i].name, rc == JN_OK ? "taken" : err.text);
            missed++;
        }
        file_release(&f);
    }
    assert_int_equal(missed, 0);
}

/* Each table with a byte too many at its end. */
static void each_table_holds_whole_records(void **state) {
    (void)state;
    for (uint32_t table = 0; table < IMAGE_TABLES; table++) {
        struct file f;
        struct jn_program *program;
        struct jn_err err = {.text = ""};
        char expected[80];
        file_init(&f);
        size_t at = content(&f, TABLES + table) + length(&f, TABLES + table);
        assert_true(length(&f, TABLES + table) > 0);
        set(&f, entry(TABLES + table) + 16, length(&f, TABLES + table) - 1, 8);
        f.bytes.p[at - 1] = 0; /* now lies between sections */
        sign(&f);
        jn_rc rc = jn_image_load(jn_buf_view(&f.bytes), &f.gallery.arena, &program, &err);
        (void)snprintf(expected, sizeof(expected), "the table of %ss is cut off", image_record[table].name);
        assert_int_equal(rc, JN_INVALID);
        assert_string_equal(err.text, expected);
        file_release(&f);
    }
}

static void what_is_signed_again_is_sound(void **state) {
    struct file f;
    struct jn_program *program;
    struct jn_err err = {.text = ""};
    uint8_t id[32];
    (void)state;
    file_init(&f);
    sign(&f);
    if (jn_image_load(jn_buf_view(&f.bytes), &f.gallery.arena, &program, &err) != JN_OK) fail_msg("%s", err.text);
    assert_int_equal(jn_image_identify(jn_buf_view(&f.bytes), id, &err), JN_OK);
    assert_memory_equal(id, program->id, sizeof(id));
    file_release(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_again_is_sound),
        cmocka_unit_test(each_damage_is_refused_by_name),
        cmocka_unit_test(each_table_holds_whole_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
