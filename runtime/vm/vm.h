/* The expression machine: evaluates one verified expression in a context; no I/O, no clock, bounded work. */
#ifndef RUNTIME_VM_VM_H
#define RUNTIME_VM_VM_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/json.h"
#include "core/zone.h"
#include "journey/program.h"

/* An event that expressions may read: values by property, in the order of the program's declaration. */
struct jr_event_view {
    uint32_t event;              /* index in the program */
    const struct jn_value *prop; /* n_prop of that event */
    struct jr_event_view *next;  /* the newest first: the first of a type is the one that is read */
};

/* What an expression can see. Whatever is NULL reads as missing. */
struct jr_context {
    const struct jn_program *program;
    const struct jn_zone *zone; /* the customer's, or the journey's; NULL: UTC */
    const struct jn_zone *home; /* the customer's, in which segments are, whoever asks; NULL: zone */
    int64_t now;
    struct jn_str customer_id;
    const struct jn_value *attr; /* one per attribute of the program, presets applied */
    const struct jn_str *tag;
    uint32_t n_tag;
    const struct jr_event_view *events;
    const struct jn_value *slot; /* the journey's, from first_slot */
    uint32_t first_slot, n_slot;
    const struct jn_value *var; /* the message's, from first_var */
    uint32_t first_var, n_var;
    struct jn_str journey, stage; /* names */
    const struct jn_json *body;   /* inbound body of a source */
    /* What the engine knows beyond this; NULL: missing. They lower *until where time alone can change the answer. */
    struct jn_value (*past)(const struct jr_context *context, uint32_t past);
    struct jn_value (*computed)(const struct jr_context *context, uint32_t attr);
    void *asker;    /* theirs */
    int64_t *until; /* lowered to the next instant at which the value may be another with nothing but time passing */
    struct jn_arena *scratch; /* texts that are made live here */
    struct jn_err *fault;     /* told when an evaluation fails and nobody else is; may be NULL */
};

/* JN_TOO_LARGE when an expression takes more than its fuel. */
jn_rc jr_vm_eval(const struct jr_context *context, uint32_t expr, struct jn_value *out, struct jn_err *err);

/* True only when it is exactly true: missing and false are not. `expr` may be JN_NONE, which is true. */
bool jr_vm_holds(const struct jr_context *context, uint32_t expr);

/* One attribute or property as expressions read it; missing when there is none. */
struct jn_value jr_vm_attr(const struct jr_context *context, uint32_t attr);
struct jn_value jr_vm_prop(const struct jr_context *context, uint32_t event, uint32_t prop);

#endif
