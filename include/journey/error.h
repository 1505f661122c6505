/* The one error type: a code from errors.def and a sentence that says what to do. */
#ifndef JOURNEY_ERROR_H
#define JOURNEY_ERROR_H

#include "journey/str.h"

typedef enum {
#define ERROR(name, exit_status, http_status, retryable, text) JN_##name,
#include "journey/tbl/errors.def"
#undef ERROR
    JN_RC_COUNT
} jn_rc;

/* Written only on failure; the caller owns it (usually on the stack). */
struct jn_err {
    jn_rc rc;
    char text[512];
};

/* Fills err (which may be NULL) and returns rc, so that `return jn_fail(err, JN_IO, …)` reads well.
 * A text longer than the field is cut at a character boundary. */
jn_rc jn_fail(struct jn_err *err, jn_rc rc, const char *format, ...) __attribute__((format(printf, 3, 4)));

const char *jn_rc_name(jn_rc rc); /* "NOT_FOUND" */
const char *jn_rc_text(jn_rc rc); /* the row's meaning */
int jn_rc_exit(jn_rc rc);         /* the row's exit status */
int jn_rc_http(jn_rc rc);         /* the row's HTTP status */
bool jn_rc_retryable(jn_rc rc);

#endif
