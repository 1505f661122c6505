#include "runtime/app/app.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/check.h"
#include "core/log.h"
#include "core/random.h"
#include "image/image.h"
#include "runtime/api/api.h"
#include "runtime/app/beside.h"
#include "runtime/app/certificate.h"
#include "runtime/app/config.h"
#include "runtime/app/feed.h"
#include "runtime/app/lane.h"
#include "runtime/app/notify.h"
#include "runtime/app/sandbox.h"
#include "runtime/delivery/pump.h"
#include "runtime/http/server.h"
#include "runtime/measure/metrics.h"
#include "runtime/secret/secret.h"

enum { JR_APP__DRAIN_MS = 10000, JR_APP__DRAIN_STEP_MS = 20, JR_APP__TICK_MS = 500, JR_APP__DESCRIPTORS_MIN = 64 };

/* In the order they are gone through; a failure of the lane jumps to STOPPED. */
enum jr_app__phase { JR_APP_STARTING, JR_APP_SERVING, JR_APP_DRAINING, JR_APP_STOPPING, JR_APP_STOPPED };

struct jr_app {
    struct jr_config config;
    enum jr_app__phase phase;
    uv_loop_t loop;
    struct jr_mailbox mailbox;
    uv_signal_t terminate, interrupt, hangup;
    uv_timer_t drain, tick;
    uv_prepare_t wait; /* runs when the loop is about to */
    uint64_t drain_until, tick_due;
    struct jr_clock clock;
    struct jr_store *store;
    struct jr_engine *engine;
    struct jr_lane_thread *lane;
    struct jr_pump *pump;
    struct jr_http_server *server;
    struct jr_api api;
    struct jr_beside beside;
    uint64_t looked; /* at the clock: when, by the loop */
    int64_t now;     /* what it said */
    int64_t steady;  /* and the one that passes evenly */
    struct jr_feed feed;
    uint64_t behind;   /* deliveries with greater numbers are in the store only, not in the pump */
    uint64_t refilled; /* … so far, of the destination that is refilled */
    bool all_read, refilling;
    uint64_t *reading; /* which of the two a page is on its way for; NULL: none is */
    jn_rc rc;
    struct jn_err *err;
};

/* Of this turn of the loop: many ask in each. */
static const struct jr_app *jr_app__look(struct jr_app *app) {
    uint64_t turn = uv_now(&app->loop);
    if (app->now == 0 || turn != app->looked) {
        app->now = jr_clock_now(&app->clock);
        app->steady = jr_clock_steady();
    }
    app->looked = turn;
    return app;
}

static int64_t jr_app__now(void *user) {
    return jr_app__look(user)->now;
}

static int64_t jr_app__steady(void *user) {
    return jr_app__look(user)->steady;
}

static int64_t jr_app__steady_anywhere(void *user) {
    (void)user;
    return jr_clock_steady();
}

/* ---- between lane and pump ---- */

/* Reads more of the outbox back when the pump has room: after a start, after it was full, and what was left of one
 * destination, which had too many. */
static void jr_app__read_back(struct jr_app *app) {
    if (app->reading != NULL || app->phase >= JR_APP_DRAINING) return;
    if (jr_pump_count(app->pump) > JR_PUMP_MAX / 2) return;
    if (app->all_read && !app->refilling) app->refilling = jr_pump_refill(app->pump, &app->refilled);
    if (app->all_read && !app->refilling) return;
    app->reading = app->all_read ? &app->refilled : &app->behind;
    jr_lane_fetch(app->lane, *app->reading);
}

static void jr_app__on_fetched(void *user, const struct jr_delivery *delivery, uint32_t n) {
    struct jr_app *app = user;
    uint64_t *reading = app->reading;
    app->reading = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (jr_pump_add(app->pump, &delivery[i]) == JR_PUMP_FULL) return;
        *reading = delivery[i].delivery;
    }
    if (reading == &app->behind)
        app->all_read = n < JR_LANE_PAGE;
    else
        app->refilling = n == JR_LANE_PAGE && jr_pump_is_refilling(app->pump);
    if (!app->refilling) jr_pump_refilled(app->pump);
    jr_app__read_back(app);
}

