#include "runtime/delivery/pump.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/log.h"
#include "core/map.h"
#include "runtime/delivery/channel_smtp.h"
#include "runtime/delivery/channel_webhook.h"
#include "runtime/delivery/destination.h"
#include "runtime/delivery/due.h"
#include "runtime/delivery/line.h"
#include "runtime/loop/apart.h"
#include "runtime/loop/curl_loading.h"
#include "runtime/loop/multi.h"

enum { JR_PUMP__NAP_MAX_MS = 1000 }; /* the wall clock may move while the timer sleeps */

struct jr_pump {
    struct jr_pump_options options;
    uv_timer_t timer;
    struct jr_channel *channel[JN_CHANNEL_KINDS];
    struct jn_map entries;      /* by delivery, 8 bytes */
    struct jn_map destinations; /* by key; made once, kept: programs name few of them */
    struct jr_lines lines;
    struct jr_due due;
    struct jr_destination *round, **round_end; /* destinations that may begin an attempt, in turn */
    struct jr_destination *resting;            /* until they wake */
    struct jn_random random;
    uint32_t in_flight;
    struct jr_destination *refilling;
    uint64_t held_back; /* retries that had to wait for their budget */
    struct jr_curl_loading loading;
    struct jr_apart apart;
    bool begun, open; /* the loading; the channels */
    bool stopped, closed, starting;
};

static const struct jr_channel_ops *const CHANNEL_OPS[JN_CHANNEL_KINDS] = {
#define CHANNEL(name, text) &jr_channel_##name,
#include "runtime/delivery/channels.def"
#undef CHANNEL
};

static void jr_pump__start(struct jr_pump *pump);

static const struct jr_channel_ops *jr_pump__ops(const struct jr_pump *pump, enum jn_channel_kind kind) {
    return pump->options.ops != NULL ? pump->options.ops : CHANNEL_OPS[kind];
}

static int64_t jr_pump__now(const struct jr_pump *pump) {
    return pump->options.now(pump->options.user);
}

static int64_t jr_pump__steady(const struct jr_pump *pump) {
    return pump->options.steady(pump->options.user);
}

static struct jn_str jr_pump__key(const uint64_t *delivery) {
    return (struct jn_str){(const char *)delivery, sizeof *delivery};
}

static struct jr_entry *jr_pump__find(const struct jr_pump *pump, uint64_t delivery) {
    uint64_t value = 0;
    return jn_map_get(&pump->entries, jr_pump__key(&delivery), &value) ? (struct jr_entry *)(uintptr_t)value : NULL;
}

/* ---- entries ---- */

/* Returns the one that may be tried instead of it; NULL: none waited for it. */
static struct jr_entry *jr_pump__drop(struct jr_pump *pump, struct jr_entry *entry) {
    struct jr_entry *next = jr_lines_leave(&pump->lines, entry);
    jn_map_remove(&pump->entries, jr_pump__key(&entry->delivery.delivery));
    entry->destination->held--;
    jr_entry_free(entry);
    return next != NULL && next->state == JR_ENTRY_BEHIND ? next : NULL;
}

/* ---- destinations ---- */

static struct jr_destination *jr_pump__destination(struct jr_pump *pump, struct jn_str name, struct jn_str url,
                                                   bool service) {
    struct jr_destination_key key = jr_destination_key(name, url, service);
    uint64_t value = 0;
    if (jn_map_get(&pump->destinations, (struct jn_str){(const char *)&key, sizeof key}, &value))
        return (struct jr_destination *)(uintptr_t)value;
    struct jr_destination *d = jr_destination_new(&key, name, pump->options.per_destination, jr_pump__steady(pump));
    jn_map_put(&pump->destinations, (struct jn_str){(const char *)&d->key, sizeof d->key}, (uint64_t)(uintptr_t)d);
    return d;
}

static void jr_pump__join_round(struct jr_pump *pump, struct jr_destination *destination) {
    if (destination->in_round || destination->resting || jr_destination_is_empty(destination)) return;
    destination->in_round = true;
    destination->next = NULL;
    *pump->round_end = destination;
    pump->round_end = &destination->next;
}

