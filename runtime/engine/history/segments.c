/* Segments that journeys enter by: who is in them, who joins them, and when time may make somebody join. */
#include <stdlib.h>

#include "core/check.h"
#include "core/value.h"
#include "image/image.h"
#include "runtime/engine/canary/canary.h"
#include "runtime/engine/history/history.h"

#define MEANING_MAX (1u << 20) /* bytes of a segment's condition as text */

/* ---- what a program tracks */

static void track_define(const struct jn_program *program, uint32_t segment, struct jn_buf *out) {
    const struct jn_expr *row = &program->expr[program->segment[segment].cond];
    const uint8_t *code = program->code + row->offset;
    if (out->failed) return; /* which also ends what is nested beyond reason */
    jn_image_disassemble_expr(program, program->segment[segment].cond, out);
    for (uint32_t at = 0; at < row->length; at += 1 + 4 * (uint32_t)strlen(jn_op_operands((enum jn_op)code[at])))
        if (code[at] == JN_OP_SEGMENT) track_define(program, jn_code_operand(code + at + 1), out);
}

/* A segment by its name and what its condition says: in a version that says the same, who is in it is still known. */
static uint64_t track_key(const struct jn_program *program, uint32_t segment) {
    struct jn_buf text;
    jn_buf_init(&text, MEANING_MAX);
    jn_buf_lstr(&text, program->string[program->segment[segment].name]);
    track_define(program, segment, &text);
    for (uint32_t i = 0; i < program->n_attr; i++)
        if (program->attr[i].computed != JN_NONE) {
            jn_buf_lstr(&text, program->string[program->attr[i].name]);
            jn_image_disassemble_expr(program, program->attr[i].computed, &text);
        }
    uint64_t key = jn_hash64(jn_buf_view(&text));
    jn_buf_release(&text);
    return key;
}

void engine_track_load(struct engine_program *program) {
    const struct jn_program *p = program->program;
    for (uint32_t i = 0; i < p->n_journey; i++) {
        const struct jn_journey *journey = &p->journey[i];
        bool known = false;
        if (journey->segment == JN_NONE) continue;
        program->tracks = true;
        if (journey->days != 0) continue;
        for (uint32_t t = 0; t < program->n_track; t++)
            known = known || program->track[t].segment == journey->segment;
        if (known) continue;
        struct engine_track *track = jn_arena_grow(&program->arena, &program->track, &program->n_track, sizeof(*track));
        *track = (struct engine_track){journey->segment, track_key(p, journey->segment)};
    }
}

bool engine_tracks(const struct engine_program *program) {
    return program != NULL && program->tracks;
}

static bool track_is_behind(const struct jr_engine *engine, const struct engine_program *program) {
    return engine_tracks(program) && engine_counter_value(engine, engine_tracked_id(program)) == 0;
}

void engine_track_begin(struct jr_engine *engine) {
    if (!track_is_behind(engine, engine->current) && !track_is_behind(engine, engine->canary.program)) return;
    engine->sweep_after = 0;
    engine->sweeping = true;
}

void engine_track_done(struct jr_engine *engine) {
    if (engine_tracks(engine->current)) *engine_counter(engine, engine_tracked_id(engine->current)) = 1;
    if (engine_tracks(engine->canary.program)) *engine_counter(engine, engine_tracked_id(engine->canary.program)) = 1;
}

/* ---- who is in what */

static struct engine_member *track_member(struct engine_customer *customer, uint64_t key) {
    for (uint32_t i = 0; i < customer->n_member; i++)
        if (customer->member[i].key == key) return &customer->member[i];
    return NULL;
}

/* Whether the customer is in the segment now; lowers customer->until. */
static bool track_holds(struct turn *turn, struct engine_customer *customer, uint32_t segment) {
    struct jr_context context = turn_context(turn, customer, NULL, NULL);
    context.until = &customer->until;
    return jr_vm_holds(&context, context.program->segment[segment].cond);
}

