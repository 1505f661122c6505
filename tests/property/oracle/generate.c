#include "generate.h"

#define HOUR INT64_C(3600000)

uint32_t rng_below(struct rng *rng, uint32_t n) {
    rng->state += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64 */
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) % n);
}

struct gen {
    struct rng *rng;
    struct jn_buf *out;
    uint32_t label, stage, n_stage;
    bool looping;
};

static bool one_in(struct gen *g, uint32_t n) {
    return rng_below(g->rng, n) == 0;
}

static void indent(struct gen *g, int depth) {
    for (int i = 0; i < depth; i++)
        jn_buf_z(g->out, "  ");
}

/* ---- expressions; `event` may be read where it stands (0: none beside e1) */

static void number(struct gen *g, int depth, int event);

static void number_leaf(struct gen *g, int event) {
    switch (rng_below(g->rng, event > 0 ? 6 : 5)) {
    case 0:
        jn_buf_printf(g->out, "%u", rng_below(g->rng, 6));
        break;
    case 1:
        jn_buf_z(g->out, "customer.n");
        break;
    case 2:
        jn_buf_z(g->out, "customer.m");
        break;
    case 3:
        jn_buf_z(g->out, "v");
        break;
    case 4:
        jn_buf_z(g->out, "e1.x");
        break;
    default:
        jn_buf_printf(g->out, "e%d.x", event);
        break;
    }
}

static void number(struct gen *g, int depth, int event) {
    if (depth == 0 || one_in(g, 2)) {
        number_leaf(g, event);
        return;
    }
    jn_buf_char(g->out, '(');
    number(g, depth - 1, event);
    jn_buf_z(g->out, one_in(g, 3) ? " default " : one_in(g, 2) ? " + " : " - ");
    number(g, depth - 1, event);
    jn_buf_char(g->out, ')');
}

static void text_value(struct gen *g, int event) {
    static const char *const TEXT[] = {"\"a\"", "\"b\"", "customer.t", "w", "e1.t"};
    if (event > 0 && one_in(g, 4))
        jn_buf_printf(g->out, "e%d.t", event);
    else
        jn_buf_z(g->out, TEXT[rng_below(g->rng, 5)]);
}

static void condition(struct gen *g, int depth, int event);

static void condition_leaf(struct gen *g, int event) {
    static const char *const ORDER[] = {" < ", " <= ", " > ", " >= ", " is ", " is not "};
    switch (rng_below(g->rng, 5)) {
    case 0:
        number(g, 1, event);
        jn_buf_z(g->out, ORDER[rng_below(g->rng, 6)]);
        number(g, 1, event);
        break;
    case 1:
        text_value(g, event);
        jn_buf_z(g->out, one_in(g, 2) ? " is " : " is not ");
        text_value(g, event);
        break;
    case 2:
        number_leaf(g, event);
        jn_buf_z(g->out, one_in(g, 2) ? " is missing" : " is known");
        break;
    case 3:
        jn_buf_printf(g->out, "customer has tag \"%c\"", one_in(g, 2) ? 'p' : 'q');
        break;
    default:
        text_value(g, event);
        jn_buf_z(g->out, one_in(g, 2) ? " is one of \"a\", \"c\"" : " is not one of \"b\"");
        break;
    }
}

static void condition(struct gen *g, int depth, int event) {
    if (depth == 0 || one_in(g, 2)) {
        condition_leaf(g, event);
        return;
    }
    jn_buf_z(g->out, one_in(g, 4) ? "not (" : "(");
    condition(g, depth - 1, event);
    jn_buf_z(g->out, one_in(g, 2) ? " and " : " or ");
    condition(g, depth - 1, event);
    jn_buf_char(g->out, ')');
}

/* ---- statements */

static void block(struct gen *g, int depth, int nest);

static void duration(struct gen *g) {
    jn_buf_printf(g->out, one_in(g, 3) ? "%u days" : "%u hours", 1 + rng_below(g->rng, 9));
}

/* `then … timeout … end` behind what a run holds for. */
static void sides(struct gen *g, int depth, int nest) {
    jn_buf_z(g->out, " then\n");
    block(g, depth + 1, nest - 1);
    indent(g, depth);
    jn_buf_z(g->out, "timeout\n");
    block(g, depth + 1, nest - 1);
    indent(g, depth);
    jn_buf_z(g->out, "end\n");
}

