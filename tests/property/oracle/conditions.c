/* Random conditions and expressions. Sums stay small and quotients exact: the oracle counts in millionths. */
#include "generate.h"

void duration(struct gen *g) {
    jn_buf_printf(g->out, one_in(g, 3) ? "%u days" : "%u hours", 1 + rng_below(g->rng, 9));
}

void date(struct gen *g) {
    jn_buf_printf(g->out, "2026-01-%02u", 1 + rng_below(g->rng, 28));
}

static void window(struct gen *g) {
    jn_buf_z(g->out, " in the last ");
    duration(g);
}

/* ---- numbers */

static void history_number(struct gen *g) {
    static const char *const FOLD[] = {"sum", "average", "min", "max"};
    uint32_t kind = rng_below(g->rng, 7), event = 1 + rng_below(g->rng, 3);
    if (kind < 4) {
        jn_buf_printf(g->out, "%s of e%u.x", FOLD[kind], event);
        window(g);
    } else if (kind == 4) {
        jn_buf_printf(g->out, "count of e%u", event);
        window(g);
    } else {
        jn_buf_printf(g->out, kind == 5 ? "last e%u.x" : "first e%u.x", event);
    }
}

void number_leaf(struct gen *g, int event) {
    switch (rng_below(g->rng, event > 0 ? 8 : 6)) {
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
        jn_buf_z(g->out, g->bare ? (g->alone ? "2" : "customer.b") : "v");
        break;
    case 4:
        jn_buf_z(g->out, g->entered_by_e1 ? "e1.x" : g->alone ? "1" : "customer.b");
        break;
    case 5:
        jn_buf_z(g->out, g->answered ? "sv.score" : "customer.n");
        break;
    default:
        jn_buf_printf(g->out, "e%d.x", event);
        break;
    }
}

void number(struct gen *g, int depth, int event) {
    static const char *const BETWEEN[] = {" default ", " + ", " - ", " * "};
    if (depth == 0 || one_in(g, 2)) {
        number_leaf(g, event);
        return;
    }
    switch (rng_below(g->rng, 7)) {
    case 0:
        jn_buf_z(g->out, one_in(g, 2) ? "round(" : "abs(");
        number(g, depth - 1, event);
        jn_buf_char(g->out, ')');
        return;
    case 1:
        jn_buf_char(g->out, '(');
        number(g, depth - 1, event);
        jn_buf_z(g->out, one_in(g, 2) ? " / 2)" : " / 4)");
        return;
    case 2:
        jn_buf_z(g->out, "(- ");
        number_leaf(g, event);
        jn_buf_char(g->out, ')');
        return;
    default:
        jn_buf_char(g->out, '(');
        number(g, depth - 1, event);
        jn_buf_z(g->out, BETWEEN[rng_below(g->rng, 4)]);
        number_leaf(g, event);
        jn_buf_char(g->out, ')');
    }
}

/* ---- texts and money */

void text_value(struct gen *g, int event) {
    static const char *const TEXT[] = {"\"a\"", "\"b\"", "customer.t", "last e2.t"};
    if (event > 0 && one_in(g, 4))
        jn_buf_printf(g->out, "e%d.t", event);
    else if (!g->bare && one_in(g, 4))
        jn_buf_z(g->out, "w");
    else if (g->entered_by_e1 && one_in(g, 4))
        jn_buf_z(g->out, "e1.t");
    else if (g->answered && one_in(g, 3))
        jn_buf_z(g->out, "sv.tier");
    else
        jn_buf_z(g->out, TEXT[rng_below(g->rng, g->alone ? 3 : 4)]);
}

static void money(struct gen *g) {
    static const char *const MONEY[] = {"customer.g",      "(customer.g + 2 CNY)",    "(customer.g default 1 CNY)",
                                        "(last e2.c)",     "abs(3 CNY - customer.g)", "round(customer.g / 2)",
                                        "(customer.g * 2)"};
    if (one_in(g, 4)) {
        jn_buf_z(g->out, "(sum of e3.c");
        window(g);
        jn_buf_char(g->out, ')');
    } else {
        jn_buf_z(g->out, MONEY[rng_below(g->rng, 7)]);
    }
}

/* ---- conditions */

static void comparison(struct gen *g) {
    static const char *const ORDER[] = {" < ", " <= ", " > ", " >= ", " is ", " is not "};
    jn_buf_z(g->out, ORDER[rng_below(g->rng, 6)]);
}

