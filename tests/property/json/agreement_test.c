/* Documents that are made at random, and broken at random, are read as another reader reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/buffer.h"
#include "core/random.h"
#include "twin.h"

enum { DOCUMENTS = 20000, BREAKS = 4 };

static struct jn_random chance;

static uint32_t below(uint32_t n) {
    return (uint32_t)jn_random_below(&chance, n);
}

static void one_of(struct jn_buf *out, const char *const *part, size_t n) {
    jn_buf_z(out, part[below((uint32_t)n)]);
}
#define ONE_OF(out, ...)                                                                                               \
    one_of((out), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void space(struct jn_buf *out) {
    if (below(4) == 0) ONE_OF(out, " ", "\n", "\t", "\r\n", "  ", "\v", "\xC2\xA0");
}

static void text(struct jn_buf *out) {
    jn_buf_char(out, '"');
    for (uint32_t n = below(6); n > 0; n--)
        ONE_OF(out, "a", "name", "plain words of some length", "\xC3\xA9", "\xE4\xBD\xA0", "\xF0\x9F\x98\x80", "\\n",
               "\\\"", "\\/", "\\u00e9", "\\uD83D\\uDE00", "\\uFFFF", "\x7F", "\\ud83d", "\\udc00", "\\u0000", "\x01",
               "\xFF", "\xED\xA0\x80", "\xC0\x80", "\xF4\x90\x80\x80", "\\x", "\\u12", "\\uD83D\\u0041");
    jn_buf_char(out, '"');
}

static void number(struct jn_buf *out) {
    if (below(3) == 0) jn_buf_char(out, '-');
    ONE_OF(out, "0", "7", "49", "1234567890", "9223372036854775807", "9223372036854775808", "00", "");
    if (below(3) == 0) ONE_OF(out, ".5", ".90", ".", ".000000000000000001", ".1234567890123456789");
    if (below(4) == 0) ONE_OF(out, "e1", "E+02", "e-7", "e308", "e309", "e-400", "e", "e+");
}

static void value(struct jn_buf *out, unsigned depth) {
    space(out);
    switch (below(depth > 5 ? 4 : 6)) {
    case 0:
        text(out);
        break;
    case 1:
        number(out);
        break;
    case 2:
    case 3:
        ONE_OF(out, "true", "false", "null", "0", "\"\"", "[]", "{}", "nul", "True", "NaN");
        break;
    default: {
        bool object = below(2) == 0;
        jn_buf_char(out, object ? '{' : '[');
        for (uint32_t n = below(below(20) == 0 ? 40 : 5), i = 0; i < n; i++) {
            if (i > 0) jn_buf_char(out, ',');
            space(out);
            if (object && below(3) > 0) jn_buf_printf(out, "\"n%u\"", below(1000));
            if (object && out->p[out->n - 1] != '"') text(out);
            if (object) jn_buf_char(out, ':');
            value(out, depth + 1);
            space(out);
        }
        jn_buf_char(out, object ? '}' : ']');
    }
    }
}

static void check(struct jn_str text) {
    const char *differs = twin_differs(text);
    if (differs != NULL) fail_msg("%s: %.*s", differs, JN_FMT(text));
}

/* A byte is lost, doubled or another. */
static void breaks(struct jn_buf *out) {
    static const char ANY[] = "{}[]\",:\\u0019eE+-. tfn\n\x80\xE2\xFF\x1F";
    if (out->n < 2) return;
    size_t at = below((uint32_t)out->n - 1);
    switch (below(3)) {
    case 0:
        memmove(out->p + at, out->p + at + 1, out->n - at - 1);
        out->n--;
        break;
    case 1:
        out->p[at + 1] = out->p[at];
        break;
    default:
        out->p[at] = ANY[below(sizeof ANY - 1)];
    }
}

static void random_documents_are_read_alike(void **state) {
    struct jn_buf out;
    (void)state;
    jn_random_seed(&chance, 1);
    jn_buf_init(&out, 1 << 20);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        jn_buf_reset(&out);
        value(&out, 0);
        check(jn_buf_view(&out));
        for (unsigned k = 0; k < BREAKS; k++) {
            breaks(&out);
            check(jn_buf_view(&out));
        }
    }
    jn_buf_release(&out);
}

/* Beyond those whose names are compared one with another. */
static void large_objects_are_read_alike(void **state) {
    struct jn_buf out;
    (void)state;
    jn_buf_init(&out, 1 << 20);
    for (unsigned n = 1; n < 60; n++)
        for (unsigned twice = 0; twice <= n; twice++) {
            jn_buf_reset(&out);
            for (unsigned i = 0; i < n; i++)
                jn_buf_printf(&out, "%c\"%u\":%u", i == 0 ? '{' : ',', i == twice ? 0 : i, i);
            jn_buf_char(&out, '}');
            check(jn_buf_view(&out));
        }
    jn_buf_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_documents_are_read_alike),
                                       cmocka_unit_test(large_objects_are_read_alike)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
