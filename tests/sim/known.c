/* A workspace whose customers' messages can be told from its parameters. */
#include "known.h"

#include "core/civil.h"

static const char HEAD[] = "customer\n  n number, default 0\nend\n"
                           "event e1\n  x number\nend\nevent e2\n  x number\nend\nevent e3\n  x number\nend\n"
                           "channel post\n  webhook \"https://example.com/\"\nend\n";
static const char MESSAGES[] = "first second left right replied silent last";

void known_script(struct rng *rng, struct known *k, struct jn_buf *out) {
    *k = (struct known){.nap_minutes = 1 + rng_below(rng, 3000),
                        .reply_hours = 1 + rng_below(rng, 72),
                        .ticks = 1 + rng_below(rng, 4),
                        .tick_hours = 1 + rng_below(rng, 30),
                        .quiet = rng_below(rng, 2) == 0,
                        .quiet_from = 20 + rng_below(rng, 4),
                        .quiet_to = 6 + rng_below(rng, 5)};
    if (rng_below(rng, 2) == 0) k->cap = 1 + rng_below(rng, 3);
    k->cap_days = 1 + rng_below(rng, 2);
    k->cap_skips = rng_below(rng, 2) == 0;
    jn_buf_z(out, "workspace\n  timezone \"UTC\"\n  currency CNY\n");
    if (k->quiet) jn_buf_printf(out, "  quiet hours %02u:00 to %02u:00, hold\n", k->quiet_from, k->quiet_to);
    if (k->cap > 0)
        jn_buf_printf(out, "  cap %u messages per %u days, %s\n", k->cap, k->cap_days, k->cap_skips ? "skip" : "hold");
    jn_buf_z(out, "end\n");
    jn_buf_z(out, HEAD);
    for (const char *name = MESSAGES; *name != '\0';) {
        int n = (int)strcspn(name, " ");
        jn_buf_printf(out, "message %.*s on post\n  body \"%.*s\"\nend\n", n, name, n, name);
        name += name[n] == ' ' ? n + 1 : n;
    }
    jn_buf_z(out, "message tick on post\n  body \"tick {{ customer.n }}\"\nend\n");
    jn_buf_printf(out,
                  "journey known\n  enter when e1\n  re-enter never\n  stage only\n    send first\n"
                  "    nap: wait %u minutes\n    send second\n"
                  "    split fork\n      50%% one:\n        send left\n      50%% other:\n        send right\n    end\n"
                  "    answer: wait for e2 where e2.x > 2 up to %u hours then\n      send replied\n    timeout\n"
                  "      send silent\n    end\n"
                  "    repeat up to %u times every %u hours\n      set customer.n to customer.n + 1\n      send tick\n"
                  "    end\n    morning: wait until 09:00\n    send last\n  end\nend\n",
                  k->nap_minutes, k->reply_hours, k->ticks, k->tick_hours);
}

/* ---- what one customer has got, oldest first */

static const struct post *known_find(const struct known_got *got, const char *content) {
    for (uint32_t i = 0; i < got->n; i++)
        if (jn_str_is(got->post[i]->content, content)) return got->post[i];
    return NULL;
}

static bool known_is_quiet(const struct known *k, int64_t at) {
    int64_t hour = at / JN_MS_HOUR % 24;
    return k->quiet && (hour >= k->quiet_from || hour < k->quiet_to);
}

static const char *known_policies(const struct known *k, const struct known_got *got) {
    const struct post *slot[KNOWN_GOT];
    uint32_t n = 0;
    for (uint32_t i = 0; i < got->n; i++) {
        if (known_is_quiet(k, got->post[i]->at)) return "a message was made in quiet hours";
        if (!got->post[i]->dead) slot[n++] = got->post[i];
    }
    for (uint32_t i = k->cap; k->cap > 0 && i < n; i++)
        if (slot[i]->at - slot[i - k->cap]->at < (int64_t)k->cap_days * JN_MS_DAY) return "a cap was exceeded";
    return NULL;
}

static const char *known_times(const struct known *k, const struct known_got *got) {
    const struct post *first = known_find(got, "first"), *second = known_find(got, "second"),
                      *last = known_find(got, "last");
    if (first != NULL && second != NULL && second->at - first->at < (int64_t)k->nap_minutes * JN_MS_MINUTE)
        return "a wait was cut short";
    if (last != NULL && got->n > 1) {
        int64_t began = got->post[got->n - 2]->at, nine = began - began % JN_MS_DAY + 9 * JN_MS_HOUR;
        if (last == got->post[got->n - 1] && last->at < (nine > began ? nine : nine + JN_MS_DAY) && !k->cap_skips)
            return "a wait until 09:00 ended before";
    }
    /* Rounds are counted from the first, and one that is late does not make the next one late. */
    const struct post *tick = known_find(got, "tick 1");
    for (uint32_t i = 2; tick != NULL && !k->quiet && k->cap == 0 && i <= k->ticks; i++) {
        char content[16];
        (void)snprintf(content, sizeof(content), "tick %u", i);
        const struct post *next = known_find(got, content);
        if (next != NULL && next->at - tick->at < (int64_t)((i - 1) * k->tick_hours) * JN_MS_HOUR)
            return "a round came early";
    }
    return NULL;
}

static const char *known_complete(const struct known *k, const struct known_got *got) {
    char tick[16];
    if (k->cap > 0 && k->cap_skips) return NULL; /* which ones there was no room for is not foretold */
    if (known_find(got, "first") == NULL) return "an acknowledged event was forgotten";
    if (known_find(got, "second") == NULL) return "somebody was left in a wait";
    if ((known_find(got, "left") == NULL) == (known_find(got, "right") == NULL)) return "a split has not one arm";
    if ((known_find(got, "replied") == NULL) == (known_find(got, "silent") == NULL))
        return "a wait for an event ended in no way, or in both";
    for (uint32_t i = 1; i <= k->ticks; i++) {
        (void)snprintf(tick, sizeof(tick), "tick %u", i);
        if (known_find(got, tick) == NULL) return "a round was left out";
    }
    return known_find(got, "last") == NULL ? "somebody was left in a wait until a time" : NULL;
}

const char *known_judge(const struct known *k, const struct known_got *got, bool acknowledged) {
    const char *wrong = known_policies(k, got);
    if (wrong == NULL) wrong = known_times(k, got);
    if (wrong == NULL && acknowledged) wrong = known_complete(k, got);
    return wrong;
}
