/* Questions about a customer's events: newest first, read once a turn and no further back than is asked. */
#include "core/civil.h"
#include "core/value.h"
#include "runtime/engine/history/history.h"
#include "runtime/engine/identity/identity.h"

#define PAST_PAGE  256
#define PAST_SLACK (4 * JN_MS_DAY) /* by which a month may be shorter than the one counted back */

/* A stored event, decoded when it is first asked about. */
struct past_event {
    const struct jr_row_event *row;
    const struct engine_program *by;
    struct engine_event *event; /* NULL: it does not fit the program's declaration */
};

struct engine_past {
    struct past_event *event; /* newest first */
    uint32_t n;
    bool all; /* there are no more, or no more count */
};

/* The customer's events from the newest on: those of this turn, then the stored ones. */
struct past_walk {
    const struct history_asker *asker;
    uint32_t ahead; /* of this turn's events, those not yet given */
    uint32_t at;
};

static bool past_read(const struct history_asker *asker, struct engine_past *past) {
    struct turn *turn = asker->turn;
    struct jr_row_event *row = NULL;
    uint64_t before = past->n == 0 ? UINT64_MAX : past->event[past->n - 1].row->seq;
    uint32_t n = 0, left = HISTORY_MAX - past->n, want = left < PAST_PAGE ? left : PAST_PAGE;
    if (past->all) return false;
    jn_rc rc = turn_stored_recent(turn, asker->customer, before, want, &row, &n);
    if (rc != JN_OK) turn->asked = rc;
    for (uint32_t i = 0; rc == JN_OK && i < n; i++) {
        struct past_event *event = engine_grow(turn->arena, &past->event, &past->n, sizeof(*event));
        *event = (struct past_event){.row = &row[i]};
    }
    past->all = rc != JN_OK || n < want || past->n >= HISTORY_MAX;
    return rc == JN_OK && n > 0;
}

static struct past_walk past_walk(const struct history_asker *asker) {
    struct engine_customer *customer = asker->customer;
    if (customer->past == NULL) {
        customer->past = JN_NEW(asker->turn->arena, struct engine_past);
        customer->past->all = customer->fresh && customer->n_absorbed == 0;
    }
    return (struct past_walk){.asker = asker, .ahead = asker->turn->n_event};
}

/* The next older event that is not older than `floor`; NULL when there is none. */
static struct past_event *past_next(struct past_walk *walk, int64_t floor) {
    struct turn *turn = walk->asker->turn;
    struct engine_past *past = walk->asker->customer->past;
    while (walk->ahead > 0) {
        const struct jr_row_event *row = &turn->event[--walk->ahead];
        if (row->customer != walk->asker->customer->id) continue;
        struct past_event *event = JN_NEW(turn->arena, struct past_event);
        event->row = row;
        return event;
    }
    if (walk->at == past->n && !past_read(walk->asker, past)) return NULL;
    struct past_event *event = &past->event[walk->at];
    if (event->row->at < floor) return NULL;
    walk->at++;
    return event;
}

static const struct engine_event *past_decode(const struct history_asker *asker, struct past_event *event,
                                              uint32_t index) {
    struct jn_json *body;
    struct jn_str why = JN_STR_NONE;
    if (event->by == asker->program) return event->event;
    event->by = asker->program;
    event->event = NULL;
    if (jn_json_parse(event->row->body, &body, NULL) != JN_OK) return NULL;
    struct engine_event *decoded = turn_decode_event(asker->turn, asker->program, index, body, event->row->seq, &why);
    jn_json_free(body);
    if (why.n == 0) event->event = decoded;
    return event->event;
}

static bool past_of_message(const struct history_asker *asker, const struct engine_event *event, uint32_t message) {
    if (engine_names_message(asker->program->program, event, message)) return true;
    for (uint32_t i = 0; i < asker->customer->n_run; i++) {
        const struct engine_run *run = asker->customer->run[i];
        if (run->program == asker->program && engine_of_message(asker->turn, run, event, message)) return true;
    }
    return false;
}

/* Whether the event is asked about; *out is set to it where its attributes are needed. */
static bool past_fits(const struct jr_context *context, const struct jn_past *past, struct past_event *event,
                      const struct engine_event **out) {
    const struct history_asker *asker = context->asker;
    *out = NULL;
    if (past->prop == JN_NONE && past->where == JN_NONE && past->message == JN_NONE) return true;
    *out = past_decode(asker, event, past->event);
    if (*out == NULL || (past->message != JN_NONE && !past_of_message(asker, *out, past->message))) return false;
    if (past->where == JN_NONE) return true;
    struct jr_event_view view = {
        .event = past->event, .prop = (*out)->prop, .next = (struct jr_event_view *)(uintptr_t)context->events};
    struct jr_context inner = *context;
    inner.events = &view;
    return jr_vm_holds(&inner, past->where);
}

