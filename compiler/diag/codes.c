/* The table of codes, and the page behind each. */
#include "compiler/diag/diag.h"
#include "core/json.h"

struct code_row {
    const char *name, *title, *message, *wrong, *right;
    enum jc_severity severity;
};

#define ERROR   JC_ERROR
#define WARNING JC_WARNING
static const struct code_row rows[] = {
#define DIAGNOSTIC(code, severity, title, message, wrong, right) {#code, title, message, wrong, right, severity},
#include "compiler/diag/diagnostics.def"
#undef DIAGNOSTIC
};
#undef ERROR
#undef WARNING

static const char *const severity_word[] = {[JC_ERROR] = "error", [JC_WARNING] = "warning", [JC_NOTE] = "note"};

const char *jc_code_name(enum jc_code code) {
    return rows[code].name;
}

enum jc_severity jc_code_severity(enum jc_code code) {
    return rows[code].severity;
}

const char *jc_code_title(enum jc_code code) {
    return rows[code].title;
}

const char *jc_code_message(enum jc_code code) {
    return rows[code].message;
}

struct jn_str jc_code_wrong(enum jc_code code) {
    return jn_str_z(rows[code].wrong);
}

struct jn_str jc_code_right(enum jc_code code) {
    return jn_str_z(rows[code].right);
}

const char *jc_severity_word(enum jc_severity severity) {
    return severity_word[severity];
}

static const struct reason {
    const char *why, *fix;
} reasons[JC_CODES] = {
#define REASON(code, why, fix) [JC_##code] = {why, fix},
#include "compiler/diag/reasons.def"
#undef REASON
};

bool jc_code_find(struct jn_str name, enum jc_code *out) {
    for (unsigned i = 0; i < JC_CODES; i++) {
        if (jn_str_is(name, rows[i].name)) {
            *out = (enum jc_code)i;
            return true;
        }
    }
    return false;
}

struct jn_str jc_code_nearest(struct jn_str name) {
    struct jn_str candidate[JC_CODES];
    for (unsigned i = 0; i < JC_CODES; i++)
        candidate[i] = jn_str_z(rows[i].name);
    return jc_nearest(name, candidate, JC_CODES);
}

void jc_code_list(struct jn_buf *out) {
    for (unsigned i = 0; i < JC_CODES; i++)
        jn_buf_printf(out, "%-6s %-8s %s\n", rows[i].name, severity_word[rows[i].severity], rows[i].title);
}

static void explain_example(const char *heading, const char *example, struct jn_buf *out) {
    if (example[0] == '\0') return;
    jn_buf_printf(out, "\n%s\n\n", heading);
    for (const char *line = example; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        if (n > 0) jn_buf_z(out, "    ");
        for (size_t i = 0; i < n; i++) {
            unsigned char c = (unsigned char)line[i];
            bool shown = (c >= 0x20 && c != 0x7f) || c == '\t';
            jn_buf_char(out, shown ? line[i] : '?');
        }
        jn_buf_char(out, '\n');
        line += n + (line[n] == '\n');
    }
}

void jc_code_explain(enum jc_code code, struct jn_buf *out) {
    const struct code_row *row = &rows[code];
    const struct reason *reason = &reasons[code];
    jn_buf_printf(out, "%s (%s): %s\n", row->name, severity_word[row->severity], row->title);
    if (reason->why != NULL) jn_buf_printf(out, "\n%s\n%s\n", reason->why, reason->fix);
    explain_example("Wrong:", row->wrong, out);
    explain_example("Right:", row->right, out);
}

void jc_code_explain_json(enum jc_code code, struct jn_buf *out) {
    struct jn_json_out w;
    jn_jw_init(&w, out);
    jn_jw_object(&w);
    jn_jw_key(&w, "code");
    jn_jw_z(&w, rows[code].name);
    jn_jw_key(&w, "severity");
    jn_jw_z(&w, jc_severity_word(rows[code].severity));
    jn_jw_key(&w, "title");
    jn_jw_z(&w, rows[code].title);
    jn_jw_key(&w, "why");
    jn_jw_z(&w, reasons[code].why == NULL ? "" : reasons[code].why);
    jn_jw_key(&w, "fix");
    jn_jw_z(&w, reasons[code].fix == NULL ? "" : reasons[code].fix);
    jn_jw_key(&w, "wrong");
    jn_jw_z(&w, rows[code].wrong);
    jn_jw_key(&w, "right");
    jn_jw_z(&w, rows[code].right);
    jn_jw_end_object(&w);
    jn_buf_char(out, '\n');
}
