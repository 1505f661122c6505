/* A run moves: step after step until it holds or ends; and its timers. */
#include "core/value.h"
#include "image/image.h"
#include "runtime/engine/activation.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/control/control.h"
#include "runtime/engine/flow/flow.h"
#include "runtime/engine/history/history.h"
#include "runtime/engine/policy/policy.h"

static uint64_t turn_last_event(const struct turn *turn) {
    return *engine_counter(turn->engine, ENGINE_NEXT_EVENT);
}

struct jn_value turn_eval(struct turn *turn, struct engine_customer *customer, const struct engine_run *run,
                          uint32_t expr) {
    struct jr_context context = turn_context(turn, customer, run, NULL);
    struct jn_value value;
    if (jr_vm_eval(&context, expr, &value, NULL) != JN_OK) return JN_MISSING;
    if (value.type == JN_T_TEXT) value = jn_value_text(jn_arena_str(turn->arena, jn_value_str(value)));
    return value;
}

struct jn_value activation_eval(struct activation *a, uint32_t expr) {
    return turn_eval(a->turn, a->customer, a->run, expr);
}

/* What the run holds for is not wanted any more: a message, unless it has begun to leave, or a person's decision. */
static void turn_forget_awaited(struct turn *turn, struct engine_customer *customer, struct engine_run *run) {
    if (engine_awaits_person(run)) turn_request_withdrawn(turn, customer, run);
    if (run->awaits == 0) return;
    uint64_t *place = engine_grow(turn->arena, &turn->cancelled, &turn->n_cancelled, sizeof(*place));
    *place = run->awaits;
    run->awaits = 0;
}

void turn_end(struct turn *turn, struct engine_customer *customer, struct engine_run *run, struct jn_str as) {
    turn_forget_awaited(turn, customer, run);
    const struct jn_journey *journey = engine_journey(run);
    const struct jn_program *program = run->program->program;
    run->status = ENGINE_ENDED;
    run->ended = as;
    run->goal_until = INT64_MIN;
    for (uint32_t i = 0; i < journey->n_goal && i < ENGINE_GOALS_MAX; i++) {
        const struct jn_goal *goal = &program->goal[journey->first_goal + i];
        if ((run->goals >> i & 1) != 0 || goal->within == JN_NONE) continue;
        int64_t until = jn_instant_add(engine_run_zone(customer, run), run->entered, program->value[goal->within]);
        if (until > run->goal_until) run->goal_until = until;
    }
    /* Goal windows outlive the run (language semantics 9): the row stays until the instant behind the last one. */
    run->gone = run->goal_until < turn->now;
    run->due = run->gone ? INT64_MAX : run->goal_until + 1;
    run->changed = true;
    turn_trace(turn, JR_TRACE_LEFT, customer, run)->name = as;
    turn_count(turn, JR_COUNT_LEFT, engine_journey_name(run), as);
    turn_watch_left(turn, run);
    if (run->gone) --*engine_counter(turn->engine, engine_pinned_id(run->program));
}

static void activation_stage(struct activation *a) {
    if (a->step->stage == JN_NONE || a->step->stage == a->run->stage) return;
    a->run->stage = a->step->stage;
    a->run->stage_seq = turn_last_event(a->turn);
    turn_trace(a->turn, JR_TRACE_STAGE, a->customer, a->run);
}

void activation_hold(struct activation *a, int64_t due) {
    struct jn_buf until;
    a->next = JN_NONE;
    a->run->due = due;
    a->run->overslept = false;
    jn_buf_init(&until, 64);
    jn_value_print(jn_value_of(JN_T_INSTANT, due), &until);
    turn_trace(a->turn, JR_TRACE_HELD, a->customer, a->run)->detail = jn_arena_str(a->turn->arena, jn_buf_view(&until));
    jn_buf_release(&until);
}

/* Whether the hold is for something that may not come, at most so long (operand c). */
static bool engine_has_limit(const struct jn_step *step) {
    return step->kind == JN_STEP_WAIT_FOR || step->kind == JN_STEP_WAIT_IF || step->kind == JN_STEP_APPROVE;
}

