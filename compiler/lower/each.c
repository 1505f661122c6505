/* Tables of tests: `for each` names parameters, every row below it makes a test of its own. */
#include "compiler/lower/each.h"

#include "compiler/syntax/parser.h"
#include "core/value.h"

/* Where a line of a test takes a value, and of which type; MISSING: of any, which is checked with the line. */
static const struct {
    enum jc_kind kind;
    unsigned kid;
    enum jn_type type;
} VALUE_ROW[] = {
    {JC_T_AT, 0, JN_T_DATE},      {JC_T_AT, 1, JN_T_TIME},        {JC_T_AFTER, 0, JN_T_DURATION},
    {JC_T_GETS, 1, JN_T_NUMBER},  {JC_T_CHANNEL, 1, JN_T_NUMBER}, {JC_T_CHANNEL, 2, JN_T_NUMBER},
    {JC_T_HAS_TAG, 0, JN_T_TEXT}, {JC_T_ATTR, 1, JN_T_MISSING},   {JC_WITH, 0, JN_T_MISSING},
    {JC_T_DECIDES, 0, JN_T_TEXT},
};

static const struct jc_node *each_header(const struct jc_node *table) {
    return table->kid[0]->first;
}

static uint32_t each_count(const struct jc_node *first) {
    uint32_t n = 0;
    for (; first != NULL; first = first->next)
        n += first->kind != JC_BAD;
    return n;
}

/* ---- the table itself */

static void each_check_name(struct jc_unit *unit, const struct jc_node *first, const struct jc_node *name) {
    for (const struct jc_node *other = first; other != name; other = other->next)
        if (jn_str_eq(other->text, name->text)) {
            jc_report(unit->diags, JC_E0742, name->span, JN_FMT(name->text));
            return;
        }
    for (unsigned table = 0; table < JC_TABLES; table++)
        if (jc_known(unit, (enum jc_table)table, name->text) != NULL) {
            jc_report(unit->diags, JC_E0747, name->span, JN_FMT(name->text), jc_table_noun((enum jc_table)table));
            return;
        }
}

static const char *each_type(const struct jc_node *cell) {
    if (cell->kind != JC_LITERAL) return "name";
    return cell->value.type == JN_T_MISSING ? NULL : jn_type_word((enum jn_type)cell->value.type);
}

/* All values of a column are of the type of its first. */
static void each_check_column(struct jc_unit *unit, const struct jc_node *table, const struct jc_node *name,
                              uint32_t at) {
    const char *type = NULL;
    for (const struct jc_node *row = table->first; row != NULL; row = row->next) {
        const struct jc_node *cell = row->first;
        for (uint32_t i = 0; i < at && cell != NULL; i++)
            cell = cell->next;
        const char *found = cell == NULL ? NULL : each_type(cell);
        if (type == NULL)
            type = found;
        else if (found != NULL && strcmp(type, found) != 0)
            jc_report(unit->diags, JC_E0743, cell->span, JN_FMT(name->text), type, found);
    }
}

static void each_check_rows(struct jc_unit *unit, const struct jc_node *table) {
    uint32_t columns = each_count(each_header(table)), rows = 0;
    for (const struct jc_node *row = table->first; row != NULL; row = row->next) {
        uint32_t cells = each_count(row->first);
        rows++;
        if (cells == columns) continue;
        struct jc_diag *diag = jc_report(unit->diags, JC_E0740, row->span, cells, columns);
        jc_hint(unit->diags, diag,
                cells < columns ? "add what is missing; a value that is not known is `missing`"
                                : "take out what is too much, or name another parameter");
    }
    if (rows == 0 || rows > JC_LIMIT_ROWS)
        jc_report(unit->diags, JC_E0745, table->kid[0]->span, (unsigned)JC_LIMIT_ROWS);
}

