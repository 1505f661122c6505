#include "runtime/app/lane.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/log.h"
#include "runtime/app/figures.h"
#include "runtime/measure/metrics.h"

enum { JR_LANE__NAP_MAX_MS = 1000 }; /* the wall clock may move while the thread sleeps */

/* A result of an attempt on its way to a commit. */
struct jr_lane__result {
    struct jr_lane__result *next;
    struct jr_input input;
    char text[]; /* what it points to */
};

/* What is to be noted, on its way to a commit. */
struct jr_lane__noted {
    struct jr_lane__noted *next;
    struct jn_str entry;
    bool has_token;
    struct jr_row_token token;
    char text[]; /* of both */
};

struct jr_lane_thread {
    struct jr_lane_options options;
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t wakeup;
    /* under the lock */
    struct jr_lane__noted *notes, **notes_end;
    uint32_t n_note;
    struct jr_job *jobs, **jobs_end;
    struct jr_lane__result *results, **results_end;
    uint32_t n_job;
    uint64_t n_event;
    uint64_t fetch_after;
    bool fetch, stopping, ended;
    bool has_more; /* than when it was last roused; the loop's own */
    /* the thread's own */
    struct jr_job *taken, **taken_end; /* jobs in work, in order; the first may be half done */
    struct jr_lane__result *reports;   /* results in work */
    struct jr_lane__result **reports_end;
    struct jr_input input[JR_TURN_MAX];
    struct jr_job *owner[JR_TURN_MAX]; /* of an input; NULL: a result */
    uint32_t n_input;
    uint32_t n_report; /* the first inputs of the turn are results */
    bool more;
    bool tidying;         /* a round of upkeep goes on */
    bool doubting;        /* the wall clock */
    int64_t next_upkeep;  /* when the next one begins */
    _Atomic size_t held;  /* bytes of requests that wait or are worked on; grows when one is read on this thread */
    int64_t next_rewrite; /* not before */
    struct jr_figures figures;
    _Atomic bool failing;
    _Atomic uint64_t beat;
};

/* What a turn has to tell the loop; takes the turn's memory along. */
struct jr_lane__news {
    struct jr_posted mail;
    struct jr_lane_thread *lane;
    struct jn_arena arena;
    struct jr_turn turn;
    struct jr_job *jobs, **jobs_end; /* to be answered */
    uint64_t *settled;
    uint32_t n_settled;
    struct jr_told *told;
    uint32_t n_told;
    struct jr_delivery *page;
    uint32_t n_page;
    bool fetched;
};

struct jr_lane__end {
    struct jr_posted mail;
    struct jr_lane_thread *lane;
    jn_rc rc;
    struct jn_err err;
};

/* ---- on the loop ---- */

static void jr_lane__tell(struct jr_posted *mail) {
    struct jr_lane__news *news = (struct jr_lane__news *)mail;
    const struct jr_lane_options *options = &news->lane->options;
    for (uint32_t i = 0; i < news->n_settled; i++)
        options->settled(options->user, news->settled[i]);
    for (uint32_t i = 0; i < news->turn.n_delivery; i++)
        options->deliver(options->user, &news->turn.delivery[i]);
    for (uint32_t i = 0; i < news->turn.n_cancelled; i++)
        options->cancel(options->user, news->turn.cancelled[i]);
    if (news->n_told > 0) options->told(options->user, news->told, news->n_told);
    if (news->fetched) options->fetched(options->user, news->page, news->n_page);
    struct jr_job *next;
    for (struct jr_job *job = news->jobs; job != NULL; job = next) { /* last: deliveries may point into their inputs */
        next = job->next;
        news->lane->held -= job->weight;
        job->answer(job);
        jr_job_free(job);
    }
    jn_arena_release(&news->arena);
    free(news);
}

static void jr_lane__tell_end(struct jr_posted *mail) {
    struct jr_lane__end *end = (struct jr_lane__end *)mail;
    const struct jr_lane_options *options = &end->lane->options;
    jn_rc rc = end->rc;
    struct jn_err err = end->err;
    free(end);
    options->stopped(options->user, rc, &err);
}

bool jr_lane_submit(struct jr_lane_thread *lane, struct jr_job *job) {
    uv_mutex_lock(&lane->lock);
    bool room = !lane->ended && lane->n_job < JR_LANE_QUEUE_JOBS && lane->n_event < lane->options.queue_events &&
                (lane->held == 0 || lane->held + job->weight <= JR_LANE_QUEUE_BYTES);
    if (room) {
        lane->held += job->weight;
        job->next = NULL;
        *lane->jobs_end = job;
        lane->jobs_end = &job->next;
        lane->n_job++;
        lane->n_event += job->intake.n;
        lane->has_more = true;
    }
    uv_mutex_unlock(&lane->lock);
    return room;
}

