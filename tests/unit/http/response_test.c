/* What every answer has. */
#include "runtime/http/response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/civil.h"

/* The day of the week as well, also of a clock that was never set. */
static void test_the_date(void **state) {
    static const struct {
        int64_t at;
        const char *line;
    } ROW[] = {
        {0, "\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"},
        {-1, "\r\nDate: Wed, 31 Dec 1969 23:59:59 GMT\r\n"},
        {-JN_MS_DAY, "\r\nDate: Wed, 31 Dec 1969 00:00:00 GMT\r\n"},
        {-JN_MS_DAY - 1, "\r\nDate: Tue, 30 Dec 1969 23:59:59 GMT\r\n"},
        {INT64_C(784111777000), "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"},
        {INT64_C(1772326800000), "\r\nDate: Sun, 01 Mar 2026 01:00:00 GMT\r\n"},
    };
    const struct jr_http_reply reply = {.status = 204};
    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof *ROW; i++) {
        struct jn_buf out;
        jn_buf_init(&out, 4096);
        jr_http_response_write(&reply, false, false, ROW[i].at, &out);
        jn_buf_char(&out, '\0');
        if (strstr(out.p, ROW[i].line) == NULL) fail_msg("no `%s` in `%s`", ROW[i].line + 2, out.p);
        jn_buf_release(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_date)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
