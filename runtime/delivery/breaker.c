#include "runtime/delivery/breaker.h"

#include <stddef.h>
#include <stdlib.h>

#include "core/check.h"

enum { JR_BREAKER__CALLS_MAX = 1000 }; /* looked back at; the compiler allows no more */

struct jr_breaker {
    uint8_t failed[JR_BREAKER__CALLS_MAX]; /* the last calls, as a ring */
    uint32_t n, at, n_failed;
    int64_t open_until; /* 0: closed */
    bool trying;        /* half open: one call is out */
    char service[];     /* its name: the map's key */
};

void jr_breakers_init(struct jr_breakers *breakers) {
    jn_map_init(&breakers->by_service);
}

void jr_breakers_release(struct jr_breakers *breakers) {
    uint64_t breaker;
    for (uint32_t at = 0; jn_map_next(&breakers->by_service, &at, NULL, &breaker);)
        free((struct jr_breaker *)(uintptr_t)breaker);
    jn_map_release(&breakers->by_service);
}

static struct jr_breaker *jr_breaker__find(struct jr_breakers *breakers, struct jn_str service) {
    uint64_t found;
    if (jn_map_get(&breakers->by_service, service, &found)) return (struct jr_breaker *)(uintptr_t)found;
    struct jr_breaker *breaker = jn_alloc_zero(1, sizeof *breaker + service.n + 1);
    memcpy(breaker->service, service.p, service.n);
    jn_map_put(&breakers->by_service, (struct jn_str){breaker->service, service.n}, (uint64_t)(uintptr_t)breaker);
    return breaker;
}

static void jr_breaker__close(struct jr_breaker *breaker) {
    memset(breaker, 0, offsetof(struct jr_breaker, service));
}

bool jr_breaker_allows(struct jr_breakers *breakers, const struct jr_delivery *ask, int64_t now) {
    if (ask->breaker == 0) return true;
    struct jr_breaker *breaker = jr_breaker__find(breakers, ask->message);
    if (breaker->open_until == 0) return true;
    if (breaker->trying || now < breaker->open_until) return false;
    breaker->trying = true;
    return true;
}

/* The window of the newest `calls` outcomes; a program that looks at fewer begins anew. */
static void jr_breaker__remember(struct jr_breaker *breaker, uint32_t calls, bool failed) {
    if (breaker->n > calls || breaker->at >= calls) jr_breaker__close(breaker);
    if (breaker->n == calls)
        breaker->n_failed -= breaker->failed[breaker->at];
    else
        breaker->n++;
    breaker->failed[breaker->at] = failed;
    breaker->n_failed += failed;
    breaker->at = (breaker->at + 1) % calls;
}

void jr_breaker_note(struct jr_breakers *breakers, const struct jr_delivery *ask, bool failed, int64_t now) {
    if (ask->breaker == 0) return;
    struct jr_breaker *breaker = jr_breaker__find(breakers, ask->message);
    uint32_t calls = ask->breaker_calls < JR_BREAKER__CALLS_MAX ? ask->breaker_calls : JR_BREAKER__CALLS_MAX;
    if (breaker->open_until != 0) {
        if (!breaker->trying) return; /* it began before the breaker opened */
        breaker->trying = false;
        if (failed)
            breaker->open_until = now + ask->breaker_ms;
        else
            jr_breaker__close(breaker);
        return;
    }
    if (calls == 0) return;
    jr_breaker__remember(breaker, calls, failed);
    if (breaker->n == calls && (uint64_t)breaker->n_failed * JN_SHARE_ALL >= (uint64_t)ask->breaker * calls)
        breaker->open_until = now + ask->breaker_ms;
}
