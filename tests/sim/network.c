/* The receivers of messages and services, and the way to them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#include "core/check.h"
#include "core/civil.h"
#include "core/hash.h"

static struct sim *here; /* of the running process: a channel's place carries none of ours */

/* What becomes of one attempt. */
struct fortune {
    int64_t after; /* ms */
    uint32_t status;
    int64_t retry_after_ms;
    bool arrives; /* the receiver sees it, whatever we hear of that */
};

/* In a life that is compared with another one, a message's end is the message's own. */
static struct fortune network_fixed(const struct sim *sim, const struct jr_delivery *delivery,
                                    const struct post *post) {
    static const int64_t ACCEPTED[] = {7, 7, 61007, 3 * JN_MS_HOUR + 7}, REFUSED[] = {13, 20 * JN_MS_HOUR + 13};
    struct rng rng = {jn_hash64_seed(delivery->id, sim->plan->seed)};
    struct fortune f = {.after = ACCEPTED[rng_below(&rng, 4)], .status = 200, .arrives = true};
    if (rng_below(&rng, 3) == 0) f = (struct fortune){REFUSED[rng_below(&rng, 2)], 400, 0, true};
    if (delivery->asks) f = (struct fortune){500, rng_below(&rng, 3) == 0 ? 404 : 200, 0, true};
    f.after -= sim->now - post->at;
    return f;
}

static struct fortune network_chance(struct sim *sim, const struct jr_delivery *delivery) {
    struct jn_random *dice = &sim->dice;
    uint64_t roll = sim->now >= sim->plan->quiet ? 0 : jn_random_below(dice, 1000);
    int64_t some = 1 + (int64_t)jn_random_below(dice, 900), limit = delivery->timeout_ms;
    if (sim->now < sim->outage_until) return (struct fortune){some, 0, 0, false};
    if (roll < 550) return (struct fortune){some, 200, 0, true};
    if (roll < 620) return (struct fortune){some, 500, 0, true};
    if (roll < 680) return (struct fortune){some, 429, (int64_t)jn_random_below(dice, 7200) * 1000, false};
    if (roll < 720) return (struct fortune){some, 503, (int64_t)jn_random_below(dice, 100) * 1000, false};
    if (roll < 800) return (struct fortune){limit, 0, 0, true}; /* the work is done; the answer comes too late */
    if (roll < 860) return (struct fortune){limit, 0, 0, false};
    if (roll < 920) return (struct fortune){some, 0, 0, false};
    if (roll < 950) return (struct fortune){some, 400, 0, true};
    if (roll < 997) return (struct fortune){limit - 1, 200, 0, true};
    return (struct fortune){some, 410, 0, false};
}

static struct jr_channel *network_open(const struct jr_channel_place *place) {
    (void)place;
    return (struct jr_channel *)here;
}

static void network_receive(struct sim *sim, struct post *post, const struct jr_delivery *delivery) {
    post->received = true;
    post->attempts++;
    bool known = false;
    for (uint32_t i = 0; i < sim->plan->n_request; i++)
        known = known || (sim->asking[i].asked &&
                          jn_str_is(delivery->customer, sim->plan->name[sim->plan->request[i].customer]));
    if (!known) sim_blame(sim, "%.*s got a message without an event", JN_FMT(delivery->customer));
}

static struct jr_attempt *network_begin(struct jr_channel *channel, const struct jr_delivery *delivery, int64_t now,
                                        jr_attempt_done done, void *user, struct jn_err *err) {
    struct sim *sim = (struct sim *)channel;
    const char *wrong = NULL;
    (void)now, (void)err;
    struct post *post = ledger_note(&sim->ledger, delivery, sim->plan->kind == PLAN_KNOWN, &wrong);
    if (wrong != NULL) sim_blame(sim, "%s: %.*s", wrong, JN_FMT(delivery->id));
    struct fortune f =
        sim->plan->kind == PLAN_TWIN ? network_fixed(sim, delivery, post) : network_chance(sim, delivery);
    if (f.arrives) network_receive(sim, post, delivery);
    struct attempt *attempt = jn_alloc_zero(1, sizeof(*attempt)), **end = &sim->attempt;
    *attempt = (struct attempt){.ends = sim->now + (f.after > 0 ? f.after : 0),
                                .delivery = delivery->delivery,
                                .end = {.status = f.status, .retry_after_ms = f.retry_after_ms},
                                .done = done,
                                .user = user};
    if (f.status == 0) attempt->end.reason = JN_STR("no answer");
    if (delivery->asks && f.status == 200) {
        (void)snprintf(attempt->answer, sizeof(attempt->answer), "{\"score\":%u,\"tier\":\"a\"}",
                       (unsigned)(jn_hash64(delivery->id) % 7));
        attempt->end.answer = jn_str_z(attempt->answer);
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = attempt;
    sim_trace(sim, "attempt", delivery->delivery, delivery->id);
    return (struct jr_attempt *)attempt;
}

static void network_remove(struct sim *sim, const struct attempt *attempt) {
    struct attempt **at = &sim->attempt;
    while (*at != attempt)
        at = &(*at)->next;
    *at = attempt->next;
}

static void network_cancel(struct jr_attempt *opaque) {
    struct attempt *attempt = (struct attempt *)opaque;
    network_remove(here, attempt);
    free(attempt);
}

static void network_close(struct jr_channel *channel) {
    (void)channel;
}

const struct jr_channel_ops network_ops = {"simulated", network_open, network_begin, network_cancel, network_close};

/* The one that ends first; of those that end at once the oldest message. */
static struct attempt *network_first(const struct sim *sim) {
    struct attempt *first = NULL;
    for (struct attempt *a = sim->attempt; a != NULL; a = a->next)
        if (first == NULL || a->ends < first->ends || (a->ends == first->ends && a->delivery < first->delivery))
            first = a;
    return first;
}

void network_step(struct sim *sim) {
    struct attempt *first;
    while ((first = network_first(sim)) != NULL && first->ends <= sim->now) {
        network_remove(sim, first);
        sim_trace(sim, "answer", first->delivery, JN_STR(""));
        first->done(first->user, &first->end);
        free(first);
    }
}

int64_t network_next(const struct sim *sim) {
    const struct attempt *first = network_first(sim);
    return first == NULL ? INT64_MAX : first->ends;
}

void network_use(struct sim *sim) {
    here = sim;
}

void network_drop(struct sim *sim) {
    while (sim->attempt != NULL) {
        struct attempt *next = sim->attempt->next;
        free(sim->attempt);
        sim->attempt = next;
    }
}
