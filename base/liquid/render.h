/* One rendering under way: scopes, counters, what a loop was left with. Private to this folder. */
#ifndef LIQUID_RENDER_H
#define LIQUID_RENDER_H

#include "liquid/tree.h"

struct lq_binding {
    struct jn_str name;
    struct jn_liquid_value value;
    struct lq_binding *next;
};

struct lq_scope {
    struct lq_binding *first;
    struct lq_scope *outer;
};

/* Kept over partials. */
struct lq_shared {
    uint64_t work;
    size_t began; /* bytes of the arena that were taken before */
    uint32_t depth;
    bool changed_known;
    struct jn_str changed; /* what `ifchanged` wrote last */
};

struct lq_loop; /* `forloop`, `tablerowloop` */

struct lq_frame {
    const struct jn_liquid *liquid;
    const struct jn_liquid_context *context;
    struct jn_arena *arena;
    struct jn_buf *out;
    struct jn_err *err;
    struct lq_shared *shared;
    struct lq_scope *scope, *outermost;
    struct lq_scope counters, cycles, offsets;
    struct lq_loop *loop;
    bool isolated; /* of `render`: sees nothing from outside */
    enum { LQ_ON, LQ_BREAK, LQ_CONTINUE } jump;
    jn_rc rc;
};

/* Counts work that is about to be done; false: a bound is reached, or the rendering has failed before. */
bool lq_frame_works(struct lq_frame *f, uint64_t work);
void lq_frame_fail(struct lq_frame *f, uint32_t offset, const char *why);
void lq_scope_set(struct lq_frame *f, struct lq_scope *scope, struct jn_str name, struct jn_liquid_value value);
struct jn_liquid_value lq_eval(struct lq_frame *f, const struct lq_expr *e);
void lq_render_block(struct lq_frame *f, const struct lq_block *block);

/* ---- loops.c, partials.c */
void lq_render_for(struct lq_frame *f, const struct lq_node *node);
void lq_render_tablerow(struct lq_frame *f, const struct lq_node *node);
void lq_render_partial(struct lq_frame *f, const struct lq_node *node);
/* Renders once for each element with `forloop`; for `render … for`. */
typedef void lq_each_fn(struct lq_frame *f, void *user, struct jn_liquid_value element);
void lq_loop_each(struct lq_frame *f, struct jn_liquid_value list, struct jn_str name, lq_each_fn *each, void *user);

#endif
