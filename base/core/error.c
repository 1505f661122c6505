#include "journey/error.h"

#include <stdarg.h>
#include <stdio.h>

struct jn_rc_row {
    const char *name, *text;
    int exit_status, http_status;
    bool retryable;
};

static const struct jn_rc_row RC_ROW[JN_RC_COUNT] = {
#define ERROR(name, exit_status, http_status, retryable, text) {#name, text, exit_status, http_status, retryable},
#include "journey/tbl/errors.def"
#undef ERROR
};

jn_rc jn_fail(struct jn_err *err, jn_rc rc, const char *format, ...) {
    if (err == NULL) return rc;
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(err->text, sizeof(err->text), format, ap);
    va_end(ap);
    if (n >= (int)sizeof(err->text)) {
        size_t end = sizeof(err->text) - 1;
        while (end > 0 && ((unsigned char)err->text[end] & 0xC0) == 0x80)
            end--;
        while (end > 0 && ((unsigned char)err->text[end - 1] & 0xC0) == 0x80)
            end--;
        if (end > 0 && (unsigned char)err->text[end - 1] >= 0xC0) end--;
        err->text[end] = '\0';
    }
    err->rc = rc;
    return rc;
}

const char *jn_rc_name(jn_rc rc) {
    return RC_ROW[rc].name;
}

const char *jn_rc_text(jn_rc rc) {
    return RC_ROW[rc].text;
}

int jn_rc_exit(jn_rc rc) {
    return RC_ROW[rc].exit_status;
}

int jn_rc_http(jn_rc rc) {
    return RC_ROW[rc].http_status;
}

bool jn_rc_retryable(jn_rc rc) {
    return RC_ROW[rc].retryable;
}