/* A new message. While older ones still have to be read back, or the pump is full, it is left to the reading. */
static void jr_app__on_delivery(void *user, const struct jr_delivery *delivery) {
    struct jr_app *app = user;
    if (app->all_read) {
        if (jr_pump_add(app->pump, delivery) != JR_PUMP_FULL) {
            if (delivery->delivery > app->behind) app->behind = delivery->delivery;
            return;
        }
        app->all_read = false;
    }
    jr_app__read_back(app);
}

static void jr_app__on_cancel(void *user, uint64_t delivery) {
    jr_pump_cancel(((struct jr_app *)user)->pump, delivery);
}

static void jr_app__on_settled(void *user, uint64_t delivery) {
    struct jr_app *app = user;
    jr_pump_settled(app->pump, delivery);
    jr_app__read_back(app);
}

static void jr_app__on_report(void *user, const struct jr_report *report) {
    struct jr_app *app = user;
    static const struct jn_str OUTCOME[] = {[JR_RESULT_ACCEPTED] = {"accepted", 8},
                                            [JR_RESULT_RETRY] = {"retried", 7},
                                            [JR_RESULT_FAILED] = {"failed", 6},
                                            [JR_RESULT_CANCELLED] = {"cancelled", 9}};
    jr_series_add(JR_SERIES_MESSAGES, report->receiver, OUTCOME[report->result], 1);
    if (report->took_ms >= 0) jr_series_observe(JR_SERIES_DELIVERY, report->receiver, report->took_ms * 1000);
    jr_lane_report(app->lane, report);
}

/* ---- what the API asks ---- */

static bool jr_app__submit(void *user, struct jr_job *job) {
    return jr_lane_submit(((struct jr_app *)user)->lane, job);
}

static jn_rc jr_app__beside(void *user, struct jr_job *job) {
    struct jr_app *app = user;
    return jr_beside_begin(&app->beside, &app->loop, app->store, job);
}

static bool jr_app__ready(void *user) {
    struct jr_app *app = user;
    return app->phase == JR_APP_SERVING && !jr_lane_is_failing(app->lane);
}

static void jr_app__note(void *user, struct jn_str entry, const struct jr_row_token *token) {
    struct jr_app *app = user;
    if (app->lane != NULL) (void)jr_lane_note(app->lane, entry, token);
}

static void jr_app__measure(void *user) {
    struct jr_app *app = user;
    uint64_t in_state[JR_DESTINATION_STATES] = {0}, busiest = 0;
    struct jr_destination_view view;
    struct jr_named_value *in_flight = NULL, *waiting = NULL;
    uint32_t n = 0, same = 0;
    struct jn_arena arena;
    jn_arena_init(&arena);
    for (uint32_t at = 0; jr_pump_destination(app->pump, &at, &view);) {
        *(struct jr_named_value *)jn_arena_grow(&arena, &in_flight, &n, sizeof *in_flight) =
            (struct jr_named_value){view.name, view.in_flight};
        *(struct jr_named_value *)jn_arena_grow(&arena, &waiting, &same, sizeof *waiting) =
            (struct jr_named_value){view.name, view.waiting};
        in_state[view.state]++;
        if (view.in_flight > busiest) busiest = view.in_flight;
    }
    jr_series_set(JR_SERIES_IN_FLIGHT, in_flight, n);
    jr_series_set(JR_SERIES_WAITING, waiting, n);
    jn_arena_release(&arena);
    for (unsigned state = 0; state < JR_DESTINATION_STATES; state++)
        jr_metric_set(JR_METRIC_DESTINATIONS, state, in_state[state]);
    jr_metric_set(JR_METRIC_DELIVERY_BUSIEST, 0, busiest);
    jr_metric_set(JR_METRIC_RETRIES_HELD, 0, jr_pump_held_back(app->pump));
    jr_metric_set(JR_METRIC_DELIVERY_QUEUE, 0, jr_pump_count(app->pump));
    jr_metric_set(JR_METRIC_DELIVERY_FLYING, 0, jr_pump_in_flight(app->pump));
    jr_metric_set(JR_METRIC_LANE_QUEUE, 0, jr_lane_waiting(app->lane));
    struct jr_store_facts facts = app->store->ops->facts(app->store);
    jr_metric_set(JR_METRIC_STORE_BYTES, 0, facts.bytes);
    jr_metric_set(JR_METRIC_WAL_BYTES, 0, facts.log_bytes);
    jr_metric_set(JR_METRIC_LOG_DROPPED, 0, jn_log_dropped());
}

