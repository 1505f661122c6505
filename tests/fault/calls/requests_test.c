/* What a request asks for happens whole, or its answer says that it has not: the days of a server, each of whose
 * requests meets a store that fails at its first call, then one that fails at the second, and so on, until it comes
 * through. What it then comes to is what it comes to on a store that never fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/random.h"
#include "desk.h"
#include "failing.h"

static struct jn_random dice; /* the same for both days */

void __wrap_jn_random_bytes(void *out, size_t n);
void __wrap_jn_random_bytes(void *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)out)[i] = (unsigned char)jn_random_next(&dice);
}

struct day {
    struct desk desk;
    struct failing store;
    bool fails; /* each call once */
    struct jn_buf told;
};

/* What was tried is in the audit log, too: it alone is another. */
static void tell(struct day *day, const char *method, const char *path) {
    bool log = strncmp(path, "/api/audit", 10) == 0;
    if (!log)
        jn_buf_printf(&day->told, "%s %s: %d %.*s\n", method, path, day->desk.status,
                      JN_FMT(jn_buf_view(&day->desk.body)));
}

/* What is refused is refused, whether or not that can be noted; else the failure is told. */
static bool is_told(const struct day *day, int status) {
    return day->desk.status >= 500 || (status >= 400 && day->desk.status == status);
}

static void ask(struct day *day, struct ask ask, int status) {
    for (uint32_t strike = day->fails ? 1 : 0;; strike++) {
        failing_arm(&day->store, strike);
        (void)desk_ask(&day->desk, &ask);
        if (!failing_disarm(&day->store)) break;
        if (!is_told(day, status))
            fail_msg("%s %s, whose call %u fails: %d %.*s", ask.method, ask.path, strike, day->desk.status,
                     JN_FMT(jn_buf_view(&day->desk.body)));
    }
    if (day->desk.status != status)
        fail_msg("%s %s: %d %.*s", ask.method, ask.path, day->desk.status, JN_FMT(jn_buf_view(&day->desk.body)));
    tell(day, ask.method, ask.path);
}

static void asks(struct day *day, const char *method, const char *path, const char *body) {
    ask(day, ASK(method, path, .body = body), 200);
}

static void deploys(struct day *day, const char *path, const char *script) {
    ask(day, ASK("PUT", path, .image = desk_image(&day->desk, script)), 200);
}

/* What the lane does by itself: it comes through once no call fails any more. */
static void does(struct day *day, jn_rc (*what)(struct desk *desk)) {
    for (uint32_t strike = day->fails ? 1 : 0;; strike++) {
        failing_arm(&day->store, strike);
        jn_rc rc = what(&day->desk);
        if (!failing_disarm(&day->store)) {
            assert_int_equal(rc, JN_OK);
            return;
        }
        assert_int_equal(rc, JN_IO);
    }
}

static jn_rc now(struct desk *desk) {
    return desk_pass(desk, 0);
}

static void passes(struct day *day, int64_t ms) {
    day->desk.now += ms;
    does(day, now);
}

static jn_rc accepted(struct desk *desk) {
    return desk_answered(desk, JR_RESULT_ACCEPTED);
}

static jn_rc failed(struct desk *desk) {
    return desk_answered(desk, JR_RESULT_FAILED);
}

static jn_rc put_off(struct desk *desk) {
    return desk_answered(desk, JR_RESULT_RETRY);
}

static jn_rc keep_up(struct desk *desk) {
    const struct jr_keep keep = {30 * JN_MS_DAY, 30 * JN_MS_DAY, 30 * JN_MS_DAY};
    bool more = true;
    jn_rc rc = JN_OK;
    while (rc == JN_OK && more)
        rc = jr_engine_upkeep(desk->engine, desk->now, &keep, &more, NULL);
    return rc;
}

static jn_rc forget_notes(struct desk *desk) {
    bool more = true;
    jn_rc rc = JN_OK;
    while (rc == JN_OK && more)
        rc = jr_engine_forget_notes(desk->engine, desk->now - 20 * JN_MS_DAY, &more, NULL);
    return rc;
}

static jn_rc rewrite(struct desk *desk) {
    bool done;
    return jr_engine_rewrite(desk->engine, UINT64_MAX, &done, NULL);
}

static void nothing_is_found(void *user, const struct jr_finding *finding) {
    (void)user;
    fail_msg("a sound store is found to be damaged: %d", (int)finding->kind);
}

static jn_rc examine(struct desk *desk) {
    struct jr_examined totals;
    return jr_engine_examine(desk->engine, nothing_is_found, NULL, &totals, NULL);
}

