/* Random statements. */
#include "generate.h"

bool one_in(struct gen *g, uint32_t n) {
    return rng_below(g->rng, n) == 0;
}

void indent(struct gen *g, int depth) {
    for (int i = 0; i < depth; i++)
        jn_buf_z(g->out, "  ");
}

static void line(struct gen *g, int depth, const char *text) {
    indent(g, depth);
    jn_buf_z(g->out, text);
}

/* ---- waits */

static void then_timeout(struct gen *g, int depth, int nest) {
    if (nest == 0 || one_in(g, 2)) {
        jn_buf_char(g->out, '\n');
        return;
    }
    jn_buf_z(g->out, " then\n");
    block(g, depth + 1, nest - 1);
    line(g, depth, "timeout\n");
    block(g, depth + 1, nest - 1);
    line(g, depth, "end\n");
}

static void wait_for(struct gen *g, int depth, int nest) {
    static const char *const SINCE[] = {"", "", "", " since entry", " since stage start"};
    int event = one_in(g, 3) ? 3 : 2;
    if (!g->keyed && one_in(g, 5)) {
        jn_buf_printf(g->out, "l%u: wait for opened of m%u", g->label++, rng_below(g->rng, MESSAGES));
    } else {
        jn_buf_printf(g->out, "l%u: wait for e%d", g->label++, event);
        if (one_in(g, 2)) {
            jn_buf_z(g->out, " where ");
            condition(g, 1, event);
        }
        if (event == 2 && one_in(g, 4)) {
            jn_buf_z(g->out, " or e3 where ");
            condition(g, 0, 3);
        }
    }
    jn_buf_z(g->out, SINCE[rng_below(g->rng, 5)]);
    jn_buf_z(g->out, " up to ");
    duration(g);
    then_timeout(g, depth, nest);
}

static void wait_if(struct gen *g, int depth, int nest) {
    jn_buf_printf(g->out, "l%u: wait if ", g->label++);
    condition(g, 1, 0);
    jn_buf_z(g->out, " up to ");
    duration(g);
    then_timeout(g, depth, nest);
}

static void approve(struct gen *g, int depth, int nest) {
    jn_buf_printf(g->out, "l%u: approve \"Really?\" by \"lead\" up to ", g->label++);
    duration(g);
    jn_buf_z(g->out, " then\n");
    block(g, depth + 1, nest - 1);
    line(g, depth, "timeout\n");
    if (one_in(g, 2)) block(g, depth + 1, nest - 1);
    line(g, depth, "end\n");
}

static void wait(struct gen *g) {
    static const char *const DAYS[] = {"", "weekday ", "monday or friday ", "weekend "};
    jn_buf_printf(g->out, "l%u: wait ", g->label++);
    switch (rng_below(g->rng, 7)) {
    case 0:
        jn_buf_printf(g->out, "until %s%02u:00", DAYS[rng_below(g->rng, 4)], rng_below(g->rng, 24));
        break;
    case 1:
        duration(g);
        jn_buf_printf(g->out, " until %s%02u:30", DAYS[rng_below(g->rng, 4)], rng_below(g->rng, 24));
        break;
    case 2:
        jn_buf_z(g->out, "until ");
        jn_buf_z(g->out, one_in(g, 2) ? "customer.d default " : "");
        date(g);
        if (one_in(g, 2)) jn_buf_printf(g->out, " at %02u:00", rng_below(g->rng, 24));
        break;
    case 3:
        jn_buf_printf(g->out, "until today + %u days at 10:00", 1 + rng_below(g->rng, 3));
        break;
    default:
        duration(g);
    }
    jn_buf_char(g->out, '\n');
}

/* ---- ways that part */

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
    if (one_in(g, 4)) {
        line(g, depth, "else if ");
        condition(g, 1, 0);
        jn_buf_z(g->out, " then\n");
        block(g, depth + 1, nest - 1);
    }
    if (one_in(g, 2)) {
        line(g, depth, "else\n");
        block(g, depth + 1, nest - 1);
    }
    line(g, depth, "end\n");
}

