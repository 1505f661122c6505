#include "runtime/vm/vm.h"

#include "core/check.h"
#include "core/value.h"
#include "runtime/vm/change.h"
#include "runtime/vm/operation.h"

#define VM_STACK 32      /* the verifier's law */
#define VM_FUEL  100000u /* instructions of one evaluation, segments included */
#define VM_DEPTH 17      /* an expression and sixteen segments within it: the verifier's law */

/* Bytes behind each opcode: four for each letter of its row. */
static const uint8_t OPERAND_BYTES[JN_OPS] = {
#define OP(name, mnemonic, operands, pops, pushes, text) 4 * (sizeof(operands) - 1),
#include "journey/tbl/opcodes.def"
#undef OP
};

struct vm {
    const struct jr_context *context;
    struct jn_err *err;
    uint32_t fuel;
    unsigned depth;
    struct vm_motion *motion; /* of each value on the stack; NULL: nobody asks for `until` */
};

static uint32_t vm_operand(const uint8_t *code) {
    return (uint32_t)code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24;
}

static bool vm_true(struct jn_value value) {
    return value.type == JN_T_BOOL && value.i != 0;
}

static struct jn_value vm_prop(const struct jr_context *context, uint32_t event, uint32_t prop) {
    for (const struct jr_event_view *view = context->events; view != NULL; view = view->next)
        if (view->event == event) return view->prop[prop - context->program->event[event].first_prop];
    return JN_MISSING;
}

static struct jn_value vm_attr(const struct jr_context *context, uint32_t attr) {
    if (context->computed != NULL && context->program->attr[attr].computed != JN_NONE)
        return context->computed(context, attr);
    return context->attr == NULL ? JN_MISSING : context->attr[attr];
}

static struct jn_value vm_in_range(const struct jn_value *values, uint32_t first, uint32_t n, uint32_t index) {
    return values != NULL && index - first < n ? values[index - first] : JN_MISSING;
}

/* Follows a dotted path through objects; what is not there, or not of the type, is missing. */
static struct jn_value vm_body(const struct jr_context *context, uint32_t path, enum jn_type type) {
    const struct jn_json *node = context->body;
    struct jn_str rest = jn_value_str(context->program->value[path]);
    struct jn_value value;
    while (node != NULL && rest.n > 0) {
        const char *dot = memchr(rest.p, '.', rest.n);
        struct jn_str key = {rest.p, dot == NULL ? rest.n : (size_t)(dot - rest.p)};
        rest = jn_str_sub(rest, key.n + 1, rest.n);
        node = jn_json_kind(node) == JN_JSON_OBJECT ? jn_json_get_str(node, key) : NULL;
    }
    if (node == NULL || jn_value_from_json(node, type, 0, context->scratch, &value, NULL) != JN_OK) return JN_MISSING;
    return value;
}

static struct jn_value vm_tagged(const struct jr_context *context, uint32_t constant) {
    struct jn_str tag = jn_value_str(context->program->value[constant]);
    for (uint32_t i = 0; i < context->n_tag; i++)
        if (jn_str_eq(context->tag[i], tag)) return jn_value_bool(true);
    return jn_value_bool(false);
}

static struct jn_value vm_text(struct jn_str s) {
    return s.p == NULL ? JN_MISSING : jn_value_text(s);
}

/* What an instruction without pops reads from the context. */
static struct jn_value vm_read(const struct jr_context *context, enum jn_op op, const uint8_t *operands) {
    switch ((int)op) {
    case JN_OP_PUSH:
        return context->program->value[vm_operand(operands)];
    case JN_OP_ATTR:
        return vm_attr(context, vm_operand(operands));
    case JN_OP_PAST:
        return context->past == NULL ? JN_MISSING : context->past(context, vm_operand(operands));
    case JN_OP_CUSTOMER_ID:
        return vm_text(context->customer_id);
    case JN_OP_PROP:
        return vm_prop(context, vm_operand(operands), vm_operand(operands + 4));
    case JN_OP_SLOT:
        return vm_in_range(context->slot, context->first_slot, context->n_slot, vm_operand(operands));
    case JN_OP_BODY:
        return vm_body(context, vm_operand(operands), (enum jn_type)vm_operand(operands + 4));
    case JN_OP_NOW:
        return jn_value_of(JN_T_INSTANT, context->now);
    case JN_OP_TODAY:
        return vm_date_of(context->zone == NULL ? jn_zone_utc() : context->zone, context->now);
    case JN_OP_TAGGED:
        return vm_tagged(context, vm_operand(operands));
    default:
        return JN_MISSING; /* ABSENT */
    }
}

static jn_rc vm_run(struct vm *vm, uint32_t expr, struct jn_value *out);

static jn_rc vm_segment(struct vm *vm, uint32_t segment, struct jn_value *out) {
    JN_UNINITIALIZED struct vm_motion motion[VM_STACK];
    struct jr_context home = *vm->context;
    if (home.home != NULL) home.zone = home.home;
    struct vm inner = {.motion = vm->motion == NULL ? NULL : motion,
                       .context = &home,
                       .err = vm->err,
                       .fuel = vm->fuel,
                       .depth = vm->depth + 1};
    struct jn_value value;
    if (inner.depth > VM_DEPTH) return jn_fail(vm->err, JN_INTERNAL, "segments are nested too deep");
    jn_rc rc = vm_run(&inner, vm->context->program->segment[segment].cond, &value);
    vm->fuel = inner.fuel;
    if (rc == JN_OK) *out = jn_value_bool(vm_true(value));
    return rc;
}

