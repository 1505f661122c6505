/* Approvals: a person is asked, and the run holds until there is an answer, none in time, or nothing to decide. */
#include "core/hash.h"
#include "core/json.h"
#include "runtime/engine/flow/flow.h"
#include "runtime/engine/turn.h"

#define APPROVAL_SOURCE JN_STR("$approval") /* no source of a script is called so, and no event */
#define APPROVAL_TAG    8                   /* hexadecimal digits behind the number */

/* How an approval came to its end: the digest of its id among the ids that were taken. */
enum approval_end { APPROVAL_APPROVED, APPROVAL_REJECTED, APPROVAL_EXPIRED, APPROVAL_WITHDRAWN, APPROVAL_ENDS };

static const char *const APPROVAL_SAYS[] = {[APPROVAL_APPROVED] = "was approved already",
                                            [APPROVAL_REJECTED] = "was rejected already",
                                            [APPROVAL_EXPIRED] = "was not answered in time",
                                            [APPROVAL_WITHDRAWN] = "is not asked any more: its run has gone elsewhere"};

/* Its number is that of its row; what stands behind it follows from the run, as ids of messages do, but from no step:
 * it stays the same when the run moves to another version. */
static void approval_effect(struct jr_engine *engine, uint64_t run, uint64_t number, uint8_t out[16]) {
    engine_effect_id(engine, run, 0, (uint32_t)number, out);
}

static struct jn_str approval_id(uint64_t number, const uint8_t effect[16], struct jn_arena *arena) {
    struct jn_buf hex;
    jn_buf_init(&hex, 32);
    jn_hex((struct jn_str){(const char *)effect, APPROVAL_TAG / 2}, &hex);
    struct jn_str id = jn_arena_printf(arena, "%llu-%.*s", (unsigned long long)number, JN_FMT(jn_buf_view(&hex)));
    jn_buf_release(&hex);
    return id;
}

static struct jn_str approval_id_of(struct turn *turn, const struct engine_run *run) {
    uint8_t effect[16];
    approval_effect(turn->engine, run->id, run->awaits, effect);
    return approval_id(run->awaits, effect, turn->arena);
}

/* The number in front of the tag; 0: it is no approval's id. */
static uint64_t approval_number(struct jn_str id) {
    uint64_t number = 0;
    size_t digits = id.n > APPROVAL_TAG + 1 ? id.n - APPROVAL_TAG - 1 : 0;
    if (digits == 0 || digits > 18 || id.p[digits] != '-' || id.p[0] == '0') return 0;
    for (size_t i = 0; i < digits; i++) {
        if (id.p[i] < '0' || id.p[i] > '9') return 0;
        number = number * 10 + (uint64_t)(id.p[i] - '0');
    }
    return number;
}

bool engine_awaits_person(const struct engine_run *run) {
    return run->status == ENGINE_LIVE && !run->gone && !run->arriving && run->awaits != 0 &&
           run->program->program->step[run->step].kind == JN_STEP_APPROVE;
}

static struct jn_str approval_by(const struct engine_run *run) {
    const struct jn_program *program = run->program->program;
    return program->string[program->step[run->step].b];
}

/* ---- opening and closing */

void turn_request(struct turn *turn, struct engine_customer *customer, struct engine_run *run) {
    struct jr_row_delivery *row = engine_grow(turn->arena, &turn->delivery, &turn->n_delivery, sizeof(*row));
    run->awaits = engine_counter_next(turn->engine, ENGINE_NEXT_DELIVERY);
    *row = (struct jr_row_delivery){
        .delivery = run->awaits, .customer = customer->id, .state = JR_DELIVERY_APPROVAL, .body = JN_STR("")};
    approval_effect(turn->engine, run->id, run->awaits, row->id);
    struct jr_trace *trace = turn_trace(turn, JR_TRACE_REQUESTED, customer, run);
    trace->name = approval_by(run);
    trace->detail = approval_id_of(turn, run);
}

/* The row goes; how it ended is known for as long as ids that were taken are. */
static void approval_close(struct turn *turn, struct engine_run *run, enum approval_end end) {
    struct jr_row_seen *seen = engine_grow(turn->arena, &turn->seen, &turn->n_seen, sizeof(*seen));
    *seen = (struct jr_row_seen){.at = turn->now, .digest = end};
    engine_seen_key(turn->engine, APPROVAL_SOURCE, approval_id_of(turn, run), turn->arena, seen->key);
    turn_delivery_gone(turn, run->awaits);
    run->awaits = 0;
}