void jr_lane_report(struct jr_lane_thread *lane, const struct jr_report *report) {
    struct jr_lane__result *result = jn_alloc_zero(1, sizeof *result + jr_report_room(report));
    result->input = jr_report_input(report, result->text);
    uv_mutex_lock(&lane->lock);
    bool ended = lane->ended;
    if (!ended) {
        *lane->results_end = result;
        lane->results_end = &result->next;
        lane->has_more = true;
    }
    uv_mutex_unlock(&lane->lock);
    if (ended) free(result); /* the row is still pending: it is tried again after the next start, under the same id */
}

bool jr_lane_note(struct jr_lane_thread *lane, struct jn_str entry, const struct jr_row_token *token) {
    struct jn_str body = token == NULL ? JN_STR_NONE : token->body;
    struct jr_lane__noted *noted = jn_alloc_zero(1, sizeof *noted + entry.n + body.n + 1);
    if (entry.n > 0) memcpy(noted->text, entry.p, entry.n);
    if (body.n > 0) memcpy(noted->text + entry.n, body.p, body.n);
    noted->entry = (struct jn_str){noted->text, entry.n};
    noted->has_token = token != NULL;
    if (token != NULL) noted->token = *token;
    noted->token.body = (struct jn_str){noted->text + entry.n, body.n};
    uv_mutex_lock(&lane->lock);
    bool room = !lane->ended && lane->n_note < JR_LANE_QUEUE_NOTES;
    if (room) {
        *lane->notes_end = noted;
        lane->notes_end = &noted->next;
        lane->n_note++;
        lane->has_more = true;
    }
    uv_mutex_unlock(&lane->lock);
    if (!room) free(noted);
    return room;
}

void jr_lane_rouse(struct jr_lane_thread *lane) {
    if (lane->has_more) uv_cond_signal(&lane->wakeup);
    lane->has_more = false;
}

void jr_lane_fetch(struct jr_lane_thread *lane, uint64_t after) {
    uv_mutex_lock(&lane->lock);
    lane->fetch = true;
    lane->fetch_after = after;
    uv_cond_signal(&lane->wakeup);
    uv_mutex_unlock(&lane->lock);
}

bool jr_lane_is_failing(const struct jr_lane_thread *lane) {
    return lane->failing;
}

uint64_t jr_lane_beat(const struct jr_lane_thread *lane) {
    return lane->beat;
}

uint64_t jr_lane_waiting(struct jr_lane_thread *lane) {
    uv_mutex_lock(&lane->lock);
    uint64_t n = lane->n_event;
    uv_mutex_unlock(&lane->lock);
    return n;
}

void jr_lane_stop(struct jr_lane_thread *lane) {
    uv_mutex_lock(&lane->lock);
    lane->stopping = true;
    uv_cond_signal(&lane->wakeup);
    uv_mutex_unlock(&lane->lock);
}

/* ---- on the lane's thread: taking work ---- */

/* What is due then waits, or goes on: the audit log says so with the next commit. */
static void jr_lane__note_clock(struct jr_lane_thread *lane, int64_t now, bool doubting, int64_t error) {
    char why[128];
    if (doubting) {
        JN_LOG(CLOCK_DOUBTED, JN_LF_INT("ahead_ms", error));
        (void)snprintf(why, sizeof why, "it is %.1f s ahead; until it has gone evenly, nothing is due by it alone",
                       (double)error / 1000);
    } else {
        JN_LOG(CLOCK_BELIEVED, JN_LF_INT("behind_ms", -error));
        (void)snprintf(why, sizeof why, "it has gone evenly; what became due meanwhile goes on");
    }
    jr_engine_decided(lane->options.engine, now, doubting ? JR_DECIDED_CLOCK_DOUBTED : JR_DECIDED_CLOCK_BELIEVED,
                      JN_STR("the wall clock"), jn_str_z(why));
}

