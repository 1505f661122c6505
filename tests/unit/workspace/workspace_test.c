/* Reading folders and files: what is found, what is passed over, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/workspace/workspace.h"

struct folder {
    struct jn_arena arena;
    char path[64];
};

static int make_folder(void **state) {
    struct folder *f = calloc(1, sizeof *f);
    jn_arena_init(&f->arena);
    snprintf(f->path, sizeof f->path, "/tmp/journey-workspace-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    *state = f;
    return 0;
}

static void remove_below(int at, const char *name) {
    if (unlinkat(at, name, 0) == 0 || unlinkat(at, name, AT_REMOVEDIR) == 0) return;
}

static int drop_folder(void **state) {
    struct folder *f = *state;
    static const char *const entries[] = {"below/c.journey", "below", ".hidden/x.journey", ".hidden", "node_modules/y.journey",
                                          "node_modules", "a.journey", "b.journey", "big.journey", "link.journey",
                                          "pipe.journey", "notes.txt", "loop", NULL};
    int at = open(f->path, O_RDONLY | O_DIRECTORY);
    for (int i = 0; entries[i] != NULL; i++)
        remove_below(at, entries[i]);
    close(at);
    rmdir(f->path);
    jn_arena_release(&f->arena);
    free(f);
    return 0;
}

static struct jn_str below(struct folder *f, const char *name) {
    return jn_arena_printf(&f->arena, "%s/%s", f->path, name);
}

static void write_file(struct folder *f, const char *name, const char *text) {
    FILE *file = fopen(below(f, name).p, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static jn_rc read_one(struct folder *f, struct jn_str path, struct jc_workspace *out, struct jn_err *err) {
    return jc_workspace_read(&f->arena, &path, 1, out, err);
}

static void test_folder_is_read_in_order_of_paths(void **state) {
    struct folder *f = *state;
    struct jc_workspace w;
    mkdir(below(f, "below").p, 0700);
    write_file(f, "b.journey", "event b\n");
    write_file(f, "a.journey", "event a\n");
    write_file(f, "below/c.journey", "event c\n");
    write_file(f, "notes.txt", "not a journey");
    assert_int_equal(read_one(f, jn_str_z(f->path), &w, NULL), JN_OK);
    assert_int_equal(w.n_source, 3);
    assert_true(jn_str_is(w.source[0].text, "event a\n"));
    assert_true(jn_str_is(w.source[1].text, "event b\n"));
    assert_true(jn_str_ends(w.source[2].path, JN_STR("/below/c.journey")));
}

static void test_hidden_entries_are_passed_over_links_and_pipes_only_named(void **state) {
    struct folder *f = *state;
    struct jc_workspace w;
    mkdir(below(f, ".hidden").p, 0700);
    mkdir(below(f, "node_modules").p, 0700);
    write_file(f, ".hidden/x.journey", "x");
    write_file(f, "node_modules/y.journey", "y");
    write_file(f, "a.journey", "event a\n");
    assert_int_equal(symlink("a.journey", below(f, "link.journey").p), 0);
    assert_int_equal(symlink(".", below(f, "loop").p), 0);
    assert_int_equal(mkfifo(below(f, "pipe.journey").p, 0600), 0);
    assert_int_equal(read_one(f, jn_str_z(f->path), &w, NULL), JN_OK);
    assert_int_equal(w.n_source, 3);
    assert_int_equal(w.source[0].unread, JC_READ);
    assert_int_equal(w.source[1].unread, JC_UNREAD_LINK);
    assert_int_equal(w.source[2].unread, JC_UNREAD_KIND);
    assert_int_equal(w.source[1].text.n + w.source[2].text.n, 0);
}

static void test_a_named_link_pipe_or_device_is_refused(void **state) {
    struct folder *f = *state;
    struct jc_workspace w;
    struct jn_err err;
    write_file(f, "a.journey", "event a\n");
    assert_int_equal(symlink("a.journey", below(f, "link.journey").p), 0);
    assert_int_equal(mkfifo(below(f, "pipe.journey").p, 0600), 0);
    assert_int_equal(read_one(f, below(f, "link.journey"), &w, &err), JN_INVALID);
    assert_int_equal(read_one(f, below(f, "pipe.journey"), &w, &err), JN_INVALID);
    assert_int_equal(read_one(f, JN_STR("/dev/zero"), &w, &err), JN_INVALID);
    assert_non_null(strstr(err.text, "/dev/zero"));
}

static void test_missing_paths_and_empty_folders_say_so(void **state) {
    struct folder *f = *state;
    struct jc_workspace w;
    struct jn_err err;
    assert_int_equal(read_one(f, below(f, "absent"), &w, &err), JN_NOT_FOUND);
    assert_non_null(strstr(err.text, "absent"));
    assert_int_equal(read_one(f, jn_str_z(f->path), &w, &err), JN_NOT_FOUND);
    assert_int_equal(read_one(f, JN_STR(""), &w, &err), JN_INVALID);
}

static void test_of_a_file_over_the_limit_little_is_read(void **state) {
    struct folder *f = *state;
    struct jc_workspace w;
    struct jn_err err;
    write_file(f, "big.journey", "");
    assert_int_equal(truncate(below(f, "big.journey").p, 50 * JC_WORKSPACE_FILE_BYTES), 0);
    assert_int_equal(read_one(f, below(f, "big.journey"), &w, &err), JN_OK);
    assert_in_range(w.source[0].text.n, JC_WORKSPACE_FILE_BYTES + 1, 2 * JC_WORKSPACE_FILE_BYTES);
    assert_int_equal(truncate(below(f, "big.journey").p, JC_WORKSPACE_FILE_BYTES), 0);
    assert_int_equal(read_one(f, below(f, "big.journey"), &w, &err), JN_OK);
    assert_int_equal(w.source[0].text.n, JC_WORKSPACE_FILE_BYTES);
}

static void test_a_file_named_twice_is_one_file(void **state) {
    struct folder *f = *state;
    struct jc_workspace w;
    write_file(f, "a.journey", "event a\n");
    struct jn_str path[] = {jn_str_z(f->path), below(f, "a.journey")};
    assert_int_equal(jc_workspace_read(&f->arena, path, 2, &w, NULL), JN_OK);
    assert_int_equal(w.n_source, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_folder_is_read_in_order_of_paths, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(test_hidden_entries_are_passed_over_links_and_pipes_only_named, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(test_a_named_link_pipe_or_device_is_refused, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(test_missing_paths_and_empty_folders_say_so, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(test_of_a_file_over_the_limit_little_is_read, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(test_a_file_named_twice_is_one_file, make_folder, drop_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