static void match(struct gen *g, int depth, int nest) {
    static const char *const TEXTS[] = {"\"a\":\n", "\"b\", \"c\":\n"}, *const NUMBERS[] = {"0, 2:\n", "3:\n"};
    bool texts = one_in(g, 2);
    jn_buf_z(g->out, "match ");
    jn_buf_z(g->out, texts ? (one_in(g, 2) ? "customer.t\n" : "w\n") : "customer.n\n");
    for (int i = 0; i < 2; i++) {
        line(g, depth + 1, texts ? TEXTS[i] : NUMBERS[i]);
        block(g, depth + 2, nest - 1);
    }
    if (one_in(g, 2)) {
        line(g, depth + 1, "otherwise:\n");
        block(g, depth + 2, nest - 1);
    }
    line(g, depth, "end\n");
}

static void split(struct gen *g, int depth, int nest) {
    static const char *const SHARE[2][3] = {{"50%", "50%", ""}, {"40%", "20%", "40%"}};
    bool optimize = g->goal && one_in(g, 3);
    uint32_t arms = 2 + rng_below(g->rng, 2);
    if (optimize) {
        jn_buf_printf(g->out, "l%u: optimize o%u for g, explore 10%%, fallback a0\n", g->label, g->label);
    } else {
        jn_buf_printf(g->out, "l%u: split p%u\n", g->label, g->label);
    }
    g->label++;
    for (uint32_t i = 0; i < arms; i++) {
        indent(g, depth + 1);
        jn_buf_printf(g->out, "%s a%u:\n", optimize ? "arm" : SHARE[arms - 2][i], i);
        if (i < 2) block(g, depth + 2, nest - 1);
    }
    line(g, depth, "end\n");
}

static void repeat(struct gen *g, int depth, int nest) {
    bool before = g->looping;
    jn_buf_printf(g->out, "l%u: repeat up to %u times every ", g->label++, 1 + rng_below(g->rng, 4));
    duration(g);
    jn_buf_char(g->out, '\n');
    g->looping = true;
    block(g, depth + 1, nest - 1);
    g->looping = before;
    line(g, depth, "end\n");
}

static void ask(struct gen *g, int depth, int nest) {
    jn_buf_printf(g->out, "l%u: ask sv with given = customer.n\n", g->label++);
    g->asked = g->answered = true;
    indent(g, depth);
    branch(g, depth, nest);
    g->answered = false;
}

static void go_back(struct gen *g, int depth) {
    g->back = true;
    jn_buf_printf(g->out, "l%u: wait %u days\n", g->label++, 1 + rng_below(g->rng, 5));
    line(g, depth, "if ");
    condition(g, 1, 0);
    jn_buf_printf(g->out, " then\n%*sgo to s%u\n", 2 * (depth + 1), "", rng_below(g->rng, g->stage + 1));
    line(g, depth, "end\n");
}

/* ---- messages */

static void with(struct gen *g) {
    static const char *const GIVEN[] = {"1", "customer.n", "customer.m", "customer.b"};
    jn_buf_printf(g->out, " with a = %s", GIVEN[rng_below(g->rng, 4)]);
}

static void name_message(struct gen *g, uint32_t message) {
    g->sent[message] = true;
    if (message == M1 && g->stage == 1) g->sent_from_s1 = true;
    jn_buf_printf(g->out, "m%u", message);
}

