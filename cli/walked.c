#include "cli/walked.h"

#include "cli/terminal.h"
#include "core/json.h"
#include "image/image.h"

#define WALKED_MAX (256u << 20)

static uint64_t walked_count(const struct jn_json *node, const char *key) {
    int64_t n = jn_json_int(jn_json_get(node, key));
    return n < 0 ? 0 : (uint64_t)n;
}

static void walked_arms(const struct jn_program *program, const struct jn_step *step, const struct jn_json *row,
                        struct cli_walked *out) {
    const struct jn_json *arms = jn_json_get(row, "arms");
    if (jn_step_ways((enum jn_step_kind)step->kind) != JN_WAYS_ARMS) return;
    for (size_t i = 0; i < jn_json_count(arms); i++)
        for (uint32_t a = step->a; a < step->a + step->b; a++)
            if (jn_str_eq(jn_json_text(jn_json_get(jn_json_at(arms, i), "arm")), program->string[program->arm[a].name]))
                out->arm[a] = walked_count(jn_json_at(arms, i), "count");
}

/* The steps of a journey are listed in the program's order; kind, name and line tell whether it is the same one. */
static bool walked_journey(const struct jn_program *program, uint32_t journey, const struct jn_json *node,
                           struct cli_walked *out) {
    const struct jn_journey *row = &program->journey[journey];
    const struct jn_json *steps = jn_json_get(node, "steps");
    if (jn_json_count(steps) != row->n_step) return false;
    for (uint32_t i = 0; i < row->n_step; i++) {
        const struct jn_json *at = jn_json_at(steps, i);
        uint32_t index = row->first_step + i;
        const struct jn_step *step = &program->step[index];
        if (!jn_str_is(jn_json_text(jn_json_get(at, "kind")), jn_step_word((enum jn_step_kind)step->kind)) ||
            !jn_str_eq(jn_json_text(jn_json_get(at, "step")), program->string[step->name]) ||
            jn_json_int(jn_json_get(at, "line")) != step->line)
            return false;
        out->count[index] = walked_count(at, "count");
        out->next[index] = walked_count(at, "next");
        out->alt[index] = walked_count(at, "alt");
        walked_arms(program, step, at, out);
        if (index == row->entry) out->entered[journey] = out->count[index];
    }
    if (jn_json_get(node, "entered") != NULL) out->entered[journey] = walked_count(node, "entered");
    return true;
}

static jn_rc walked_take(const struct jn_program *program, const struct jn_json *document, const char *file,
                         struct cli_walked *out, struct jn_err *err) {
    const struct jn_json *journeys = jn_json_get(document, "journeys");
    bool found = false;
    if (jn_json_kind(journeys) != JN_JSON_ARRAY)
        return jn_fail(err, JN_INVALID,
                       "%s has no list \"journeys\"; it is written by `journey test --coverage-file FILE` or `journey "
                       "simulate --format json`",
                       file);
    for (size_t i = 0; i < jn_json_count(journeys); i++) {
        const struct jn_json *node = jn_json_at(journeys, i);
        uint32_t journey = jn_program_journey(program, jn_json_text(jn_json_get(node, "name")));
        if (journey == JN_NONE) continue; /* of another workspace that was tested with this one */
        if (!walked_journey(program, journey, node, out))
            return jn_fail(err, JN_CONFLICT, "%s was written for another version of journey %.*s; write it anew", file,
                           JN_FMT(program->string[program->journey[journey].name]));
        found = true;
    }
    return found ? JN_OK : jn_fail(err, JN_NOT_FOUND, "%s knows none of these journeys", file);
}

jn_rc cli_walked_read(const struct jn_program *program, const char *file, struct jn_arena *arena,
                      struct cli_walked *out, struct jn_err *err) {
    struct jn_buf text;
    struct jn_json *document = NULL;
    struct jn_err why;
    *out = (struct cli_walked){.count = JN_NEW_ARRAY(arena, uint64_t, program->n_step + 1),
                               .next = JN_NEW_ARRAY(arena, uint64_t, program->n_step + 1),
                               .alt = JN_NEW_ARRAY(arena, uint64_t, program->n_step + 1),
                               .arm = JN_NEW_ARRAY(arena, uint64_t, program->n_arm + 1),
                               .entered = JN_NEW_ARRAY(arena, uint64_t, program->n_journey + 1)};
    jn_rc rc = cli_read_file(file, WALKED_MAX, &text, err);
    if (rc == JN_OK && jn_json_parse(jn_buf_view(&text), &document, &why) != JN_OK)
        rc = jn_fail(err, JN_INVALID, "%s: %s", file, why.text);
    jn_buf_release(&text);
    if (rc == JN_OK) rc = walked_take(program, document, file, out, err);
    jn_json_free(document);
    return rc;
}