void turn_request_expired(struct turn *turn, struct engine_run *run) {
    turn_count(turn, JR_COUNT_UNANSWERED, engine_journey_name(run), approval_by(run));
    approval_close(turn, run, APPROVAL_EXPIRED);
}

void turn_request_withdrawn(struct turn *turn, struct engine_customer *customer, struct engine_run *run) {
    turn_trace(turn, JR_TRACE_WITHDRAWN, customer, run)->name = approval_by(run);
    approval_close(turn, run, APPROVAL_WITHDRAWN);
}

/* ---- finding one by its id */

static jn_rc approval_unknown(struct turn *turn, struct jn_str id, struct jn_err *err) {
    struct jr_engine *engine = turn->engine;
    struct jr_row_seen seen = {0};
    bool known = false;
    engine_seen_key(engine, APPROVAL_SOURCE, id, turn->arena, seen.key);
    jn_rc rc = engine->store->ops->seen(engine->store, &seen, 1, &known, turn->err);
    if (rc != JN_OK) return rc;
    for (uint32_t i = 0; i < turn->n_seen && !known; i++) {
        known = memcmp(turn->seen[i].key, seen.key, sizeof(seen.key)) == 0;
        if (known) seen.digest = turn->seen[i].digest;
    }
    if (!known || seen.digest >= APPROVAL_ENDS)
        return jn_fail(err, JN_NOT_FOUND, "there is no approval %.*s", JN_FMT(id));
    return jn_fail(err, JN_CONFLICT, "approval %.*s %s", JN_FMT(id), APPROVAL_SAYS[seen.digest]);
}

static jn_rc approval_row(struct turn *turn, struct jn_str id, struct jr_row_delivery *out, bool *found) {
    struct jr_engine *engine = turn->engine;
    uint64_t number = approval_number(id);
    struct jr_row_delivery *row;
    uint32_t n = 0;
    *found = false;
    if (number == 0) return JN_OK;
    jn_rc rc = engine->store->ops->deliveries(engine->store, JR_DELIVERY_APPROVAL, number - 1, 1, turn->arena, &row, &n,
                                              turn->err);
    if (rc != JN_OK || n == 0 || row->delivery != number) return rc;
    *found = jn_str_eq(approval_id(number, row->id, turn->arena), id);
    *out = *row;
    return JN_OK;
}

static struct engine_run *approval_run(const struct engine_customer *customer, uint64_t number) {
    for (uint32_t i = 0; i < customer->n_run; i++)
        if (customer->run[i]->awaits == number && engine_awaits_person(customer->run[i])) return customer->run[i];
    return NULL;
}

/* The run that holds for this very approval, if `by` may decide it. JN_NOT_FOUND, JN_CONFLICT and JN_UNPROCESSABLE are
 * told in err; the store's failures in turn->err. */
static jn_rc approval_find(struct turn *turn, struct jn_str id, struct jn_str by, struct engine_customer **customer,
                           struct engine_run **run, struct jn_err *err) {
    struct jr_row_delivery row;
    bool found;
    *run = NULL;
    jn_rc rc = approval_row(turn, id, &row, &found);
    if (rc == JN_OK && found) rc = turn_customer_by_id(turn, row.customer, customer);
    found = found && *customer != NULL;
    if (rc == JN_OK && found && turn->out != NULL) rc = turn_fire(turn, *customer, turn->now - 1);
    if (rc != JN_OK) return rc;
    if (found) *run = approval_run(*customer, row.delivery);
    if (*run == NULL) return approval_unknown(turn, id, err);
    if (jn_str_eq(by, approval_by(*run))) return JN_OK;
    return jn_fail(err, JN_UNPROCESSABLE, "approval %.*s is decided by `%.*s`, not by `%.*s`", JN_FMT(id),
                   JN_FMT(approval_by(*run)), JN_FMT(by));
}

/* ---- the decision */

/* It stands among the customer's events, with who gave it. */
static void approval_record(struct turn *turn, const struct engine_customer *customer, const struct engine_run *run,
                            const struct jr_input *input) {
    const struct jn_program *program = run->program->program;
    const struct jn_step *step = &program->step[run->step];
    struct jr_row_event *row = engine_grow(turn->arena, &turn->event, &turn->n_event, sizeof(*row));
    struct jn_json_out w;
    struct jn_buf body;
    jn_buf_init(&body, ENGINE_EVENT_MAX);
    jn_jw_init(&w, &body);
    jn_jw_object(&w);
    turn_body_key(&w, "approval", input->other);
    turn_body_key(&w, "journey", engine_journey_name(run));
    turn_body_key(&w, "step", program->string[step->name]);
    turn_body_key(&w, "text", program->string[step->a]);
    turn_body_key(&w, "by", input->event);
    turn_body_key(&w, "decision", input->in ? JN_STR("approved") : JN_STR("rejected"));
    jn_jw_end_object(&w);
    *row = (struct jr_row_event){.customer = customer->id,
                                 .seq = engine_counter_next(turn->engine, ENGINE_NEXT_EVENT),
                                 .at = turn->now,
                                 .name = APPROVAL_SOURCE,
                                 .body = jn_arena_str(turn->arena, jn_buf_view(&body))};
    jn_buf_release(&body);
}

