/* The laws of a sound program, part two: code that any machine can run without looking back. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "image/image.h"
#include "image/layout.h"

#define CODE_STACK         32
#define CODE_MAX           (1u << 20) /* bytes of one expression */
#define CODE_SEGMENT_DEPTH 16         /* segments within segments */

/* Types on the stack at an instruction. */
struct code_state {
    uint8_t depth;
    uint8_t type[CODE_STACK];
};

struct code_check {
    const struct jn_program *program;
    uint32_t expr;
    const uint8_t *code;
    uint32_t length;
    struct code_state now;
    bool reached;
    struct code_state **waiting; /* by offset: state with which jumps arrive there */
    struct jn_arena arena;
    struct jn_err *err;
};

static jn_rc code_fail(const struct code_check *check, uint32_t at, const char *why) {
    return jn_fail(check->err, JN_INVALID, "expression %u, byte %u: %s", check->expr, at, why);
}

static int code_letter(enum jn_type type) {
    static const char LETTER[] = {
#define TYPE(name, letter, word, noun, orderable, holds) letter,
#include "journey/tbl/types.def"
#undef TYPE
    };
    return LETTER[type];
}

static enum jn_type code_type(char letter) {
    for (int i = 0; i < JN_TYPE_COUNT; i++)
        if (code_letter((enum jn_type)i) == letter) return (enum jn_type)i;
    return JN_T_MISSING;
}

/* Checks one operand; *pushed becomes the type that `1` stands for. */
static const char *code_operand(const struct code_check *check, char kind, uint32_t value, uint32_t *event,
                                uint32_t *pushed) {
    const struct jn_program *p = check->program;
    switch (kind) {
    case 'k':
        if (value >= p->n_constant) return "no such constant";
        *pushed = p->constant[value].type;
        return NULL;
    case 'T':
        return value < p->n_constant && p->constant[value].type == JN_T_TEXT ? NULL : "no such text";
    case 'a':
        if (value >= p->n_attr) return "no such attribute";
        *pushed = p->attr[value].type;
        return NULL;
    case 'e':
        *event = value;
        return value < p->n_event ? NULL : "no such event";
    case 'p':
        if (value - p->event[*event].first_prop >= p->event[*event].n_prop) return "no such property of that event";
        *pushed = p->prop[value].type;
        return NULL;
    case 's':
        if (value >= p->n_slot) return "no such variable of a run";
        *pushed = p->slot[value].type;
        return NULL;
    case 'g':
        return value < p->n_segment ? NULL : "no such segment";
    case 'h':
        if (value >= p->n_past) return "no such question of the past";
        *pushed = p->past[value].type;
        return NULL;
    case 'y':
        *pushed = value;
        return value > JN_T_MISSING && value < JN_TYPE_COUNT ? NULL : "no such type";
    case 'j':
        return NULL;
    default:
        return "operand of unknown kind";
    }
}

static const char *code_pop(struct code_check *check, const char *pops) {
    size_t n = strlen(pops);
    if (check->now.depth < n) return "takes more than there is";
    const uint8_t *top = check->now.type + check->now.depth - n;
    for (size_t i = 0; i < n; i++) {
        if (pops[i] == '*') continue;
        if (pops[i] == '=' ? top[i] != top[0] : code_letter((enum jn_type)top[i]) != pops[i])
            return "takes a value of another type";
    }
    check->now.depth = (uint8_t)(check->now.depth - n);
    return NULL;
}

static const char *code_push(struct code_check *check, uint32_t type) {
    if (check->now.depth == CODE_STACK) return "the stack is more than 32 deep";
    check->now.type[check->now.depth++] = (uint8_t)type;
    return NULL;
}

static bool code_same(const struct code_state *a, const struct code_state *b) {
    return a->depth == b->depth && memcmp(a->type, b->type, a->depth) == 0;
}

/* A jump arrives at `target` with the state of now. */
static const char *code_arrive(struct code_check *check, uint64_t target) {
    if (target >= check->length) return "jumps out of the expression";
    struct code_state *known = check->waiting[target];
    if (known != NULL) return code_same(known, &check->now) ? NULL : "paths meet with different stacks";
    check->waiting[target] = jn_arena_copy(&check->arena, &check->now, sizeof(check->now));
    return NULL;
}

