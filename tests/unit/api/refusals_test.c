/* What each route refuses: with which status, and a sentence that says what to do instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "desk.h"

static struct desk desk;

static int set_up(void **state) {
    (void)state;
    if (desk_open_with(&desk, DESK_PROGRAM("Hello")) != 200) return -1;
    desk_ask(&desk, &ASK("POST", "/v1/identify", .body = "{\"userId\":\"ann\",\"traits\":{\"email\":\"a@b.c\"}}"));
    return desk.status == 200 ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    desk_close(&desk);
    return 0;
}

static void expect_refused(const struct ask *ask, int status, const char *says) {
    int is = desk_ask(&desk, ask);
    struct jn_str body = jn_buf_view(&desk.body);
    if (is != status) fail_msg("%s %s: %d %.*s", ask->method, ask->path, is, JN_FMT(body));
    if (memmem(body.p, body.n, says, strlen(says)) == NULL)
        fail_msg("%s %s does not say `%s`: %.*s", ask->method, ask->path, says, JN_FMT(body));
}

struct refused {
    const char *method, *path, *body;
    int status;
    const char *says;
};

static void all_are_refused(const struct refused *row, size_t n) {
    for (size_t i = 0; i < n; i++)
        expect_refused(&ASK(row[i].method, row[i].path, .body = row[i].body), row[i].status, row[i].says);
}
#define REFUSED(table) all_are_refused(table, sizeof table / sizeof table[0])

static void journeys_are_controlled_by_words(void **state) {
    static const struct refused ROW[] = {
        {"GET", "/api/journeys/nobody", NULL, 404, "no journey `nobody`"},
        {"POST", "/api/journeys/nobody/pause", NULL, 404, "nobody"},
        {"POST", "/api/journeys/%zz/pause", NULL, 400, "malformed"},
        {"POST", "/api/journeys/welcome/pause", "{\"clock\":\"slow\"}", 422, "frozen"},
        {"POST", "/api/journeys/welcome/pause", "{\"clock\":1}", 422, "frozen"},
        {"POST", "/api/journeys/welcome/resume", NULL, 409, ""},
        {"POST", "/api/journeys/welcome/resume", "{\"overdue\":\"later\"}", 422, "replay"},
        {"POST", "/api/journeys/welcome/resume", "{\"overdue\":\"spread\"}", 422, "needs it"},
        {"POST", "/api/journeys/welcome/resume", "{\"spread\":\"1 hour\"}", 422, "needs it"},
        {"POST", "/api/journeys/welcome/resume", "{\"overdue\":\"spread\",\"spread\":\"8 days\"}", 422,
         "at most 7 days"},
        {"POST", "/api/journeys/welcome/resume", "{\"overdue\":\"spread\",\"spread\":\"0 days\"}", 422, "2 hours"},
        {"POST", "/api/journeys/welcome/resume", "{\"overdue\":\"spread\",\"spread\":\"soon\"}", 422, "2 hours"},
        {"POST", "/api/journeys/welcome/resume", "{\"overdue\":\"spread\",\"spread\":\"9 years\"}", 422, "2 hours"},
    };
    (void)state;
    REFUSED(ROW);
}

static void rollouts_are_told_by_shares(void **state) {
    static const struct refused ROW[] = {
        {"POST", "/api/rollout/raise?share=50%25", NULL, 409, ""},
        {"POST", "/api/rollout/raise", NULL, 400, "the share"},
        {"POST", "/api/rollout/raise?share=100%25", NULL, 400, "less than 100%"},
        {"POST", "/api/rollout/raise?share=0", NULL, 400, "more than 0%"},
        {"POST", "/api/rollout/raise?share=ten", NULL, 400, "10%"},
        {"POST", "/api/rollout/raise?share=0.001", NULL, 400, "more than 0%"},
        {"POST", "/api/rollout/raise?share=%zz", NULL, 400, "malformed"},
        {"POST", "/api/rollout/finish", NULL, 409, ""},
        {"POST", "/api/rollout/abort", NULL, 409, ""},
        {"POST", "/api/rollout/abort?runs=stay", NULL, 400, "finish"},
        {"POST", "/api/rollout/abort?runs=%zz", NULL, 400, "malformed"},
    };
    (void)state;
    REFUSED(ROW);
}

static void deployments_are_told_how(void **state) {
    static const struct {
        const char *query;
        int status;
        const char *says;
    } ROW[] = {
        {"?mode=move", 400, "pin"},
        {"?waits=long", 400, "anew"},
        {"?spread=-1", 400, "a number of seconds"},
        {"?spread=99999999999999999999", 400, "604800"},
        {"?guard=off", 422, "goes with `canary`"},
        {"?canary=0", 400, "the share"},
        {"?canary=10%25&guard=speed%202%25", 400, "`guard` is off"},
        {"?canary=10%25&guard=failed%20much", 400, "`guard` is off"},
        {"?canary=10%25&min=0", 400, "`min`"},
        {"?canary=10%25&min=many", 400, "`min`"},
        {"?canary=10%25&min=99999999999999999999999", 400, "`min`"},
        {"?canary=10%25&error=200%25", 400, "`error`"},
        {"?canary=10%25&exits=a,,b", 400, "`exits`"},
        {"?canary=10%25&exits=a,b,c,d,e,f,g,h,i", 400, "`exits`"},
        {"?canary=10%25&runs=stay", 400, "`runs`"},
        {"?canary=%zz", 400, "malformed"},
        {"?canary=10%25&mode=migrate", 422, "while a version is on trial"},
        {"?canary=10%25", 409, ""}, /* it is the current one */
    };
    struct jn_str image = desk_image(&desk, DESK_PROGRAM("Hello"));
    char path[256];
    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        (void)snprintf(path, sizeof path, "/api/program%s", ROW[i].query);
        expect_refused(&(struct ask){.method = "PUT", .path = path, .image = image}, ROW[i].status, ROW[i].says);
    }
    expect_refused(&ASK("PUT", "/api/program", .body = "no image"), 422, "");
    expect_refused(&ASK("PUT", "/api/program", .image = jn_str_sub(image, 0, image.n / 2)), 422, "");
}