jn_rc turn_decide(struct turn *turn, const struct jr_input *input, uint32_t i) {
    struct engine_customer *customer;
    struct engine_run *run;
    struct jn_err why = {.rc = JN_OK};
    jn_rc rc = approval_find(turn, input->other, input->event, &customer, &run, &why);
    if (rc != JN_OK && why.rc == JN_OK) return rc;
    if (rc != JN_OK) {
        turn->out->answer[i] = JR_ANSWER_DUPLICATE;
        turn->out->answer_reason[i] = jn_arena_str(turn->arena, jn_str_z(why.text));
        return JN_OK;
    }
    const struct jn_step *step = &run->program->program->step[run->step];
    approval_record(turn, customer, run, input);
    struct jr_trace *trace = turn_trace(turn, input->in ? JR_TRACE_APPROVED : JR_TRACE_REJECTED, customer, run);
    trace->name = approval_by(run);
    trace->detail = input->other;
    turn_count(turn, input->in ? JR_COUNT_APPROVED : JR_COUNT_REJECTED, engine_journey_name(run), approval_by(run));
    approval_close(turn, run, input->in ? APPROVAL_APPROVED : APPROVAL_REJECTED);
    turn_leave_hold(turn, run);
    rc = turn_activate(turn, customer, run, input->in ? step->next : step->alt);
    return rc == JN_OK ? turn_settle(turn, customer) : rc;
}

/* ---- looking */

jn_rc jr_engine_approval(struct jr_engine *engine, struct jn_str id, struct jn_str by, struct jn_arena *arena,
                         struct jn_err *err) {
    struct engine_customer *customer;
    struct engine_run *run;
    struct jn_err unheard, *told = err == NULL ? &unheard : err;
    struct turn turn;
    turn_look_begin(&turn, engine, arena, told);
    jn_rc rc = approval_find(&turn, id, by, &customer, &run, told);
    turn_look_end(&turn);
    return rc;
}

static void approval_view(const struct engine_customer *customer, const struct engine_run *run,
                          const struct jr_row_delivery *row, struct jn_arena *arena, struct jr_approval *out) {
    const struct jn_program *program = run->program->program;
    const struct jn_step *step = &program->step[run->step];
    *out = (struct jr_approval){.number = row->delivery,
                                .id = approval_id(row->delivery, row->id, arena),
                                .journey = engine_journey_name(run),
                                .step = program->string[step->name],
                                .customer = customer->ext,
                                .text = program->string[step->a],
                                .by = program->string[step->b],
                                .since = run->anchor,
                                .until = run->due};
}

jn_rc jr_engine_approvals(struct jr_engine *engine, uint64_t after, uint32_t max, struct jn_arena *arena,
                          struct jr_approval **out, uint32_t *n, uint64_t *next, struct jn_err *err) {
    struct jr_row_delivery *row;
    struct jn_err unheard;
    struct turn turn;
    uint32_t n_row;
    *n = 0;
    *next = 0;
    jn_rc rc =
        engine->store->ops->deliveries(engine->store, JR_DELIVERY_APPROVAL, after, max, arena, &row, &n_row, err);
    if (rc != JN_OK) return rc;
    *out = JN_NEW_ARRAY(arena, struct jr_approval, n_row);
    turn_look_begin(&turn, engine, arena, err == NULL ? &unheard : err);
    for (uint32_t i = 0; rc == JN_OK && i < n_row; i++) {
        struct engine_customer *customer;
        rc = turn_customer_by_id(&turn, row[i].customer, &customer);
        struct engine_run *run = rc == JN_OK && customer != NULL ? approval_run(customer, row[i].delivery) : NULL;
        if (run != NULL) approval_view(customer, run, &row[i], arena, &(*out)[(*n)++]);
    }
    if (n_row == max) *next = row[n_row - 1].delivery;
    turn_look_end(&turn);
    return rc;
}