static const struct jc_node *each_table(struct jc_unit *unit, const struct jc_node *test) {
    const struct jc_node *table = NULL;
    for (const struct jc_node *line = test->first; line != NULL; line = line->next) {
        if (line->kind != JC_T_EACH) continue;
        if (line != test->first)
            jc_report(unit->diags, JC_E0744, line->kid[0]->span);
        else
            table = line;
    }
    if (table == NULL) return NULL;
    uint32_t column = 0, errors = unit->diags->n_error;
    each_check_rows(unit, table);
    for (const struct jc_node *name = each_header(table); name != NULL; name = name->next) {
        each_check_name(unit, each_header(table), name);
        if (unit->diags->n_error == errors) each_check_column(unit, table, name, column);
        column++;
    }
    return table;
}

/* ---- a row in a test's lines */

static bool each_is_value(enum jc_kind kind, unsigned kid, enum jn_type *type) {
    for (size_t i = 0; i < sizeof(VALUE_ROW) / sizeof(*VALUE_ROW); i++)
        if (VALUE_ROW[i].kind == kind && VALUE_ROW[i].kid == kid) {
            *type = VALUE_ROW[i].type;
            return true;
        }
    return false;
}

static const struct jc_node *each_cell(struct jc_each *each, struct jn_str name) {
    const struct jc_node *cell = each->row == NULL ? NULL : each->row->first;
    uint32_t i = 0;
    for (const struct jc_node *column = each->row == NULL ? NULL : each_header(each->table); column != NULL;
         column = column->next, cell = cell == NULL ? NULL : cell->next, i++)
        if (jn_str_eq(column->text, name)) {
            each->used[i] = true;
            return cell;
        }
    return NULL;
}

static void each_unknown(struct jc_each *each, const struct jc_node *name) {
    struct jn_str column[64];
    uint32_t n = 0;
    struct jc_diag *diag = jc_report(each->unit->diags, JC_E0741, name->span, JN_FMT(name->text));
    for (const struct jc_node *c = each->table == NULL ? NULL : each_header(each->table); c != NULL && n < 64;
         c = c->next)
        column[n++] = c->text;
    struct jn_str near = jc_nearest(name->text, column, n);
    if (near.n > 0)
        jc_hint(each->unit->diags, diag, "did you mean `%.*s`?", JN_FMT(near));
    else
        jc_hint(each->unit->diags, diag, "write a value, or name it first: `for each %.*s`", JN_FMT(name->text));
}

/* One kid of a line with the row's cell in its place; false after a diagnostic. */
static bool each_fill(struct jc_each *each, struct jc_node *line, unsigned k) {
    struct jc_node *kid = line->kid[k];
    enum jn_type type = JN_T_MISSING;
    bool is_value = each_is_value(line->kind, k, &type);
    if (kid == NULL || (line->kind == JC_T_ATTR && k == 0)) return true;
    const struct jc_node *cell = kid->kind == JC_NAME ? each_cell(each, kid->text) : NULL;
    if (cell != NULL) {
        if (!is_value && cell->kind != JC_NAME) {
            jc_report(each->unit->diags, JC_E0746, cell->span, JN_FMT(kid->text));
            return false;
        }
        *(struct jc_each_place *)jc_grow(each->unit->arena, &each->place, &each->n_place, sizeof(*each->place)) =
            (struct jc_each_place){kid, cell};
        kid = jn_arena_copy(each->unit->arena, cell, sizeof(*cell));
        kid->next = NULL;
        line->kid[k] = kid;
    }
    if (!is_value || kid->kind != JC_NAME) {
        if (type == JN_T_MISSING || kid->value.type == type) return true;
        jc_report(each->unit->diags, JC_E0404, kid->span, "this line", jn_type_noun(type),
                  jn_type_noun((enum jn_type)kid->value.type));
        return false;
    }
    if (!each->doubtful) each_unknown(each, kid);
    return false;
}