uint32_t engine_hold_expr(const struct jn_step *step) {
    if (engine_has_limit(step)) return step->c;
    return step->kind == JN_STEP_WAIT_TIME || step->kind == JN_STEP_ASK ? JN_NONE : step->a;
}

void turn_note_match(struct turn *turn, struct engine_customer *customer, struct engine_run *run) {
    const struct jn_program *program = run->program->program;
    const struct engine_event *event = run->events;
    if ((engine_journey(run)->flags & JN_JOURNEY_LOOKS_BACK) != 0) {
        uint64_t *seq = engine_grow(turn->arena, &run->consumed, &run->n_consumed, sizeof(*seq));
        *seq = event->seq;
    }
    engine_forget_others(run, &program->step[run->step], event->event);
    run->mark_seq = turn_last_event(turn);
    turn_trace(turn, JR_TRACE_MATCHED, customer, run)->name = program->string[program->event[event->event].name];
}

jn_rc turn_pass(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                const struct engine_event *event) {
    engine_capture(turn, run, event);
    turn_note_match(turn, customer, run);
    return turn_activate(turn, customer, run, run->program->program->step[run->step].next);
}

static jn_rc activation_wait(struct activation *a) {
    uint32_t expr = engine_hold_expr(a->step);
    a->run->anchor = a->turn->now;
    a->run->hold = expr == JN_NONE ? JN_MISSING : activation_eval(a, expr);
    if (a->step->kind == JN_STEP_WAIT_FOR) {
        bool matched;
        jn_rc rc = turn_look_back(a->turn, a->customer, a->run, &matched);
        if (rc != JN_OK) return rc;
        if (matched) {
            turn_note_match(a->turn, a->customer, a->run);
            return JN_OK;
        }
    }
    int64_t due = engine_due(a->run, engine_run_zone(a->customer, a->run));
    if (due > a->turn->now)
        activation_hold(a, due);
    else if (a->step->kind == JN_STEP_WAIT_FOR)
        a->next = a->step->alt;
    return JN_OK;
}

static jn_rc activation_branch(struct activation *a) {
    struct jr_context context = turn_context(a->turn, a->customer, a->run, NULL);
    if (!jr_vm_holds(&context, a->step->a)) a->next = a->step->alt;
    return JN_OK;
}

struct engine_draw engine_draw(const struct engine_customer *customer, const struct jn_program *program,
                               const struct jn_step *step) {
    const struct jn_arm *arm = &program->arm[step->a];
    struct jn_str salt = program->string[step->kind == JN_STEP_OPTIMIZE ? program->choice[step->d].salt : step->d];
    struct engine_draw draw = {.point = (uint32_t)(jn_hash64_seed(engine_seed(customer), jn_hash64(salt)) % 10000)};
    for (uint32_t i = 0; i < step->b; i++) {
        draw.arm = &arm[i];
        draw.below += arm[i].weight;
        if (draw.point < draw.below) break;
    }
    return draw;
}

static const struct jn_arm *activation_arm(const struct activation *a) {
    const struct jr_engine_options *options = &a->turn->engine->options;
    const struct jn_arm *arm = &a->program->arm[a->step->a];
    struct jn_str name = a->program->string[a->step->c], forced = JN_STR_NONE;
    if (options->force_arm != NULL) forced = options->force_arm(options->force_user, engine_journey_name(a->run), name);
    for (uint32_t i = 0; forced.n > 0 && i < a->step->b; i++)
        if (jn_str_eq(a->program->string[arm[i].name], forced)) return &arm[i];
    return engine_draw(a->customer, a->program, a->step).arm;
}

static jn_rc activation_split(struct activation *a) {
    const struct jn_arm *arm = activation_arm(a);
    struct jr_trace *trace = turn_trace(a->turn, JR_TRACE_ARM, a->customer, a->run);
    trace->name = a->program->string[arm->name];
    trace->detail = a->program->string[a->step->c];
    a->next = arm->step;
    return JN_OK;
}