static jn_rc recount(struct desk *desk) {
    return jr_engine_recount(desk->engine, NULL);
}

/* ---- the days */

static void looks_around(struct day *day) {
    static const char *const PATH[] = {"/",
                                       "/healthz",
                                       "/readyz",
                                       "/api/status",
                                       "/api/versions",
                                       "/api/journeys",
                                       "/api/journeys/welcome",
                                       "/api/rollout",
                                       "/api/runs",
                                       "/api/approvals",
                                       "/api/deliveries?state=pending",
                                       "/api/deliveries?state=dead&channel=post&since=7%20days",
                                       "/api/deliveries?state=sent&customer=ann",
                                       "/api/destinations",
                                       "/api/quarantine",
                                       "/api/customers/ann",
                                       "/api/customers/ann/timeline",
                                       "/api/customers/ann/export",
                                       "/api/audit/verify",
                                       "/v1/projects/key/settings"};
    for (size_t i = 0; i < sizeof PATH / sizeof PATH[0]; i++)
        asks(day, "GET", PATH[i], NULL);
    asks(day, "GET", "/api/audit?since=1%20day", NULL);
}

static void people_come(struct day *day) {
    asks(day, "POST", "/v1/identify", "{\"userId\":\"ann\",\"traits\":{\"email\":\"a@b.c\",\"phone\":\"+491\"}}");
    asks(day, "POST", "/v1/identify", "{\"userId\":\"bo\",\"traits\":{\"email\":\"b@b.c\"}}");
    asks(day, "POST", "/v1/track", "{\"userId\":\"ann\",\"event\":\"begin\",\"properties\":{\"plan\":\"trial\"}}");
    asks(day, "POST", "/v1/track", "{\"anonymousId\":\"tablet\",\"event\":\"begin\"}");
    asks(day, "POST", "/v1/track", "{\"userId\":\"bo\",\"event\":\"purchase\",\"properties\":{}}"); /* set aside */
    asks(day, "POST", "/v1/events",
         "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/shop\",\"type\":\"rest\",\"subject\":\"bo\"}");
    asks(day, "POST", "/v1/batch",
         "{\"batch\":[{\"type\":\"track\",\"userId\":\"ann\",\"event\":\"ask\",\"messageId\":\"m\"},"
         "{\"type\":\"track\",\"userId\":\"bo\",\"event\":\"ask\"},{\"type\":\"track\",\"userId\":\"bo\",\"event\":"
         "\"rest\"},"
         "{\"type\":\"track\",\"userId\":\"cy\",\"event\":\"rest\"},{\"type\":\"dance\"}]}");
    ask(day,
        ASK("POST", "/hooks/shop", .body = "{\"type\":\"paid\",\"customer\":\"ann\",\"order\":\"1\",\"id\":\"o\"}",
            .sign = true),
        200);
    ask(day, ASK("OPTIONS", "/v1/track"), 204);
}

static void people_decide(struct day *day) {
    char path[128];
    asks(day, "GET", "/api/approvals", NULL);
    (void)snprintf(path, sizeof path, "/api/approvals/%s", desk_found(&day->desk, "\"id\":\"").p);
    ask(day, ASK("POST", path, .body = "{\"decision\":\"approve\",\"by\":\"somebody\"}"), 422);
    asks(day, "POST", path, "{\"decision\":\"approve\",\"by\":\"lead\"}");
    ask(day, ASK("POST", path, .body = "{\"decision\":\"reject\",\"by\":\"lead\"}"), 409);
}

static void messages_fail(struct day *day) {
    char path[128];
    does(day, failed);
    asks(day, "GET", "/api/deliveries?state=dead", NULL);
    (void)snprintf(path, sizeof path, "/api/deliveries/%s/retry", desk_found(&day->desk, "\"id\":\"").p);
    asks(day, "POST", path, NULL);
    ask(day, ASK("POST", path), 409);
    passes(day, 0);
    does(day, accepted);
    asks(day, "POST", "/api/destinations/post/enable", NULL);
}

/* A run that asks too much of its expressions goes no further until it is told to. */
static void a_run_is_parked(struct day *day) {
    char path[64];
    asks(day, "POST", "/v1/track", "{\"userId\":\"gus\",\"event\":\"strain\"}");
    asks(day, "GET", "/api/runs", NULL);
    (void)snprintf(path, sizeof path, "/api/runs/%s/retry", desk_found(&day->desk, "\"run\":").p);
    asks(day, "POST", path, NULL);
    passes(day, 0);
    asks(day, "GET", "/api/runs", NULL);
}

