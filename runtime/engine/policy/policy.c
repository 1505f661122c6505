/* The one place that decides whether a message may go now. */
#include "runtime/engine/policy/policy.h"

#include "core/value.h"

uint32_t engine_topic(const struct engine_run *run, const struct jn_message *message) {
    return message->topic != JN_NONE ? message->topic : engine_journey(run)->topic;
}

/* Whether some journey goes before this one: only then does a send wait for its instant to be complete. */
static bool policy_is_outranked(const struct engine_run *run) {
    const struct jn_program *program = run->program->program;
    for (uint32_t i = 0; i < program->n_journey; i++)
        if (program->journey[i].priority > engine_journey(run)->priority) return true;
    return false;
}

/* In the order of semantics 8. */
static struct policy_answer policy_ask(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                                       const struct jn_message *message) {
    const struct jn_program *program = run->program->program;
    uint32_t topic = engine_topic(run, message);
    struct policy_answer answer = {.verdict = POLICY_SEND};
    if (topic != JN_NONE && !engine_consents(customer, program, topic)) {
        answer.verdict = POLICY_NO_CONSENT;
        answer.why =
            jn_arena_printf(turn->arena, "no consent to %.*s", JN_FMT(program->string[program->topic[topic].name]));
        return answer;
    }
    if (turn_is_ghost(turn, customer, run)) {
        answer.verdict = POLICY_GHOST;
        answer.why = JN_STR("in a control group");
        return answer;
    }
    answer.verdict = turn_quiet(turn, customer, run, &answer.until);
    if (answer.verdict != POLICY_SEND) {
        answer.why = JN_STR("quiet hours");
        return answer;
    }
    if (!engine_is_capped(run, message)) return answer;
    if (!run->ordered && policy_is_outranked(run)) {
        answer.verdict = POLICY_HOLD;
        answer.until = turn->now;
        return answer;
    }
    return turn_caps(turn, customer, run, message);
}

struct policy_answer turn_policy(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                                 const struct jn_message *message) {
    struct policy_answer answer = policy_ask(turn, customer, run, message);
    if (answer.verdict != POLICY_HOLD && engine_is_held_back(run)) run->hold = JN_MISSING;
    return answer;
}

struct jn_str turn_policy_reason(struct turn *turn, struct engine_customer *customer, const struct engine_run *run) {
    const struct jn_program *program = run->program->program;
    struct engine_run asking = *run;
    if (!engine_is_held_back(run)) return JN_STR("");
    asking.ordered = true;
    return policy_ask(turn, customer, &asking, &program->message[program->step[run->step].a]).why;
}

/* One more than the last of those that hold. */
static int64_t policy_place(const struct engine_customer *customer) {
    int64_t last = 0;
    for (uint32_t i = 0; i < customer->n_run; i++)
        if (engine_is_held_back(customer->run[i]) && customer->run[i]->hold.i > last) last = customer->run[i]->hold.i;
    return last + 1;
}

void turn_policy_hold(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                      const struct policy_answer *answer) {
    if (!engine_is_held_back(run)) {
        run->hold = jn_value_int(policy_place(customer));
        run->anchor = turn->now;
    }
    run->due = answer->until;
    run->changed = true;
    if (answer->why.n == 0) return;
    struct jn_buf text;
    jn_buf_init(&text, 256);
    jn_value_print(jn_value_of(JN_T_INSTANT, answer->until), &text);
    jn_buf_printf(&text, ": %.*s", JN_FMT(answer->why));
    turn_trace(turn, JR_TRACE_HELD, customer, run)->detail = jn_arena_str(turn->arena, jn_buf_view(&text));
    jn_buf_release(&text);
}

void turn_policy_tell(struct turn *turn, struct engine_customer *customer, struct engine_run *run,
                      const struct jn_message *message, const struct policy_answer *answer) {
    static const enum jr_count_kind COUNT[] = {[POLICY_NO_CONSENT] = JR_COUNT_NO_CONSENT,
                                               [POLICY_GHOST] = JR_COUNT_GHOST,
                                               [POLICY_QUIET] = JR_COUNT_QUIET,
                                               [POLICY_CAPPED] = JR_COUNT_CAPPED};
    if (answer->verdict == POLICY_SEND || answer->verdict == POLICY_HOLD) return;
    struct jn_str name = run->program->program->string[message->name];
    enum jr_trace_kind kind = answer->verdict == POLICY_GHOST ? JR_TRACE_GHOST : JR_TRACE_SKIPPED;
    struct jr_trace *trace = turn_trace(turn, kind, customer, run);
    trace->name = name;
    trace->detail = answer->why;
    turn_count(turn, COUNT[answer->verdict], engine_journey_name(run), name);
}
