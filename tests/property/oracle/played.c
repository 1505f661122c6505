#include "played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/check.h"
#include "core/json.h"
#include "image/image.h"
#include "journey/runtime.h"
#include "journey/store.h"

extern const struct jr_store_ops jr_store_mem;

#define FLIGHTS 4096
#define INPUTS  64

/* Something on its way: the engine's number, and when its end is told. */
struct flight {
    uint64_t delivery;
    int64_t told; /* INT64_MAX: it has been */
    struct fate fate;
};

struct played {
    struct jr_store *store;
    struct jr_engine *engine;
    struct jn_arena arena;
    const struct chance *chance;
    struct jn_buf *out, *content;
    struct flight flight[FLIGHTS];
    uint32_t n_flight;
    struct jn_json *json[INPUTS];
    uint32_t n_json;
    char text[INPUTS][128];
};

/* ---- what is told */

static void hear(void *user, const struct jr_trace *trace) {
    static const char *const WORD[JR_TRACES] = {
        [JR_TRACE_ENTERED] = "entered", [JR_TRACE_SENT] = "sent",         [JR_TRACE_LEFT] = "left",
        [JR_TRACE_GOAL] = "goal",       [JR_TRACE_UNSENT] = "unsent",     [JR_TRACE_GHOST] = "ghost",
        [JR_TRACE_SKIPPED] = "skipped", [JR_TRACE_ANSWERED] = "answered", [JR_TRACE_DEFAULTED] = "defaulted",
        [JR_TRACE_LATE] = "late"};
    struct played *p = user;
    const char *what = WORD[trace->kind];
    struct jn_str name = trace->kind == JR_TRACE_ENTERED ? JN_STR("") : trace->name;
    if (what != NULL)
        jn_buf_printf(p->out, "%lld %s %.*s%s%.*s\n", (long long)trace->at, what, JN_FMT(trace->journey),
                      name.n > 0 ? " " : "", JN_FMT(name));
}

static void show_content(struct played *p, const struct jr_delivery *delivery) {
    struct jn_json *body;
    assert_int_equal(jn_json_parse(delivery->body, &body, NULL), JN_OK);
    struct jn_str text = jn_json_text(jn_json_get(jn_json_get(body, "content"), "body"));
    jn_buf_printf(p->content, "%.*s\n", JN_FMT(text));
    jn_json_free(body);
}

/* ---- turns */

static void take_off(struct played *p, const struct jr_delivery *delivery, int64_t now) {
    JN_CHECK(p->n_flight < FLIGHTS);
    struct fate fate = chance_fate(p->chance, p->n_flight, delivery->asks);
    p->flight[p->n_flight++] = (struct flight){delivery->delivery, now + fate.after, fate};
    if (!delivery->asks) show_content(p, delivery);
}

/* Nothing has begun to leave: what is cancelled never does. */
static void call_off(struct played *p, uint64_t delivery, int64_t now) {
    for (uint32_t i = 0; i < p->n_flight; i++)
        if (p->flight[i].delivery == delivery) {
            p->flight[i].told = now + 1;
            p->flight[i].fate.end = FATE_CANCELLED;
        }
}

/* `more`: the instant is not complete, and its timers have to wait. */
static void take_turn(struct played *p, const struct jr_input *input, uint32_t n, int64_t now, bool more) {
    struct jr_turn turn;
    do {
        turn = (struct jr_turn){.arena = &p->arena};
        jn_arena_reset(&p->arena);
        assert_int_equal(jr_engine_turn(p->engine, input, n, more ? now - 1 : now, &turn, NULL), JN_OK);
        for (uint32_t i = 0; i < turn.n_delivery; i++)
            take_off(p, &turn.delivery[i], now);
        for (uint32_t i = 0; i < turn.n_cancelled; i++)
            call_off(p, turn.cancelled[i], now);
        n = 0;
    } while (turn.more);
}

/* ---- inputs of one instant */

static struct jn_str jotted(struct played *p, uint32_t i, struct jn_buf *text) {
    size_t n = jn_buf_view(text).n;
    JN_CHECK(n < sizeof(p->text[i]));
    memcpy(p->text[i], jn_buf_view(text).p, n);
    jn_buf_release(text);
    return (struct jn_str){p->text[i], n};
}

static struct jr_input ended(struct played *p, struct flight *flight, uint32_t i, int64_t now) {
    static const enum jr_result RESULT[] = {
        [FATE_ACCEPTED] = JR_RESULT_ACCEPTED, [FATE_FAILED] = JR_RESULT_FAILED, [FATE_CANCELLED] = JR_RESULT_CANCELLED};
    struct jr_input input = {.kind = JR_INPUT_RESULT, .received = now, .delivery = flight->delivery};
    struct jn_buf answer;
    jn_buf_init(&answer, 128);
    jn_buf_printf(&answer, "{\"score\":%lld", (long long)flight->fate.score);
    if (!flight->fate.nonsense) jn_buf_printf(&answer, ",\"tier\":\"%s\"", flight->fate.tier);
    jn_buf_char(&answer, '}');
    input.answer = jotted(p, i, &answer);
    input.result = RESULT[flight->fate.end];
    input.status = input.result == JR_RESULT_ACCEPTED ? 200 : 400;
    input.reason = input.result == JR_RESULT_ACCEPTED ? JN_STR("") : JN_STR("refused");
    flight->told = INT64_MAX;
    return input;
}

