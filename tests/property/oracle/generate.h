/* Random sound journeys from a seed: what the generator's files share. */
#ifndef TESTS_PROPERTY_ORACLE_GENERATE_H
#define TESTS_PROPERTY_ORACLE_GENERATE_H

#include "days.h"

/* A workspace with the journeys `j` and `k`. */
void generate_script(struct rng *rng, struct jn_buf *out);

/* ---- within */

enum { M0, M1, M2, M3, MESSAGES };

struct gen {
    struct rng *rng;
    struct jn_buf *out;
    char journey;
    uint32_t label, stage, n_stage;
    bool looping, keyed, goal, answered; /* `answered`: the service has just been asked */
    bool entered_by_e1;                  /* its attributes can be read */
    bool bare;                           /* only the customer is there, no run */
    bool alone;                          /* within a question about the past: no other one */
    bool back;                           /* some stage has gone back already */
    bool sent[MESSAGES], sent_from_s1;
    bool asked, started, every;
};

bool one_in(struct gen *g, uint32_t n);
void indent(struct gen *g, int depth);
void duration(struct gen *g);

/* Expressions; `event` may be read where it stands (0: none beside e1). */
void number(struct gen *g, int depth, int event);
void number_leaf(struct gen *g, int event);
void text_value(struct gen *g, int event);
void condition(struct gen *g, int depth, int event);
void date(struct gen *g);

void block(struct gen *g, int depth, int nest);

#endif
