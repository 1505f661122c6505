/* The laws of a sound program, part three: every run moves on, and every run ends. */
#include <stdlib.h>

#include "core/check.h"
#include "core/value.h"
#include "image/image.h"
#include "image/layout.h"

#define STEPS_WEIGHT 10000 /* basis points */

struct steps_check {
    const struct jn_program *program;
    const struct jn_journey *journey;
    struct jn_err *err;
    uint32_t *edge_first; /* by step: its edges, as places in `edge` */
    uint32_t *edge;       /* targets, relative to the journey's first step */
    uint32_t n_edge;
};

static jn_rc steps_fail(const struct steps_check *check, uint32_t step, const char *why) {
    struct jn_str name = check->program->string[check->journey->name];
    return jn_fail(check->err, JN_INVALID, "journey %.*s, step %u: %s", JN_FMT(name), step, why);
}

static bool steps_inside(const struct jn_journey *journey, uint32_t step) {
    return step - journey->first_step < journey->n_step;
}

static const char *steps_split(const struct jn_program *program, const struct jn_journey *journey,
                               const struct jn_step *step) {
    uint64_t sum = 0;
    if (step->b == 0) return "a split without arms";
    for (uint32_t i = step->a; i < step->a + step->b; i++) {
        const struct jn_arm *arm = &program->arm[i];
        if (!steps_inside(journey, arm->step)) return "an arm leads out of the journey";
        for (uint32_t k = step->a; k < i; k++)
            if (program->arm[k].name == arm->name) return "two arms have one name";
        if (i - step->a > 100) return "more than a hundred arms";
        sum += arm->weight;
    }
    return sum == STEPS_WEIGHT ? NULL : "the arms do not sum to 100%";
}

static bool steps_has_arms(const struct jn_step *step) {
    return image_step[step->kind].ways == JN_WAYS_ARMS;
}

static bool steps_counts(const struct jn_program *program, const struct jn_journey *journey,
                         const struct jn_step *step) {
    return step->a > 0 && step->c - journey->first_slot < journey->n_slot &&
           step->d - journey->first_slot < journey->n_slot && program->slot[step->c].type == JN_T_NUMBER &&
           program->slot[step->d].type == JN_T_INSTANT;
}

/* The answer's slots are the journey's own, one a `take`, of its type. */
static bool steps_keeps_answer(const struct jn_program *program, const struct jn_journey *journey,
                               const struct jn_step *step) {
    const struct jn_service *service = &program->service[step->a];
    uint32_t first = step->d - journey->first_slot;
    if (service->n_take == 0 || first >= journey->n_slot || service->n_take > journey->n_slot - first) return false;
    for (uint32_t i = 0; i < service->n_take; i++)
        if (program->slot[step->d + i].type != program->take[service->first_take + i].type) return false;
    return true;
}

/* An optimisation is measured by a goal of its journey, and falls back to an arm of its own. */
static const char *steps_optimize(const struct jn_program *program, const struct jn_journey *journey,
                                  const struct jn_step *step) {
    const struct jn_choice *choice = &program->choice[step->d];
    if (choice->goal - journey->first_goal >= journey->n_goal) return "is measured by a goal of another journey";
    if (choice->fallback != JN_NONE && choice->fallback - step->a >= step->b) return "falls back to an arm of another";
    return steps_split(program, journey, step);
}

static const char *steps_set_attr(const struct jn_program *program, const struct jn_step *step) {
    const struct jn_attr *attr = &program->attr[step->a];
    if (attr->computed != JN_NONE) return "sets what is computed";
    return attr->type == program->expr[step->b].type ? NULL : "sets a value of another type";
}

static const char *steps_set_slot(const struct jn_program *program, const struct jn_journey *journey,
                                  const struct jn_step *step) {
    if (step->a - journey->first_slot >= journey->n_slot) return "sets a variable of another journey";
    return program->slot[step->a].type == program->expr[step->b].type ? NULL : "sets a value of another type";
}