static void past_lower(const struct jr_context *context, int64_t at) {
    if (context->until != NULL && at > context->now && at < *context->until) *context->until = at;
}

/* What has been found so far. */
struct past_answer {
    int64_t n; /* events; of sums and the like, those with a value */
    struct jn_value value;
    bool lost; /* the sum is too large to be kept exactly */
};

static void past_sum(struct past_answer *answer, struct jn_value value) {
    struct jn_dec sum;
    if (!jn_is_missing(answer->value) && answer->value.currency != value.currency) {
        answer->lost = true;
        return;
    }
    if (jn_is_missing(answer->value)) {
        answer->value = value;
        return;
    }
    if (!jn_dec_add(jn_value_to_dec(answer->value), jn_value_to_dec(value), &sum)) {
        answer->lost = true;
        return;
    }
    answer->value = value.type == JN_T_MONEY ? jn_value_money(sum, value.currency) : jn_value_dec(sum);
}

/* Takes one event; false when no older one can change the answer. */
static bool past_take(struct past_answer *answer, enum jn_history kind, struct jn_value value, int64_t age) {
    int order;
    switch (kind) {
    case JN_HISTORY_SOME:
    case JN_HISTORY_NONE:
        answer->n++;
        return false;
    case JN_HISTORY_COUNT:
        answer->n++;
        return true;
    case JN_HISTORY_SUM:
    case JN_HISTORY_AVERAGE:
        if (jn_is_missing(value)) return true;
        answer->n++;
        past_sum(answer, value);
        return true;
    case JN_HISTORY_MIN:
    case JN_HISTORY_MAX:
        if (jn_is_missing(value)) return true;
        if (answer->n++ == 0 ||
            (jn_value_cmp(value, answer->value, &order) && (kind == JN_HISTORY_MIN ? order < 0 : order > 0)))
            answer->value = value;
        return true;
    case JN_HISTORY_LAST:
        answer->value = value;
        return false;
    case JN_HISTORY_FIRST:
        answer->value = value;
        return true;
    case JN_HISTORY_SINCE:
        answer->value = jn_value_duration(JN_UNIT_MS, age);
        return false;
    case JN_HISTORIES:
        break;
    }
    return false;
}

static struct jn_value past_answer(const struct jn_program *program, const struct jn_past *past,
                                   const struct past_answer *answer) {
    struct jn_dec mean;
    if (past->kind == JN_HISTORY_SOME) return jn_value_bool(answer->n > 0);
    if (past->kind == JN_HISTORY_NONE) return jn_value_bool(answer->n == 0);
    if (past->kind == JN_HISTORY_COUNT) return jn_value_int(answer->n);
    if (answer->lost) return JN_MISSING;
    if (past->kind == JN_HISTORY_SUM && answer->n == 0)
        return past->type == JN_T_MONEY ? jn_value_money(jn_dec_int(0), (uint16_t)program->prop[past->prop].currency)
                                        : jn_value_int(0);
    if (past->kind != JN_HISTORY_AVERAGE || answer->n == 0) return answer->value;
    if (!jn_dec_div(jn_value_to_dec(answer->value), jn_dec_int(answer->n), &mean)) return JN_MISSING;
    return past->type == JN_T_MONEY ? jn_value_money(mean, answer->value.currency) : jn_value_dec(mean);
}

struct jn_value history_past(const struct jr_context *context, uint32_t index) {
    const struct history_asker *asker = context->asker;
    const struct jn_program *program = context->program;
    const struct jn_past *past = &program->past[index];
    struct jn_str name = program->string[program->event[past->event].name];
    struct jn_value window = past->window == JN_NONE ? JN_MISSING : program->value[past->window], back = window;
    struct past_walk walk = past_walk(asker);
    struct past_answer answer = {0};
    struct past_event *event;
    back.i = -back.i;
    int64_t floor = jn_is_missing(window) ? INT64_MIN : jn_instant_add(context->zone, context->now, back) - PAST_SLACK;
    while ((event = past_next(&walk, floor)) != NULL) {
        const struct engine_event *decoded;
        /* An event is in the window for its whole length, counted from the event: (now - D, now]. */
        int64_t end = jn_is_missing(window) ? INT64_MAX : jn_instant_add(context->zone, event->row->at, window);
        if (!jn_str_eq(event->row->name, name) || end <= context->now || !past_fits(context, past, event, &decoded))
            continue;
        if (end != INT64_MAX) past_lower(context, end);
        struct jn_value value =
            past->prop == JN_NONE ? JN_MISSING : decoded->prop[past->prop - program->event[past->event].first_prop];
        if (!past_take(&answer, (enum jn_history)past->kind, value, context->now - event->row->at)) break;
    }
    return past_answer(program, past, &answer);
}