const struct jc_node *jc_each_line(struct jc_each *each, const struct jc_node *line) {
    struct jc_node *copy = jn_arena_copy(each->unit->arena, line, sizeof(*line)), **end = &copy->first;
    bool fine = true;
    each->place = NULL;
    each->n_place = 0;
    for (unsigned k = 0; k < 4; k++)
        fine = each_fill(each, copy, k) && fine;
    for (const struct jc_node *with = line->first; with != NULL; with = with->next) {
        struct jc_node *filled = jn_arena_copy(each->unit->arena, with, sizeof(*with));
        fine = each_fill(each, filled, 0) && fine;
        *end = filled;
        end = &filled->next;
    }
    *end = NULL;
    return fine ? copy : NULL;
}

static struct jn_str each_source(const struct jc_each *each, uint32_t file, uint32_t from, uint32_t to) {
    return jn_str_sub(each->unit->diags->source[file].text, from, to - from);
}

/* The first cell behind `at` in the line; NULL: there is none. */
static const struct jc_each_place *each_next(const struct jc_each *each, uint32_t at) {
    const struct jc_each_place *next = NULL;
    for (uint32_t i = 0; i < each->n_place; i++) {
        const struct jc_each_place *place = &each->place[i];
        if (place->name->span.offset >= at && (next == NULL || place->name->span.offset < next->name->span.offset))
            next = place;
    }
    return next;
}

struct jn_str jc_each_text(const struct jc_each *each, const struct jc_node *line) {
    uint32_t at = line->span.offset, file = line->span.file;
    struct jn_buf text;
    jn_buf_init(&text, JC_LIMIT_TOKEN_BYTES * 4);
    for (const struct jc_each_place *place; (place = each_next(each, at)) != NULL; at = place->name->span.end) {
        jn_buf_str(&text, each_source(each, file, at, place->name->span.offset));
        jn_buf_str(&text, each_source(each, file, place->cell->span.offset, place->cell->span.end));
    }
    jn_buf_str(&text, each_source(each, file, at, line->span.end));
    struct jn_str kept = jn_arena_str(each->unit->arena, jn_buf_view(&text));
    jn_buf_release(&text);
    return kept;
}

struct jn_str jc_each_title(const struct jc_each *each, const struct jc_node *test) {
    struct jn_buf title;
    if (each->row == NULL) return test->text;
    struct jn_str source = each->unit->diags->source[test->span.file].text;
    const struct jc_node *cell = each->row->first;
    jn_buf_init(&title, JC_LIMIT_TOKEN_BYTES * 4);
    jn_buf_str(&title, test->text);
    for (const struct jc_node *name = each_header(each->table); name != NULL && cell != NULL; name = name->next) {
        jn_buf_printf(&title, "%s%.*s = %.*s", name == each_header(each->table) ? " (" : ", ", JN_FMT(name->text),
                      JN_FMT(jn_str_sub(source, cell->span.offset, cell->span.end - cell->span.offset)));
        cell = cell->next;
    }
    jn_buf_char(&title, ')');
    struct jn_str kept = jn_arena_str(each->unit->arena, jn_buf_view(&title));
    jn_buf_release(&title);
    return kept;
}

void jc_each_begin(struct jc_each *each, struct jc_unit *unit, const struct jc_node *test) {
    *each = (struct jc_each){.unit = unit, .errors = unit->diags->n_error};
    each->table = each_table(unit, test);
    each->doubtful = unit->diags->n_error > each->errors;
    if (each->table == NULL) return;
    each->row = each->table->first;
    each->used = JN_NEW_ARRAY(unit->arena, bool, (size_t)each_count(each_header(each->table)) + 1);
}

bool jc_each_next(struct jc_each *each) {
    each->row = each->row == NULL || each->doubtful ? NULL : each->row->next;
    return each->row != NULL;
}

void jc_each_end(struct jc_each *each) {
    if (each->unit->diags->n_error > each->errors) return;
    uint32_t i = 0;
    if (each->table == NULL) return;
    for (const struct jc_node *name = each_header(each->table); name != NULL; name = name->next, i++)
        if (!each->used[i]) jc_report(each->unit->diags, JC_W0930, name->span, JN_FMT(name->text));
}