static const struct jn_json *properties(struct played *p, const struct deed *d, uint32_t i) {
    struct jn_buf text;
    jn_buf_init(&text, 128);
    jn_buf_char(&text, '{');
    if (d->kind == DEED_OPENED) jn_buf_printf(&text, "\"message\":\"m%d\"", d->event);
    if (d->kind == DEED_EVENT) {
        const char *before = "";
        if (d->x != INT64_MIN) jn_buf_printf(&text, "%s\"x\":%lld", before, (long long)d->x), before = ",";
        if (d->c != INT64_MIN) jn_buf_printf(&text, "%s\"c\":%lld", before, (long long)d->c), before = ",";
        if (d->t != NULL) jn_buf_printf(&text, "%s\"t\":\"%s\"", before, d->t);
    }
    jn_buf_char(&text, '}');
    assert_int_equal(jn_json_parse(jotted(p, i, &text), &p->json[p->n_json], NULL), JN_OK);
    return p->json[p->n_json++];
}

static struct jr_input done(struct played *p, const struct deed *d, uint32_t i) {
    static const char *const EVENT[] = {"opened", "e1", "e2", "e3"}, *const TOPIC[] = {"news", "promo"};
    struct jr_input input = {.kind = d->kind == DEED_CONSENT ? JR_INPUT_CONSENT : JR_INPUT_EVENT,
                             .received = d->at,
                             .happened = d->at,
                             .source = JN_STR("track"),
                             .customer = JN_STR("ann"),
                             .in = d->in};
    if (d->kind == DEED_CONSENT) {
        input.event = jn_str_z(TOPIC[d->event]);
    } else {
        input.event = jn_str_z(EVENT[d->kind == DEED_OPENED ? 0 : d->event]);
        input.properties = properties(p, d, i);
    }
    return input;
}

/* What has waited longest for a decision; false when nothing does. */
static bool decided(struct played *p, const struct deed *d, struct jr_input *out) {
    struct jr_approval *open;
    uint64_t next;
    uint32_t n;
    jn_arena_reset(&p->arena);
    assert_int_equal(jr_engine_approvals(p->engine, 0, 1, &p->arena, &open, &n, &next, NULL), JN_OK);
    if (n == 0) return false;
    JN_CHECK(open->id.n < sizeof(p->text[0]));
    memcpy(p->text[0], open->id.p, open->id.n);
    *out = (struct jr_input){.kind = JR_INPUT_DECISION,
                             .received = d->at,
                             .event = JN_STR("lead"),
                             .other = {p->text[0], open->id.n},
                             .in = d->in};
    return true;
}

static int64_t next_told(const struct played *p) {
    int64_t soonest = INT64_MAX;
    for (uint32_t i = 0; i < p->n_flight; i++)
        if (p->flight[i].told < soonest) soonest = p->flight[i].told;
    return soonest;
}

/* What comes back from outside at an instant comes before what is done at it, and both before timers. Which decision is
 * open is known when all before it has been taken: it has a turn of its own. */
static uint32_t play_instant(struct played *p, const struct deed *deed, uint32_t n, int64_t now) {
    struct jr_input input[INPUTS];
    uint32_t n_input = 0, n_done = 0;
    if (n > 0 && deed->kind == DEED_DECISION && deed->at == now && next_told(p) > now) {
        if (decided(p, deed, input)) take_turn(p, input, 1, now, n > 1 && deed[1].at == now);
        return 1;
    }
    for (uint32_t i = 0; i < p->n_flight && n_input < INPUTS / 2; i++)
        if (p->flight[i].told <= now) {
            input[n_input] = ended(p, &p->flight[i], n_input, now);
            n_input++;
        }
    for (; n_done < n && deed[n_done].at == now && deed[n_done].kind != DEED_DECISION && n_input < INPUTS; n_done++) {
        input[n_input] = done(p, &deed[n_done], n_input);
        n_input++;
    }
    take_turn(p, input, n_input, now, n_done < n && deed[n_done].at == now);
    while (p->n_json > 0)
        jn_json_free(p->json[--p->n_json]);
    return n_done;
}

static void play_days(struct played *p, const struct deed *deed, uint32_t n, int64_t end) {
    for (uint32_t i = 0;;) {
        int64_t due = jr_engine_next_due(p->engine), told = next_told(p), at = i < n ? deed[i].at : INT64_MAX;
        if (told < at) at = told;
        if (due < at) at = due;
        if (at > end) return;
        i += play_instant(p, deed + i, n - i, at);
    }
}

static struct jn_str forced_arm(void *user, struct jn_str journey, struct jn_str split) {
    const struct played *p = user;
    (void)journey;
    return chance_arm(p->chance, split) ? JN_STR("a1") : JN_STR("a0");
}

static bool forced_share(void *user, enum jr_share share) {
    const struct played *p = user;
    return share == JR_SHARE_CONTROL ? p->chance->control : !p->chance->rollout;
}

void play(struct jn_program *program, const struct chance *chance, const struct deed *deed, uint32_t n, int64_t end,
          struct jn_buf *out, struct jn_buf *content) {
    struct played *p = jn_alloc_zero(1, sizeof(*p));
    struct jr_engine_options options = {
        .trace = hear, .trace_user = p, .force_arm = forced_arm, .force_share = forced_share, .force_user = p};
    struct jn_buf image;
    struct jn_err err;
    p->chance = chance;
    p->out = out;
    p->content = content;
    jn_arena_init(&p->arena);
    jn_buf_init(&image, JN_IMAGE_MAX);
    assert_int_equal(jn_image_encode(program, &image, &err), JN_OK);
    assert_int_equal(jr_store_mem.open(JN_STR(""), &p->store, NULL), JN_OK);
    assert_int_equal(jr_engine_open(p->store, &options, &p->engine, &err), JN_OK);
    if (jr_engine_deploy(p->engine, jn_buf_view(&image), &err) != JN_OK) fail_msg("%s", err.text);
    play_days(p, deed, n, end);
    jr_engine_close(p->engine);
    jr_store_mem.close(p->store);
    jn_buf_release(&image);
    jn_arena_release(&p->arena);
    free(p);
}