/* Whether the jump is taken, and in *keeps whether the tested value stays on the stack: it does when the jump of an
 * `and`, `or` or `default` is taken. */
static bool vm_jumps(enum jn_op op, struct jn_value *end, bool *keeps) {
    bool taken = true;
    if (op == JN_OP_AND_JUMP || op == JN_OP_FALSE_JUMP) taken = !vm_true(end[-1]);
    if (op == JN_OP_OR_JUMP) taken = vm_true(end[-1]);
    if (op == JN_OP_KNOWN_JUMP) taken = !jn_is_missing(end[-1]);
    if (op == JN_OP_AND_JUMP && taken) end[-1] = jn_value_bool(false);
    *keeps = op == JN_OP_JUMP || (op != JN_OP_FALSE_JUMP && taken);
    return taken;
}

/* Of an instruction, how its result moves: before it is worked when it takes values, and behind it when it takes none.
 * `n` values are on the stack, of which *top is the last. */
__attribute__((noinline)) static void vm_watch(const struct vm *vm, enum vm_family family, enum jn_op op,
                                               const struct jn_value *top, size_t n) {
    struct vm_motion *motion = &vm->motion[n - 1];
    if (family == VM_ONE) *motion = vm_change_one(vm->context, op, *motion, *top);
    if (family == VM_TWO) motion[-1] = vm_change_two(vm->context, op, motion[-1], *motion, top[-1], *top);
    if (family == VM_CALL) *motion = (struct vm_motion){0};
}

__attribute__((noinline)) static void vm_watch_read(const struct vm *vm, enum jn_op op, const uint8_t *operands,
                                                    struct jn_value result, size_t n) {
    vm->motion[n - 1] = vm_change_read(vm->context, op, OPERAND_BYTES[op] > 0 ? vm_operand(operands) : 0, result);
}

static jn_rc vm_run(struct vm *vm, uint32_t expr, struct jn_value *out) {
    const struct jr_context *context = vm->context;
    const uint8_t *code = context->program->code + context->program->expr[expr].offset;
    JN_UNINITIALIZED struct jn_value stack[VM_STACK];
    struct jn_value *end = stack; /* behind the last value */
    bool watched = vm->motion != NULL, keeps;
    for (;;) {
        if (vm->fuel-- == 0)
            return jn_fail(vm->err, JN_TOO_LARGE, "an expression takes more than %u instructions", VM_FUEL);
        enum jn_op op = (enum jn_op) * code++;
        const struct vm_operation *operation = &vm_operation[op];
        const uint8_t *operands = code;
        code += OPERAND_BYTES[op];
        switch (operation->family) {
        case VM_READ:
            *end++ = vm_read(context, op, operands);
            if (watched) vm_watch_read(vm, op, operands, end[-1], (size_t)(end - stack));
            break;
        case VM_ONE:
            if (watched) vm_watch(vm, VM_ONE, op, end - 1, (size_t)(end - stack));
            end[-1] = operation->one(context, end[-1], operands);
            break;
        case VM_TWO:
            if (watched) vm_watch(vm, VM_TWO, op, end - 1, (size_t)(end - stack));
            end--;
            end[-1] = operation->two(context, end[-1], *end);
            break;
        case VM_JUMP:
            if (vm_jumps(op, end, &keeps)) code += vm_operand(operands);
            if (!keeps) end--;
            break;
        case VM_CALL: {
            jn_rc rc = vm_segment(vm, vm_operand(operands), end++);
            if (rc != JN_OK) return rc;
            if (watched) vm_watch(vm, VM_CALL, op, end - 1, (size_t)(end - stack));
            break;
        }
        case VM_END:
            *out = end == stack ? JN_MISSING : end[-1];
            return JN_OK;
        }
    }
}

jn_rc jr_vm_eval(const struct jr_context *context, uint32_t expr, struct jn_value *out, struct jn_err *err) {
    JN_UNINITIALIZED struct vm_motion motion[VM_STACK];
    struct vm vm = {.motion = context->until == NULL ? NULL : motion,
                    .context = context,
                    .err = err != NULL ? err : context->fault,
                    .fuel = VM_FUEL};
    *out = JN_MISSING;
    JN_CHECK(expr < context->program->n_expr);
    return vm_run(&vm, expr, out);
}

bool jr_vm_holds(const struct jr_context *context, uint32_t expr) {
    struct jn_value value;
    return expr == JN_NONE || (jr_vm_eval(context, expr, &value, NULL) == JN_OK && vm_true(value));
}

struct jn_value jr_vm_attr(const struct jr_context *context, uint32_t attr) {
    return vm_attr(context, attr);
}

struct jn_value jr_vm_prop(const struct jr_context *context, uint32_t event, uint32_t prop) {
    return vm_prop(context, event, prop);
}