static int64_t jr_lane__now(struct jr_lane_thread *lane) {
    int64_t now = jr_clock_now(lane->options.clock), jump = jr_clock_jumped(lane->options.clock);
    int64_t error = jr_clock_error(lane->options.clock);
    if (jump != 0) {
        JN_LOG(CLOCK_JUMP, JN_LF_INT("by_ms", jump));
        jr_metric_add(JR_METRIC_CLOCK_JUMPS, 0, 1);
    }
    bool doubting = error > 0;
    if (doubting != lane->doubting) jr_lane__note_clock(lane, now, doubting, error);
    lane->doubting = doubting;
    jr_metric_set(JR_METRIC_CLOCK_AHEAD, 0, doubting ? (uint64_t)error / 1000 : 0);
    jr_metric_set(JR_METRIC_CLOCK_BEHIND, 0, doubting ? 0 : (uint64_t)-error / 1000);
    return now;
}

/* Somebody was erased, and the store can be written anew to be rid of the last bytes. */
static bool jr_lane__may_rewrite(const struct jr_lane_thread *lane, int64_t now) {
    return now >= lane->next_rewrite && jr_engine_wants_rewrite(lane->options.engine);
}

/* How long the thread may sleep: 0 when there is work. With the lock held. */
static int64_t jr_lane__idle_ms(struct jr_lane_thread *lane) {
    if (lane->jobs != NULL || lane->taken != NULL || lane->stopping) return 0;
    if (lane->failing) return JR_LANE_RETRY_MS; /* what is old waits; what is new is tried at once */
    if (lane->results != NULL || lane->reports != NULL || lane->fetch || lane->more || lane->tidying) return 0;
    if (lane->notes != NULL || jr_engine_has_notes(lane->options.engine)) return 0;
    if (jr_lane__may_rewrite(lane, jr_clock_now(lane->options.clock))) return 0;
    int64_t due = jr_engine_next_due(lane->options.engine);
    int64_t figures = jr_figures_in_ms(&lane->figures), most = figures < 0 ? JR_LANE__NAP_MAX_MS : figures;
    if (due == INT64_MAX) return most;
    int64_t nap = due - jr_clock_now(lane->options.clock);
    return nap < 0 ? 0 : nap < most ? nap : most;
}

static void jr_lane__take_notes(struct jr_lane_thread *lane) {
    struct jr_lane__noted *next;
    for (struct jr_lane__noted *noted = lane->notes; noted != NULL; noted = next) {
        next = noted->next;
        if (noted->entry.n > 0)
            (void)jr_engine_note(lane->options.engine, jr_clock_now(lane->options.clock), noted->entry);
        if (noted->has_token) (void)jr_engine_note_token(lane->options.engine, &noted->token);
        free(noted);
    }
    lane->notes = NULL;
    lane->notes_end = &lane->notes;
    lane->n_note = 0;
}

/* Moves what is queued to the thread's own lists; jobs only when those before are done, so that the queue's bounds
 * hold. False: stop. */
static bool jr_lane__take(struct jr_lane_thread *lane, uint64_t *fetch_after, bool *fetch) {
    uv_mutex_lock(&lane->lock);
    int64_t nap = jr_lane__idle_ms(lane);
    if (nap > 0) (void)uv_cond_timedwait(&lane->wakeup, &lane->lock, (uint64_t)nap * 1000000);
    if (lane->jobs != NULL && lane->taken == NULL) {
        lane->taken = lane->jobs;
        lane->taken_end = lane->jobs_end;
        lane->jobs = NULL;
        lane->jobs_end = &lane->jobs;
        lane->n_job = 0;
        lane->n_event = 0;
    }
    if (lane->results != NULL) {
        *lane->reports_end = lane->results;
        lane->reports_end = lane->results_end;
        lane->results = NULL;
        lane->results_end = &lane->results;
    }
    jr_lane__take_notes(lane);
    *fetch = lane->fetch;
    *fetch_after = lane->fetch_after;
    lane->fetch = false;
    /* With a failing store, results are given up at the end: their rows are still pending. */
    bool kept = lane->reports == NULL && !jr_engine_has_notes(lane->options.engine);
    bool done = lane->stopping && lane->taken == NULL && lane->jobs == NULL && (kept || lane->failing);
    if (done) lane->ended = true;
    uv_mutex_unlock(&lane->lock);
    return !done;
}

/* ---- on the lane's thread: one turn ---- */

static void jr_lane__finish(struct jr_lane_thread *lane, struct jr_lane__news *news) {
    struct jr_job *job = lane->taken;
    lane->taken = job->next;
    if (lane->taken == NULL) lane->taken_end = &lane->taken;
    job->next = NULL;
    *news->jobs_end = job;
    news->jobs_end = &job->next;
}