static void jr_app__listen(void *user, bool on) {
    ((struct jr_app *)user)->feed.wanted = on;
}

static void jr_app__on_told(void *user, const struct jr_told *told, uint32_t n) {
    jr_api_tell(&((struct jr_app *)user)->api, told, n);
}

static bool jr_app__destination(void *user, uint32_t *at, struct jr_destination_view *out) {
    return jr_pump_destination(((struct jr_app *)user)->pump, at, out);
}

static void jr_app__enable(void *user, struct jn_str channel) {
    jr_pump_enable(((struct jr_app *)user)->pump, channel);
}

static void jr_app__answered(void *user, const struct jr_http_route *route, int status) {
    (void)user;
    char name[JR_SERIES_NAME] = "", code[16];
    int n_name = route == NULL ? 0 : snprintf(name, sizeof name, "%s %s", route->method, route->path);
    int n_code = snprintf(code, sizeof code, "%d", status);
    jr_series_add(JR_SERIES_HTTP_REQUESTS, (struct jn_str){name, (size_t)n_name}, (struct jn_str){code, (size_t)n_code},
                  1);
}

/* ---- the end ---- */

/* It ends now whatever it is told; by default one of these would end it with another answer, and without its last
 * words. */
static void jr_app__hear_no_more(struct jr_app *app) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    uv_close((uv_handle_t *)&app->terminate, NULL);
    uv_close((uv_handle_t *)&app->interrupt, NULL);
    uv_close((uv_handle_t *)&app->hangup, NULL);
    (void)sigaction(SIGTERM, &ignore, NULL);
    (void)sigaction(SIGINT, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL);
}

static void jr_app__close(struct jr_app *app) {
    if (app->phase == JR_APP_STOPPED) return;
    app->phase = JR_APP_STOPPED;
    jr_pump_close(app->pump);
    jr_http_server_close(app->server);
    jr_mailbox_close(&app->mailbox);
    jr_app__hear_no_more(app);
    uv_close((uv_handle_t *)&app->drain, NULL);
    uv_close((uv_handle_t *)&app->tick, NULL);
    uv_close((uv_handle_t *)&app->wait, NULL);
}

static void jr_app__on_lane_stopped(void *user, jn_rc rc, const struct jn_err *err) {
    struct jr_app *app = user;
    if (rc != JN_OK) {
        app->rc = jn_fail(app->err, rc, "%s", err->text);
        if (rc == JN_INTERNAL)
            JN_LOG(INTERNAL_FAULT, JN_LF_STR("error", jn_str_z(err->text)));
        else
            JN_LOG(STORE_LOST, JN_LF_STR("error", jn_str_z(err->text)));
    }
    jr_lane_free(app->lane);
    app->lane = NULL;
    jr_app__close(app);
}