static void wait_for(struct gen *g, int depth, int nest) {
    static const char *const SINCE[] = {"", "", "", " since entry", " since stage start"};
    int event = one_in(g, 3) ? 3 : 2;
    jn_buf_printf(g->out, "l%u: wait for e%d", g->label++, event);
    if (one_in(g, 2)) {
        jn_buf_z(g->out, " where ");
        condition(g, 1, event);
    }
    if (event == 2 && one_in(g, 4)) {
        jn_buf_z(g->out, " or e3 where ");
        condition(g, 0, 3);
    }
    jn_buf_z(g->out, SINCE[rng_below(g->rng, 5)]);
    jn_buf_z(g->out, " up to ");
    duration(g);
    if (nest == 0 || one_in(g, 2)) {
        jn_buf_char(g->out, '\n');
        return;
    }
    sides(g, depth, nest);
}

static void wait_if(struct gen *g, int depth, int nest) {
    jn_buf_printf(g->out, "l%u: wait if ", g->label++);
    condition(g, 1, 0);
    jn_buf_z(g->out, " up to ");
    duration(g);
    if (nest == 0 || one_in(g, 2)) {
        jn_buf_char(g->out, '\n');
        return;
    }
    sides(g, depth, nest);
}

static void approve(struct gen *g, int depth, int nest) {
    jn_buf_printf(g->out, "l%u: approve \"ok?\" by \"lead\" up to ", g->label++);
    duration(g);
    sides(g, depth, nest);
}

/* Only one side may leave, so that what follows is reached. */
static void branch(struct gen *g, int depth, int nest) {
    jn_buf_z(g->out, "if ");
    condition(g, 2, 0);
    jn_buf_z(g->out, " then\n");
    block(g, depth + 1, nest - 1);
    if (one_in(g, 4)) {
        indent(g, depth + 1);
        if (g->looping && one_in(g, 2))
            jn_buf_z(g->out, "stop\n");
        else if (!g->looping && g->stage + 1 < g->n_stage && one_in(g, 2))
            jn_buf_printf(g->out, "go to s%u\n", g->stage + 1 + rng_below(g->rng, g->n_stage - g->stage - 1));
        else
            jn_buf_printf(g->out, "exit as x%u\n", rng_below(g->rng, 3));
    }
    if (one_in(g, 2)) {
        indent(g, depth);
        jn_buf_z(g->out, "else\n");
        block(g, depth + 1, nest - 1);
    }
    indent(g, depth);
    jn_buf_z(g->out, "end\n");
}

static void match(struct gen *g, int depth, int nest) {
    static const char *const CASE[] = {"\"a\":\n", "\"b\", \"c\":\n"};
    jn_buf_z(g->out, "match ");
    jn_buf_z(g->out, one_in(g, 2) ? "customer.t\n" : "w\n");
    for (int i = 0; i < 2; i++) {
        indent(g, depth + 1);
        jn_buf_z(g->out, CASE[i]);
        block(g, depth + 2, nest - 1);
    }
    if (one_in(g, 2)) {
        indent(g, depth + 1);
        jn_buf_z(g->out, "otherwise:\n");
        block(g, depth + 2, nest - 1);
    }
    indent(g, depth);
    jn_buf_z(g->out, "end\n");
}

static void repeat(struct gen *g, int depth, int nest) {
    bool before = g->looping;
    jn_buf_printf(g->out, "l%u: repeat up to %u times every ", g->label++, 1 + rng_below(g->rng, 4));
    duration(g);
    jn_buf_char(g->out, '\n');
    g->looping = true;
    block(g, depth + 1, nest - 1);
    g->looping = before;
    indent(g, depth);
    jn_buf_z(g->out, "end\n");
}

static void effect(struct gen *g) {
    switch (rng_below(g->rng, 8)) {
    case 0:
        jn_buf_z(g->out, one_in(g, 2) ? "set customer.n to " : "set customer.m to ");
        number(g, 2, 0);
        jn_buf_char(g->out, '\n');
        break;
    case 1:
        jn_buf_z(g->out, "set v to ");
        number(g, 2, 0);
        jn_buf_char(g->out, '\n');
        break;
    case 2:
        jn_buf_z(g->out, one_in(g, 2) ? "set customer.t to " : "set w to ");
        text_value(g, 0);
        jn_buf_char(g->out, '\n');
        break;
    case 3:
        jn_buf_printf(g->out, "%s \"%c\"\n", one_in(g, 3) ? "untag" : "tag", one_in(g, 2) ? 'p' : 'q');
        break;
    case 4:
        jn_buf_printf(g->out, "emit e%d with x = ", one_in(g, 2) ? 2 : 3);
        number(g, 1, 0);
        jn_buf_z(g->out, one_in(g, 2) ? ", t = w\n" : "\n");
        break;
    default:
        jn_buf_printf(g->out, "l%u: send m%u\n", g->label++, rng_below(g->rng, 4));
        break;
    }
}