static bool steps_weekdays(uint32_t days) {
    return days > 0 && days <= 127;
}

/* What the kind asks of its operands beyond what steps.def says of each alone. */
static const char *steps_operands(const struct jn_program *program, const struct jn_journey *journey,
                                  const struct jn_step *step) {
    switch ((enum jn_step_kind)step->kind) {
    case JN_STEP_SEND:
        return step->id != 0 ? NULL : "sends but has no stable name";
    case JN_STEP_SEND_OR:
        return step->d <= 1 ? NULL : "holds for no reason that there is";
    case JN_STEP_OUTCOME:
        return step->a != JN_OUTCOME_SENT && step->a < JN_OUTCOME_NO_CONSENT ? NULL
                                                                             : "asks for an outcome that there is not";
    case JN_STEP_SET_ATTR:
        return steps_set_attr(program, step);
    case JN_STEP_SET_SLOT:
        return steps_set_slot(program, journey, step);
    case JN_STEP_REPEAT:
        return steps_counts(program, journey, step) ? NULL : "counts in no slot of its own";
    case JN_STEP_ASK:
        return steps_keeps_answer(program, journey, step) ? NULL : "keeps an answer in slots that do not fit";
    case JN_STEP_WAIT_TIME:
        return steps_weekdays(step->a) ? NULL : "waits for no weekday";
    case JN_STEP_WAIT_THEN:
        return steps_weekdays(step->c) ? NULL : "waits for no weekday";
    case JN_STEP_WAIT_FOR:
        return step->b > 0 ? NULL : "waits for no event";
    case JN_STEP_APPROVE:
        return program->string[step->a].n > 0 && program->string[step->b].n > 0 ? NULL : "asks nobody, or nothing";
    case JN_STEP_SPLIT:
        return steps_split(program, journey, step);
    case JN_STEP_OPTIMIZE:
        return steps_optimize(program, journey, step);
    case JN_STEP_WAIT:
    case JN_STEP_WAIT_DATE:
    case JN_STEP_WAIT_IF:
    case JN_STEP_BRANCH:
    case JN_STEP_TAG:
    case JN_STEP_UNTAG:
    case JN_STEP_PASS:
    case JN_STEP_EXIT:
    case JN_STEP_START:
    case JN_STEP_EMIT:
    case JN_STEPS:
        break;
    }
    return NULL;
}

/* The ways on, the stage and the name: what every step has. */
static const char *steps_shape(const struct jn_program *program, const struct jn_journey *journey,
                               const struct jn_step *step) {
    enum jn_ways ways = image_step[step->kind].ways;
    bool ends = ways == JN_WAYS_NONE, splits = ways == JN_WAYS_ARMS, two_ways = ways == JN_WAYS_TWO;
    if ((step->next == JN_NONE) != (ends || splits)) return ends || splits ? "goes on behind its end" : "leads nowhere";
    if ((step->alt == JN_NONE) == two_ways) return two_ways ? "has no other way" : "has a second way";
    if (step->next != JN_NONE && !steps_inside(journey, step->next)) return "leads out of the journey";
    if (step->alt != JN_NONE && !steps_inside(journey, step->alt)) return "leads out of the journey";
    if (step->stage != JN_NONE && step->stage - journey->first_stage >= journey->n_stage)
        return "is in a stage of another journey";
    if (image_step[step->kind].holds && (step->id == 0 || program->string[step->name].n == 0))
        return "holds runs but has no stable name";
    return steps_operands(program, journey, step);
}

static jn_rc steps_rows(const struct steps_check *check) {
    const struct jn_journey *journey = check->journey;
    for (uint32_t i = 0; i < journey->n_step; i++) {
        const struct jn_step *step = &check->program->step[journey->first_step + i];
        const char *why = steps_shape(check->program, journey, step);
        if (why != NULL) return steps_fail(check, i, why);
        check->edge_first[i + 1] =
            (uint32_t)(step->next != JN_NONE) + (uint32_t)(step->alt != JN_NONE) + (steps_has_arms(step) ? step->b : 0);
    }
    return JN_OK;
}