static struct jr_destination *jr_pump__next_in_round(struct jr_pump *pump) {
    struct jr_destination *destination = pump->round;
    if (destination == NULL) return NULL;
    pump->round = destination->next;
    if (pump->round == NULL) pump->round_end = &pump->round;
    destination->in_round = false;
    return destination;
}

/* ---- time ---- */

static void jr_pump__on_timer(uv_timer_t *timer);

static int64_t jr_pump__sooner(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void jr_pump__arm(struct jr_pump *pump) {
    const struct jr_entry *first = jr_due_first(&pump->due);
    int64_t wakes = INT64_MAX, nap = JR_PUMP__NAP_MAX_MS;
    for (const struct jr_destination *d = pump->resting; d != NULL; d = d->next)
        wakes = jr_pump__sooner(wakes, d->wakes);
    if ((first == NULL && wakes == INT64_MAX) || pump->stopped) {
        (void)uv_timer_stop(&pump->timer);
        return;
    }
    if (first != NULL) nap = jr_pump__sooner(nap, first->delivery.due - jr_pump__now(pump));
    if (wakes != INT64_MAX) nap = jr_pump__sooner(nap, wakes - jr_pump__steady(pump));
    if (nap < 0) nap = 0;
    uv_update_time(pump->timer.loop);
    JN_CHECK(uv_timer_start(&pump->timer, jr_pump__on_timer, (uint64_t)nap, 0) == 0);
}

static void jr_pump__queue(struct jr_pump *pump, struct jr_entry *entry) {
    struct jr_destination *destination = entry->destination;
    entry->state = JR_ENTRY_READY;
    if (jr_destination_queue(destination, entry, jr_pump__steady(pump))) pump->held_back++;
    if (destination->resting && entry->delivery.attempts == 0 && destination->fresh.n + destination->recent.n == 1) {
        destination->wakes = 0; /* what rests may be retries only, whose budget is spent */
        jr_pump__arm(pump);
    }
    jr_pump__join_round(pump, destination);
}

static void jr_pump__rest(struct jr_pump *pump, struct jr_destination *destination, int64_t until) {
    destination->resting = true;
    destination->wakes = until;
    destination->next = pump->resting;
    pump->resting = destination;
    jr_pump__arm(pump);
}

static void jr_pump__wake_rested(struct jr_pump *pump) {
    int64_t steady = jr_pump__steady(pump);
    struct jr_destination *destination = pump->resting, *next;
    pump->resting = NULL;
    for (; destination != NULL; destination = next) {
        next = destination->next;
        destination->resting = destination->wakes > steady;
        if (destination->resting) {
            destination->next = pump->resting;
            pump->resting = destination;
        } else {
            jr_pump__join_round(pump, destination);
        }
    }
}

/* To the queue, or to the heap until it is due. */
static void jr_pump__schedule(struct jr_pump *pump, struct jr_entry *entry) {
    if (entry->delivery.due <= jr_pump__now(pump)) {
        jr_pump__queue(pump, entry);
    } else {
        entry->state = JR_ENTRY_WAITING;
        jr_due_add(&pump->due, entry);
        jr_pump__arm(pump);
    }
    jr_pump__start(pump);
}

static void jr_pump__on_timer(uv_timer_t *timer) {
    jr_pump_wake(timer->data);
}

void jr_pump_wake(struct jr_pump *pump) {
    int64_t now = jr_pump__now(pump);
    struct jr_entry *entry;
    while ((entry = jr_due_first(&pump->due)) != NULL && entry->delivery.due <= now) {
        jr_due_remove(&pump->due, entry);
        jr_pump__queue(pump, entry);
    }
    jr_pump__wake_rested(pump);
    jr_pump__arm(pump);
    jr_pump__start(pump);
}

/* ---- attempts ---- */

/* A question is asked once: with its answer or without, its run goes on. */
static void jr_pump__report_ask(struct jr_pump *pump, struct jr_entry *entry, const struct jr_attempt_end *end,
                                int64_t took_ms, const struct jr_breaker_news *breaker) {
    bool answered = end->status >= 200 && end->status <= 299 && !end->overflowed;
    entry->state = JR_ENTRY_REPORTED;
    entry->again = false;
    struct jr_report report = {.delivery = entry->delivery.delivery,
                               .receiver = entry->delivery.channel,
                               .result = answered ? JR_RESULT_ACCEPTED : JR_RESULT_FAILED,
                               .status = end->status,
                               .reason = end->overflowed ? JN_STR("the answer is too large") : end->reason,
                               .answer = end->answer,
                               .took_ms = took_ms,
                               .breaker = *breaker};
    pump->options.report(pump->options.user, &report);
}

static void jr_pump__report(struct jr_pump *pump, struct jr_entry *entry, const struct jr_attempt_end *end,
                            int64_t took_ms, const struct jr_breaker_news *breaker) {
    if (entry->delivery.asks) {
        jr_pump__report_ask(pump, entry, end, took_ms, breaker);
        return;
    }
    struct jr_retry_case c = {.end = *end,
                              .attempts = entry->delivery.attempts + 1,
                              .retry_max = entry->delivery.retry_max,
                              .now = jr_pump__now(pump),
                              .deadline = entry->delivery.deadline};
    struct jr_retry retry = jr_retry_decide(&c, &pump->random);
    char text[256];
    struct jn_str reason = end->reason;
    if (retry.reason != NULL) {
        (void)snprintf(text, sizeof text, "%.*s; %s", reason.n > 160 ? 160 : (int)reason.n,
                       reason.n > 0 ? reason.p : "", retry.reason);
        reason = jn_str_z(text);
    }
    if (entry->cancelled && retry.result == JR_RESULT_RETRY) retry.result = JR_RESULT_CANCELLED;
    entry->state = JR_ENTRY_REPORTED;
    entry->again = retry.result == JR_RESULT_RETRY;
    entry->delivery.attempts++;
    entry->delivery.due = retry.at;
    if (retry.result == JR_RESULT_FAILED)
        JN_LOG(DELIVERY_FAILED, JN_LF_STR("id", entry->delivery.id), JN_LF_STR("channel", entry->delivery.channel),
               JN_LF_STR("reason", reason));
    else if (entry->again)
        JN_LOG(DELIVERY_RETRY, JN_LF_STR("id", entry->delivery.id), JN_LF_STR("reason", reason),
               JN_LF_INT("in_ms", retry.at - c.now));
    struct jr_report report = {.delivery = entry->delivery.delivery,
                               .receiver = entry->delivery.channel,
                               .result = retry.result,
                               .retry_at = retry.at,
                               .status = end->status,
                               .reason = reason,
                               .took_ms = took_ms,
                               .breaker = *breaker};
    pump->options.report(pump->options.user, &report);
}

/* What the end of an attempt says about its receiver. */
static void jr_pump__learn(struct jr_pump *pump, struct jr_entry *entry, const struct jr_attempt_end *end,
                           struct jr_breaker_news *breaker) {
    struct jr_destination *d = entry->destination;
    int64_t steady = jr_pump__steady(pump);
    enum jr_destination_news news = jr_destination_ended(d, entry, end, steady, &pump->random);
    *breaker = jr_destination_note(d, news, steady);
    switch (news) {
    case JR_DESTINATION_SAME:
        break;
    case JR_DESTINATION_OPENED:
        JN_LOG(BREAKER_OPENED, JN_LF_STR("channel", d->name), JN_LF_STR("reason", end->reason),
               JN_LF_INT("for_ms", d->breaker.open_until - steady));
        break;
    case JR_DESTINATION_CLOSED:
        JN_LOG(BREAKER_CLOSED, JN_LF_STR("channel", d->name));
        break;
    case JR_DESTINATION_GONE:
        d->disabled = jr_pump__now(pump);
        JN_LOG(DESTINATION_DISABLED, JN_LF_STR("channel", d->name));
        break;
    }
}

static void jr_pump__on_end(void *user, const struct jr_attempt_end *end) {
    struct jr_entry *entry = user;
    struct jr_pump *pump = entry->pump;
    struct jr_destination *destination = entry->destination;
    entry->attempt = NULL;
    pump->in_flight--;
    struct jr_breaker_news breaker;
    jr_pump__learn(pump, entry, end, &breaker);
    jr_pump__report(pump, entry, end, jr_pump__steady(pump) - entry->begun, &breaker);
    jr_pump__join_round(pump, destination);
    jr_pump__start(pump);
}

/* Ends an entry without an attempt. */
static void jr_pump__refuse(struct jr_pump *pump, struct jr_entry *entry, struct jn_str why) {
    struct jr_attempt_end end = {.refused = true, .reason = why};
    jr_pump__report(pump, entry, &end, -1, &(struct jr_breaker_news){0});
}

/* Nobody waits for an answer behind the deadline; and none is asked for while the service's breaker is open. */
static bool jr_pump__may_ask(struct jr_pump *pump, struct jr_entry *entry, int64_t now) {
    struct jr_delivery *ask = &entry->delivery;
    bool late = now >= ask->deadline;
    if (late || !jr_destination_may_ask(entry->destination, jr_pump__steady(pump))) {
        jr_pump__refuse(pump, entry,
                        late ? JN_STR("its time was over before it could be asked") : JN_STR("its breaker is open"));
        return false;
    }
    if (ask->deadline - now < ask->timeout_ms) ask->timeout_ms = (uint32_t)(ask->deadline - now);
    return true;
}

static bool jr_pump__may_send(struct jr_pump *pump, struct jr_entry *entry, int64_t now) {
    bool late = jr_entry_is_late(entry, now);
    if (!late && entry->destination->disabled == 0) return true;
    jr_pump__refuse(pump, entry,
                    late ? JN_STR("the deadline for attempts has passed")
                         : JN_STR("the channel is disabled: its receiver answered 410 Gone; enable it, then retry"));
    return false;
}

static void jr_pump__begin(struct jr_pump *pump, struct jr_entry *entry) {
    int64_t now = jr_pump__now(pump), steady = jr_pump__steady(pump);
    struct jn_err err;
    if (entry->delivery.asks ? !jr_pump__may_ask(pump, entry, now) : !jr_pump__may_send(pump, entry, now)) return;
    entry->begun = steady;
    enum jn_channel_kind kind = entry->delivery.kind;
    entry->attempt =
        jr_pump__ops(pump, kind)->begin(pump->channel[kind], &entry->delivery, now, jr_pump__on_end, entry, &err);
    if (entry->attempt == NULL) {
        jr_pump__refuse(pump, entry, jn_str_z(err.text));
        return;
    }
    entry->state = JR_ENTRY_FLYING;
    jr_destination_began(entry->destination, entry, steady);
    pump->in_flight++;
}

/* One message of each destination in turn, so that one long queue does not hold up the others. */
static void jr_pump__start(struct jr_pump *pump) {
    if (pump->starting || pump->stopped) return;
    if (!pump->open) {
        if (pump->round != NULL) jr_pump_begin(pump);
        return;
    }
    pump->starting = true;
    struct jr_destination *destination;
    while (pump->in_flight < pump->options.at_a_time && (destination = jr_pump__next_in_round(pump)) != NULL) {
        int64_t at;
        struct jr_entry *entry = jr_destination_next(destination, jr_pump__steady(pump), jr_pump__now(pump), &at);
        if (entry == NULL) {
            if (at != INT64_MAX) jr_pump__rest(pump, destination, at);
            continue;
        }
        jr_destination_unqueue(entry);
        jr_pump__begin(pump, entry);
        jr_pump__join_round(pump, destination);
    }
    pump->starting = false;
}

/* ---- what the owner calls ---- */

static void jr_pump__open_channels(struct jr_pump *pump) {
    for (int kind = 0; kind < JN_CHANNEL_KINDS; kind++)
        pump->channel[kind] = jr_pump__ops(pump, (enum jn_channel_kind)kind)->open(&pump->options.place);
    pump->begun = pump->open = true;
}

struct jr_pump *jr_pump_new(const struct jr_pump_options *options) {
    struct jr_pump *pump = jn_alloc_zero(1, sizeof *pump);
    pump->options = *options;
    pump->round_end = &pump->round;
    jn_map_init(&pump->entries);
    jn_map_init(&pump->destinations);
    jn_random_seed(&pump->random, options->seed);
    JN_CHECK(uv_timer_init(options->loop, &pump->timer) == 0);
    pump->timer.data = pump;
    if (options->ops != NULL) jr_pump__open_channels(pump);
    return pump;
}

static void jr_pump__on_loaded(void *user, jn_rc rc, const struct jn_err *err) {
    struct jr_pump *pump = user;
    if (rc != JN_OK) {
        if (!pump->closed) pump->options.failed(pump->options.user, rc, err);
        return;
    }
    if (pump->closed) {
        curl_global_cleanup();
        return;
    }
    pump->options.place.multi = jr_multi_new(pump->options.loop, (long)pump->options.at_a_time);
    pump->options.place.apart = &pump->apart;
    jr_apart_open(&pump->apart, pump->options.loop);
    jr_pump__open_channels(pump);
    jr_pump__start(pump);
}

void jr_pump_begin(struct jr_pump *pump) {
    if (pump->begun || pump->stopped) return;
    pump->begun = true;
    jr_curl_loading_begin(&pump->loading, pump->options.loop, jr_pump__on_loaded, pump);
}

/* An ordered one does not come in before those of its destination that were left in the store. */
static bool jr_pump__would_overtake(const struct jr_pump *pump, const struct jr_destination *destination,
                                    const struct jr_delivery *delivery) {
    if (!delivery->ordered) return false;
    if (destination->left != 0) return delivery->delivery > destination->left;
    return pump->refilling == destination && delivery->delivery > destination->left_last;
}

static bool jr_pump__has_room(struct jr_pump *pump, struct jr_destination *destination,
                              const struct jr_delivery *delivery) {
    bool full = destination->held >= JR_PUMP_OF_ONE;
    if (!full && !jr_pump__would_overtake(pump, destination, delivery)) return true;
    if (destination->left == 0 || delivery->delivery < destination->left) destination->left = delivery->delivery;
    if (delivery->delivery > destination->left_last) destination->left_last = delivery->delivery;
    if (full && pump->refilling == destination) pump->refilling = NULL;
    return false;
}

/* One that is new does not wait for the many that were due before, nor is it left in the store with them. */
static bool jr_pump__is_recent(struct jr_pump *pump, struct jr_destination *destination,
                               const struct jr_delivery *delivery) {
    bool newest = delivery->delivery > destination->newest;
    if (newest) destination->newest = delivery->delivery;
    if (!newest || delivery->ordered || delivery->attempts > 0 || delivery->due > jr_pump__now(pump)) return false;
    return jr_destination_passes(destination, delivery->since);
}

enum jr_pump_answer jr_pump_add(struct jr_pump *pump, const struct jr_delivery *delivery) {
    if (jr_pump__find(pump, delivery->delivery) != NULL) return JR_PUMP_HELD;
    if (pump->entries.n >= JR_PUMP_MAX) return JR_PUMP_FULL;
    struct jr_destination *destination = jr_pump__destination(pump, delivery->channel, delivery->url, delivery->asks);
    bool recent = jr_pump__is_recent(pump, destination, delivery);
    if (!recent && !jr_pump__has_room(pump, destination, delivery)) return JR_PUMP_LEFT;
    struct jr_entry *entry = jr_entry_new(delivery);
    entry->recent = recent;
    entry->pump = pump;
    entry->destination = destination;
    destination->held++;
    jn_map_put(&pump->entries, jr_pump__key(&entry->delivery.delivery), (uint64_t)(uintptr_t)entry);
    if (!jr_lines_join(&pump->lines, entry)) jr_pump__schedule(pump, entry);
    return JR_PUMP_HELD;
}

bool jr_pump_refill(struct jr_pump *pump, uint64_t *after) {
    uint64_t value = 0;
    for (uint32_t at = 0; jn_map_next(&pump->destinations, &at, NULL, &value);) {
        struct jr_destination *destination = (struct jr_destination *)(uintptr_t)value;
        if (destination->left == 0 || destination->held > JR_PUMP_OF_ONE / 2) continue;
        *after = destination->left - 1;
        destination->left = 0;
        pump->refilling = destination;
        return true;
    }
    return false;
}

bool jr_pump_is_refilling(const struct jr_pump *pump) {
    return pump->refilling != NULL;
}

void jr_pump_refilled(struct jr_pump *pump) {
    pump->refilling = NULL;
}

void jr_pump_cancel(struct jr_pump *pump, uint64_t delivery) {
    struct jr_entry *entry = jr_pump__find(pump, delivery);
    struct jr_report report = {
        .delivery = delivery, .result = JR_RESULT_CANCELLED, .reason = JN_STR("not wanted any more"), .took_ms = -1};
    if (entry == NULL) { /* not read back yet, or settled: whoever gets the report knows */
        pump->options.report(pump->options.user, &report);
        return;
    }
    report.receiver = entry->delivery.channel;
    entry->cancelled = true;
    if (entry->state == JR_ENTRY_READY)
        jr_destination_unqueue(entry);
    else if (entry->state == JR_ENTRY_WAITING)
        jr_due_remove(&pump->due, entry);
    else if (entry->state != JR_ENTRY_BEHIND)
        return;
    entry->state = JR_ENTRY_REPORTED;
    pump->options.report(pump->options.user, &report);
}

void jr_pump_settled(struct jr_pump *pump, uint64_t delivery) {
    struct jr_entry *entry = jr_pump__find(pump, delivery);
    if (entry == NULL || entry->state != JR_ENTRY_REPORTED) return;
    if (!entry->again || entry->cancelled) entry = jr_pump__drop(pump, entry);
    if (entry != NULL) jr_pump__schedule(pump, entry);
}

void jr_pump_disable(struct jr_pump *pump, struct jn_str channel, struct jn_str url, int64_t since) {
    jr_pump__destination(pump, channel, url, false)->disabled = since;
}

void jr_pump_enable(struct jr_pump *pump, struct jn_str channel) {
    uint64_t value = 0;
    for (uint32_t at = 0; jn_map_next(&pump->destinations, &at, NULL, &value);) {
        struct jr_destination *destination = (struct jr_destination *)(uintptr_t)value;
        if (destination->disabled == 0 || (channel.n > 0 && !jn_str_eq(destination->name, channel))) continue;
        destination->disabled = 0;
        JN_LOG(DESTINATION_ENABLED, JN_LF_STR("channel", destination->name));
    }
}

bool jr_pump_destination(const struct jr_pump *pump, uint32_t *at, struct jr_destination_view *out) {
    uint64_t value = 0;
    if (!jn_map_next(&pump->destinations, at, NULL, &value)) return false;
    int64_t steady = jr_pump__steady(pump);
    jr_destination_show((const struct jr_destination *)(uintptr_t)value, steady, out);
    if (out->until > 0) out->until += jr_pump__now(pump) - steady;
    return true;
}

uint64_t jr_pump_held_back(const struct jr_pump *pump) {
    return pump->held_back;
}

uint32_t jr_pump_count(const struct jr_pump *pump) {
    return pump->entries.n;
}

uint32_t jr_pump_in_flight(const struct jr_pump *pump) {
    return pump->in_flight;
}

void jr_pump_stop(struct jr_pump *pump) {
    pump->stopped = true;
    (void)uv_timer_stop(&pump->timer);
}

static void jr_pump__close_channels(struct jr_pump *pump) {
    if (pump->options.place.apart != NULL) jr_apart_close(&pump->apart);
    for (int kind = 0; kind < JN_CHANNEL_KINDS; kind++)
        jr_pump__ops(pump, (enum jn_channel_kind)kind)->close(pump->channel[kind]);
    if (pump->options.place.multi == NULL) return;
    jr_multi_close(pump->options.place.multi);
    curl_global_cleanup();
}

void jr_pump_close(struct jr_pump *pump) {
    jr_pump_stop(pump);
    pump->closed = true;
    uint32_t at = 0;
    struct jn_str key;
    uint64_t value = 0;
    while (jn_map_next(&pump->entries, &at, &key, &value)) {
        struct jr_entry *entry = (struct jr_entry *)(uintptr_t)value;
        if (entry->attempt != NULL) jr_pump__ops(pump, entry->delivery.kind)->cancel(entry->attempt);
        jr_entry_free(entry);
    }
    at = 0;
    while (jn_map_next(&pump->destinations, &at, &key, &value))
        free((void *)(uintptr_t)value);
    jn_map_release(&pump->entries);
    jn_map_release(&pump->lines.last);
    jn_map_release(&pump->destinations);
    jr_due_release(&pump->due);
    if (pump->open) jr_pump__close_channels(pump);
    uv_close((uv_handle_t *)&pump->timer, NULL);
}

void jr_pump_free(struct jr_pump *pump) {
    free(pump);
}
