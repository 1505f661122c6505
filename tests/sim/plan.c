#include "plan.h"

#include <stdio.h>

#include "compiler/diag/diag.h"
#include "core/civil.h"
#include "generate.h"
#include "image/image.h"
#include "journey/compile.h"

#define START INT64_C(1767225600000) /* 2026-01-01 */

/* ---- the workspace */

static const char *plan_compile(struct jn_arena *arena, struct plan *plan) {
    struct jc_source source = {JN_STR("random.journey"), plan->script, JC_READ};
    struct jc_result result;
    struct jn_buf image;
    struct jn_err err;
    if (jc_compile(arena, &source, 1, &result, NULL) != JN_OK || result.program == NULL) return "it does not compile";
    jn_buf_init(&image, JN_IMAGE_MAX);
    jn_rc rc = jn_image_encode(result.program, &image, &err);
    plan->image = jn_arena_str(arena, jn_buf_view(&image));
    jn_buf_release(&image);
    return rc == JN_OK ? NULL : "its image cannot be written";
}

/* ---- what customers do */

static void plan_event(struct rng *rng, const struct deed *deed, uint32_t customer, struct request *out) {
    static const char *const EVENT[] = {"opened", "e1", "e2", "e3"};
    struct jn_buf text;
    jn_buf_init(&text, sizeof(out->body) - 1);
    /* The sender's clock is nobody's: it may say any day. */
    jn_buf_printf(&text,
                  "{\"userId\":\"c%u\",\"messageId\":\"%s\",\"timestamp\":\"2026-01-%02uT00:00:00Z\",\"event\":\"%s\"",
                  customer, out->id, 1 + rng_below(rng, 28), EVENT[deed->kind == DEED_OPENED ? 0 : deed->event]);
    jn_buf_z(&text, ",\"properties\":{");
    const char *before = "";
    if (deed->kind == DEED_OPENED) {
        jn_buf_printf(&text, "\"message\":\"m%d\"", deed->event);
    } else {
        if (deed->x != INT64_MIN) jn_buf_printf(&text, "%s\"x\":%lld", before, (long long)deed->x), before = ",";
        if (deed->c != INT64_MIN) jn_buf_printf(&text, "%s\"c\":%lld", before, (long long)deed->c), before = ",";
        if (deed->t != NULL) jn_buf_printf(&text, "%s\"t\":\"%s\"", before, deed->t);
    }
    jn_buf_z(&text, "}}");
    jn_buf_char(&text, '\0');
    (void)snprintf(out->body, sizeof(out->body), "%s", text.p);
    jn_buf_release(&text);
}

static void plan_deeds(struct rng *rng, struct plan *plan, uint32_t customer) {
    struct deed deed[DEEDS_MAX];
    uint32_t n = random_deeds(rng, plan->start, deed);
    for (uint32_t i = 0; i < n; i++) {
        struct request *r = &plan->request[plan->n_request++];
        /* In a known workspace everybody begins, and what is said of topics means nothing. */
        if (plan->kind == PLAN_KNOWN) {
            deed[i].kind = DEED_EVENT;
            deed[i].event = i == 0 ? 1 : 2 + (int)rng_below(rng, 2);
            deed[i].t = NULL;
            deed[i].c = INT64_MIN;
        }
        *r = (struct request){.at = deed[i].at, .customer = customer, .deed = deed[i], .twice = rng_below(rng, 4) == 0};
        (void)snprintf(r->id, sizeof(r->id), "c%u-%u", customer, i);
        if (deed[i].kind == DEED_EVENT || deed[i].kind == DEED_OPENED) plan_event(rng, &deed[i], customer, r);
    }
}

/* ---- what goes wrong */

static int64_t plan_jump(struct rng *rng) {
    static const int64_t JUMP[] = {JN_MS_SECOND, 5 * JN_MS_MINUTE, JN_MS_HOUR,
                                   JN_MS_DAY,    20 * JN_MS_DAY,   365 * JN_MS_DAY};
    int64_t jump = JUMP[rng_below(rng, 6)];
    return rng_below(rng, 2) == 0 ? jump : -jump;
}

