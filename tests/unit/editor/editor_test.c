/* A workspace under change: what is checked again, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compiler/editor/editor.h"

#define NAMES                                                                                                          \
    "event signup\nchannel email\n  webhook \"https://esp.example/\"\nend\n"                                          \
    "message hello on email\n  body \"Hi\"\nend\n"
#define SENDS(message)                                                                                                 \
    "journey j\n  enter when signup\n  re-enter never\n  stage s\n    send " message "\n  end\nend\n"

static struct jc_editor *open_two(const char *one, const char *other) {
    struct jc_source source[] = {{JN_STR("b.journey"), jn_str_z(other), JC_READ},
                                 {JN_STR("a.journey"), jn_str_z(one), JC_READ}};
    struct jc_editor *editor;
    struct jn_err err;
    assert_int_equal(jc_editor_open(source, 2, &editor, &err), JN_OK);
    return editor;
}

static void update(struct jc_editor *editor, const char *path, struct jn_str text) {
    struct jn_err err;
    uint32_t file;
    assert_int_equal(jc_editor_find(editor, jn_str_z(path), &file, &err), JN_OK);
    assert_int_equal(jc_editor_update(editor, file, text, &err), JN_OK);
}

static void a_change_in_one_file_is_told_in_the_other(void **state) {
    (void)state;
    struct jc_editor *editor = open_two(NAMES, SENDS("hello"));
    const struct jc_node *kept = jc_editor_tree(editor, 0)->file;
    assert_non_null(jc_editor_check(editor)->program);
    update(editor, "b.journey", JN_STR(SENDS("helo")));
    const struct jc_result *result = jc_editor_check(editor);
    assert_null(result->program);
    assert_int_equal(result->diags->first->code, JC_E0304);
    assert_int_equal(result->diags->first->span.file, 1);
    assert_ptr_equal(jc_editor_tree(editor, 0)->file, kept);
    update(editor, "a.journey", JN_STR(NAMES "message helo on email\n  body \"Hi\"\nend\n"));
    result = jc_editor_check(editor);
    assert_non_null(result->program);
    assert_int_equal(result->diags->n_error, 0);
    jc_editor_close(editor);
}

static void nothing_is_checked_twice(void **state) {
    (void)state;
    struct jc_editor *editor = open_two(NAMES, SENDS("hello"));
    const struct jn_program *program = jc_editor_check(editor)->program;
    assert_ptr_equal(jc_editor_check(editor)->program, program);
    jc_editor_close(editor);
}

static void syntax_is_known_before_anything_is_checked(void **state) {
    (void)state;
    struct jc_editor *editor = open_two(NAMES, "");
    update(editor, "b.journey", JN_STR("journey j\n  enter wen signup\nend\n"));
    assert_int_equal(jc_editor_syntax(editor, 1)->n_error, 1);
    assert_int_equal(jc_editor_syntax(editor, 0)->n_error, 0);
    jc_editor_close(editor);
}

static void any_bytes_are_a_text(void **state) {
    (void)state;
    struct jc_editor *editor = open_two(NAMES, SENDS("hello"));
    update(editor, "b.journey", JN_STR("journey \xFF\xFE\0 j\n\x01 \xE4\xBD"));
    assert_int_not_equal(jc_editor_check(editor)->diags->n_error, 0);
    update(editor, "b.journey", JN_STR(""));
    assert_int_equal(jc_editor_check(editor)->diags->n_error, 0);
    struct jn_str large = {calloc(1, 2 << 20), 2 << 20};
    update(editor, "b.journey", large);
    assert_int_equal(jc_editor_check(editor)->diags->first->code, JC_E0115);
    free((char *)(uintptr_t)large.p);
    jc_editor_close(editor);
}

static void what_cannot_be_is_refused_and_changes_nothing(void **state) {
    (void)state;
    struct jc_editor *editor = open_two(NAMES, SENDS("hello")), *none;
    struct jn_err err;
    uint32_t file;
    struct jn_str huge = {NAMES, JC_EDITOR_BYTES};
    assert_int_equal(jc_editor_find(editor, JN_STR("c.journey"), &file, &err), JN_NOT_FOUND);
    assert_string_equal(err.text, "c.journey: the workspace has no such file");
    assert_int_equal(jc_editor_update(editor, 2, JN_STR(""), &err), JN_NOT_FOUND);
    assert_string_equal(err.text, "the workspace has no file 2");
    assert_int_equal(jc_editor_update(editor, 1, huge, &err), JN_TOO_LARGE);
    assert_string_equal(err.text, "b.journey: the files of a workspace have at most 64 MiB together");
    assert_non_null(jc_editor_check(editor)->program);
    jc_editor_close(editor);
    struct jc_source twice[] = {{JN_STR("a"), JN_STR(""), JC_READ}, {JN_STR("a"), JN_STR(""), JC_READ}};
    assert_int_equal(jc_editor_open(twice, 2, &none, &err), JN_INVALID);
    assert_string_equal(err.text, "a: the file is there twice; leave one out");
    struct jc_source nameless = {JN_STR(""), JN_STR(""), JC_READ};
    assert_int_equal(jc_editor_open(&nameless, 1, &none, &err), JN_INVALID);
    assert_int_equal(jc_editor_open(NULL, JC_EDITOR_FILES + 1, &none, &err), JN_TOO_LARGE);
    assert_int_equal(jc_editor_open(NULL, 0, &none, &err), JN_OK);
    assert_int_equal(jc_editor_check(none)->diags->n_error, 0);
    jc_editor_close(none);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_in_one_file_is_told_in_the_other),
        cmocka_unit_test(nothing_is_checked_twice),
        cmocka_unit_test(syntax_is_known_before_anything_is_checked),
        cmocka_unit_test(any_bytes_are_a_text),
        cmocka_unit_test(what_cannot_be_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
