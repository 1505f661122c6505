/* Where requests really go: transfers of both channels against a resolver by hand. Names with several addresses, names
 * that answer otherwise the second time, names of nobody. */
#include "runtime/delivery/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include <cmocka.h>

#include "core/arena.h"
#include "journey/channel.h"
#include "runtime/delivery/channel_smtp.h"
#include "runtime/delivery/channel_webhook.h"
#include "runtime/loop/apart.h"
#include "runtime/loop/multi.h"

/* ---- the resolver: libcurl asks this one */

static const char *const *_Atomic answers; /* to the name that is asked for next; numeric, NULL at the end */
static _Atomic unsigned asked;             /* libcurl asks on threads of its own */

static struct addrinfo *one_address(const char *text, int port) {
    struct addrinfo *found = calloc(1, sizeof *found + sizeof(struct sockaddr_in6));
    assert_non_null(found);
    found->ai_socktype = SOCK_STREAM;
    found->ai_protocol = IPPROTO_TCP;
    found->ai_addr = (struct sockaddr *)(void *)(found + 1);
    struct sockaddr_in *in = (void *)found->ai_addr;
    struct sockaddr_in6 *in6 = (void *)found->ai_addr;
    bool v4 = inet_pton(AF_INET, text, &in->sin_addr) == 1;
    found->ai_family = v4 ? AF_INET : AF_INET6;
    found->ai_addr->sa_family = (sa_family_t)found->ai_family;
    found->ai_addrlen = v4 ? sizeof *in : sizeof *in6;
    in->sin_port = htons((uint16_t)port); /* at the same place in both */
    if (!v4) assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
    return found;
}

/* In the executable, so that it stands before the C library's; freeaddrinfo, which frees each row, is that one's. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
    struct addrinfo **end = out;
    (void)node, (void)hints;
    *out = NULL;
    asked++;
    for (const char *const *answer = answers; answer != NULL && *answer != NULL; answer++) {
        *end = one_address(*answer, service == NULL ? 0 : atoi(service));
        end = &(*end)->ai_next;
    }
    return *out == NULL ? EAI_NONAME : 0;
}

/* ---- receivers, each on an address of its own, at one port */

struct receiver {
    uv_tcp_t tcp;
    unsigned reached;
};

static uv_loop_t loop;
static struct receiver forbidden, permitted; /* 127.0.0.1 and 127.0.0.2 */
static int port;

static void on_closed(uv_handle_t *handle) {
    free(handle);
}

static void on_connection(uv_stream_t *stream, int status) {
    struct receiver *receiver = stream->data;
    uv_tcp_t *peer = malloc(sizeof *peer);
    assert_int_equal(status, 0);
    receiver->reached++;
    assert_int_equal(uv_tcp_init(&loop, peer), 0);
    assert_int_equal(uv_accept(stream, (uv_stream_t *)peer), 0);
    uv_close((uv_handle_t *)peer, on_closed); /* whoever came this far has reached it */
}

static bool listens(struct receiver *receiver, const char *address) {
    struct sockaddr_in in;
    int length = sizeof in;
    receiver->reached = 0;
    assert_int_equal(uv_ip4_addr(address, port, &in), 0);
    assert_int_equal(uv_tcp_init(&loop, &receiver->tcp), 0);
    receiver->tcp.data = receiver;
    bool bound = uv_tcp_bind(&receiver->tcp, (struct sockaddr *)&in, 0) == 0 &&
                 uv_listen((uv_stream_t *)&receiver->tcp, 8, on_connection) == 0;
    if (bound) assert_int_equal(uv_tcp_getsockname(&receiver->tcp, (struct sockaddr *)&in, &length), 0);
    port = ntohs(in.sin_port);
    return bound;
}

static void stops(struct receiver *receiver) {
    uv_close((uv_handle_t *)&receiver->tcp, NULL);
    (void)uv_run(&loop, UV_RUN_NOWAIT); /* which ends with those that close */
}

/* At a port that is free on both addresses. */
static void both_listen(void) {
    for (;;) {
        port = 0;
        assert_true(listens(&forbidden, "127.0.0.1"));
        if (listens(&permitted, "127.0.0.2")) return;
        stops(&permitted);
        stops(&forbidden);
    }
}

/* ---- an attempt */

enum way { WEBHOOK, QUESTION, MAIL, WAYS };

struct outcome {
    bool refused, over;
    char reason[512];
};

static struct jr_channel_place place;
static struct jr_apart apart;
static struct jr_allow allow;
static struct jr_channel *channel[2]; /* webhooks and questions; mails */

static void on_end(void *user, const struct jr_attempt_end *end) {
    struct outcome *outcome = user;
    outcome->refused = end->refused;
    (void)snprintf(outcome->reason, sizeof outcome->reason, "%.*s", JN_FMT(end->reason));
    outcome->over = true;
    uv_stop(&loop);
}

static struct jn_str no_variable(struct jn_str name) {
    (void)name;
    return JN_STR_NONE;
}

/* The delivery lives as long as the attempt. */
static void begins(enum way way, const char *host, struct jn_arena *arena, struct outcome *outcome) {
    const struct jr_channel_ops *ops = way == MAIL ? &jr_channel_smtp : &jr_channel_webhook;
    struct jn_err err = {.rc = JN_OK};
    struct jr_delivery *delivery = JN_NEW(arena, struct jr_delivery);
    *delivery = (struct jr_delivery){
        .id = JN_STR("msg_00000000000000000000000000000000"),
        .url = jn_arena_printf(arena, strchr(host, ':') == NULL ? "%s://%s:%d/" : "%s://[%s]:%d/",
                               way == MAIL ? "smtp" : "http", host, port),
        .body = JN_STR("{\"type\":\"message\",\"id\":\"msg_0\",\"to\":\"a@x.example\",\"at\":\"2026-03-01T01:02:03Z\","
                       "\"content\":{\"from\":\"s@x.example\",\"subject\":\"s\",\"body\":\"b\"}}"),
        .timeout_ms = 30000,
        .asks = way == QUESTION};
    *outcome = (struct outcome){.over = false};
    if (ops->begin(channel[way == MAIL], delivery, 0, on_end, outcome, &err) != NULL) return;
    (void)snprintf(outcome->reason, sizeof outcome->reason, "%s", err.text); /* it is no address at all */
    outcome->refused = outcome->over = true;
}