static void statement(struct gen *g, int depth, int nest) {
    indent(g, depth);
    uint32_t kind = rng_below(g->rng, 13);
    if (kind == 0) {
        jn_buf_printf(g->out, "l%u: wait ", g->label++);
        duration(g);
        jn_buf_char(g->out, '\n');
    } else if (kind <= 2) {
        wait_for(g, depth, nest);
    } else if (kind == 3) {
        wait_if(g, depth, nest);
    } else if (nest > 0 && kind == 12) {
        approve(g, depth, nest);
    } else if (nest > 0 && kind == 4) {
        match(g, depth, nest);
    } else if (nest > 0 && kind == 5) {
        repeat(g, depth, nest);
    } else if (nest > 0 && kind <= 7) {
        branch(g, depth, nest);
    } else {
        effect(g);
    }
}

static void block(struct gen *g, int depth, int nest) {
    uint32_t n = 1 + rng_below(g->rng, 3);
    for (uint32_t i = 0; i < n; i++)
        statement(g, depth, nest);
}

static void headers(struct gen *g) {
    static const char *const REENTER[] = {"always", "never", "after 2 days"};
    jn_buf_z(g->out, "journey j\n  enter when e1");
    if (one_in(g, 3)) {
        jn_buf_z(g->out, " where customer.n < ");
        jn_buf_printf(g->out, "%u", 1 + rng_below(g->rng, 5));
    }
    jn_buf_printf(g->out, "\n  re-enter %s\n", REENTER[rng_below(g->rng, 3)]);
    if (one_in(g, 2)) jn_buf_z(g->out, "  on repeat restart\n");
    if (one_in(g, 2)) {
        jn_buf_z(g->out, "  goal g when e3 where e3.x > 2 within ");
        duration(g);
        jn_buf_z(g->out, one_in(g, 3) ? ", exit\n" : "\n");
    }
    if (one_in(g, 4)) jn_buf_z(g->out, "  exit when e3 where e3.x is 4\n");
    if (one_in(g, 6)) jn_buf_z(g->out, "  exit if customer.n > 4 and customer has tag \"q\"\n");
}

void generate_script(struct rng *rng, struct jn_buf *out) {
    struct gen g = {.rng = rng, .out = out};
    jn_buf_z(out, "workspace\n  timezone \"UTC\"\nend\ncustomer\n  n number, default 0\n  m number\n  t text\nend\n");
    for (int i = 1; i <= 3; i++)
        jn_buf_printf(out, "event e%d\n  x number\n  t text\nend\n", i);
    jn_buf_z(out, "channel post\n  webhook \"https://example.com/\"\nend\n");
    for (int i = 0; i < 4; i++)
        jn_buf_printf(out, "message m%d on post\n  body \"%d\"\nend\n", i, i);
    headers(&g);
    g.n_stage = 1 + rng_below(rng, 3);
    for (g.stage = 0; g.stage < g.n_stage; g.stage++) {
        jn_buf_printf(out, "  stage s%u\n", g.stage);
        if (g.stage == 0) jn_buf_z(out, "    set v to 1\n    set w to \"a\"\n    wait for e2 or e3 up to 1 hour\n");
        block(&g, 2, 2);
        jn_buf_z(out, "  end\n");
    }
    jn_buf_z(out, "end\n");
}

uint32_t generate_deeds(struct rng *rng, int64_t start, struct deed *out) {
    static const char *const TEXT[] = {NULL, "a", "b", "c"};
    uint32_t n = 4 + rng_below(rng, DEEDS_MAX - 4);
    int64_t at = start;
    for (uint32_t i = 0; i < n; i++) {
        /* Often at whole hours, so that events and timers meet; sometimes at one instant. */
        at += (int64_t)rng_below(rng, 30) * HOUR * (rng_below(rng, 4) != 0);
        out[i] = (struct deed){.at = at,
                               .event = rng_below(rng, 5) == 0 ? DEED_APPROVES + (int)rng_below(rng, 2)
                                                               : 1 + (int)rng_below(rng, 3),
                               .x = rng_below(rng, 5) == 0 ? INT64_MIN : (int64_t)rng_below(rng, 7),
                               .t = TEXT[rng_below(rng, 4)]};
    }
    return n;
}