static void plan_trouble(struct rng *rng, const struct plan *plan, struct trouble *out) {
    static const enum disk_fault FAULT[] = {DISK_POWER,       DISK_POWER,      DISK_KILL,       DISK_KILL,   DISK_KILL,
                                            DISK_WRITE_FAILS, DISK_SYNC_FAILS, DISK_READ_FAILS, DISK_IS_FULL};
    static const int64_t STALL[] = {JN_MS_SECOND, 30 * JN_MS_SECOND, 20 * JN_MS_MINUTE, 3 * JN_MS_HOUR};
    uint32_t kind = rng_below(rng, plan->kind == PLAN_TWIN ? 8 : 14);
    *out = (struct trouble){.kind = kind < 6    ? TROUBLE_DISK
                                    : kind < 8  ? TROUBLE_KILL
                                    : kind < 10 ? TROUBLE_CLOCK
                                    : kind < 12 ? TROUBLE_OUTAGE
                                                : TROUBLE_STALL,
                            .fault = FAULT[rng_below(rng, sizeof(FAULT) / sizeof(*FAULT))],
                            .loss = (enum disk_loss)rng_below(rng, DISK_LOSSES),
                            .strike = 1 + rng_below(rng, 60)};
    out->at =
        plan->start + (int64_t)rng_below(rng, (uint32_t)((plan->quiet - plan->start) / JN_MS_SECOND)) * JN_MS_SECOND;
    if (out->kind == TROUBLE_CLOCK) out->ms = rng_below(rng, 3) == 0 ? 0 : plan_jump(rng);
    if (out->kind == TROUBLE_STALL) out->ms = STALL[rng_below(rng, 4)];
    if (out->kind == TROUBLE_OUTAGE) out->ms = (int64_t)(1 + rng_below(rng, 30)) * JN_MS_HOUR;
    /* Half of them meet somebody who does something. */
    if (rng_below(rng, 2) == 0) out->at = plan->request[rng_below(rng, plan->n_request)].at;
}

static void plan_troubles(struct rng *rng, struct plan *plan) {
    plan->n_trouble = 2 + rng_below(rng, PLAN_TROUBLES - 1);
    for (uint32_t i = 0; i < plan->n_trouble; i++)
        plan_trouble(rng, plan, &plan->trouble[i]);
    for (uint32_t i = 1; i < plan->n_trouble; i++) /* few: in order of time */
        for (uint32_t j = i; j > 0 && plan->trouble[j].at < plan->trouble[j - 1].at; j--) {
            struct trouble swap = plan->trouble[j];
            plan->trouble[j] = plan->trouble[j - 1];
            plan->trouble[j - 1] = swap;
        }
}

const char *plan_make(uint64_t seed, struct jn_arena *arena, struct plan *out) {
    struct rng rng = {seed};
    struct jn_buf script;
    *out = (struct plan){.seed = seed, .kind = (enum plan_kind)(seed % PLAN_KINDS), .start = START};
    out->quiet = out->start + 18 * JN_MS_DAY;
    out->end = out->start + (out->kind == PLAN_TWIN ? 40 : 70) * JN_MS_DAY; /* time may have to be made up for */
    jn_buf_init(&script, 1u << 20);
    if (out->kind == PLAN_KNOWN)
        known_script(&rng, &out->known, &script);
    else
        generate_script(&rng, &script);
    out->script = jn_arena_str(arena, jn_buf_view(&script));
    jn_buf_release(&script);
    out->chance = random_chance(&rng);
    out->n_customer = 1 + rng_below(&rng, PLAN_CUSTOMERS);
    for (uint32_t i = 0; i < out->n_customer; i++) {
        (void)snprintf(out->name[i], sizeof(out->name[i]), "c%u", i);
        plan_deeds(&rng, out, i);
    }
    plan_troubles(&rng, out);
    out->sealed = rng_below(&rng, 2) == 0;
    out->sealed_after = rng_below(&rng, 3);
    return plan_compile(arena, out);
}