static jn_rc activation_set_attr(struct activation *a) {
    struct jn_str name = a->program->string[a->program->attr[a->step->a].name];
    struct jn_value value = activation_eval(a, a->step->b);
    struct jn_buf text;
    if (a->turn->fault.rc != JN_OK) return JN_OK;
    engine_attr_set(a->customer, a->turn->arena, name, value);
    struct jr_trace *trace = turn_trace(a->turn, JR_TRACE_SET, a->customer, a->run);
    trace->name = name;
    jn_buf_init(&text, 256);
    bool personal = (a->program->attr[a->step->a].flags & JN_ATTR_PERSONAL) != 0;
    if (personal)
        jn_buf_z(&text, "***");
    else
        jn_value_print_source(value, &text);
    trace->detail = jn_arena_str(a->turn->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    if (jn_str_is(name, "timezone")) turn_replan(a->turn, a->customer);
    return JN_OK;
}

static jn_rc activation_set_slot(struct activation *a) {
    a->run->slot[a->step->a - engine_journey(a->run)->first_slot] = activation_eval(a, a->step->b);
    return JN_OK;
}

static jn_rc activation_tag(struct activation *a) {
    bool on = a->step->kind == JN_STEP_TAG;
    struct jn_str tag = a->program->string[a->step->a];
    if (engine_tag_has(a->customer, tag) == on) return JN_OK;
    engine_tag_set(a->customer, a->turn->arena, tag, on);
    turn_trace(a->turn, on ? JR_TRACE_TAGGED : JR_TRACE_UNTAGGED, a->customer, a->run)->name = tag;
    return JN_OK;
}

static jn_rc activation_exit(struct activation *a) {
    turn_end(a->turn, a->customer, a->run, a->program->string[a->step->a]);
    return JN_OK;
}

/* Whether the run was led to what has been sent already, by another version or a run that it has taken over. */
static bool activation_has_sent(const struct activation *a) {
    for (uint32_t i = 0; i < a->run->n_visit; i++) {
        struct engine_visit *visit = &a->run->visit[i];
        if (visit->step != a->step->id || visit->skip == 0) continue;
        visit->skip--;
        visit->n++; /* a visit all the same: whoever takes this run over knows what has been sent */
        return true;
    }
    return false;
}

/* Nothing is due: the outbox gives every message an end. */
static void activation_await(struct activation *a) {
    a->next = JN_NONE;
    a->run->overslept = false;
    turn_trace(a->turn, JR_TRACE_HELD, a->customer, a->run)->detail = JN_STR("the channel has not answered yet");
}

/* What is overdue when the journey is resumed is not sent, as asked. */
static void activation_skip(struct activation *a) {
    struct jr_trace *trace = turn_trace(a->turn, JR_TRACE_SKIPPED, a->customer, a->run);
    trace->name = a->program->string[a->program->message[a->step->a].name];
    trace->detail = JN_STR("overdue when its journey was resumed");
}

static jn_rc activation_send(struct activation *a) {
    if (turn_exits_if(a->turn, a->customer, a->run) || activation_has_sent(a)) return JN_OK;
    if (a->run->skips) {
        activation_skip(a);
        return JN_OK;
    }
    jn_rc rc = turn_send(a->turn, a->customer, a->run, a->step);
    if (a->run->due != INT64_MAX) /* the message is held back, and the run with it */
        a->next = JN_NONE;
    else if (a->run->awaits != 0)
        activation_await(a);
    else if (a->step->kind == JN_STEP_SEND_OR && a->run->outcome != JN_OUTCOME_SENT)
        a->next = a->step->alt;
    return rc;
}

static jn_rc activation_ask(struct activation *a) {
    if (turn_exits_if(a->turn, a->customer, a->run)) return JN_OK;
    a->run->anchor = a->turn->now;
    if (turn_ask(a->turn, a->customer, a->run, a->step))
        activation_hold(a, engine_due(a->run, engine_run_zone(a->customer, a->run)));
    return JN_OK;
}

static jn_rc activation_approve(struct activation *a) {
    if (turn_exits_if(a->turn, a->customer, a->run)) return JN_OK;
    a->run->anchor = a->turn->now;
    a->run->hold = activation_eval(a, a->step->c);
    int64_t due = engine_due(a->run, engine_run_zone(a->customer, a->run));
    if (due <= a->turn->now) {
        a->next = a->step->alt;
        return JN_OK;
    }
    turn_request(a->turn, a->customer, a->run);
    activation_hold(a, due);
    return JN_OK;
}

static jn_rc activation_outcome(struct activation *a) {
    if ((uint32_t)a->run->outcome != a->step->a) a->next = a->step->alt;
    return JN_OK;
}

static jn_rc activation_pass(struct activation *a) {
    (void)a;
    return JN_OK;
}

/* One function a kind of step; a->next is step->next unless the function says otherwise. */
static jn_rc (*const ACTIVATION[JN_STEPS])(struct activation *) = {
    [JN_STEP_SEND] = activation_send,         [JN_STEP_WAIT] = activation_wait,
    [JN_STEP_WAIT_TIME] = activation_wait,    [JN_STEP_WAIT_DATE] = activation_wait,
    [JN_STEP_WAIT_THEN] = activation_wait,    [JN_STEP_WAIT_FOR] = activation_wait,
    [JN_STEP_BRANCH] = activation_branch,     [JN_STEP_SPLIT] = activation_split,
    [JN_STEP_SET_ATTR] = activation_set_attr, [JN_STEP_SET_SLOT] = activation_set_slot,
    [JN_STEP_TAG] = activation_tag,           [JN_STEP_UNTAG] = activation_tag,
    [JN_STEP_PASS] = activation_pass,         [JN_STEP_EXIT] = activation_exit,
    [JN_STEP_OPTIMIZE] = activation_split,    [JN_STEP_REPEAT] = activation_repeat,
    [JN_STEP_WAIT_IF] = activation_wait_if,   [JN_STEP_START] = activation_start,
    [JN_STEP_EMIT] = activation_emit,         [JN_STEP_ASK] = activation_ask,
    [JN_STEP_SEND_OR] = activation_send,      [JN_STEP_OUTCOME] = activation_outcome,
    [JN_STEP_APPROVE] = activation_approve,
};

/* The run has come so far, and goes on when its journey is resumed. What became of its message is only known now. */
static void activation_rest(struct turn *turn, struct engine_run *run, uint32_t step) {
    const struct jn_step *all = run->program->program->step;
    while (all[step].kind == JN_STEP_OUTCOME)
        step = (uint32_t)run->outcome == all[step].a ? all[step].next : all[step].alt;
    run->step = step;
    run->arriving = true;
    run->due = turn->now;
}

jn_rc turn_activate(struct turn *turn, struct engine_customer *customer, struct engine_run *run, uint32_t step) {
    struct activation a = {
        .turn = turn, .customer = customer, .run = run, .program = run->program->program, .next = step};
    jn_rc rc = JN_OK;
    run->changed = true;
    if (engine_is_paused(turn->engine, run)) {
        activation_rest(turn, run, step);
        return JN_OK;
    }
    run->due = INT64_MAX;
    for (uint32_t n = 0; rc == JN_OK && a.next != JN_NONE; n++) {
        if (n == ENGINE_STEPS_MAX) {
            run->step = a.next;
            turn_park(turn, customer, run, "more than 1,000 steps without a wait");
            return JN_OK;
        }
        run->step = a.next;
        a.step = &a.program->step[a.next];
        a.next = a.step->next;
        activation_stage(&a);
        turn_trace(turn, JR_TRACE_STEP, customer, run)->name = jn_str_z(jn_step_word((enum jn_step_kind)a.step->kind));
        turn->fault.rc = JN_OK;
        rc = ACTIVATION[a.step->kind](&a);
        run->ordered = false;
        if (turn_parks(turn, customer, run)) return rc;
        if (run->status != ENGINE_LIVE) return rc;
    }
    run->skips = false;
    return rc;
}

void turn_leave_hold(struct turn *turn, struct engine_run *run) {
    run->mark_seq = turn_last_event(turn);
}

void turn_resume(struct turn *turn, struct engine_run *run) {
    run->overslept = turn_last_event(turn) > run->mark_seq;
}

jn_rc turn_settled(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                   enum jn_outcome outcome) {
    const struct jn_step *step = &run->program->program->step[run->step];
    run->awaits = 0;
    run->outcome = outcome;
    turn_resume(turn, run);
    return turn_activate(turn, customer, run, outcome == JN_OUTCOME_SENT ? step->next : step->alt);
}

/* The run's own due time has come: the wait ends, or the last goal window closes. */
/* How long after its entry a run goes on is the same when it enters again, and so is what it causes. */
static uint64_t activation_cause(const struct engine_run *run) {
    uint64_t from[] = {run->origin, (uint64_t)(run->due - run->entered)};
    return jn_hash64((struct jn_str){(const char *)from, sizeof(from)});
}

static jn_rc turn_fire_run(struct turn *turn, struct engine_customer *customer, struct engine_run *run) {
    turn_caused_by(turn, activation_cause(run), run->due);
    run->changed = true;
    if (run->status == ENGINE_ENDED) {
        run->gone = true;
        run->due = INT64_MAX;
        --*engine_counter(turn->engine, engine_pinned_id(run->program));
        return JN_OK;
    }
    if (run->arriving) {
        run->arriving = false;
        return turn_activate(turn, customer, run, run->step);
    }
    const struct jn_step *step = &run->program->program->step[run->step];
    if (engine_is_held_back(run)) {
        run->ordered = true;
        turn_resume(turn, run);
        return turn_activate(turn, customer, run, run->step);
    }
    if (step->kind == JN_STEP_ASK) {
        turn_unanswered(turn, customer, run, JN_STR("no answer in time"));
        turn_resume(turn, run);
        return turn_activate(turn, customer, run, step->next);
    }
    turn_leave_hold(turn, run);
    bool waited_for = engine_has_limit(step);
    if (engine_awaits_person(run)) turn_request_expired(turn, run);
    if (waited_for) turn_trace(turn, JR_TRACE_TIMEOUT, customer, run);
    return turn_activate(turn, customer, run, waited_for ? step->alt : step->next);
}

static bool activation_may_fire(const struct turn *turn, const struct engine_run *run) {
    return run->status != ENGINE_PARKED && !engine_is_paused(turn->engine, run);
}

static jn_rc turn_fire_self(struct turn *turn, struct engine_customer *customer) {
    jn_rc rc = turn_fire_own(turn, customer);
    return rc == JN_OK ? turn_settle(turn, customer) : rc;
}

jn_rc turn_fire_timer(struct turn *turn, struct engine_customer *customer, const struct jr_timer *timer) {
    if ((timer->run & JR_TIMER_OWN) != 0)
        return customer->own_due == timer->due ? turn_fire_self(turn, customer) : JN_OK;
    for (uint32_t i = 0; i < customer->n_run; i++) {
        struct engine_run *run = customer->run[i];
        if (run->id != timer->run || run->gone) continue;
        if (run->stored_due == timer->due && run->due > timer->due) run->changed = true; /* its timer goes after it */
        if (run->due != timer->due || !activation_may_fire(turn, run)) continue;
        if (engine_is_held_back(run)) return turn_fire(turn, customer, timer->due); /* by rank, not by number */
        jn_rc rc = turn_fire_run(turn, customer, run);
        return rc == JN_OK ? turn_settle(turn, customer) : rc;
    }
    return JN_OK;
}

/* At one instant a message that was held back goes last: who comes in by the clock may have one that goes before. */
static bool activation_own_first(const struct engine_customer *customer, const struct engine_run *run) {
    return customer->own_due < run->due || (customer->own_due == run->due && engine_is_held_back(run));
}

jn_rc turn_fire(struct turn *turn, struct engine_customer *customer, int64_t limit) {
    for (;;) {
        struct engine_run *soonest = NULL;
        for (uint32_t i = 0; i < customer->n_run; i++) {
            struct engine_run *run = customer->run[i];
            if (run->gone || run->due > limit || !activation_may_fire(turn, run)) continue;
            if (soonest == NULL || engine_fires_before(run, soonest)) soonest = run;
        }
        bool own = customer->own_due <= limit && (soonest == NULL || activation_own_first(customer, soonest));
        if (soonest == NULL && !own) return JN_OK;
        jn_rc rc = own ? turn_fire_own(turn, customer) : turn_fire_run(turn, customer, soonest);
        if (rc == JN_OK) rc = turn_settle(turn, customer);
        if (rc != JN_OK) return rc;
    }
}