void turn_track(struct turn *turn, struct engine_customer *customer) {
    const struct engine_program *program = engine_program_of(turn->engine, customer);
    if (!engine_tracks(program) || customer->tracked_by == program->prefix) return;
    struct engine_member *member = JN_NEW_ARRAY(turn->arena, struct engine_member, program->n_track);
    customer->until = INT64_MAX;
    for (uint32_t i = 0; i < program->n_track; i++) {
        const struct engine_member *known = track_member(customer, program->track[i].key);
        bool in = track_holds(turn, customer, program->track[i].segment);
        member[i] = (struct engine_member){program->track[i].key, known == NULL ? in : known->in};
    }
    customer->member = member;
    customer->n_member = program->n_track;
    customer->tracked_by = program->prefix;
    customer->changed = true;
    turn_plan_own(turn, customer);
    /* Who has come in or gone since an older version looked is seen at once, as if time had done it. */
    for (uint32_t i = 0; i < program->n_track; i++)
        if (member[i].in != track_holds(turn, customer, program->track[i].segment)) customer->own_due = turn->now;
}

static jn_rc track_enter(struct turn *turn, struct engine_customer *customer, uint32_t segment) {
    const struct jn_program *program = engine_program_of(turn->engine, customer)->program;
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; rc == JN_OK && i < program->n_journey; i++)
        if (program->journey[i].segment == segment && program->journey[i].days == 0)
            rc = turn_enter(turn, customer, i, NULL);
    return rc;
}

jn_rc turn_join(struct turn *turn, struct engine_customer *customer, bool *moved) {
    const struct engine_program *program = engine_program_of(turn->engine, customer);
    *moved = false;
    if (!engine_tracks(program)) return JN_OK;
    for (uint32_t i = 0; i < program->n_track; i++) {
        struct engine_member *member = track_member(customer, program->track[i].key);
        bool in = track_holds(turn, customer, program->track[i].segment);
        if (member == NULL || member->in == in) continue;
        member->in = in;
        customer->changed = true;
        if (!in) continue;
        *moved = true;
        return track_enter(turn, customer, program->track[i].segment);
    }
    return JN_OK;
}

/* ---- the customer's own timer */

static int64_t track_next(struct turn *turn, struct engine_customer *customer, uint32_t journey, int64_t from) {
    const struct engine_program *program = engine_program_of(turn->engine, customer);
    const struct jn_journey *row = &program->program->journey[journey];
    return engine_time_after(engine_journey_zone(customer, program, journey), from, row->days,
                             program->program->value[row->time].i);
}

void turn_plan_own(struct turn *turn, struct engine_customer *customer) {
    const struct engine_program *program = engine_program_of(turn->engine, customer);
    int64_t due = customer->until;
    if (customer->own_due <= turn->now) return; /* it fires in this turn, and plans anew */
    for (uint32_t i = 0; engine_tracks(program) && i < program->program->n_journey; i++) {
        if (program->program->journey[i].days == 0) continue;
        int64_t next = track_next(turn, customer, i, turn->now);
        if (next < due) due = next;
    }
    if (due == customer->own_due) return;
    customer->own_due = due;
    customer->changed = true;
}

jn_rc turn_fire_own(struct turn *turn, struct engine_customer *customer) {
    const struct engine_program *program = engine_program_of(turn->engine, customer);
    int64_t planned = customer->own_due;
    jn_rc rc = JN_OK;
    customer->own_due = INT64_MAX;
    customer->changed = true;
    turn_caused_by(turn, (uint64_t)planned, planned);
    for (uint32_t i = 0; rc == JN_OK && engine_tracks(program) && i < program->program->n_journey; i++) {
        const struct jn_journey *journey = &program->program->journey[i];
        if (journey->days == 0 || track_next(turn, customer, i, planned - 1) > turn->now) continue;
        if (track_holds(turn, customer, journey->segment)) rc = turn_enter(turn, customer, i, NULL);
    }
    return rc;
}