static void jr_lane__add(struct jr_lane_thread *lane, const struct jr_input *input, struct jr_job *owner, int64_t now) {
    lane->input[lane->n_input] = *input;
    lane->input[lane->n_input].received = now;
    lane->owner[lane->n_input++] = owner;
}

/* Gathers the turn's inputs. Jobs that are finished without any stand at the list's head and go to the news. */
static void jr_lane__gather(struct jr_lane_thread *lane, struct jr_lane__news *news, int64_t now) {
    struct jr_lane_view view = {.engine = lane->options.engine, .store = lane->options.store, .now = now};
    lane->n_input = lane->n_report = 0;
    for (struct jr_lane__result *r = lane->reports; r != NULL && lane->n_report < JR_LANE_TURN_RESULTS; r = r->next) {
        jr_lane__add(lane, &r->input, NULL, now);
        lane->n_report++;
    }
    size_t weight = 0;
    struct jr_job *next;
    for (struct jr_job *job = lane->taken; job != NULL; job = next) {
        next = job->next;
        uint32_t events = lane->n_input - lane->n_report;
        if (events > 0 && events + job->intake.n > JR_LANE_TURN_EVENTS) return;
        size_t before = job->weight;
        jr_job_work(job, &view);
        lane->held += job->weight - before;
        weight += job->weight;
        uint32_t left = job->rc == JN_OK ? job->intake.n - job->done : 0;
        if (left == 0 && lane->taken == job) {
            jr_lane__finish(lane, news);
            continue;
        }
        for (uint32_t i = 0; i < left && lane->n_input < JR_TURN_MAX; i++)
            jr_lane__add(lane, &job->intake.input[job->done + i], job, now);
        if (lane->n_input == JR_TURN_MAX || weight > JR_LANE_TURN_BYTES) return;
    }
}

static void jr_lane__measure_quarantine(const struct jr_lane_thread *lane) {
    struct jr_quarantine quarantine = jr_engine_quarantine(lane->options.engine);
    jr_metric_set(JR_METRIC_QUARANTINE, 0, quarantine.events);
    jr_metric_set(JR_METRIC_QUARANTINE_BYTES, 0, quarantine.bytes);
    jr_metric_set(JR_METRIC_QUARANTINE_DROPPED, 0, quarantine.dropped);
}

/* After the commit: hands over what is finished. */
static void jr_lane__committed(struct jr_lane_thread *lane, struct jr_lane__news *news, int64_t now) {
    struct jr_lane_view view = {.engine = lane->options.engine, .store = lane->options.store, .now = now};
    news->settled = JN_NEW_ARRAY(&news->arena, uint64_t, lane->n_report + 1);
    for (uint32_t i = 0; i < lane->n_report; i++) {
        struct jr_lane__result *result = lane->reports;
        news->settled[news->n_settled++] = result->input.delivery;
        lane->reports = result->next;
        if (lane->reports == NULL) lane->reports_end = &lane->reports;
        free(result);
    }
    for (uint32_t i = lane->n_report; i < lane->n_input; i++) {
        jr_figures_input(&lane->input[i], news->turn.answer[i]);
        jr_job_answered(lane->owner[i], &view, news->turn.answer[i], news->turn.answer_reason[i]);
    }
    jr_figures_turn(&news->turn);
    lane->figures.changed = true;
    while (lane->taken != NULL && lane->taken->work == NULL &&
           (lane->taken->rc != JN_OK || lane->taken->done == lane->taken->intake.n))
        jr_lane__finish(lane, news);
    lane->more = news->turn.more;
    jr_metric_set(JR_METRIC_TIMERS, 0, jr_engine_timer_count(lane->options.engine));
    jr_lane__measure_quarantine(lane);
}

static void jr_lane__set_failing(struct jr_lane_thread *lane, bool failing, const struct jn_err *err) {
    if (lane->failing == failing) return;
    lane->failing = failing;
    jr_metric_set(JR_METRIC_STORE_FAILING, 0, failing);
    if (failing)
        JN_LOG(STORE_FAILED, JN_LF_STR("error", jn_str_z(err->text)));
    else
        JN_LOG(STORE_BACK, JN_LF_INT("timers", (int64_t)jr_engine_timer_count(lane->options.engine)));
}

/* Nothing of the turn has happened: its requests are answered with the error, and those whose notes were to be written
 * with it; results stay for the next try. */
