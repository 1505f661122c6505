/* Which files are taken as secret, and how the others are refused. */
#include "runtime/secret/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/journey-file-XXXXXX";
static char path[64];
static struct jn_err err;

static int make(void **state) {
    (void)state;
    if (mkdtemp(folder) == NULL) return -1;
    (void)snprintf(path, sizeof path, "%s/secret", folder);
    FILE *file = fopen(path, "w");
    return file == NULL || fputs("whsec_x\n", file) < 0 || fclose(file) != 0 ? -1 : 0;
}

static int tidy(void **state) {
    (void)state;
    return unlink(path) != 0 || rmdir(folder) != 0 ? -1 : 0;
}

static jn_rc read_it(const char *which, bool private, size_t max) {
    struct jn_buf out;
    jn_rc rc = jr_file_read(jn_str_z(which), private, max, &out, &err);
    if (rc == JN_OK) assert_true(jn_str_is(jn_buf_view(&out), "whsec_x\n"));
    jn_buf_release(&out);
    return rc;
}

static void refused(const char *which, bool private, size_t max, const char *why) {
    assert_int_equal(read_it(which, private, max), JN_CONFIG);
    assert_non_null(strstr(err.text, which));
    assert_non_null(strstr(err.text, why));
}

static void test_modes(void **state) {
    (void)state;
    bool root = geteuid() == 0; /* whose files a group may read */
    const struct {
        mode_t mode;
        bool good;
    } ROW[] = {{0600, true},  {0400, true},  {0700, true},  {0640, root},  {0440, root},  {0644, false},
               {0604, false}, {0601, false}, {0620, false}, {0602, false}, {0660, false}, {0777, false}};
    for (size_t i = 0; i < sizeof ROW / sizeof *ROW; i++) {
        assert_int_equal(chmod(path, ROW[i].mode), 0);
        assert_int_equal(read_it(path, false, 100), JN_OK);
        if (ROW[i].good)
            assert_int_equal(read_it(path, true, 100), JN_OK);
        else
            refused(path, true, 100, "chmod 600");
    }
    assert_int_equal(chmod(path, 0600), 0);
}

static void test_owners(void **state) {
    (void)state;
    if (geteuid() != 0) skip(); /* only root can give a file away */
    assert_int_equal(chown(path, 4711, (gid_t)-1), 0);
    refused(path, true, 100, "belongs to user 4711");
    assert_int_equal(read_it(path, false, 100), JN_OK);
    assert_int_equal(chown(path, 0, (gid_t)-1), 0);
}

static void test_what_is_no_file(void **state) {
    (void)state;
    char pipe_path[80];
    (void)snprintf(pipe_path, sizeof pipe_path, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    refused(pipe_path, true, 100, "no regular file"); /* and nobody waits for its other end */
    assert_int_equal(unlink(pipe_path), 0);
    refused(folder, false, 100, "no regular file");
    refused("/dev/zero", false, 100, "no regular file");
    refused("/nowhere/at/all", true, 100, "No such file");
    refused("", true, 100, "no path");
}

static void test_sizes(void **state) {
    (void)state;
    assert_int_equal(read_it(path, true, 8), JN_OK);
    refused(path, true, 7, "larger than 7 bytes");
    refused("/proc/self/maps", false, 7, "larger than 7 bytes"); /* whose size is not told before */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_modes), cmocka_unit_test(test_owners),
                                       cmocka_unit_test(test_what_is_no_file), cmocka_unit_test(test_sizes)};
    return cmocka_run_group_tests(tests, make, tidy);
}