/* Waits for requests and attempts in work, at most JR_APP__DRAIN_MS; then the lane commits what it has, and ends. */
static void jr_app__on_drain(uv_timer_t *timer) {
    struct jr_app *app = timer->data;
    if (app->phase != JR_APP_DRAINING) return;
    bool idle = jr_http_server_is_idle(app->server) && jr_pump_in_flight(app->pump) == 0;
    if (!idle && uv_now(&app->loop) < app->drain_until) return;
    app->phase = JR_APP_STOPPING;
    (void)uv_timer_stop(timer);
    jr_lane_stop(app->lane);
}

static void jr_app__drain(struct jr_app *app) {
    app->phase = JR_APP_DRAINING;
    jr_notify("STOPPING=1");
    JN_LOG(SERVE_DRAINING, JN_LF_INT("in_flight", jr_pump_in_flight(app->pump)));
    jr_http_server_drain(app->server);
    jr_beside_stop(&app->beside);
    jr_pump_stop(app->pump);
    app->drain_until = uv_now(&app->loop) + JR_APP__DRAIN_MS;
    JN_CHECK(uv_timer_start(&app->drain, jr_app__on_drain, 0, JR_APP__DRAIN_STEP_MS) == 0);
}

static void jr_app__on_signal(uv_signal_t *handle, int number) {
    (void)number;
    struct jr_app *app = handle->data;
    if (app->phase != JR_APP_SERVING) _exit(1); /* asked twice: the store is sound at every moment */
    jr_app__drain(app);
}

/* Who cannot send does not serve. */
static void jr_app__on_pump_failed(void *user, jn_rc rc, const struct jn_err *err) {
    struct jr_app *app = user;
    app->rc = jn_fail(app->err, rc, "%s", err->text);
    if (app->phase == JR_APP_SERVING) jr_app__drain(app);
}

/* A new certificate is taken up without a restart; a bad one costs nothing but a line in the log. */
static void jr_app__on_hangup(uv_signal_t *handle, int number) {
    (void)number;
    struct jr_app *app = handle->data;
    struct jn_err err;
    if (jr_certificate_load(&app->config, app->server, &err) != JN_OK)
        JN_LOG(TLS_KEPT, JN_LF_STR("error", jn_str_z(err.text)));
}

static void jr_app__on_tick(uv_timer_t *timer) {
    struct jr_app *app = timer->data;
    uint64_t now = uv_hrtime() / 1000;
    if (app->tick_due > 0) jr_histogram_observe(JR_HISTOGRAM_LOOP_LAG, (int64_t)now - (int64_t)app->tick_due);
    app->tick_due = now + (uint64_t)JR_APP__TICK_MS * 1000;
    uint64_t patience = jr_notify_watchdog();
    if (patience > 0 && app->lane != NULL && uv_hrtime() - jr_lane_beat(app->lane) < patience) jr_notify("WATCHDOG=1");
    jr_pump_begin(app->pump); /* not at the start, a third of which it was */
    jr_app__read_back(app);
    jr_api_stream_beat(&app->api, uv_now(&app->loop));
}

static void jr_app__on_wait(uv_prepare_t *wait) {
    struct jr_app *app = wait->data;
    if (app->lane != NULL) jr_lane_rouse(app->lane);
}

/* ---- the start ---- */

/* Descriptors 0 to 2 must be taken before the store opens files, or a stray write to stderr would land in them. */
static void jr_app__keep_standard_descriptors(void) {
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= 2);
    if (fd > 2) close(fd);
}

static void jr_app__ignore_signals(void) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL); /* a file at its limit is a disk that refuses */
}

/* What a guard has ended stays so. */
static jn_rc jr_app__begin_with(struct jr_app *app, struct jn_err *err) {
    uint8_t id[32];
    jn_rc rc = jn_image_identify(app->config.image, id, err);
    if (rc != JN_OK) return rc;
    if (!jr_engine_canary_refused(app->engine, id)) return jr_engine_deploy(app->engine, app->config.image, err);
    struct jn_arena arena;
    struct jr_canary canary;
    jn_arena_init(&arena);
    jr_engine_canary(app->engine, &arena, &canary);
    JN_LOG(CANARY_REFUSED, JN_LF_STR("version", canary.version), JN_LF_STR("current", canary.against));
    jn_arena_release(&arena);
    return JN_OK;
}