static void people_are_asked_for_by_ids(void **state) {
    static const struct refused ROW[] = {
        {"GET", "/api/customers/nobody", NULL, 404, "nobody"},
        {"GET", "/api/customers/%zz", NULL, 400, "malformed"},
        {"GET", "/api/customers/nobody/timeline", NULL, 404, "nobody"},
        {"GET", "/api/customers/%zz/timeline", NULL, 400, "malformed"},
        {"GET", "/api/customers/nobody/export", NULL, 404, "nobody"},
        {"GET", "/api/customers/%zz/export", NULL, 400, "malformed"},
        {"DELETE", "/api/customers/nobody", NULL, 404, "nobody"},
        {"DELETE", "/api/customers/%zz", NULL, 400, "malformed"},
        {"PUT", "/api/customers/nobody/aliases/x", NULL, 404, "nobody"},
        {"PUT", "/api/customers/ann/aliases/%zz", NULL, 400, "malformed"},
        {"PUT", "/api/customers/%zz/aliases/x", NULL, 400, "malformed"},
        {"PUT", "/api/customers/ann/consents/news", "{\"state\":\"perhaps\"}", 422, "\\\"in\\\" or \\\"out\\\""},
        {"PUT", "/api/customers/ann/consents/sports", "{\"state\":\"in\"}", 404, "no topic `sports`"},
        {"PUT", "/api/customers/ann/consents/%zz", "{\"state\":\"in\"}", 400, "malformed"},
        {"PUT", "/api/customers/%zz/consents/news", "{\"state\":\"in\"}", 400, "malformed"},
        {"PUT", "/api/customers/nobody/consents/news", "{\"state\":\"in\"}", 404, "nobody"},
    };
    char path[JR_TRACK_ID_MAX + 64];
    (void)state;
    REFUSED(ROW);
    (void)snprintf(path, sizeof path, "/api/customers/ann/aliases/%0*d", JR_TRACK_ID_MAX + 1, 7);
    expect_refused(&ASK("PUT", path), 400, "at most 256 bytes");
}

