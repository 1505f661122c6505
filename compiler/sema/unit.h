/* One compilation: the names of a workspace, and what is being made of them. */
#ifndef COMPILER_SEMA_UNIT_H
#define COMPILER_SEMA_UNIT_H

#include "compiler/diag/diag.h"
#include "compiler/syntax/ast.h"
#include "core/map.h"
#include "image/builder.h"

/* Something declared; `node` is NULL for what is built in. */
struct jc_symbol {
    struct jn_str name;
    struct jc_span span;
    struct jc_node *node;
    uint32_t index; /* of its record; the order of sorted names */
    bool used;
};

enum jc_table {
    JC_TABLE_EVENT,
    JC_TABLE_SEGMENT,
    JC_TABLE_TOPIC,
    JC_TABLE_CHANNEL,
    JC_TABLE_MESSAGE,
    JC_TABLE_SOURCE,
    JC_TABLE_SERVICE,
    JC_TABLE_JOURNEY,
    JC_TABLES
};

/* An attribute of the customer or of an event. */
struct jc_attribute {
    struct jn_str name;
    struct jc_span span;
    struct jc_node *node;
    enum jn_type type;
    uint16_t currency;
    bool required, personal, identity, builtin, has_preset;
    bool untyped;                 /* its type is unknown, which is told: nothing is said of its values */
    bool computed, maybe_missing; /* `= expression`; whether that may be missing */
    struct jn_value preset;
    const struct jc_node *one_of; /* MOD_ONE_OF or NULL */
    uint32_t index;               /* absolute, in the program's table */
};

struct jc_attributes {
    struct jc_attribute *row;
    uint32_t n;
};

/* What a service is given, and what it answers. */
struct jc_service {
    struct jc_attributes gives, takes;
};

/* A variable that `send … with` gives a message, or that a run keeps. */
struct jc_variable {
    struct jn_str name;
    struct jc_span span;
    enum jn_type type; /* MISSING until the first use tells */
    uint16_t currency;
    bool maybe_missing, read, set;
    uint32_t index;
};

struct jc_variables {
    struct jc_variable *row;
    uint32_t n;
};

/* What is known of a message beside its symbol. */
struct jc_message {
    struct jc_variables vars;
    uint32_t channel;
    bool sent;
    uint32_t entering;             /* the event that enters every journey that sends it, JN_NONE when they differ */
    const struct jc_node *journey; /* the last one that was seen sending it */
    struct jn_str *stage;          /* of all journeys that send it */
    uint32_t n_stage;
};

/* One `send`, to be checked when all templates are read. */
struct jc_sending {
    struct jc_span span;
    uint32_t message;
    const struct jc_node *node;
    struct jc_sending *next;
};

struct jc_tag {
    struct jn_str name;
    struct jc_span span;
    bool set, tested;
};

struct jc_unit {
    struct jn_arena *arena;
    struct jc_diags *diags;
    struct jn_builder *builder;
    struct jc_node **file;        /* FILE nodes, by source; left as they are: they may be checked again */
    struct jc_comment **comments; /* of each file */
    uint32_t n_file;
    struct jc_symbol *symbol[JC_TABLES]; /* sorted by name */
    uint32_t n_symbol[JC_TABLES];
    struct jn_map by_name[JC_TABLES]; /* index in `symbol` */
    struct jc_attributes customer;
    struct jc_attributes *event; /* by event's index */
    struct jc_service *service;  /* by service's index */
    struct jc_message *message;  /* by message's index */
    struct jc_sending *sendings;
    struct jc_tag *tag;
    struct jn_map tag_by_name; /* index in `tag` */
    uint32_t n_tag;
    struct jc_node *workspace;     /* the WORKSPACE, or NULL */
    const struct jc_node **origin; /* by step: the statement that it was made from */
    uint32_t n_origin;
    struct jn_str timezone;
    uint16_t currency;
    bool incomplete; /* a line that may declare a name could not be read: unknown names are not told */
    size_t root;     /* bytes of every path that name the workspace's own folder: they are not part of the program */
};

/* Grows an array in the arena by doubling; returns the new element, zeroed. */
static inline void *jc_grow(struct jn_arena *arena, void *array, uint32_t *n, size_t size) {
    return jn_arena_grow(arena, array, n, size);
}

/* ---- names.c */
/* Reads all declarations: fills the tables, reports what is there twice. */
void jc_names_collect(struct jc_unit *unit);
void jc_names_release(struct jc_unit *unit);
const char *jc_table_noun(enum jc_table table); /* "event" */
const char *jc_table_one(enum jc_table table);  /* "an event" */
/* The symbol, marked as used; NULL and a diagnostic with a suggestion when there is none. */
struct jc_symbol *jc_find(struct jc_unit *unit, enum jc_table table, struct jn_str name, struct jc_span span);
struct jc_symbol *jc_known(const struct jc_unit *unit, enum jc_table table, struct jn_str name); /* NULL, silently */
/* … or the one that was probably meant by a misspelt name, NULL when there is none; nothing is told. */
struct jc_symbol *jc_meant(struct jc_unit *unit, enum jc_table table, struct jn_str name);
const struct jc_attribute *jc_attribute_known(const struct jc_attributes *attributes, struct jn_str name);
/* … or a diagnostic that suggests another one; `owner` is "customer" or the event's name. */
const struct jc_attribute *jc_attribute_find(struct jc_unit *unit, const struct jc_attributes *attributes,
                                             struct jn_str owner, struct jn_str name, struct jc_span span);
void jc_names_unused(struct jc_unit *unit);
void jc_variables_unused(struct jc_unit *unit, const struct jc_variables *variables);
/* Whether a line of the block could not be read: what the block lacks may stand there. */
bool jc_has_mistake(const struct jc_unit *unit, const struct jc_node *block);
void jc_tag_note(struct jc_unit *unit, struct jn_str name, struct jc_span span, bool set);

/* ---- segments.c */
/* Reports segments that lead back to themselves. */
void jc_segments_check(struct jc_unit *unit);

/* ---- dictionary.c: attributes from their declarations */
struct jc_attributes jc_attributes_read(struct jc_unit *unit, const struct jc_node *declaration);
/* Whether the zone is known; reports when it is not. */
bool jc_zone_check(struct jc_unit *unit, struct jn_str name, struct jc_span span);
/* ISO 4217 by form and by the list of codes in use. */
bool jc_currency_check(struct jc_unit *unit, struct jn_str code, struct jc_span span, uint16_t *out);
/* The workspace's currency, or a diagnostic that asks for it. */
uint16_t jc_currency_needed(struct jc_unit *unit, struct jc_span span);
/* Whether two amounts of money are of one currency; reports when they are not. */
bool jc_currency_same(struct jc_unit *unit, uint16_t one, uint16_t other, struct jc_span span);
/* Adds to a diagnostic about a literal that is not of type `want` what it was perhaps meant to be: an amount without
 * its currency, a number or a date in quotes. currency 0: the workspace's. */
void jc_intended(struct jc_unit *unit, struct jc_diag *diag, const struct jc_node *literal, enum jn_type want,
                 uint16_t currency);

#endif