/* m1 and m2 read what is given; m0 and m3 do not. */
static void send(struct gen *g, int depth, int nest) {
    static const char *const HANDLER[] = {"capped:\n", "quiet:\n", "failed:\n", "unreachable:\n"};
    uint32_t message = rng_below(g->rng, MESSAGES), other = message == M1   ? M2
                                                            : message == M2 ? M1
                                                            : message == M0 ? M3
                                                                            : M0;
    jn_buf_printf(g->out, "l%u: send ", g->label++);
    name_message(g, message);
    if (one_in(g, 2)) {
        jn_buf_z(g->out, " or ");
        name_message(g, other);
    }
    if (message == M1 || message == M2) with(g);
    if (nest == 0 || one_in(g, 2)) {
        jn_buf_char(g->out, '\n');
        return;
    }
    jn_buf_z(g->out, " then\n");
    uint32_t which = 1 + rng_below(g->rng, 15);
    for (uint32_t i = 0; i < 4; i++) {
        if ((which >> i & 1) == 0) continue;
        line(g, depth + 1, HANDLER[i]);
        block(g, depth + 2, nest - 1);
    }
    line(g, depth, "end\n");
}

/* ---- what is known */

/* Sums grow by little at a time: no number becomes too large to be exact. */
static void set_number(struct gen *g, const char *name) {
    jn_buf_printf(g->out, "set %s to ", name);
    number_leaf(g, 0);
    if (one_in(g, 2)) jn_buf_printf(g->out, one_in(g, 2) ? " + %u" : " - %u", 1 + rng_below(g->rng, 4));
    if (one_in(g, 4)) jn_buf_z(g->out, " default 3");
    jn_buf_char(g->out, '\n');
}

static void set_other(struct gen *g) {
    static const char *const LINE[] = {
        "set customer.g to last e2.c default 3 CNY\n", "set customer.g to customer.g + 2 CNY\n",
        "set customer.l to one of \"a\", \"b\"\n",     "set customer.l to one of \"c\"\n",
        "set customer.d to today + 2 days\n",          "set customer.d to missing\n"};
    jn_buf_z(g->out, LINE[rng_below(g->rng, 6)]);
}

static void effect(struct gen *g) {
    switch (rng_below(g->rng, 6)) {
    case 0:
        set_number(g, one_in(g, 2) ? "customer.n" : "customer.m");
        break;
    case 1:
        set_number(g, "v");
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
        set_other(g);
        break;
    default:
        /* `k` may be entered by e2: it would begin itself without end */
        jn_buf_printf(g->out, "emit e%d with x = ", g->journey == 'j' && one_in(g, 2) ? 2 : 3);
        number_leaf(g, 0);
        jn_buf_z(g->out, one_in(g, 2) ? ", t = w\n" : "\n");
        break;
    }
}

static void parting(struct gen *g, int depth, int nest) {
    switch (rng_below(g->rng, 8)) {
    case 0:
        match(g, depth, nest);
        break;
    case 1:
        repeat(g, depth, nest);
        break;
    case 2:
        split(g, depth, nest);
        break;
    case 3:
        ask(g, depth, nest);
        break;
    case 4:
        approve(g, depth, nest);
        break;
    default:
        branch(g, depth, nest);
    }
}

static void statement(struct gen *g, int depth, int nest) {
    indent(g, depth);
    bool answered = g->answered;
    uint32_t kind = rng_below(g->rng, 16);
    if (kind <= 1) {
        wait(g);
    } else if (kind <= 3) {
        wait_for(g, depth, nest);
    } else if (kind == 4) {
        wait_if(g, depth, nest);
    } else if (kind <= 8 && nest > 0) {
        parting(g, depth, nest);
    } else if (kind <= 11) {
        send(g, depth, nest);
    } else if (kind == 12 && g->journey == 'j' && !g->looping) {
        jn_buf_z(g->out, "start k\n");
        g->started = true;
    } else if (kind == 13 && depth == 2 && !g->back && !g->looping) {
        go_back(g, depth);
    } else {
        effect(g);
    }
    g->answered = answered;
}

void block(struct gen *g, int depth, int nest) {
    uint32_t n = 1 + rng_below(g->rng, 3);
    for (uint32_t i = 0; i < n; i++)
        statement(g, depth, nest);
}
