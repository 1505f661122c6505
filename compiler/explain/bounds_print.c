/* Bounds as a table, and as JSON. */
#include "compiler/explain/bounds.h"

#include "core/json.h"
#include "core/utf8.h"
#include "core/value.h"

#define COLUMNS 5

static void print_amount(const struct jc_bound *bound, unsigned places, struct jn_buf *out) {
    if (bound->is == JC_BOUND_NONE)
        jn_buf_z(out, "unbounded");
    else if (bound->is == JC_BOUND_HUGE)
        jn_buf_z(out, "more than can be counted");
    else
        jn_dec_print(bound->most, places, out);
}

static void print_cost(const struct jc_bounds *bounds, struct jn_buf *out) {
    char code[4];
    if (bounds->mixed) {
        jn_buf_z(out, "several currencies");
    } else if (bounds->currency == 0) {
        jn_buf_z(out, "-");
    } else {
        print_amount(&bounds->cost, jn_currency_places(bounds->currency), out);
        jn_currency_print(bounds->currency, code);
        if (bounds->cost.is == JC_BOUND_KNOWN) jn_buf_printf(out, " %s", code);
    }
}

static void print_carbon(const struct jc_bounds *bounds, struct jn_buf *out) {
    if (bounds->carbon.is == JC_BOUND_KNOWN && bounds->carbon.most.m == 0) {
        jn_buf_z(out, "-");
        return;
    }
    print_amount(&bounds->carbon, 0, out);
    if (bounds->carbon.is == JC_BOUND_KNOWN) jn_buf_z(out, " g");
}

/* How often a customer may have such a run, and what slows one without a bound down. */
static void print_runs(const struct jn_program *program, const struct jn_journey *journey,
                       const struct jc_bounds *bounds, struct jn_buf *out) {
    uint32_t cap = journey->n_cap > 0           ? journey->first_cap
                   : program->meta[0].n_cap > 0 ? program->meta[0].first_cap
                                                : JN_NONE;
    if (journey->reenter == JN_REENTER_ALWAYS || (journey->flags & JN_JOURNEY_RESTART) != 0)
        jn_buf_z(out, "any number");
    else if (journey->reenter == JN_REENTER_NEVER)
        jn_buf_z(out, "one");
    else {
        jn_buf_z(out, "one in ");
        jn_value_print(program->value[journey->reenter_after], out);
    }
    if (journey->key != JN_NONE)
        jn_buf_printf(out, " for each %.*s", JN_FMT(program->string[program->prop[journey->key].name]));
    if (bounds->messages.is != JC_BOUND_NONE || cap == JN_NONE) return;
    jn_buf_printf(out, ", capped at %u per ", program->cap[cap].limit);
    jn_value_print(program->value[program->cap[cap].over], out);
}

static unsigned print_width(struct jn_str text) {
    unsigned cells = 0;
    for (size_t at = 0; at < text.n;)
        cells += (unsigned)jn_utf8_width(jn_utf8_next(text, &at));
    return cells;
}

static struct jn_str print_cell(const struct jn_program *program, uint32_t journey, const struct jc_bounds *bounds,
                                unsigned column, struct jn_arena *arena) {
    struct jn_buf text;
    jn_buf_init(&text, 1u << 16);
    if (column == 0)
        jn_buf_str(&text, program->string[program->journey[journey].name]);
    else if (column == 1)
        print_amount(&bounds->messages, 0, &text);
    else if (column == 2)
        print_cost(bounds, &text);
    else if (column == 3)
        print_carbon(bounds, &text);
    else
        print_runs(program, &program->journey[journey], bounds, &text);
    struct jn_str cell = jn_arena_str(arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return cell;
}

void jc_bounds_text(const struct jn_program *program, struct jn_buf *out) {
    static const char *const HEAD[COLUMNS] = {"journey", "messages", "cost", "carbon", "runs of a customer"};
    struct jn_arena arena, scratch;
    unsigned width[COLUMNS] = {0};
    jn_arena_init(&arena);
    jn_arena_init(&scratch);
    struct jn_str *cell = JN_NEW_ARRAY(&arena, struct jn_str, ((size_t)program->n_journey + 1) * COLUMNS);
    for (uint32_t row = 0; row <= program->n_journey; row++) {
        struct jc_bounds bounds;
        jn_arena_reset(&scratch);
        if (row > 0) jc_bounds_find(program, row - 1, &scratch, &bounds);
        for (unsigned c = 0; c < COLUMNS; c++) {
            struct jn_str text = row == 0 ? jn_str_z(HEAD[c]) : print_cell(program, row - 1, &bounds, c, &arena);
            cell[(size_t)row * COLUMNS + c] = text;
            width[c] = print_width(text) > width[c] ? print_width(text) : width[c];
        }
    }
    jn_buf_z(out, "The most that one run can cause, on any path:\n");
    for (uint32_t row = 0; row <= program->n_journey; row++) {
        for (unsigned c = 0; c < COLUMNS; c++) {
            struct jn_str text = cell[(size_t)row * COLUMNS + c];
            jn_buf_printf(out, "  %.*s", JN_FMT(text));
            for (unsigned blank = print_width(text); c + 1 < COLUMNS && blank < width[c]; blank++)
                jn_buf_char(out, ' ');
        }
        jn_buf_char(out, '\n');
    }
    jn_arena_release(&scratch);
    jn_arena_release(&arena);
}

/* A decimal text, or null where there is no bound. */
static void json_amount(struct jn_json_out *w, const char *key, const struct jc_bound *bound, unsigned places) {
    struct jn_buf text;
    jn_buf_init(&text, 64);
    jn_jw_key(w, key);
    if (bound->is == JC_BOUND_KNOWN) {
        jn_dec_print(bound->most, places, &text);
        jn_jw_str(w, jn_buf_view(&text));
    } else {
        jn_jw_null(w);
    }
    jn_buf_release(&text);
}

static void json_line(const struct jn_program *program, uint32_t journey, const struct jc_bounds *bounds,
                      struct jn_buf *out) {
    struct jn_json_out w;
    char code[4];
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "bounds");
    jn_jw_str(&w, program->string[program->journey[journey].name]);
    json_amount(&w, "messages", &bounds->messages, 0);
    if (bounds->currency != 0 && !bounds->mixed) {
        json_amount(&w, "cost", &bounds->cost, jn_currency_places(bounds->currency));
        jn_currency_print(bounds->currency, code);
        jn_jw_key(&w, "currency");
        jn_jw_z(&w, code);
    }
    json_amount(&w, "carbon_grams", &bounds->carbon, 0);
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
}

void jc_bounds_json(const struct jn_program *program, struct jn_buf *out) {
    struct jn_arena arena;
    jn_arena_init(&arena);
    for (uint32_t journey = 0; journey < program->n_journey; journey++) {
        struct jc_bounds bounds;
        jn_arena_reset(&arena);
        jc_bounds_find(program, journey, &arena, &bounds);
        json_line(program, journey, &bounds, out);
    }
    jn_arena_release(&arena);
}
