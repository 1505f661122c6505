#include "runtime/delivery/destination.h"

#include "core/check.h"
#include "core/hash.h"
#include "journey/program.h"
#include "runtime/delivery/policy.h"

/* Of a channel's address; a service has the breaker that its program gives it, or none. */
static const struct jr_breaker_rules CHANNEL_RULES = {
    .share = JN_SHARE_ALL / 2, .calls = 20, .in_a_row = 10, .open_ms = 30000, .longest_ms = 15 * 60000, .spread = true};

static struct jr_breaker_rules jr_destination__rules(const struct jr_delivery *delivery) {
    if (!delivery->asks) return CHANNEL_RULES;
    return (struct jr_breaker_rules){.share = delivery->breaker,
                                     .calls = delivery->breaker_calls,
                                     .open_ms = delivery->breaker_ms,
                                     .longest_ms = delivery->breaker_ms};
}

struct jr_destination_key jr_destination_key(struct jn_str name, struct jn_str url, bool service) {
    return (struct jr_destination_key){.name = jn_hash64(name), .url = jn_hash64(url), .service = service};
}

struct jr_destination *jr_destination_new(const struct jr_destination_key *key, struct jn_str name, uint32_t width,
                                          int64_t steady) {
    struct jr_destination *destination = jn_alloc_zero(1, sizeof *destination + name.n);
    char *copy = (char *)(destination + 1);
    memcpy(copy, name.p, name.n);
    destination->key = *key;
    destination->name = (struct jn_str){copy, name.n};
    destination->service = key->service;
    destination->width = destination->width_max = width;
    jr_budget_init(&destination->budget, steady);
    return destination;
}

/* ---- its queues ---- */

static struct jr_queue *jr_destination__queue_of(struct jr_destination *destination, const struct jr_entry *entry) {
    if (entry->delivery.attempts > 0) return &destination->again;
    return entry->recent ? &destination->recent : &destination->fresh;
}

bool jr_destination_queue(struct jr_destination *destination, struct jr_entry *entry, int64_t steady) {
    struct jr_queue *queue = jr_destination__queue_of(destination, entry);
    entry->next = NULL;
    entry->previous = queue->last;
    if (queue->last == NULL)
        queue->first = entry;
    else
        queue->last->next = entry;
    queue->last = entry;
    queue->n++;
    return queue == &destination->again && jr_budget_at(&destination->budget, steady) > steady;
}

void jr_destination_unqueue(struct jr_entry *entry) {
    struct jr_queue *queue = jr_destination__queue_of(entry->destination, entry);
    if (entry->previous == NULL)
        queue->first = entry->next;
    else
        entry->previous->next = entry->next;
    if (entry->next == NULL)
        queue->last = entry->previous;
    else
        entry->next->previous = entry->previous;
    entry->next = entry->previous = NULL;
    queue->n--;
}

/* ---- what may begin ---- */

static int64_t jr_destination__later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* When the receiver may be spoken to again, whoever the message is for. */
static int64_t jr_destination__opens(const struct jr_destination *destination, const struct jr_entry *entry) {
    int64_t at = destination->rests_until;
    if (!destination->service) at = jr_destination__later(at, jr_breaker_until(&destination->breaker));
    if (entry->delivery.rate > 0) at = jr_destination__later(at, destination->begins_us / 1000);
    return at;
}

/* Many who fall due at one instant do not pass one another; and a second crowd that stands beside the first by now is
 * joined to it. */
bool jr_destination_passes(struct jr_destination *destination, int64_t since) {
    const struct jr_queue *recent = &destination->recent;
    bool many = destination->fresh.n >= JR_DESTINATION_MANY;
    if (!many) destination->crowded = jr_destination__later(destination->crowded, since);
    if (recent->n >= JR_DESTINATION_MANY)
        destination->crowded = jr_destination__later(destination->crowded, recent->last->delivery.since);
    return many && recent->n < JR_DESTINATION_RECENT && since > destination->crowded;
}

static struct jr_entry *jr_destination__first_attempt(const struct jr_destination *destination) {
    struct jr_entry *fresh = destination->fresh.first, *recent = destination->recent.first;
    bool turn = destination->old_in_a_row >= JR_DESTINATION_OLD_PER_RECENT;
    return recent != NULL && (fresh == NULL || turn) ? recent : fresh;
}

struct jr_entry *jr_destination_next(const struct jr_destination *destination, int64_t steady, int64_t now,
                                     int64_t *at) {
    *at = INT64_MAX;
    if (destination->in_flight >= destination->width) return NULL;
    struct jr_entry *again = destination->again.first, *entry = jr_destination__first_attempt(destination);
    int64_t earned = jr_budget_at(&destination->budget, steady);
    bool turn = destination->first_in_a_row >= JR_DESTINATION_FIRST_PER_RETRY && earned <= steady;
    if (again != NULL && (entry == NULL || turn)) entry = again;
    if (entry == NULL) return NULL;
    if (jr_entry_is_late(entry, now) || destination->disabled != 0) return entry; /* no attempt will be made */
    *at = jr_destination__opens(destination, entry);
    if (entry == again) *at = jr_destination__later(*at, earned);
    return *at <= steady ? entry : NULL;
}

bool jr_destination_may_ask(const struct jr_destination *destination, int64_t steady) {
    return jr_breaker_until(&destination->breaker) <= steady;
}