/* What an instruction does to the stack; `at` is behind it. */
static const char *code_effect(struct code_check *check, enum jn_op op, uint32_t jump, uint32_t pushed, uint32_t at) {
    const struct image_op *row = &image_op[op];
    struct code_state before = check->now;
    const char *why = code_pop(check, row->pops);
    if (why != NULL) return why;
    if (strchr(row->operands, 'j') != NULL) {
        struct code_state after = check->now;
        if (row->pushes[0] == '?') check->now = before;
        why = code_arrive(check, (uint64_t)at + jump);
        check->now = after;
        if (op == JN_OP_JUMP) check->reached = false;
        return why;
    }
    if (row->pushes[0] == '1') return code_push(check, pushed);
    if (row->pushes[0] != '\0') return code_push(check, code_type(row->pushes[0]));
    return NULL;
}

static const char *code_return(const struct code_check *check, uint32_t at) {
    uint32_t type = check->program->expr[check->expr].type;
    if (at != check->length) return "code goes on behind its end";
    return check->now.depth == 1 && check->now.type[0] == type ? NULL : "the result is not of the expression's type";
}

static jn_rc code_instruction(struct code_check *check, uint32_t *at) {
    uint32_t start = *at, event = 0, pushed = 0, jump = 0;
    if (check->waiting[start] != NULL) {
        if (check->reached && !code_same(check->waiting[start], &check->now))
            return code_fail(check, start, "paths meet with different stacks");
        check->now = *check->waiting[start];
        check->waiting[start] = NULL;
        check->reached = true;
    }
    if (!check->reached) return code_fail(check, start, "nothing leads here");
    if (check->code[start] >= JN_OPS) return code_fail(check, start, "no such instruction");
    enum jn_op op = (enum jn_op)check->code[start];
    const char *operands = image_op[op].operands;
    *at += 1 + 4 * (uint32_t)strlen(operands);
    if (*at > check->length) return code_fail(check, start, "an instruction is cut off");
    for (uint32_t i = 0; operands[i] != '\0'; i++) {
        uint32_t value = image_operand(check->code + start + 1 + 4 * i);
        const char *why = code_operand(check, operands[i], value, &event, &pushed);
        if (why != NULL) return code_fail(check, start, why);
        if (operands[i] == 'j') jump = value;
    }
    const char *why = op == JN_OP_RET ? code_return(check, *at) : code_effect(check, op, jump, pushed, *at);
    return why == NULL ? JN_OK : code_fail(check, start, why);
}

static jn_rc code_expression(const struct jn_program *program, uint32_t expr, struct jn_err *err) {
    const struct jn_expr *row = &program->expr[expr];
    struct code_check check = {.program = program, .expr = expr, .length = row->length, .reached = true, .err = err};
    if (row->length == 0 || row->length > CODE_MAX || row->offset > program->n_code ||
        row->length > program->n_code - row->offset)
        return jn_fail(err, JN_INVALID, "expression %u lies outside the code", expr);
    check.code = program->code + row->offset;
    if (check.code[row->length - 1] != JN_OP_RET)
        return code_fail(&check, row->length - 1, "code does not end with ret");
    jn_arena_init(&check.arena);
    check.waiting = JN_NEW_ARRAY(&check.arena, struct code_state *, row->length);
    jn_rc rc = JN_OK;
    uint32_t at = 0;
    while (rc == JN_OK && at < row->length)
        rc = code_instruction(&check, &at);
    for (uint32_t i = 0; rc == JN_OK && i < row->length; i++)
        if (check.waiting[i] != NULL) rc = code_fail(&check, i, "a jump leads into an instruction");
    jn_arena_release(&check.arena);
    return rc;
}

