/* Random workspaces: what is declared, and the journeys' headers. */
#include "generate.h"

static void limits(struct gen *g, int depth) {
    if (one_in(g, 4)) {
        uint32_t from = rng_below(g->rng, 24);
        indent(g, depth);
        jn_buf_printf(g->out, "quiet hours %02u:00 to %02u:00, %s\n", from, (from + 1 + rng_below(g->rng, 11)) % 24,
                      one_in(g, 2) ? "hold" : "drop");
    }
    if (one_in(g, 4)) {
        indent(g, depth);
        jn_buf_printf(g->out, "cap %u messages per %u days, %s\n", 1 + rng_below(g->rng, 3), 1 + rng_below(g->rng, 4),
                      one_in(g, 2) ? "hold" : "skip");
    }
}

static void who_enters(struct gen *g) {
    if (g->journey == 'j') {
        jn_buf_z(g->out, "enter when e1");
        if (one_in(g, 3)) jn_buf_printf(g->out, " where customer.n < %u", 1 + rng_below(g->rng, 5));
        if (one_in(g, 6)) {
            g->keyed = true;
            jn_buf_z(g->out, "\n  key e1.t");
        }
    } else if (one_in(g, 3)) {
        jn_buf_z(g->out, "enter when customer joins rich");
    } else if (one_in(g, 2)) {
        jn_buf_printf(g->out, "enter every %s at %02u:00 for rich", one_in(g, 2) ? "day" : "monday or friday",
                      rng_below(g->rng, 24));
    } else {
        jn_buf_z(g->out, "enter when e2 where e2.x > 3");
    }
    jn_buf_char(g->out, '\n');
}

static void policies(struct gen *g) {
    static const char *const ZONE[] = {"\"Asia/Shanghai\"", "\"UTC\"", "customer"};
    limits(g, 1);
    if (one_in(g, 5)) jn_buf_printf(g->out, "  timezone %s\n", ZONE[rng_below(g->rng, 3)]);
    if (one_in(g, 3)) jn_buf_printf(g->out, "  priority %u\n", 1 + rng_below(g->rng, 3));
    if (one_in(g, 5)) jn_buf_z(g->out, "  topic promo\n");
    if (one_in(g, 4)) jn_buf_z(g->out, "  control 10%\n");
    if (one_in(g, 6)) jn_buf_z(g->out, "  rollout 25%\n");
    if (one_in(g, 8)) jn_buf_printf(g->out, "  starts 2026-01-%02u\n", 1 + rng_below(g->rng, 6));
    if (one_in(g, 8)) jn_buf_printf(g->out, "  ends 2026-01-%02u\n", 8 + rng_below(g->rng, 20));
}

static void headers(struct gen *g) {
    static const char *const REENTER[] = {"always", "never", "after 2 days"};
    jn_buf_printf(g->out, "journey %c\n  ", g->journey);
    who_enters(g);
    jn_buf_printf(g->out, "  re-enter %s\n", REENTER[rng_below(g->rng, 3)]);
    if (one_in(g, 2)) jn_buf_z(g->out, "  on repeat restart\n");
    if (one_in(g, 2)) {
        g->goal = true;
        jn_buf_z(g->out, "  goal g when e3 where e3.x > 2 within ");
        duration(g);
        if (one_in(g, 3)) jn_buf_z(g->out, ", value e3.x");
        jn_buf_z(g->out, one_in(g, 3) ? ", exit\n" : "\n");
    }
    if (one_in(g, 4)) jn_buf_z(g->out, "  exit when e3 where e3.x is 4\n");
    if (one_in(g, 5)) {
        jn_buf_z(g->out, "  exit if customer.n > 4 and ");
        g->bare = true;
        condition(g, 1, 0);
        g->bare = false;
        jn_buf_char(g->out, '\n');
    }
    policies(g);
}

static void journey(struct gen *g, char name) {
    g->journey = name;
    g->label = 0;
    g->goal = g->keyed = g->back = false;
    headers(g);
    g->entered_by_e1 = name == 'j';
    g->n_stage = 1 + rng_below(g->rng, name == 'j' ? 3 : 2);
    for (g->stage = 0; g->stage < g->n_stage; g->stage++) {
        jn_buf_printf(g->out, "  stage s%u\n", g->stage);
        if (g->stage == 0) jn_buf_z(g->out, "    set v to 1\n    set w to \"a\"\n");
        if (g->stage == 0 && name == 'j') jn_buf_z(g->out, "    wait for e2 or e3 up to 1 hour\n");
        block(g, 2, name == 'j' ? 2 : 1);
        jn_buf_z(g->out, "  end\n");
    }
    g->entered_by_e1 = false;
    jn_buf_z(g->out, "end\n");
}

static void messages(struct gen *g) {
    static const char *const ON[] = {"post", "post about news", "mail", "mail about promo"};
    static const char *const BODY[] = {"zero", "one {{ a | default: 'none' }}", "two {{ a }}", "three"};
    for (int i = 0; i < MESSAGES; i++) {
        bool reads = i == M1 || i == M2;
        jn_buf_printf(g->out, "message m%d on %s\n  body \"%s\"\n", i, ON[i], reads && !g->sent[i] ? "none" : BODY[i]);
        if (i == M1 && g->sent_from_s1)
            jn_buf_z(g->out, "  in stage s1\n    body \"one in s1 {{ a | default: 'none' }}\"\n  end\n");
        jn_buf_z(g->out, "end\n");
    }
}

static void channels(struct gen *g) {
    jn_buf_z(g->out, "channel post\n  webhook \"https://example.com/\"\n");
    if (one_in(g, 4)) jn_buf_z(g->out, "  cap 2 per 3 days, skip\n");
    jn_buf_z(g->out, "end\nchannel mail\n  webhook \"https://example.com/\"\n  to customer.t\n");
    if (one_in(g, 4)) jn_buf_z(g->out, "  cap 1 per 2 days, hold\n");
    jn_buf_z(g->out, "end\n");
}

static void declarations(struct gen *g) {
    jn_buf_z(g->out, "workspace\n  timezone \"UTC\"\n  currency CNY\n");
    limits(g, 1);
    if (one_in(g, 6)) jn_buf_z(g->out, "  control group 5%\n");
    jn_buf_z(g->out, "end\ncustomer\n  n number, default 0\n  m number\n  t text\n  d date\n  g money\n  l list\n"
                     "  b number = count of e2 in the last 3 days\nend\n");
    for (int i = 1; i <= 3; i++)
        jn_buf_printf(g->out, "event e%d\n  x number\n  t text\n  c money\nend\n", i);
    jn_buf_z(g->out, "topic news \"News\", opt out\ntopic promo \"Promo\", opt in\n");
    channels(g);
    jn_buf_z(g->out,
             "service sv\n  webhook \"https://example.com/\"\n  give given number\n  take score number, default 2\n"
             "  take tier text, default \"b\"\n  timeout 2 seconds\nend\n");
    jn_buf_z(g->out, "segment rich is ");
    g->bare = true;
    condition(g, 2, 0);
    g->bare = false;
    jn_buf_char(g->out, '\n');
}

void generate_script(struct rng *rng, struct jn_buf *out) {
    struct gen g = {.rng = rng, .out = out};
    declarations(&g);
    journey(&g, 'j');
    journey(&g, 'k');
    messages(&g);
}