static void awaits(const struct outcome *outcome) {
    while (!outcome->over)
        (void)uv_run(&loop, UV_RUN_DEFAULT); /* until one has ended */
}

static struct outcome attempt(enum way way, const char *host) {
    struct outcome outcome;
    struct jn_arena arena;
    jn_arena_init(&arena);
    begins(way, host, &arena, &outcome);
    awaits(&outcome);
    jn_arena_release(&arena);
    return outcome;
}

static void channels_open(void) {
    jr_apart_open(&apart, &loop);
    place = (struct jr_channel_place){
        .multi = jr_multi_new(&loop, 8), .apart = &apart, .allow = &allow, .variable = no_variable};
    channel[0] = jr_channel_webhook.open(&place);
    channel[1] = jr_channel_smtp.open(&place);
}

static void channels_close(void) {
    jr_apart_close(&apart);
    jr_channel_webhook.close(channel[0]);
    jr_channel_smtp.close(channel[1]);
    jr_multi_close(place.multi);
}

/* As after the minute for which libcurl remembers them. */
static void names_are_forgotten(void) {
    channels_close();
    (void)uv_run(&loop, UV_RUN_NOWAIT); /* what was closed goes */
    channels_open();
}

static int set_up(void **state) {
    struct jn_err err;
    (void)state;
    assert_int_equal(jr_curl_load(&err), JN_OK);
    assert_int_equal(uv_loop_init(&loop), 0);
    both_listen();
    assert_int_equal(jr_allow_parse(JN_STR("127.0.0.2"), &allow, &err), JN_OK);
    channels_open();
    asked = 0;
    answers = NULL;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    channels_close();
    stops(&forbidden);
    stops(&permitted);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

/* ---- tests */

/* Else the others would show nothing. */
static void what_is_permitted_is_reached(void **state) {
    static const char *const PERMITTED[] = {"127.0.0.2", NULL};
    (void)state;
    answers = PERMITTED;
    for (enum way way = WEBHOOK; way < WAYS; way++) {
        char name[32];
        (void)snprintf(name, sizeof name, "permitted-%d.test", (int)way);
        attempt(way, name);
        (void)uv_run(&loop, UV_RUN_NOWAIT); /* it may have been accepted after the attempt was over */
        assert_int_equal(permitted.reached, way + 1);
    }
    assert_int_equal(asked, WAYS);
    assert_int_equal(forbidden.reached, 0);
}

static void of_several_addresses_only_the_permitted_are_tried(void **state) {
    static const char *const MIXED[] = {"127.0.0.1", "::1", "10.0.0.1", "127.0.0.2", "169.254.169.254", NULL};
    (void)state;
    answers = MIXED;
    for (enum way way = WEBHOOK; way < WAYS; way++) {
        char name[32];
        (void)snprintf(name, sizeof name, "mixed-%d.test", (int)way);
        attempt(way, name);
        (void)uv_run(&loop, UV_RUN_NOWAIT);
        assert_int_equal(permitted.reached, way + 1);
    }
    assert_int_equal(forbidden.reached, 0);
}

static void a_name_that_leads_inside_is_refused(void **state) {
    static const char *const INSIDE[] = {"127.0.0.1", "::1", "10.0.0.1", "::ffff:127.0.0.1", NULL};
    (void)state;
    answers = INSIDE;
    for (enum way way = WEBHOOK; way < WAYS; way++) {
        char name[32];
        (void)snprintf(name, sizeof name, "inside-%d.test", (int)way);
        struct outcome outcome = attempt(way, name);
        assert_true(outcome.refused);
        assert_non_null(strstr(outcome.reason, "is an internal address"));
    }
    assert_int_equal(forbidden.reached + permitted.reached, 0);
}

/* Judged is what is connected to: the same name, looked up anew, leads inside, and is refused. */
static void a_name_that_answers_otherwise_the_second_time_leads_nowhere(void **state) {
    static const char *const FIRST[] = {"127.0.0.2", NULL}, *const SECOND[] = {"127.0.0.1", NULL};
    (void)state;
    for (enum way way = WEBHOOK; way < WAYS; way++) {
        answers = FIRST;
        attempt(way, "rebind.test");
        assert_int_equal(permitted.reached, way + 1);
        names_are_forgotten();
        answers = SECOND;
        assert_true(attempt(way, "rebind.test").refused);
        names_are_forgotten();
    }
    assert_int_equal(asked, 2 * WAYS);
    assert_int_equal(forbidden.reached, 0);
}

/* Fail closed: no address is no address, and not "none that is forbidden". */
static void a_name_that_is_not_found_is_not_reached(void **state) {
    (void)state;
    for (enum way way = WEBHOOK; way < WAYS; way++)
        assert_non_null(strstr(attempt(way, "nobody.test").reason, "resolve"));
    assert_int_equal(forbidden.reached + permitted.reached, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_permitted_is_reached, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_several_addresses_only_the_permitted_are_tried, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_leads_inside_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_answers_otherwise_the_second_time_leads_nowhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_is_not_found_is_not_reached, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