/* Depth of nesting of each segment, by rounds: who is still growing after the last round is in a cycle. */
static jn_rc code_segments(const struct jn_program *program, struct jn_err *err) {
    uint32_t *depth = jn_alloc_zero(program->n_segment, sizeof(*depth));
    bool grew = true;
    for (int round = 0; grew && round <= CODE_SEGMENT_DEPTH; round++) {
        grew = false;
        for (uint32_t s = 0; s < program->n_segment; s++) {
            const struct jn_expr *row = &program->expr[program->segment[s].cond];
            const uint8_t *code = program->code + row->offset;
            for (uint32_t at = 0; at < row->length; at += 1 + 4 * (uint32_t)strlen(image_op[code[at]].operands)) {
                if (code[at] != JN_OP_SEGMENT) continue;
                uint32_t inner = depth[image_operand(code + at + 1)] + 1;
                if (inner <= depth[s]) continue;
                depth[s] = inner;
                grew = true;
            }
        }
    }
    free(depth);
    return grew ? jn_fail(err, JN_INVALID, "segments refer to each other in a circle, or more than %d deep",
                          CODE_SEGMENT_DEPTH)
                : JN_OK;
}

/* Whether the expression asks nothing that could ask it back: no segment, no past unless it may, and no attribute that
 * is computed from `limit` on. */
static bool code_is_plain(const struct jn_program *program, uint32_t expr, bool past, uint32_t limit) {
    const struct jn_expr *row = &program->expr[expr];
    const uint8_t *code = program->code + row->offset;
    for (uint32_t at = 0; at < row->length; at += 1 + 4 * (uint32_t)strlen(image_op[code[at]].operands)) {
        if (code[at] == JN_OP_SEGMENT || (code[at] == JN_OP_PAST && !past)) return false;
        if (code[at] != JN_OP_ATTR) continue;
        uint32_t attr = image_operand(code + at + 1);
        if (attr >= limit && program->attr[attr].computed != JN_NONE) return false;
    }
    return true;
}

static bool code_past_fits(const struct jn_program *program, const struct jn_past *past) {
    const struct jn_event *event = &program->event[past->event];
    enum jn_history kind = (enum jn_history)past->kind;
    bool asks = kind == JN_HISTORY_SUM || kind == JN_HISTORY_AVERAGE || kind == JN_HISTORY_MIN ||
                kind == JN_HISTORY_MAX || kind == JN_HISTORY_LAST || kind == JN_HISTORY_FIRST;
    bool open = kind == JN_HISTORY_LAST || kind == JN_HISTORY_FIRST || kind == JN_HISTORY_SINCE;
    if (asks != (past->prop != JN_NONE) || open != (past->window == JN_NONE)) return false;
    if (asks && past->prop - event->first_prop >= event->n_prop) return false;
    if (!open && program->value[past->window].i <= 0) return false;
    if (asks) {
        uint32_t type = program->prop[past->prop].type;
        bool adds = kind == JN_HISTORY_SUM || kind == JN_HISTORY_AVERAGE;
        return past->type == type && (!adds || type == JN_T_NUMBER || type == JN_T_MONEY);
    }
    return past->type == (kind == JN_HISTORY_COUNT   ? JN_T_NUMBER
                          : kind == JN_HISTORY_SINCE ? JN_T_DURATION
                                                     : JN_T_BOOL);
}

static jn_rc code_questions(const struct jn_program *program, struct jn_err *err) {
    for (uint32_t i = 0; i < program->n_past; i++) {
        const struct jn_past *past = &program->past[i];
        if (!code_past_fits(program, past)) return jn_fail(err, JN_INVALID, "past %u asks what has no answer", i);
        if (past->where != JN_NONE && !code_is_plain(program, past->where, false, 0))
            return jn_fail(err, JN_INVALID, "past %u asks more than one event", i);
    }
    for (uint32_t i = 0; i < program->n_attr; i++) {
        const struct jn_attr *attr = &program->attr[i];
        if (attr->computed == JN_NONE) continue;
        if (program->expr[attr->computed].type != attr->type || attr->preset != JN_NONE ||
            !code_is_plain(program, attr->computed, true, i))
            return jn_fail(err, JN_INVALID, "attr %u cannot be computed", i);
    }
    return JN_OK;
}

jn_rc image_verify_code(const struct jn_program *program, struct jn_err *err) {
    jn_rc rc = JN_OK;
    for (uint32_t i = 0; rc == JN_OK && i < program->n_expr; i++)
        rc = code_expression(program, i, err);
    if (rc == JN_OK) rc = code_questions(program, err);
    return rc == JN_OK ? code_segments(program, err) : rc;
}
