#include <stdlib.h>

#include "core/check.h"
#include "runtime/engine/engine.h"

static struct jn_str flight_key(const uint64_t *delivery) {
    return (struct jn_str){(const char *)delivery, sizeof(*delivery)};
}

struct engine_flight *engine_flight_find(const struct jr_engine *engine, uint64_t delivery) {
    uint64_t found;
    return jn_map_get(&engine->flights, flight_key(&delivery), &found) ? (struct engine_flight *)(uintptr_t)found
                                                                       : NULL;
}

static struct jn_str flight_text(char **at, struct jn_str s) {
    struct jn_str copy = {*at, s.n};
    if (s.n > 0) memcpy(*at, s.p, s.n);
    *at += s.n;
    return copy;
}

void engine_flight_add(struct jr_engine *engine, const struct engine_flight *flight) {
    if (engine_flight_find(engine, flight->delivery) != NULL) return;
    size_t texts = flight->ext.n + flight->journey.n + flight->stage.n + flight->step.n + flight->message.n;
    struct engine_flight *kept = jn_alloc(sizeof(*kept) + texts);
    char *at = (char *)(kept + 1);
    *kept = *flight;
    kept->ext = flight_text(&at, flight->ext);
    kept->journey = flight_text(&at, flight->journey);
    kept->stage = flight_text(&at, flight->stage);
    kept->step = flight_text(&at, flight->step);
    kept->message = flight_text(&at, flight->message);
    jn_map_put(&engine->flights, flight_key(&kept->delivery), (uint64_t)(uintptr_t)kept);
}

void engine_flight_accepted(struct jr_engine *engine, uint64_t delivery, int64_t at) {
    struct engine_flight *flight = engine_flight_find(engine, delivery);
    if (flight == NULL) return;
    jn_map_remove(&engine->flights, flight_key(&delivery));
    struct engine_flight **place = &engine->sent[engine->n_sent++ % JR_SENT_MAX];
    free(*place);
    *place = flight;
    flight->accepted = at;
    flight->attempts++;
}

void engine_flight_drop(struct jr_engine *engine, uint64_t delivery) {
    struct engine_flight *flight = engine_flight_find(engine, delivery);
    if (flight == NULL) return;
    jn_map_remove(&engine->flights, flight_key(&delivery));
    free(flight);
}

/* Of what was accepted lately stays that it was: not for whom. */
void engine_flights_erase(struct jr_engine *engine, uint64_t customer) {
    uint64_t found;
    for (uint32_t at = 0; jn_map_next(&engine->flights, &at, NULL, &found);) {
        struct engine_flight *flight = (struct engine_flight *)(uintptr_t)found;
        if (flight->customer != customer) continue;
        engine_flight_drop(engine, flight->delivery);
        at = 0; /* the map has moved its rows */
    }
    for (uint32_t i = 0; i < JR_SENT_MAX && engine->sent[i] != NULL; i++) {
        struct engine_flight *flight = engine->sent[i];
        if (flight->customer != customer) continue;
        memset((char *)(flight + 1), 0, flight->ext.n); /* where flight_text has put it */
        flight->ext.n = 0;
        flight->customer = 0;
    }
}

void engine_flights_release(struct jr_engine *engine) {
    uint64_t flight;
    for (uint32_t at = 0; jn_map_next(&engine->flights, &at, NULL, &flight);)
        free((struct engine_flight *)(uintptr_t)flight);
    jn_map_release(&engine->flights);
    for (uint32_t i = 0; i < JR_SENT_MAX && engine->sent[i] != NULL; i++) {
        free(engine->sent[i]);
        engine->sent[i] = NULL;
    }
    engine->n_sent = 0;
}