/* What cannot send is not made current. */
static jn_rc jr_app__fits(void *user, const struct jn_program *program, struct jn_err *err) {
    jn_rc rc = jr_config_check_program(program, err);
    return rc == JN_OK ? jr_config_check_addresses(user, program, err) : rc;
}

/* Of versions that only those who are inside run, addresses are judged when they are connected to: nobody can mend
 * these any more, and they keep no better one from starting. */
static jn_rc jr_app__check_programs(struct jr_app *app, struct jn_err *err) {
    const struct jn_program *program = jr_engine_program(app->engine);
    jn_rc rc = program == NULL ? JN_OK : jr_config_check_addresses(&app->config, program, err);
    for (uint32_t i = 0; rc == JN_OK && (program = jr_engine_program_at(app->engine, i)) != NULL; i++)
        rc = jr_config_check_program(program, err);
    return rc;
}

static jn_rc jr_app__open_state(struct jr_app *app, struct jn_err *err) {
    jn_rc rc = jr_store_open(app->config.store, &app->store, err);
    struct jr_engine_options options = {.lane = 0,
                                        .quarantine_rows = app->config.quarantine_rows,
                                        .quarantine_bytes = app->config.quarantine_bytes,
                                        .fits = jr_app__fits,
                                        .fits_user = &app->config,
                                        .trace = jr_feed_trace,
                                        .trace_user = &app->feed};
    if (rc == JN_OK) rc = jr_engine_open(app->store, &options, &app->engine, err);
    if (rc != JN_OK) return rc;
    if (app->config.image.n > 0) rc = jr_app__begin_with(app, err);
    if (rc == JN_OK) rc = jr_app__check_programs(app, err);
    if (rc == JN_OK) JN_LOG(RECOVERED, JN_LF_INT("timers", (int64_t)jr_engine_timer_count(app->engine)));
    return rc;
}

static void jr_app__close_state(struct jr_app *app) {
    if (app->engine != NULL) jr_engine_close(app->engine);
    if (app->store != NULL) app->store->ops->close(app->store);
}

/* What was disabled before the last stop still is. */
static void jr_app__disable(struct jr_app *app) {
    struct jn_arena arena;
    struct jr_disabled *row;
    uint32_t n;
    jn_arena_init(&arena);
    jr_engine_disabled(app->engine, &arena, &row, &n);
    for (uint32_t i = 0; i < n; i++)
        jr_pump_disable(app->pump, row[i].channel, row[i].url, row[i].since);
    jn_arena_release(&arena);
}

static void jr_app__open_pump(struct jr_app *app) {
    struct jr_pump_options options = {.loop = &app->loop,
                                      .place = {.allow = &app->config.allow,
                                                .dev = app->config.dev,
                                                .ca_file = app->config.ca_file[0] == '\0' ? NULL : app->config.ca_file,
                                                .variable = jr_config_variable},
                                      .per_destination = app->config.per_destination,
                                      .at_a_time = app->config.attempts,
                                      .now = jr_app__now,
                                      .steady = jr_app__steady,
                                      .report = jr_app__on_report,
                                      .failed = jr_app__on_pump_failed,
                                      .user = app};
    jn_random_bytes(&options.seed, sizeof options.seed);
    app->pump = jr_pump_new(&options);
    jr_app__disable(app);
}