static void history_condition(struct gen *g) {
    jn_buf_printf(g->out, one_in(g, 2) ? "(e%u" : "(no e%u", 1 + rng_below(g->rng, 3));
    window(g);
    if (one_in(g, 3)) jn_buf_z(g->out, " where (customer.n > 1)");
    jn_buf_char(g->out, ')');
}

static void history_where(struct gen *g) {
    uint32_t event = 2 + rng_below(g->rng, 2);
    jn_buf_printf(g->out, "(count of e%u", event);
    window(g);
    jn_buf_z(g->out, " where (");
    g->alone = true;
    condition(g, 0, (int)event);
    g->alone = false;
    jn_buf_printf(g->out, ")) >= %u", 1 + rng_below(g->rng, 3));
}

static void history_opened(struct gen *g) {
    jn_buf_printf(g->out, "(opened of m%u", rng_below(g->rng, MESSAGES));
    window(g);
    jn_buf_char(g->out, ')');
}

static void clock_condition(struct gen *g) {
    static const char *const DAY[] = {"monday", "thursday", "sunday"};
    switch (rng_below(g->rng, 6)) {
    case 0:
        jn_buf_printf(g->out, "hour of now >= %u", rng_below(g->rng, 24));
        break;
    case 1:
        jn_buf_printf(g->out, "day of today is \"%s\"", DAY[rng_below(g->rng, 3)]);
        break;
    case 2:
        jn_buf_z(g->out, "now >= ");
        date(g);
        jn_buf_printf(g->out, "T%02u:00+00:00", rng_below(g->rng, 24));
        break;
    case 3:
        jn_buf_z(g->out, "today < ");
        date(g);
        break;
    case 4:
        jn_buf_printf(g->out, "customer.d - today > %u days", rng_below(g->rng, 4));
        break;
    default:
        jn_buf_printf(g->out, "time since e%u", 1 + rng_below(g->rng, 3));
        comparison(g);
        duration(g);
    }
}

static void text_condition(struct gen *g, int event) {
    static const char *const WITH[] = {
        " contains \"a\"", " starts with \"b\"", " ends with \"a\"",        " like \"a*\"",
        " like \"?\"",     " like \"*b\"",       " is one of \"a\", \"c\"", " is not one of \"b\""};
    switch (rng_below(g->rng, 4)) {
    case 0:
        text_value(g, event);
        jn_buf_z(g->out, one_in(g, 2) ? " is " : " is not ");
        text_value(g, event);
        break;
    case 1:
        jn_buf_z(g->out, one_in(g, 2) ? "lower(upper(" : "upper(lower(");
        text_value(g, event);
        jn_buf_z(g->out, one_in(g, 2) ? ")) is \"A\"" : ")) is \"b\"");
        break;
    case 2:
        jn_buf_z(g->out, "length(");
        text_value(g, event);
        jn_buf_printf(g->out, ") is %u", rng_below(g->rng, 3));
        break;
    default:
        text_value(g, event);
        jn_buf_z(g->out, WITH[rng_below(g->rng, 8)]);
    }
}

static void condition_leaf(struct gen *g, int event) {
    switch (rng_below(g->rng, g->alone ? 7 : 14)) {
    case 0:
    case 1:
    case 2:
        number(g, 2, event);
        comparison(g);
        number(g, 1, event);
        break;
    case 3:
    case 4:
        text_condition(g, event);
        break;
    case 5:
        number_leaf(g, event);
        jn_buf_z(g->out, one_in(g, 2) ? " is missing" : " is known");
        break;
    case 6:
        jn_buf_printf(g->out, "customer has %s \"%c\"", one_in(g, 2) ? "tag" : "no tag", one_in(g, 2) ? 'p' : 'q');
        break;
    case 7:
        money(g);
        comparison(g);
        money(g);
        break;
    case 8:
        history_condition(g);
        break;
    case 9:
        history_number(g);
        comparison(g);
        jn_buf_printf(g->out, "%u", rng_below(g->rng, 6));
        break;
    case 10:
        history_where(g);
        break;
    case 11:
        if (g->bare)
            history_opened(g);
        else
            jn_buf_z(g->out, one_in(g, 2) ? "customer in rich" : "customer not in rich");
        break;
    case 12:
        clock_condition(g);
        break;
    default:
        jn_buf_z(g->out, one_in(g, 2) ? "customer.l contains \"a\"" : "length(customer.l) > 1");
        break;
    }
}

void condition(struct gen *g, int depth, int event) {
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