/* Rates are evenly spaced, to the accuracy of the clock. */
static void jr_destination__pace(struct jr_destination *destination, const struct jr_delivery *delivery,
                                 int64_t steady) {
    if (delivery->rate == 0) return;
    destination->begins_us = jr_destination__later(destination->begins_us, steady * 1000);
    destination->begins_us += (int64_t)delivery->rate_ms * 1000 / delivery->rate;
}

void jr_destination_began(struct jr_destination *destination, struct jr_entry *entry, int64_t steady) {
    destination->in_flight++;
    jr_destination__pace(destination, &entry->delivery, steady);
    entry->tries = jr_breaker_begin(&destination->breaker);
    if (entry->delivery.attempts > 0)
        jr_budget_retry(&destination->budget, steady);
    else
        jr_budget_first(&destination->budget, steady);
    destination->first_in_a_row = entry->delivery.attempts > 0 ? 0 : destination->first_in_a_row + 1;
    if (entry->delivery.attempts == 0) destination->old_in_a_row = entry->recent ? 0 : destination->old_in_a_row + 1;
}

/* ---- what an end says about the receiver ---- */

/* A receiver that refuses a message is well; one that does not answer, or says "later", is not. */
static bool jr_destination__failed(const struct jr_entry *entry, const struct jr_attempt_end *end) {
    if (entry->delivery.asks) return end->status < 200 || end->status > 299 || end->overflowed;
    return !end->rejected && jr_retry_is_worth_it(end->status);
}

static void jr_destination__rest(struct jr_destination *destination, const struct jr_attempt_end *end, int64_t steady) {
    if (end->retry_after_ms <= 0 || (end->status != 429 && end->status != 503)) return;
    int64_t pause = end->retry_after_ms < JR_DESTINATION_REST_MAX_MS ? end->retry_after_ms : JR_DESTINATION_REST_MAX_MS;
    destination->rests_until = jr_destination__later(destination->rests_until, steady + pause);
}

enum jr_destination_news jr_destination_ended(struct jr_destination *destination, struct jr_entry *entry,
                                              const struct jr_attempt_end *end, int64_t steady,
                                              struct jn_random *random) {
    struct jr_breaker_rules rules = jr_destination__rules(&entry->delivery);
    destination->in_flight--;
    if (end->refused && !entry->delivery.asks) {
        jr_breaker_untried(&destination->breaker, entry->tries);
        return JR_DESTINATION_SAME;
    }
    bool failed = jr_destination__failed(entry, end);
    if (!entry->delivery.asks) jr_destination__rest(destination, end, steady);
    if (!failed && entry->delivery.attempts > 0) jr_budget_return(&destination->budget, steady);
    bool turned = jr_breaker_note(&destination->breaker, &rules, entry->tries, failed, steady, random);
    bool opened = turned && destination->breaker.open_until != 0;
    if (turned && !opened)
        destination->width = 1; /* one attempt at a time, then two, four … */
    else if (!failed)
        destination->width =
            2 * destination->width < destination->width_max ? 2 * destination->width : destination->width_max;
    if (end->status == JR_STATUS_GONE && !entry->delivery.asks && destination->disabled == 0)
        return JR_DESTINATION_GONE;
    if (!turned) return JR_DESTINATION_SAME;
    return opened ? JR_DESTINATION_OPENED : JR_DESTINATION_CLOSED;
}

struct jr_breaker_news jr_destination_note(struct jr_destination *destination, enum jr_destination_news news,
                                           int64_t steady) {
    const struct jr_breaker *breaker = &destination->breaker;
    struct jr_breaker_news note = {.receiver = destination->name, .service = destination->service};
    bool long_ago = destination->noted_at == 0 || steady - destination->noted_at >= JR_DESTINATION_NOTED_MS;
    if (news == JR_DESTINATION_OPENED && !destination->noted && long_ago) {
        note.turn = JR_BREAKER_OPENED;
        note.failed = breaker->n_failed;
        note.calls = breaker->n;
        note.in_a_row = breaker->in_a_row;
        note.ms = breaker->open_until - steady;
        destination->noted = true;
        destination->noted_at = steady;
    } else if (news == JR_DESTINATION_CLOSED && destination->noted) {
        note.turn = JR_BREAKER_WELL;
        note.ms = steady - destination->noted_at;
        destination->noted = false;
    }
    return note;
}

void jr_destination_show(const struct jr_destination *destination, int64_t steady, struct jr_destination_view *out) {
    static const enum jr_destination_state STATE[] = {[JR_BREAKER_CLOSED] = JR_DESTINATION_STATE_CLOSED,
                                                      [JR_BREAKER_OPEN] = JR_DESTINATION_STATE_OPEN,
                                                      [JR_BREAKER_HALF_OPEN] = JR_DESTINATION_STATE_HALF_OPEN};
    int64_t until = jr_destination__later(destination->rests_until, destination->breaker.open_until);
    *out = (struct jr_destination_view){.name = destination->name,
                                        .service = destination->service,
                                        .state = STATE[jr_breaker_state(&destination->breaker)],
                                        .waiting = destination->fresh.n + destination->recent.n + destination->again.n,
                                        .in_flight = destination->in_flight,
                                        .since = destination->disabled,
                                        .until = until > steady ? until : 0};
    if (destination->disabled != 0) out->state = JR_DESTINATION_STATE_DISABLED;
}