static void jr_lane__refuse(struct jr_lane_thread *lane, struct jr_lane__news *news, int64_t now, jn_rc rc,
                            const struct jn_err *err) {
    struct jr_lane_view view = {.engine = lane->options.engine, .store = lane->options.store, .now = now};
    for (uint32_t i = lane->n_report; i < lane->n_input; i++)
        jr_job_unwritten(lane->owner[i], &view, rc, err);
    for (struct jr_job *job = news->jobs; job != NULL; job = job->next)
        jr_job_unwritten(job, &view, rc, err);
    while (lane->taken != NULL && lane->taken->work == NULL &&
           (lane->taken->rc != JN_OK || lane->taken->done == lane->taken->intake.n))
        jr_lane__finish(lane, news);
    news->turn.n_delivery = news->turn.n_cancelled = 0;
    lane->more = false;
}

static bool jr_lane__may_recover(jn_rc rc) {
    return rc == JN_IO || rc == JN_FULL || rc == JN_READ_ONLY || rc == JN_BUSY || rc == JN_UNAVAILABLE;
}

static jn_rc jr_lane__turn(struct jr_lane_thread *lane, struct jr_lane__news *news, int64_t now, struct jn_err *err) {
    /* A turn of nothing also finds out whether a failing store is back. */
    bool due = lane->more || lane->failing || jr_engine_has_notes(lane->options.engine) ||
               jr_engine_next_due(lane->options.engine) <= now;
    if (lane->n_input == 0 && !due) return JN_OK;
    uint64_t began = uv_hrtime();
    struct jr_feed *feed = lane->options.feed;
    feed->arena = &news->arena;
    feed->told = NULL;
    feed->n = 0;
    jn_rc rc = jr_engine_turn(lane->options.engine, lane->input, lane->n_input, now, &news->turn, err);
    jr_histogram_observe(JR_HISTOGRAM_COMMIT, (int64_t)((uv_hrtime() - began) / 1000));
    jr_metric_add(JR_METRIC_TURNS, rc == JN_OK ? 0 : 1, 1);
    feed->arena = NULL;
    news->told = feed->told;
    news->n_told = feed->n;
    if (rc == JN_OK) {
        jr_lane__committed(lane, news, now);
        jr_lane__set_failing(lane, false, NULL);
        return JN_OK;
    }
    jr_lane__refuse(lane, news, now, rc, err);
    if (!jr_lane__may_recover(rc)) return rc;
    jr_lane__set_failing(lane, true, err);
    return JN_OK;
}

static void jr_lane__page(struct jr_lane_thread *lane, struct jr_lane__news *news, uint64_t after) {
    struct jn_err err;
    jn_rc rc =
        jr_engine_pending(lane->options.engine, after, JR_LANE_PAGE, &news->arena, &news->page, &news->n_page, &err);
    news->fetched = rc == JN_OK;
    if (rc == JN_OK) return;
    jr_lane__set_failing(lane, true, &err);
    jr_lane_fetch(lane, after);
}

static bool jr_lane__is_idle(const struct jr_lane_thread *lane) {
    return lane->n_input == 0 && lane->taken == NULL && lane->reports == NULL && !lane->more && !lane->failing;
}

/* What fails is tried again in the next round, unless nothing may be written any more. */
static jn_rc jr_lane__put_off(jn_rc rc, const struct jn_err *err) {
    if (rc != JN_OK) JN_LOG(UPKEEP_FAILED, JN_LF_STR("error", jn_str_z(err->text)));
    return rc == JN_UNSYNCED ? rc : JN_OK;
}

static jn_rc jr_lane__rewrite(struct jr_lane_thread *lane, int64_t now, struct jn_err *err) {
    bool done;
    if (!jr_lane__is_idle(lane) || !jr_lane__may_rewrite(lane, now)) return JN_OK;
    jn_rc rc = jr_engine_rewrite(lane->options.engine, lane->options.rewrite_max, &done, err);
    if (rc == JN_OK && !done) JN_LOG(ERASED_REMAINS, JN_LF_INT("rewrite_max", (int64_t)lane->options.rewrite_max));
    if (rc != JN_OK || !done) lane->next_rewrite = now + JR_LANE_UPKEEP_MS;
    lane->beat = uv_hrtime();
    return jr_lane__put_off(rc, err);
}

