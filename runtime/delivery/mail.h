/* A message as the text of a mail (RFC 5322, MIME). Pure. The same message gives the same bytes on every attempt, and
 * nothing in it can add a header or a recipient. */
#ifndef RUNTIME_DELIVERY_MAIL_H
#define RUNTIME_DELIVERY_MAIL_H

#include "core/arena.h"
#include "core/buffer.h"

struct jr_mailbox_name {
    struct jn_str name;    /* shown; may be empty */
    struct jn_str address; /* local part, `@`, domain */
};

/* "ann@example.com" or "Ann <ann@example.com>"; points into `text`. JN_INVALID with `what` in the sentence, which does
 * not repeat the address. */
jn_rc jr_mailbox_parse(struct jn_str text, const char *what, struct jr_mailbox_name *out, struct jn_err *err);

struct jr_mail {
    struct jr_mailbox_name from, to;
    struct jn_str text;
};

/* From the JSON document of a message: its id, `to`, `at`, and of `content` the fields `from`, `reply_to`, `subject`,
 * `body`, `html` and `list_unsubscribe`. In the arena. */
jn_rc jr_mail_write(struct jn_str document, struct jn_arena *arena, struct jr_mail *out, struct jn_err *err);

#endif
