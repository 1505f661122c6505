/* One journey on its way from tree to steps: edges that wait for their target, names, variables. */
#ifndef COMPILER_LOWER_LOWERING_H
#define COMPILER_LOWER_LOWERING_H

#include "compiler/expr/expr.h"

/* An edge whose target is the next step that comes. */
enum jc_edge_kind { JC_EDGE_NEXT, JC_EDGE_ALT, JC_EDGE_ARM, JC_EDGE_ENTRY };

struct jc_edge {
    enum jc_edge_kind kind;
    uint32_t index; /* of the step, or of the arm */
};

struct jc_edges {
    struct jc_edge *row;
    uint32_t n;
};

struct jc_goto {
    const struct jc_node *node;
    struct jc_edges edges;
    struct jc_goto *next;
};

struct jc_stage {
    struct jc_node *node;
    uint32_t first; /* its first step, JN_NONE until there is one */
    bool is_target; /* a `go to` leads here */
};

struct jc_named_step {
    struct jn_str name;
    struct jc_span span;
};

/* The `repeat` whose body is being lowered. */
struct jc_loop {
    struct jc_edges stops;
    struct jc_loop *outer;
};

struct jc_lowering {
    struct jc_unit *unit;
    struct jc_node *node; /* JOURNEY */
    struct jn_str name;
    uint32_t journey;
    uint32_t first_step, first_slot, first_goal;
    uint32_t event;    /* that enters */
    struct jn_str key; /* attribute's name; empty: none */
    struct jc_variables slots;
    struct jc_answers answers;
    bool *readable; /* events whose attributes expressions may read */
    struct jc_scope scope;
    struct jc_edges edges; /* to the next step; empty: nothing leads there */
    struct jc_stage *stage;
    uint32_t n_stage, at_stage, first_stage;
    bool stage_begins; /* the next step is its stage's first */
    bool dead_told;    /* one diagnostic for a run of unreachable statements */
    struct jc_goto *gotos;
    struct jc_named_step *named;
    uint32_t n_named;
    const struct jc_node **origin; /* statement of each step, from first_step */
    uint32_t n_origin;
    bool looks_back;
    struct jc_loop *loop;           /* the innermost one, or NULL */
    const struct jc_node **chooser; /* splits and `optimize`s so far: their names salt hashes */
    uint32_t n_chooser;
};

/* ---- steps.c */
/* A new step; every open edge leads to it and its `next` is open behind it. */
uint32_t jc_step_add(struct jc_lowering *l, enum jn_step_kind kind, const struct jc_node *node);
struct jn_step *jc_step_at(struct jc_lowering *l, uint32_t step);
void jc_edge_open(struct jc_lowering *l, enum jc_edge_kind kind, uint32_t index);
struct jc_edges jc_edges_take(struct jc_lowering *l);             /* leaves none open */
void jc_edges_join(struct jc_lowering *l, struct jc_edges edges); /* adds to those open */
void jc_edges_lead(struct jc_lowering *l, struct jc_edges edges, uint32_t step);
/* The step's stable name: the statement's label, or STAGE.`automatic`. Reports a name given twice. */
void jc_step_name(struct jc_lowering *l, uint32_t step, const struct jc_node *node, struct jn_str automatic);
/* … of a further step of a statement that has a label: LABEL.`automatic`. */
void jc_step_name_behind(struct jc_lowering *l, uint32_t step, const struct jc_node *node, struct jn_str automatic);

/* ---- statements, by compiler/stmt */
void jc_block_lower(struct jc_lowering *l, const struct jc_node *first);

/* ---- journey.c, flow.c */
void jc_journey_lower(struct jc_unit *unit, struct jc_symbol *journey);
void jc_flow_check(struct jc_lowering *l, uint32_t n_step);
/* The event's attribute that equals the run's key; JN_NONE without a key. Reports an event that lacks it. */
uint32_t jc_key_prop(struct jc_lowering *l, uint32_t event, struct jc_span span, const char *noun);
/* A condition on the event, with its attributes readable. */
uint32_t jc_where_lower(struct jc_lowering *l, uint32_t event, const struct jc_node *where);

/* ---- answers.c: answers of services, kept in slots of the run */
/* The slots of a service's answer, in the order of its `take`s, made when it is asked first. */
void jc_answer_slots(struct jc_lowering *l, const struct jc_symbol *service);
uint32_t jc_answer_slot(const struct jc_lowering *l, const struct jc_symbol *service, const struct jc_attribute *take);
/* Reports answers that are read where they may not have been asked for. */
void jc_answers_check(struct jc_lowering *l, uint32_t n_step);

/* ---- declare.c, messages.c, renames.c, scenario.c */
void jc_declare_lower(struct jc_unit *unit);
/* The value of a line that may name a variable of the environment. */
uint32_t jc_declare_text(struct jc_unit *unit, const struct jc_node *value, bool *env);
void jc_declare_url(struct jc_unit *unit, const struct jc_node *value); /* reports what is none */
/* How long an attempt may take; leaves *ms alone and reports what is out of bounds. */
void jc_declare_timeout(struct jc_unit *unit, const struct jc_node *duration, uint32_t *ms);
void jc_services_lower(struct jc_unit *unit); /* services.c */
void jc_sources_lower(struct jc_unit *unit);  /* sources.c */
void jc_messages_lower(struct jc_unit *unit);
void jc_messages_prepare(struct jc_unit *unit);
void jc_renames_lower(struct jc_unit *unit);
struct jn_scenario;
struct jn_scenario *jc_scenarios_lower(struct jc_unit *unit, uint32_t *n);

#endif