/* A slice of upkeep where nothing else is to be done. */
static jn_rc jr_lane__upkeep(struct jr_lane_thread *lane, int64_t now, struct jn_err *err) {
    if (!jr_lane__is_idle(lane) || (!lane->tidying && now < lane->next_upkeep)) return JN_OK;
    jn_rc rc = jr_engine_forget_notes(lane->options.engine, now - lane->options.keep_audit_ms, &lane->tidying, err);
    if (rc == JN_OK && !lane->tidying)
        rc = jr_engine_upkeep(lane->options.engine, now, &lane->options.keep, &lane->tidying, err);
    if (rc != JN_OK) lane->tidying = false;
    if (!lane->tidying) lane->next_upkeep = now + JR_LANE_UPKEEP_MS;
    jr_lane__measure_quarantine(lane);
    return jr_lane__put_off(rc, err);
}

static struct jr_lane__news *jr_lane__news_new(struct jr_lane_thread *lane) {
    struct jr_lane__news *news = jn_alloc_zero(1, sizeof *news);
    news->mail.run = jr_lane__tell;
    news->lane = lane;
    news->jobs_end = &news->jobs;
    jn_arena_init(&news->arena);
    news->turn.arena = &news->arena;
    return news;
}

static void jr_lane__main(void *argument) {
    struct jr_lane_thread *lane = argument;
    struct jr_lane__end *end = jn_alloc_zero(1, sizeof *end);
    end->mail.run = jr_lane__tell_end;
    end->lane = lane;
    uint64_t after;
    bool fetch;
    while (end->rc == JN_OK && jr_lane__take(lane, &after, &fetch)) {
        int64_t now = jr_lane__now(lane);
        lane->beat = uv_hrtime();
        struct jr_lane__news *news = jr_lane__news_new(lane);
        jr_lane__gather(lane, news, now);
        end->rc = jr_lane__turn(lane, news, now, &end->err);
        if (fetch && end->rc == JN_OK) jr_lane__page(lane, news, after);
        if (end->rc == JN_OK) end->rc = jr_lane__upkeep(lane, now, &end->err);
        if (end->rc == JN_OK) end->rc = jr_lane__rewrite(lane, now, &end->err);
        jr_figures_people(&lane->figures, lane->options.engine);
        jr_mailbox_post(lane->options.mailbox, &news->mail);
    }
    uv_mutex_lock(&lane->lock);
    lane->ended = true;
    uv_mutex_unlock(&lane->lock);
    jr_mailbox_post(lane->options.mailbox, &end->mail);
}

/* ---- life ---- */

jn_rc jr_lane_start(const struct jr_lane_options *options, struct jr_lane_thread **out, struct jn_err *err) {
    struct jr_lane_thread *lane = jn_alloc_zero(1, sizeof *lane);
    lane->options = *options;
    lane->jobs_end = &lane->jobs;
    lane->results_end = &lane->results;
    lane->taken_end = &lane->taken;
    lane->reports_end = &lane->reports;
    lane->notes_end = &lane->notes;
    lane->beat = uv_hrtime();
    lane->figures.changed = true;
    JN_CHECK(uv_mutex_init(&lane->lock) == 0);
    JN_CHECK(uv_cond_init(&lane->wakeup) == 0);
    if (uv_thread_create(&lane->thread, jr_lane__main, lane) == 0) {
        *out = lane;
        return JN_OK;
    }
    uv_cond_destroy(&lane->wakeup);
    uv_mutex_destroy(&lane->lock);
    free(lane);
    return jn_fail(err, JN_UNAVAILABLE, "no thread can be had; raise the limit of processes (ulimit -u, TasksMax)");
}

static void jr_lane__drop(struct jr_job *job) {
    struct jr_job *next;
    for (; job != NULL; job = next) {
        next = job->next;
        job->rc = jn_fail(&job->err, JN_UNAVAILABLE, "the server is stopping");
        job->answer(job);
        jr_job_free(job);
    }
}

static void jr_lane__drop_results(struct jr_lane__result *result) {
    struct jr_lane__result *next;
    for (; result != NULL; result = next) {
        next = result->next;
        free(result);
    }
}

void jr_lane_free(struct jr_lane_thread *lane) {
    JN_CHECK(uv_thread_join(&lane->thread) == 0);
    jr_lane__drop(lane->taken);
    jr_lane__drop(lane->jobs);
    jr_lane__drop_results(lane->reports);
    jr_lane__drop_results(lane->results);
    jr_lane__take_notes(lane); /* none: it has ended with all it had */
    uv_cond_destroy(&lane->wakeup);
    uv_mutex_destroy(&lane->lock);
    free(lane);
}