static void journeys_rest(struct day *day) {
    asks(day, "POST", "/api/journeys/welcome/pause", "{\"clock\":\"running\"}");
    asks(day, "POST", "/v1/track", "{\"userId\":\"cy\",\"event\":\"begin\"}");
    passes(day, 4 * JN_MS_DAY);
    looks_around(day);
    asks(day, "POST", "/api/journeys/welcome/resume", "{\"overdue\":\"spread\",\"spread\":\"1 hour\"}");
    passes(day, JN_MS_HOUR);
    does(day, put_off);
    asks(day, "POST", "/api/journeys/resting/pause", NULL);
    asks(day, "POST", "/api/journeys/resting/resume", NULL);
    passes(day, 0);
    asks(day, "POST", "/api/journeys/resting/stop", NULL);
    passes(day, 0);
    asks(day, "POST", "/api/journeys/resting/resume", NULL);
}

static void versions_come(struct day *day) {
    char path[128];
    deploys(day, "/api/program?canary=50%25&min=1&guard=failed%202%25,parked%20off&exits=gone&runs=end",
            DESK_PROGRAM("Good day"));
    asks(day, "POST", "/v1/track", "{\"userId\":\"dan\",\"event\":\"begin\"}");
    asks(day, "POST", "/v1/track", "{\"userId\":\"eve\",\"event\":\"begin\"}");
    ask(day, ASK("PUT", "/api/program", .image = desk_image(&day->desk, DESK_PROGRAM("Well"))), 409);
    looks_around(day);
    asks(day, "POST", "/api/rollout/raise?share=60%25", NULL);
    asks(day, "POST", "/api/rollout/abort", NULL);
    passes(day, 0);
    deploys(day, "/api/program?canary=50%25", DESK_PROGRAM("Hi"));
    asks(day, "POST", "/api/rollout/finish", NULL);
    deploys(day, "/api/program?mode=migrate&waits=keep&spread=60", DESK_PROGRAM("Hello again"));
    asks(day, "POST", "/v1/track", "{\"userId\":\"fay\",\"event\":\"rest\"}");
    passes(day, JN_MS_HOUR);
    deploys(day, "/api/program?mode=end", DESK_PROGRAM("The end"));
    passes(day, JN_MS_HOUR);
    asks(day, "GET", "/api/versions", NULL);
    (void)snprintf(path, sizeof path, "/api/versions/%s", desk_found(&day->desk, "\"version\":\"").p);
    asks(day, "GET", path, NULL);
}

static void people_go(struct day *day) {
    asks(day, "PUT", "/api/customers/ann/consents/news", "{\"state\":\"out\"}");
    asks(day, "PUT", "/api/customers/ann/consents/news", "{\"state\":\"in\"}");
    asks(day, "PUT", "/api/customers/ann/aliases/tablet", NULL); /* two who are one */
    asks(day, "PUT", "/api/customers/ann/aliases/bo", NULL);
    looks_around(day);
    asks(day, "DELETE", "/api/customers/ann", NULL);
    ask(day, ASK("GET", "/api/customers/ann"), 404);
    passes(day, 40 * JN_MS_DAY);
    does(day, keep_up);
    does(day, forget_notes);
    does(day, rewrite);
    does(day, examine);
    does(day, recount);
    does(day, examine);
}

static void lives(struct day *day, bool fails) {
    struct jr_store *store = failing_open(&day->store);
    day->fails = fails;
    jn_random_seed(&dice, 1);
    jn_buf_init(&day->told, 4 << 20);
    desk_open(&day->desk, store, "");
    asks(day, "GET", "/api/status", NULL);
    asks(day, "GET", "/api/journeys", NULL);
    deploys(day, "/api/program", DESK_PROGRAM("Hello"));
    people_come(day);
    looks_around(day);
    people_decide(day);
    messages_fail(day);
    a_run_is_parked(day);
    journeys_rest(day);
    versions_come(day);
    people_go(day);
    assert_false(day->told.failed);
    desk_close(&day->desk);
}

static void a_failing_store_changes_no_answer(void **state) {
    static struct day calm, rough;
    (void)state;
    lives(&calm, false);
    lives(&rough, true);
    struct jn_str a = jn_buf_view(&calm.told), b = jn_buf_view(&rough.told);
    assert_true(rough.store.struck > 200);
    size_t same = 0;
    while (same < a.n && same < b.n && a.p[same] == b.p[same])
        same++;
    size_t from = same < 200 ? 0 : same - 200;
    if (same < a.n || same < b.n) fail_msg("calm:\n%.400s\n\nrough:\n%.400s", a.p + from, b.p + from);
    jn_buf_release(&calm.told);
    jn_buf_release(&rough.told);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failing_store_changes_no_answer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