static void jr_app__open_server(struct jr_app *app) {
    app->api = (struct jr_api){.host = {.user = app,
                                        .submit = jr_app__submit,
                                        .beside = jr_app__beside,
                                        .ready = jr_app__ready,
                                        .now = jr_app__now,
                                        .steady = jr_app__steady_anywhere,
                                        .note = jr_app__note,
                                        .measure = jr_app__measure,
                                        .listen = jr_app__listen,
                                        .destination = jr_app__destination,
                                        .enable = jr_app__enable,
                                        .wall = jr_clock_wall,
                                        .variable = jr_config_variable,
                                        .check_program = jr_config_check_program},
                               .keys = app->config.keys,
                               .key_rates = {.per_second = app->config.key_rate},
                               .source_rates = {.per_second = app->config.source_rate},
                               .hosts = app->config.hosts};
    struct jr_http_options options = {
        .user = &app->api, .admit = jr_api_admit, .handle = jr_api_handle, .answered = jr_app__answered};
    options.route = jr_api_routes(&options.n_route);
    app->server = jr_http_server_new(&app->loop, &options);
}

/* Who may administer, as the store has it. */
static jn_rc jr_app__open_access(struct jr_app *app, struct jn_err *err) {
    struct jr_row_token *row;
    struct jn_arena arena;
    uint32_t n;
    jn_arena_init(&arena);
    jn_rc rc = app->store->ops->tokens(app->store, &arena, &row, &n, err);
    if (rc == JN_OK) rc = jr_api_open(&app->api, app->config.token, row, n, err);
    jn_arena_release(&arena);
    return rc;
}

static void jr_app__open_handles(struct jr_app *app) {
    jr_mailbox_open(&app->mailbox, &app->loop);
    JN_CHECK(uv_signal_init(&app->loop, &app->terminate) == 0);
    JN_CHECK(uv_signal_init(&app->loop, &app->interrupt) == 0);
    JN_CHECK(uv_signal_init(&app->loop, &app->hangup) == 0);
    JN_CHECK(uv_timer_init(&app->loop, &app->drain) == 0);
    JN_CHECK(uv_timer_init(&app->loop, &app->tick) == 0);
    JN_CHECK(uv_prepare_init(&app->loop, &app->wait) == 0);
    app->terminate.data = app->interrupt.data = app->hangup.data = app->drain.data = app->tick.data = app->wait.data =
        app;
}

static jn_rc jr_app__start_lane(struct jr_app *app, struct jn_err *err) {
    struct jr_lane_options options = {.store = app->store,
                                      .queue_events = app->config.queue,
                                      .keep = app->config.keep,
                                      .keep_audit_ms = app->config.keep_audit_ms,
                                      .rewrite_max = app->config.rewrite_max,
                                      .engine = app->engine,
                                      .clock = &app->clock,
                                      .mailbox = &app->mailbox,
                                      .user = app,
                                      .deliver = jr_app__on_delivery,
                                      .cancel = jr_app__on_cancel,
                                      .settled = jr_app__on_settled,
                                      .told = jr_app__on_told,
                                      .feed = &app->feed,
                                      .fetched = jr_app__on_fetched,
                                      .stopped = jr_app__on_lane_stopped};
    return jr_lane_start(&options, &app->lane, err);
}

/* From here on the process does what serving takes, and nothing else. A kernel without filters is no reason not to. */
static void jr_app__confine(void) {
    struct jn_err err;
    if (jr_sandbox_enter(&err) != JN_OK) JN_LOG(NO_SANDBOX, JN_LF_STR("error", jn_str_z(err.text)));
}

static void jr_app__announce(const struct jr_app *app) {
    bool v6 = strchr(app->config.host, ':') != NULL;
    char address[96];
    (void)snprintf(address, sizeof address, v6 ? "%s://[%s]:%d" : "%s://%s:%d",
                   app->config.tls_cert.n > 0 ? "https" : "http", app->config.host, app->config.port);
    if (app->config.plain_reached) JN_LOG(PLAIN_HTTP, JN_LF_STR("address", jn_str_z(address)));
    printf("ready %s\n", address);
    (void)fflush(stdout);
    JN_LOG(SERVE_READY, JN_LF_STR("address", jn_str_z(address)));
    jr_notify("READY=1");
}