static void lists_are_paged_and_chosen_from(void **state) {
    static const struct refused ROW[] = {
        {"GET", "/api/runs?after=x", NULL, 400, "after"},
        {"GET", "/api/approvals?after=x", NULL, 400, "after"},
        {"GET", "/api/quarantine?after=-1", NULL, 400, "after"},
        {"GET", "/api/audit?after=x", NULL, 400, "after"},
        {"GET", "/api/audit/verify?after=x", NULL, 400, "after"},
        {"GET", "/api/audit?since=yesterday", NULL, 400, "`since`"},
        {"GET", "/api/audit?since=%zz", NULL, 400, "`since`"},
        {"GET", "/api/deliveries?after=x", NULL, 400, "after"},
        {"GET", "/api/deliveries?state=lost", NULL, 400, "`state`"},
        {"GET", "/api/deliveries?state=sent&channel=post", NULL, 422, "leave `channel` out"},
        {"GET", "/api/deliveries?since=soon", NULL, 400, "`since`"},
        {"GET", "/api/deliveries?since=%zz", NULL, 400, "`since`"},
        {"GET", "/api/deliveries?customer=%zz", NULL, 400, "`customer`"},
        {"POST", "/api/deliveries/x/retry", NULL, 404, ""},
        {"POST", "/api/deliveries/%zz/retry", NULL, 400, "malformed"},
        {"POST", "/api/runs/x/retry", NULL, 404, "by its number"},
        {"POST", "/api/runs/7/retry", NULL, 404, "7"},
        {"POST", "/api/destinations/%zz/enable", NULL, 400, "malformed"},
        {"GET", "/api/versions/x", NULL, 404, ""},
        {"GET", "/api/versions/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL, 404, ""},
        {"POST", "/api/approvals/x", "{\"decision\":\"approve\",\"by\":\"lead\"}", 404, ""},
        {"POST", "/api/approvals/x", "{\"decision\":\"perhaps\",\"by\":\"lead\"}", 422, "approve"},
        {"POST", "/api/approvals/x", "{\"decision\":\"approve\"}", 422, "by"},
        {"POST", "/api/approvals/%zz", "{\"decision\":\"approve\",\"by\":\"lead\"}", 400, "malformed"},
        {"POST", "/api/backup", "{\"file\":\"here.db\"}", 422, "the whole path"},
        {"POST", "/api/backup", "{\"file\":\"/nowhere/here.db\"}", 409, "keeps nothing"},
    };
    (void)state;
    REFUSED(ROW);
}

/* One rule for all routes: what cannot be read is 400, what can be read and means nothing is 422. */
static void what_is_malformed_is_told_from_what_means_nothing(void **state) {
    static const char *const ROUTE[][2] = {
        {"POST", "/api/journeys/welcome/pause"},
        {"POST", "/api/journeys/welcome/resume"},
        {"POST", "/api/journeys/welcome/stop"},
        {"PUT", "/api/customers/ann/consents/news"},
        {"POST", "/api/approvals/x"},
        {"POST", "/api/backup"},
        {"POST", "/api/tokens"},
    };
    static const char *const MALFORMED[] = {"{", "\xff", "{}{}", "{\"a\":01}", "no"};
    static const char *const MEANINGLESS[] = {"[]", "1", "null", "\"pause\""};
    uint32_t n, bodies = 0;
    const struct jr_http_route *all = jr_api_routes(&n);
    (void)state;
    for (uint32_t i = 0; i < n; i++) /* none is left out: those that take a small body take JSON */
        bodies += strncmp(all[i].path, "/api/", 5) == 0 && all[i].body_max > 0 && all[i].body_max <= 8192;
    assert_int_equal(bodies, sizeof ROUTE / sizeof *ROUTE);
    for (size_t i = 0; i < sizeof ROUTE / sizeof *ROUTE; i++) {
        for (size_t at = 0; at < sizeof MALFORMED / sizeof *MALFORMED; at++)
            expect_refused(&ASK(ROUTE[i][0], ROUTE[i][1], .body = MALFORMED[at]), 400, "JSON");
        for (size_t at = 0; at < sizeof MEANINGLESS / sizeof *MEANINGLESS; at++)
            expect_refused(&ASK(ROUTE[i][0], ROUTE[i][1], .body = MEANINGLESS[at]), 422, "JSON object");
    }
}

/* A name in a path that cannot be read is 400 on every route of the administration that takes one. */
static void names_in_paths_are_read(void **state) {
    uint32_t n;
    const struct jr_http_route *all = jr_api_routes(&n);
    (void)state;
    for (uint32_t i = 0; i < n; i++) {
        const char *name = strchr(all[i].path, ':');
        if (name == NULL || strncmp(all[i].path, "/api/", 5) != 0) continue;
        char path[256];
        size_t rest = strcspn(name, "/");
        (void)snprintf(path, sizeof path, "%.*s%%zz%s", (int)(name - all[i].path), all[i].path, name + rest);
        for (char *p = path; *p != '\0'; p++)
            if (*p == ':') *p = 'x';
        int is = desk_ask(
            &desk,
            &ASK(all[i].method, path,
                 .body = all[i].body_max == 0 ? NULL : "{\"state\":\"in\",\"decision\":\"approve\",\"by\":\"lead\"}"));
        bool by_number =
            strstr(path, "/runs/") != NULL || strstr(path, "/versions/") != NULL || strstr(path, "/tokens/") != NULL;
        if (is != 400 && !(by_number && is == 404)) fail_msg("%s %s: %d", all[i].method, path, is);
    }
}

static void events_are_taken_as_they_are_meant(void **state) {
    static const struct refused ROW[] = {
        {"POST", "/v1/dance", "{}", 404, ""},
        {"POST", "/v1/track", "{", 400, ""},
        {"POST", "/hooks/nobody", "{}", 404, "no source `nobody`"},
        {"POST", "/hooks/shop", "{}", 401, ""},
        {"GET", "/v1/projects/%zz/settings", NULL, 400, "malformed"},
    };
    (void)state;
    REFUSED(ROW);
    expect_refused(&ASK("POST", "/hooks/shop", .body = "{", .sign = true), 400, "");
    expect_refused(&ASK("POST", "/hooks/shop", .body = "{\"type\":\"paid\"}", .sign = true), 422, "");
    expect_refused(&ASK("POST", "/hooks/shop", .body = "{\"type\":\"paid\",\"customer\":\"ann\"}", .sign = true), 422,
                   "order");
}

static void senders_have_a_rate(void **state) {
    const struct ask event = {
        .method = "POST", .path = "/v1/track", .body = "{\"userId\":\"ann\",\"event\":\"begin\"}"};
    const struct ask hook = {.method = "POST",
                             .path = "/hooks/shop",
                             .body = "{\"type\":\"paid\",\"customer\":\"ann\",\"order\":\"1\"}",
                             .sign = true};
    (void)state;
    desk.api.key_rates.per_second = desk.api.source_rates.per_second = 1;
    assert_int_equal(desk_ask(&desk, &event), 200);
    expect_refused(&event, 429, "more than 1 events a second");
    assert_int_equal(desk_ask(&desk, &hook), 200);
    expect_refused(&hook, 429, "more than 1 events a second");
    desk.now += 1000;
    assert_int_equal(desk_ask(&desk, &event), 200);
    assert_int_equal(desk_ask(&desk, &hook), 200);
    desk.slow +=
        1000; /* where the clock was put back, engine time goes slowly, and a second is a second all the same */
    assert_int_equal(desk_ask(&desk, &event), 200);
    assert_int_equal(desk_ask(&desk, &hook), 200);
    desk.now += 5 * 3600000;
    desk.slow -= 5 * 3600000 - 1000; /* it leaps by hours: no more than a second's worth is taken */
    assert_int_equal(desk_ask(&desk, &event), 200);
    expect_refused(&event, 429, "wait 1 seconds");
}

static void a_full_lane_asks_to_try_again(void **state) {
    (void)state;
    desk.full = true;
    expect_refused(&ASK("GET", "/api/status"), 503, "try again");
    expect_refused(&ASK("POST", "/v1/track", .body = "{\"userId\":\"ann\",\"event\":\"begin\"}"), 503, "try again");
    expect_refused(&ASK("POST", "/api/tokens", .body = "{\"name\":\"ci\",\"role\":\"viewer\"}"), 503, "try again");
    desk.full = false;
    desk.ready = false;
    expect_refused(&ASK("GET", "/readyz"), 503, "not ready");
    desk.ready = true;
    assert_int_equal(desk_ask(&desk, &ASK("GET", "/readyz")), 200);
    assert_int_equal(desk_ask(&desk, &ASK("POST", "/api/tokens", .body = "{\"name\":\"ci\",\"role\":\"viewer\"}")),
                     200); /* the one that found no room is not counted */
}

static void tokens_are_made_with_care(void **state) {
    static const struct refused ROW[] = {
        {"POST", "/api/tokens", "{", 400, ""},
        {"POST", "/api/tokens", "{\"name\":\"\",\"role\":\"viewer\"}", 422, "name"},
        {"POST", "/api/tokens", "{\"name\":\"a\\nb\",\"role\":\"viewer\"}", 422, "name"},
        {"POST", "/api/tokens", "{\"name\":\"ci\",\"role\":\"owner\"}", 422, "deployer"},
        {"POST", "/api/tokens", "{\"name\":\"ci\",\"role\":\"viewer\",\"expires\":7}", 422, "90 days"},
        {"POST", "/api/tokens", "{\"name\":\"ci\",\"role\":\"viewer\",\"expires\":\"11 years\"}", 422, "90 days"},
        {"DELETE", "/api/tokens/0123456789ab", NULL, 404, "no token of that id"},
    };
    const struct ask make = {.method = "POST", .path = "/api/tokens", .body = "{\"name\":\"ci\",\"role\":\"viewer\"}"};
    (void)state;
    REFUSED(ROW);
    assert_int_equal(desk_ask(&desk, &make), 200);
    expect_refused(&make, 409, "of that name");
}

/* ---- who may */

static const char *made_token(const char *body) {
    assert_int_equal(desk_ask(&desk, &ASK("POST", "/api/tokens", .token = "first", .body = body)), 200);
    return desk_found(&desk, "\"text\":\"").p;
}

static int set_up_closed(void **state) {
    struct jr_store *store;
    (void)state;
    if (jr_store_open(JN_STR("mem:"), &store, NULL) != JN_OK) return -1;
    desk_open(&desk, store, "first");
    return 0;
}

static void a_token_says_who_may(void **state) {
    (void)state;
    const char *viewer = made_token("{\"name\":\"v\",\"role\":\"viewer\"}");
    const char *operator= made_token("{\"name\":\"o\",\"role\":\"operator\",\"expires\":\"90 days\"}");
    expect_refused(&ASK("GET", "/api/status"), 401, "send a token");
    expect_refused(&ASK("GET", "/api/status", .token = "wrong"), 401, "not known here");
    char *mistyped = (char *)(uintptr_t)jn_arena_printf(&desk.arena, "%s%c", viewer, '\0').p;
    mistyped[10] = mistyped[10] == '0' ? '1' : '0';
    expect_refused(&ASK("GET", "/api/status", .token = mistyped), 401, "checksum");
    expect_refused(&ASK("POST", "/api/journeys/x/pause", .token = viewer), 403, "a viewer");
    expect_refused(&ASK("GET", "/api/tokens", .token = operator), 403, "an operator");
    assert_int_equal(desk_ask(&desk, &ASK("GET", "/api/status", .token = viewer)), 200);
    assert_int_equal(desk_ask(&desk, &ASK("GET", "/api/status", .token = operator)), 200);
    assert_int_equal(desk_ask(&desk, &ASK("GET", "/api/tokens", .token = "first")), 200);
    assert_non_null(desk_found(&desk, "\"expires\":\"").p);
    desk_ask(&desk, &ASK("GET", "/healthz"));
    assert_int_equal(desk.status, 200); /* without one */
}

static void who_guesses_is_held_off(void **state) {
    (void)state;
    const char *viewer = made_token("{\"name\":\"v\",\"role\":\"viewer\"}");
    for (int i = 0; i < JR_ATTEMPTS_ALLOWED; i++)
        expect_refused(&ASK("GET", "/api/status", .token = "guess"), 401, "not known");
    expect_refused(&ASK("GET", "/api/status", .token = "guess"), 429, "too many wrong tokens");
    expect_refused(&ASK("GET", "/api/status", .token = "first"), 429, "too many wrong tokens");
    assert_int_equal(desk_ask(&desk, &ASK("GET", "/api/status", .token = viewer)), 200);
    desk.now += JR_ATTEMPTS_WINDOW_MS + 1000;
    assert_int_equal(desk_ask(&desk, &ASK("GET", "/api/status", .token = "first")), 200);
}

static void other_names_are_of_other_servers(void **state) {
    (void)state;
    expect_refused(&ASK("GET", "/api/status", .host = "evil.example", .token = "first"), 421, "--allow-hosts");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(journeys_are_controlled_by_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rollouts_are_told_by_shares, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deployments_are_told_how, set_up, tear_down),
        cmocka_unit_test_setup_teardown(people_are_asked_for_by_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_are_paged_and_chosen_from, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_malformed_is_told_from_what_means_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_in_paths_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_are_taken_as_they_are_meant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(senders_have_a_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_lane_asks_to_try_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tokens_are_made_with_care, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_token_says_who_may, set_up_closed, tear_down),
        cmocka_unit_test_setup_teardown(who_guesses_is_held_off, set_up_closed, tear_down),
        cmocka_unit_test_setup_teardown(other_names_are_of_other_servers, set_up_closed, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
