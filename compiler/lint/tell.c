/* Places and words of what is found. */
#include "compiler/lint/flow.h"

#include "core/utf8.h"
#include "core/value.h"
#include "image/image.h"

#define NOTES_MAX 10 /* along a path */

const struct jc_node *lint_origin(const struct lint *lint, uint32_t i) {
    return lint->unit->origin[lint->flow->first + i];
}

/* Where the comment behind a line begins; `end` when there is none. */
static uint32_t tell_comment(const struct lint *lint, struct jc_span span, uint32_t end) {
    for (const struct jc_comment *comment = lint->unit->comments[span.file]; comment != NULL; comment = comment->next)
        if (comment->trailing && comment->span.line == span.line && comment->span.offset < end)
            return comment->span.offset;
    return end;
}

struct jc_span lint_place(const struct lint *lint, const struct jc_node *node) {
    struct jc_span span = node->span;
    if (span.end_line == span.line) return span;
    struct jn_str text = lint->unit->diags->source[span.file].text;
    uint32_t end = span.offset;
    while (end < span.end && text.p[end] != '\n')
        end++;
    end = tell_comment(lint, span, end);
    while (end > span.offset && (text.p[end - 1] == ' ' || text.p[end - 1] == '\t' || text.p[end - 1] == '\r'))
        end--;
    span.end = end;
    span.end_line = span.line;
    span.end_column = span.column;
    for (uint32_t at = span.offset; at < end; at++)
        span.end_column += ((unsigned char)text.p[at] & 0xc0) != 0x80;
    return span;
}

struct jc_span lint_step_place(const struct lint *lint, uint32_t i) {
    return lint_place(lint, lint_origin(lint, i));
}

struct jn_str lint_step_name(const struct lint *lint, uint32_t i) {
    const struct jn_step *step = lint_step(lint, i);
    if (step->id != 0) return jn_arena_printf(lint->arena, "`%.*s`", JN_FMT(lint->program->string[step->name]));
    return jn_str_z(jn_step_word((enum jn_step_kind)step->kind));
}

const struct jc_node *lint_line(const struct jc_node *block, enum jc_kind kind) {
    for (const struct jc_node *line = block == NULL ? NULL : block->first; line != NULL; line = line->next)
        if (line->kind == kind) return line;
    return NULL;
}

const uint32_t *lint_path(const struct lint *lint, const uint32_t *from, uint32_t start, uint32_t end, uint32_t *n) {
    uint32_t *path = JN_NEW_ARRAY(lint->arena, uint32_t, lint->flow->n + 1);
    *n = 0;
    for (uint32_t at = end; *n < lint->flow->n; at = from[at]) {
        path[(*n)++] = at;
        if (at == start) break;
    }
    for (uint32_t i = 0, k = *n; i + 1 < k; i++) {
        uint32_t swap = path[i];
        path[i] = path[--k];
        path[k] = swap;
    }
    return path;
}

/* The way from one step of a path to the next: the soonest open one. */
static const struct lint_way *tell_way(const struct lint *lint, uint32_t from, uint32_t to) {
    const struct lint_flow *flow = lint->flow;
    const struct lint_way *found = NULL;
    for (uint32_t w = flow->begin[from]; w < flow->begin[from + 1]; w++) {
        const struct lint_way *way = &flow->way[w];
        if (way->to == to && !way->closed && (found == NULL || way->least < found->least)) found = way;
    }
    return found;
}

/* What is told of a step that the path goes through by this way; empty: nothing. */
static struct jn_str tell_step(const struct lint *lint, uint32_t i, const struct lint_way *way) {
    const struct jn_step *step = lint_step(lint, i);
    bool next = way == NULL || way->nth == 0;
    switch ((int)step->kind) {
    case JN_STEP_SEND_OR:
        if (!next) return JN_STR("it is not sent");
        /* fall through */
    case JN_STEP_SEND:
        return jn_arena_printf(lint->arena, "`%.*s` goes out",
                               JN_FMT(lint->program->string[lint->program->message[step->a].name]));
    case JN_STEP_BRANCH:
        return next ? JN_STR("this holds") : JN_STR("this does not hold");
    case JN_STEP_OUTCOME:
        return next ? JN_STR("this handler is taken") : JN_STR("");
    case JN_STEP_SPLIT:
    case JN_STEP_OPTIMIZE:
        return jn_arena_printf(
            lint->arena, "the arm `%.*s` is taken",
            JN_FMT(lint->program->string[lint->program->arm[step->a + (way == NULL ? 0 : way->nth)].name]));
    case JN_STEP_WAIT_FOR:
        return next ? JN_STR("the event comes at once") : JN_STR("no event comes");
    case JN_STEP_WAIT_IF:
        return next ? JN_STR("this is so at once") : JN_STR("this does not become so");
    case JN_STEP_APPROVE:
        return next ? JN_STR("this is approved at once") : JN_STR("this is rejected at once");
    case JN_STEP_REPEAT:
        return next ? JN_STR("the next round begins") : JN_STR("all rounds are done");
    default:
        return jn_step_holds((enum jn_step_kind)step->kind) ? JN_STR("the wait ends") : JN_STR("");
    }
}

/* Of a long path only what goes out is told, and always its end. */
static bool tell_is_long(const struct lint *lint, const uint32_t *path, uint32_t n) {
    uint32_t notes = 0;
    for (uint32_t i = 0; i < n; i++)
        notes += tell_step(lint, path[i], NULL).n > 0;
    return notes > NOTES_MAX;
}

void lint_witness(const struct lint *lint, struct jc_diag *diag, const uint32_t *path, uint32_t n) {
    bool is_long = tell_is_long(lint, path, n);
    uint32_t told = 0, start = 0;
    int64_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct lint_way *way = i + 1 < n ? tell_way(lint, path[i], path[i + 1]) : NULL;
        struct jn_str text = i + 1 < n ? tell_step(lint, path[i], way) : JN_STR("this is due");
        bool sends = jn_step_sends(lint_step(lint, path[i])->kind);
        int64_t before = at;
        if (way != NULL) at = lint_add(at, way->least);
        int64_t now = sends || way == NULL ? before : at == LINT_EVER ? at : at - way->lead;
        if (text.n == 0 || (way == NULL && told == 0)) continue;
        if (way != NULL && ((is_long && !sends) || told + 1 >= NOTES_MAX)) continue;
        if (told++ == 0) start = path[i];
        if (now == 0)
            jc_relate(lint->unit->diags, diag, lint_step_place(lint, path[i]), "%.*s", JN_FMT(text));
        else
            jc_relate(lint->unit->diags, diag, lint_step_place(lint, path[i]), "%.*s after %.*s: %.*s",
                      JN_FMT(lint_say_time(lint->arena, now)), JN_FMT(lint_step_name(lint, start)), JN_FMT(text));
    }
}