/* Every connection and every attempt to deliver is a descriptor; what a shell gives (1,024) is less than is let in. */
static jn_rc jr_app__raise_descriptors(struct jn_err *err) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return JN_OK;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max >= JR_APP__DESCRIPTORS_MIN) return JN_OK;
    return jn_fail(err, JN_CONFIG,
                   "%llu files may be open at a time, and %d are the least: raise the limit (ulimit -n)",
                   (unsigned long long)limit.rlim_max, JR_APP__DESCRIPTORS_MIN);
}

/* Listens first: what is taken from here on is answered, and a port in use costs nothing. */
static jn_rc jr_app__serve(struct jr_app *app, struct jn_err *err) {
    jn_rc rc = jr_certificate_load(&app->config, app->server, err);
    if (rc == JN_OK) rc = jr_app__open_access(app, err);
    if (rc == JN_OK) rc = jr_http_server_listen(app->server, app->config.host, &app->config.port, err);
    if (rc == JN_OK) rc = jr_app__start_lane(app, err);
    if (rc != JN_OK) {
        jr_app__close(app);
        return rc;
    }
    app->phase = JR_APP_SERVING;
    jr_app__read_back(app);
    JN_CHECK(uv_signal_start(&app->terminate, jr_app__on_signal, SIGTERM) == 0);
    JN_CHECK(uv_signal_start(&app->interrupt, jr_app__on_signal, SIGINT) == 0);
    JN_CHECK(uv_signal_start(&app->hangup, jr_app__on_hangup, SIGHUP) == 0);
    JN_CHECK(uv_timer_start(&app->tick, jr_app__on_tick, JR_APP__TICK_MS, JR_APP__TICK_MS) == 0);
    JN_CHECK(uv_prepare_start(&app->wait, jr_app__on_wait) == 0);
    jr_app__confine();
    jr_app__announce(app);
    return JN_OK;
}

/* The loop, from its first handle to its last. */
static jn_rc jr_app__run_loop(struct jr_app *app, struct jn_err *err) {
    int code = uv_loop_init(&app->loop);
    if (code != 0) return jn_fail(err, JN_UNAVAILABLE, "the loop of events cannot be had: %s", uv_strerror(code));
    jr_clock_open(&app->clock, jr_engine_time(app->engine));
    jr_app__open_pump(app);
    jr_app__open_server(app);
    jr_app__open_handles(app);
    jn_rc rc = jr_app__serve(app, err);
    (void)uv_run(&app->loop, UV_RUN_DEFAULT);
    jr_http_server_free(app->server);
    jr_pump_free(app->pump);
    jr_clock_close(&app->clock);
    JN_CHECK(uv_loop_close(&app->loop) == 0);
    return rc != JN_OK ? rc : app->rc;
}

jn_rc jr_app_run(const struct jr_app_options *options, struct jn_err *err) {
    /* For want of memory libuv aborts in some places, without a word: with these it ends as everything else does. */
    JN_CHECK(uv_replace_allocator(jn_alloc, jn_realloc, jn_alloc_zero, free) == 0);
    jr_app__keep_standard_descriptors();
    jr_app__ignore_signals();
    (void)umask(077); /* what it makes is its own, whatever it was started with */
    struct jr_app *app = jn_alloc_zero(1, sizeof *app);
    app->err = err;
    jn_rc rc = jr_config_read(options, &app->config, err);
    if (!app->config.dev) jr_secret_forbid_dumps();
    if (rc == JN_OK) jn_log_set_level(app->config.log_level);
    if (rc == JN_OK) rc = jr_app__raise_descriptors(err);
    if (rc == JN_OK) rc = jr_app__open_state(app, err);
    if (rc == JN_OK) rc = jr_app__run_loop(app, err);
    jr_app__close_state(app);
    if (rc == JN_OK) JN_LOG(SERVE_STOPPED, JN_LF_INT("status", 0));
    free(app);
    return rc;
}