static void steps_edges(struct steps_check *check) {
    const struct jn_journey *journey = check->journey;
    for (uint32_t i = 0; i < journey->n_step; i++)
        check->edge_first[i + 1] += check->edge_first[i];
    check->edge = jn_alloc_zero(check->edge_first[journey->n_step], sizeof(*check->edge));
    for (uint32_t i = 0; i < journey->n_step; i++) {
        const struct jn_step *step = &check->program->step[journey->first_step + i];
        if (step->next != JN_NONE) check->edge[check->n_edge++] = step->next - journey->first_step;
        if (step->alt != JN_NONE) check->edge[check->n_edge++] = step->alt - journey->first_step;
        for (uint32_t a = 0; steps_has_arms(step) && a < step->b; a++)
            check->edge[check->n_edge++] = check->program->arm[step->a + a].step - journey->first_step;
    }
}

/* A duration written in the script and longer than nothing: code `push k; ret`. */
static bool steps_positive(const struct jn_program *program, uint32_t expr) {
    const struct jn_expr *row = &program->expr[expr];
    const uint8_t *code = program->code + row->offset;
    if (row->length != 6 || code[0] != JN_OP_PUSH) return false;
    struct jn_value value = program->value[image_operand(code + 1)];
    return value.type == JN_T_DURATION && value.i > 0;
}

/* Whether time surely passes here, or an event is used up: what a cycle needs. */
static bool steps_passes_time(const struct jn_program *program, const struct jn_step *step) {
    if (step->kind == JN_STEP_WAIT_TIME) return true;
    if (step->kind == JN_STEP_REPEAT) return steps_positive(program, step->b); /* bounded, too, by its count */
    if (step->kind == JN_STEP_WAIT || step->kind == JN_STEP_WAIT_THEN) return steps_positive(program, step->a);
    return step->kind == JN_STEP_WAIT_FOR && step->d == JN_SINCE_STEP && steps_positive(program, step->c);
}

/* Takes away, again and again, steps that nothing (left) leads to; what cannot be taken away is a cycle without time.
 */
static jn_rc steps_cycles(const struct steps_check *check) {
    const struct jn_journey *journey = check->journey;
    const struct jn_step *first = &check->program->step[journey->first_step];
    uint32_t n = journey->n_step, n_ready = 0, taken = 0;
    uint32_t *arrivals = jn_alloc_zero(n, sizeof(*arrivals)), *ready = jn_alloc_zero(n, sizeof(*ready));
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t e = check->edge_first[i];
             !steps_passes_time(check->program, &first[i]) && e < check->edge_first[i + 1]; e++)
            arrivals[check->edge[e]]++;
    for (uint32_t i = 0; i < n; i++)
        if (arrivals[i] == 0) ready[n_ready++] = i;
    for (; taken < n_ready; taken++) {
        uint32_t i = ready[taken];
        for (uint32_t e = check->edge_first[i];
             !steps_passes_time(check->program, &first[i]) && e < check->edge_first[i + 1]; e++)
            if (--arrivals[check->edge[e]] == 0) ready[n_ready++] = check->edge[e];
    }
    free(arrivals);
    free(ready);
    return taken == n ? JN_OK : steps_fail(check, 0, "there is a cycle in which no time passes");
}

