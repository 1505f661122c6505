/* The commands of administration: one request, its answer told in text or handed on as JSON. */
#ifndef CLI_SERVER_ADMIN_H
#define CLI_SERVER_ADMIN_H

#include "cli/args.h"
#include "core/arena.h"
#include "core/buffer.h"
#include "core/json.h"

struct admin {
    const struct cli_args *args;
    bool json; /* --format json: one object a line */
    struct jn_arena arena;
    struct jn_buf out;
    struct jn_err err;
};

/* Reads --format; between the two, `out` is filled. The exit status: what was collected is printed, or the error. */
jn_rc admin_begin(struct admin *a, const struct cli_args *args, enum cli_option format);
int admin_end(struct admin *a, jn_rc rc);

/* A request; the document is the caller's to free, NULL on failure. */
jn_rc admin_ask(struct admin *a, const char *method, const char *path, struct jn_str body, struct jn_json **out);
/* Every page of a list: `item` gets each in turn. */
jn_rc admin_each(struct admin *a, const char *path, void (*item)(struct admin *a, const struct jn_json *node));
/* The node as it came, on a line. */
void admin_json(struct admin *a, const struct jn_json *node);

/* A name as it stands in a path. */
const char *admin_escaped(struct admin *a, const char *name);
/* What a cell or line shows of a node: a text, a number, the sum of an object's numbers, the texts of a list. */
struct jn_str admin_shown(struct admin *a, const struct jn_json *node);

#endif