/* Goes backwards from the exits until nothing new is found: everything must have been. */
static jn_rc steps_endings(const struct steps_check *check) {
    const struct jn_journey *journey = check->journey;
    uint32_t n = journey->n_step, found = 0, looked = 0;
    uint32_t *back_first = jn_alloc_zero((size_t)n + 2, sizeof(*back_first)),
             *back = jn_alloc_zero(check->n_edge, sizeof(*back));
    uint32_t *queue = jn_alloc_zero(n, sizeof(*queue));
    bool *ends = jn_alloc_zero(n, sizeof(*ends));
    for (uint32_t e = 0; e < check->n_edge; e++)
        back_first[check->edge[e] + 2]++;
    for (uint32_t i = 0; i <= n; i++)
        back_first[i + 1] += back_first[i];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t e = check->edge_first[i]; e < check->edge_first[i + 1]; e++)
            back[back_first[check->edge[e] + 1]++] = i;
    for (uint32_t i = 0; i < n; i++)
        if (check->program->step[journey->first_step + i].kind == JN_STEP_EXIT) {
            ends[i] = true;
            queue[found++] = i;
        }
    for (; looked < found; looked++)
        for (uint32_t b = back_first[queue[looked]]; b < back_first[queue[looked] + 1]; b++)
            if (!ends[back[b]]) {
                ends[back[b]] = true;
                queue[found++] = back[b];
            }
    free(back_first);
    free(back);
    free(queue);
    free(ends);
    return found == n ? JN_OK : steps_fail(check, 0, "there is a step from which no exit can be reached");
}

static int steps_by_id(const void *a, const void *b) {
    const struct jn_step *const *x = a, *const *y = b;
    return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

static jn_rc steps_unique(const struct steps_check *check) {
    const struct jn_journey *journey = check->journey;
    const struct jn_step **named = jn_alloc_zero(journey->n_step, sizeof(*named));
    uint32_t n = 0;
    for (uint32_t i = 0; i < journey->n_step; i++)
        if (check->program->step[journey->first_step + i].id != 0)
            named[n++] = &check->program->step[journey->first_step + i];
    qsort(named, n, sizeof(*named), steps_by_id);
    bool unique = true;
    for (uint32_t i = 1; i < n; i++)
        unique = unique && named[i]->id != named[i - 1]->id;
    free(named);
    return unique ? JN_OK : steps_fail(check, 0, "two steps have one id");
}

static jn_rc steps_journey(const struct jn_program *program, const struct jn_journey *journey, struct jn_err *err) {
    struct steps_check check = {.program = program, .journey = journey, .err = err};
    if (journey->n_step == 0 || !steps_inside(journey, journey->entry))
        return steps_fail(&check, 0, "the entry is not in the journey");
    if ((journey->reenter == JN_REENTER_AFTER) != (journey->reenter_after != JN_NONE))
        return steps_fail(&check, 0, "re-entry after no duration");
    check.edge_first = jn_alloc_zero((size_t)journey->n_step + 1, sizeof(*check.edge_first));
    jn_rc rc = steps_rows(&check);
    if (rc == JN_OK) steps_edges(&check);
    if (rc == JN_OK) rc = steps_unique(&check);
    if (rc == JN_OK) rc = steps_endings(&check);
    if (rc == JN_OK) rc = steps_cycles(&check);
    free(check.edge_first);
    free(check.edge);
    return rc;
}

/* Journeys own their stages, steps and slots: consecutive, none shared, none left over. */
jn_rc image_verify_steps(const struct jn_program *program, struct jn_err *err) {
    uint32_t stage = 0, step = 0, slot = 0;
    for (uint32_t i = 0; i < program->n_journey; i++) {
        const struct jn_journey *journey = &program->journey[i];
        if (journey->first_stage != stage || journey->first_step != step || journey->first_slot != slot)
            return jn_fail(err, JN_INVALID, "journey %u does not own its steps alone", i);
        stage += journey->n_stage;
        step += journey->n_step;
        slot += journey->n_slot;
        jn_rc rc = steps_journey(program, journey, err);
        if (rc != JN_OK) return rc;
    }
    if (stage != program->n_stage || step != program->n_step || slot != program->n_slot)
        return jn_fail(err, JN_INVALID, "there are steps that belong to no journey");
    return JN_OK;
}
